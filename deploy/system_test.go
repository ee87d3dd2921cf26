package deploy

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// system is compose.yml on the test's engine.
type system struct {
	*engine
	realTempo string // the program TEMPO_BIN names; empty: the stand-in
	ports     map[string]string
}

// TestSystem runs compose.yml with Docker Compose, case by case, and then breaks it.
// Grafana is not started: its image can't be had where images can't be pulled.
func TestSystem(t *testing.T) {
	s := MustSystem(t)
	s.MustImages()
	for name, percentage := range map[string]float64{"case_1": 20, "case_2": 40} {
		t.Run(name, func(t *testing.T) { s.in(t).testTraced(name, percentage) })
	}
	t.Run("case_3", func(t *testing.T) { s.in(t).testUntraced() })
	t.Run("demo", func(t *testing.T) { s.in(t).testDemo() })
	t.Run("faults", func(t *testing.T) { s.in(t).testFaults() })
}

// MustSystem starts an engine and chooses free ports on the loopback to publish.
func MustSystem(tb testing.TB) *system {
	tb.Helper()
	s := &system{engine: MustEngine(tb), realTempo: os.Getenv("TEMPO_BIN"), ports: map[string]string{}}
	for _, name := range []string{"FOO", "OTLP_GRPC", "OTLP_HTTP", "TEMPO", "PROMETHEUS", "GRAFANA"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		defer l.Close()
		_, s.ports[name], _ = net.SplitHostPort(l.Addr().String())
		s.env = append(s.env, name+"_PORT="+s.ports[name])
	}
	s.env = append(s.env, "GOPROXY="+s.proxy())
	return s
}

// proxy is where Go gets modules from, if that is not what it is by default.
func (s *system) proxy() string {
	s.tb.Helper()
	var changed struct{ GOPROXY string }
	if err := json.Unmarshal([]byte(s.MustRun("go", "env", "-changed", "-json", "GOPROXY")), &changed); err != nil {
		s.tb.Fatal(err)
	}
	return changed.GOPROXY
}

// in is the system for a subtest.
func (s *system) in(tb testing.TB) *system {
	e := *s.engine
	e.tb = tb
	return &system{engine: &e, realTempo: s.realTempo, ports: s.ports}
}

// composeArgs are the arguments of docker for Compose in a case.
func (s *system) composeArgs(name string, args ...string) []string {
	all := []string{"compose", "--env-file", "deploy/cases/" + name + ".env", "-f", "compose.yml"}
	if s.realTempo == "" {
		all = append(all, "-f", "deploy/testdata/tempo-standin.yml")
	}
	return append(all, args...)
}

// MustUp starts the case's system and waits until every part is healthy; it goes
// down, with its data, when the test ends.
func (s *system) MustUp(name string) {
	s.tb.Helper()
	s.phase(name + ": docker compose up")
	s.tb.Cleanup(func() {
		if s.tb.Failed() {
			s.tb.Logf("docker compose logs:\n%s", tail(s.MustRun("docker", s.composeArgs(name, "logs", "--no-color", "--tail", "20")...)))
		}
		s.MustRun("docker", s.composeArgs(name, "down", "--volumes", "--timeout", "10")...)
	})
	services := slices.Sorted(maps.Keys(MustCompose(s.tb).running()))
	services = slices.DeleteFunc(services, func(name string) bool { return name == "grafana" })
	s.MustRun("docker", s.composeArgs(name, append([]string{"up", "--detach", "--wait", "--wait-timeout", "180"}, services...)...)...)
}

// MustLoad runs the loadgen service, which has to exit with 0 and every check passed,
// and returns the number of requests it made.
func (s *system) MustLoad(name string, args ...string) int {
	s.tb.Helper()
	s.phase(name + ": loadgen " + strings.Join(args, " "))
	return s.checkReport(s.MustRun("docker", s.composeArgs(name, append([]string{"run", "--rm", "loadgen"}, args...)...)...))
}

// checkReport fails the test unless every check passed, and returns the number of requests.
func (s *system) checkReport(report string) int {
	s.tb.Helper()
	requests := figure(s.tb, report, `(?m)^\s*http_reqs\.+: (\d+) `)
	if !regexp.MustCompile(`(?m)^\s*checks\.+: 100\.00% `).MatchString(report) {
		s.tb.Errorf("not every check passed:\n%s", report)
	}
	return requests
}

