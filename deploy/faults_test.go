package deploy

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// testFaults breaks one part after the other of a system in case_1. What a Collector
// does with late spans, and at its memory limit, is tested in the folder collector.
func (s *system) testFaults() {
	t := s.tb.(*testing.T)
	s.MustUp("case_1")
	t.Run("TempoDown", func(t *testing.T) { s.in(t).testTempoDown() })
	t.Run("BarPaused", func(t *testing.T) { s.in(t).testBarPaused() })
	t.Run("CollectorKilled", func(t *testing.T) { s.in(t).testCollectorKilled() })
}

// container is the id of a service's container.
func (s *system) container(service string) string {
	s.tb.Helper()
	return strings.TrimSpace(s.MustRun("docker", s.composeArgs("case_1", "ps", "--all", "--quiet", service)...))
}

// testTempoDown kills Tempo for 20 s of load: the Collector keeps what is due, and
// delivers all of it afterwards.
func (s *system) testTempoDown() {
	tempo := s.container("tempo")
	s.phase("killing Tempo")
	s.MustRun("docker", "kill", tempo)
	down := time.Now()
	// Without --no-deps Compose would start Tempo again: loadgen waits for what it rests on.
	load := append([]string{"run", "--rm", "--no-deps", "loadgen"}, more(500)...)
	n := s.checkReport(s.MustRun("docker", s.composeArgs("case_1", load...)...))
	s.await("the verdicts", func() bool { return s.value(verdicts) == float64(n) })
	s.await("batches that wait for Tempo", func() bool {
		return s.value(`sum(otelcol_exporter_queue_size{exporter="otlp_grpc/tempo"}) + sum(otelcol_exporter_in_flight_requests{exporter="otlp_grpc/tempo"})`) > 0
	})
	if got := s.value(`sum(otelcol_exporter_sent_spans{exporter="otlp_grpc/tempo"})`); got != 0 {
		s.tb.Errorf("the Collector sent %v spans to a Tempo that is down", got)
	}
	time.Sleep(time.Until(down.Add(20 * time.Second)))
	s.MustRun("docker", "start", tempo)
	sampled := int(s.value(verdictsSampled))
	s.phase("Tempo is back")
	var kept map[string][]span
	s.await("Tempo's answers", func() bool { return s.tempoReady() })
	s.await("every kept trace in Tempo", func() bool { kept = s.stored(); return whole(kept) == sampled })
	checkTraces(s.tb, kept, sampled)
	s.await("the Collector's count of sent spans", func() bool {
		return s.value(`sum(otelcol_exporter_sent_spans{exporter="otlp_grpc/tempo"})`) == float64(3*sampled)
	})
	if got := s.value(`sum(otelcol_exporter_send_failed_spans) or vector(0)`); got != 0 {
		s.tb.Errorf("the Collector gave up %v spans, want 0", got)
	}
}

// tempoReady reports whether Tempo serves queries; the stand-in has none to serve.
func (s *system) tempoReady() bool {
	if s.realTempo == "" {
		return true
	}
	_, err := s.get("TEMPO", "/ready")
	return err == nil
}

// testBarPaused stops bar's clock: its connections stay open and nothing answers.
func (s *system) testBarPaused() {
	bar := s.container("bar")
	s.MustRun("docker", "pause", bar)
	status, body := s.askFoo()
	s.MustRun("docker", "unpause", bar)
	if status != http.StatusGatewayTimeout || !json.Valid([]byte(body)) {
		s.tb.Errorf("foo answered %d %q with bar paused, want 504 and an error in JSON", status, body)
	}
	s.await("foo to answer again", func() bool {
		status, body := s.askFoo()
		return status == http.StatusOK && body == "foobar"
	})
	s.await("bar's health", func() bool {
		return strings.TrimSpace(s.MustRun("docker", "inspect", "--format", "{{.State.Health.Status}}", bar)) == "healthy"
	})
}

// askFoo fails the test unless foo answers while client waits.
func (s *system) askFoo() (status int, body string) {
	s.tb.Helper()
	response, err := client.Get("http://127.0.0.1:" + s.ports["FOO"] + "/foo")
	if err != nil {
		s.tb.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		s.tb.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// ledger is foo's account of its spans.
type ledger struct {
	Ended, Pending, Exported int
	Failed, Dropped          map[string]int
}

func (l ledger) lost() (n int) {
	for _, reasons := range []map[string]int{l.Failed, l.Dropped} {
		for _, count := range reasons {
			n += count
		}
	}
	return n
}

// testCollectorKilled takes the Collector away under load for longer than the services
// retry, and starts it again: no request fails, and every lost span is accounted for.
func (s *system) testCollectorKilled() {
	before := s.flush()
	collector := s.container("otel-collector")
	load := s.command("docker", s.composeArgs("case_1", "run", "--rm", "--no-deps", "loadgen",
		"-vus=5", "-d=60s", "-think=100ms", "-check-status=200", "-check-body=foobar", "http://foo:5000/foo")...)
	var report, stderr bytes.Buffer
	load.Stdout, load.Stderr = &report, &stderr
	s.phase("loadgen, 60 s")
	if err := load.Start(); err != nil {
		s.tb.Fatal(err)
	}
	time.Sleep(8 * time.Second)
	s.phase("killing the Collector")
	s.MustRun("docker", "kill", collector)
	time.Sleep(25 * time.Second)
	s.MustRun("docker", "start", collector)
	s.phase("the Collector is back")
	if err := load.Wait(); err != nil {
		s.tb.Errorf("loadgen: %v, want exit code 0 and no failed request\n%s\n%s", err, tail(report.String()), tail(stderr.String()))
	}
	requests := figure(s.tb, report.String(), `(?m)^\s*http_reqs\.+: (\d+) `)
	s.checkLedger(before, requests)
}

// checkLedger compares foo's ledger with what it was before so many requests: two
// spans for each, all exported or counted as lost, and some were lost.
func (s *system) checkLedger(before ledger, requests int) {
	s.tb.Helper()
	after := s.flush()
	s.tb.Logf("foo's ledger after %d requests: %+v", requests, after)
	if got := after.Ended - before.Ended; got != 2*requests {
		s.tb.Errorf("foo ended %d spans, want %d", got, 2*requests)
	}
	if got := after.Exported + after.lost(); got != after.Ended {
		s.tb.Errorf("%d spans exported or lost, want %d as ended", got, after.Ended)
	}
	if after.lost() == before.lost() {
		s.tb.Error("no span was lost with the Collector away for 25 s, or none was counted")
	}
	if after.Exported == before.Exported {
		s.tb.Error("no span was exported after the Collector came back")
	}
}

// flush has foo send what it holds, and returns its ledger. The admin listener is not
// published; the engine's host reaches it by the container's address.
func (s *system) flush() ledger {
	s.tb.Helper()
	address := strings.TrimSpace(s.MustRun("docker", "inspect", "--format",
		"{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", s.container("foo")))
	var answer struct{ Spans ledger }
	s.await("foo to send its spans", func() bool {
		body, err := fetch(http.MethodPost, "http://"+address+":6060/flush")
		return err == nil && json.Unmarshal(body, &answer) == nil && answer.Spans.Pending == 0
	})
	return answer.Spans
}