func figure(tb testing.TB, report, pattern string) int {
	tb.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(report)
	if m == nil {
		tb.Fatalf("no figure like %s in the report:\n%s", pattern, report)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// more is load beside the demonstration's 150 requests, too few to tell 20 % from 40 %.
func more(requests int) []string {
	return []string{"-vus=10", "-i=" + strconv.Itoa(requests), "-think=0s",
		"-check-status=200", "-check-body=foobar", "http://foo:5000/foo"}
}

// testTraced drives a case with tracing and checks what Tempo got, and what Prometheus did.
func (s *system) testTraced(name string, percentage float64) {
	s.MustUp(name)
	seed := s.MustLoad(name)
	if seed < 100 || seed > 150 {
		s.tb.Errorf("loadgen made %d requests in 30 s, want about 150", seed)
	}
	n := seed + s.MustLoad(name, more(3000)...)
	s.phase(name + ": waiting for the verdicts")
	s.await("a verdict on every trace", func() bool { return s.value(verdicts) == float64(n) })
	sampled := int(s.value(verdictsSampled))
	checkShare(s.tb, sampled, n, percentage)
	var kept map[string][]span
	s.await("every kept trace in Tempo", func() bool { kept = s.stored(); return whole(kept) == sampled })
	checkTraces(s.tb, kept, sampled)
	s.checkMetrics(n)
	if s.realTempo != "" {
		s.checkTempo(sampled)
	}
}

const (
	verdicts        = `sum(otelcol_processor_tail_sampling_global_count_traces_sampled)`
	verdictsSampled = `sum(otelcol_processor_tail_sampling_global_count_traces_sampled{sampled="true"})`
)

// checkShare fails the test when kept of n traces is further from the share than five
// standard deviations of the binomial distribution.
func checkShare(tb testing.TB, kept, n int, percentage float64) {
	tb.Helper()
	share := percentage / 100
	mean, limit := share*float64(n), 5*math.Sqrt(share*(1-share)*float64(n))
	tb.Logf("kept %d of %d traces; %g %% is %.0f, the limit %.0f to either side", kept, n, percentage, mean, limit)
	if math.Abs(float64(kept)-mean) > limit {
		tb.Errorf("kept %d of %d traces, want %.0f within %.0f", kept, n, mean, limit)
	}
}

// checkMetrics looks for what the dashboards show: every span counted before sampling,
// nothing lost in the services, their processes measured, every query answered.
func (s *system) checkMetrics(requests int) {
	s.tb.Helper()
	n := float64(requests)
	s.await("span metrics of every request", func() bool {
		return s.value(`sum(traces_span_metrics_calls_total{service_name="foo",span_kind="SPAN_KIND_SERVER"})`) == n &&
			s.value(`sum(traces_span_metrics_calls_total{service_name="bar",span_kind="SPAN_KIND_SERVER"})`) == n
	})
	s.await("the ledgers to agree", func() bool {
		return s.value(`foobar_spans_exported_total{job="foo"}`) == 2*n && s.value(`foobar_spans_exported_total{job="bar"}`) == n
	})
	if got := s.value(`sum(otelcol_receiver_accepted_spans)`); got != 3*n {
		s.tb.Errorf("the Collector accepted %v spans, want %v", got, 3*n)
	}
	if got := s.value(`sum(foobar_spans_dropped_total) + sum(foobar_spans_failed_total)`); got != 0 {
		s.tb.Errorf("foo and bar lost %v spans, want 0", got)
	}
	s.checkProcesses()
	s.checkDashboards()
}

func (s *system) checkProcesses() {
	s.tb.Helper()
	for _, job := range []string{"foo", "bar"} {
		for _, metric := range []string{"process_cpu_seconds_total", "process_resident_memory_bytes", "go_gc_heap_allocs_bytes_total"} {
			if query := fmt.Sprintf("%s{job=%q}", metric, job); s.value(query) <= 0 {
				s.tb.Errorf("%s is not above zero in Prometheus", query)
			}
		}
	}
}

// testUntraced drives the case without OpenTelemetry: the same answers, and not one span.
func (s *system) testUntraced() {
	const name = "case_3"
	s.MustUp(name)
	s.MustLoad(name)
	s.MustLoad(name, more(500)...)
	s.checkProcesses()
	if got := s.value(`sum(foobar_tracing_enabled)`); got != 0 {
		s.tb.Errorf("%v services trace, want 0", got)
	}
	if kept := s.stored(); len(kept) != 0 {
		s.tb.Errorf("Tempo got %d traces, want none", len(kept))
	}
	if got := s.value(`sum(otelcol_receiver_accepted_spans) or vector(0)`); got != 0 {
		s.tb.Errorf("the Collector got %v spans, want 0", got)
	}
}

// testDemo looks for something to see without anybody making load.
func (s *system) testDemo() {
	s.env = append(s.env, "DEMO=1") // stronger than the case's file
	s.MustUp("case_1")
	s.await("requests on the dashboard", func() bool {
		return s.value(`sum(rate(traces_span_metrics_calls_total{service_name="foo",span_kind="SPAN_KIND_SERVER"}[1m]))`) > 0
	})
}

// get fetches a page of a published port and returns its body; a status other than
// 200 is an error that names it.
func (s *system) get(port, path string) ([]byte, error) {
	return fetch(http.MethodGet, "http://127.0.0.1:"+s.ports[port]+path)
}

// volume is the directory of a volume of compose.yml on this machine.
func (s *system) volume(name string) string {
	return filepath.Clean(strings.TrimSpace(s.MustRun("docker", "volume", "inspect", "--format", "{{.Mountpoint}}", "foobar_"+name)))
}

var client = &http.Client{Timeout: 30 * time.Second}
