package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/telemetry/logtest"
	"example.com/foobar/telemetry/otlptest"
)

// process is a service that runs as a child process.
type process struct {
	*exec.Cmd
	url string
	log *logtest.Log
}

// mustStart starts a program on a free port and waits until it listens; the test's end kills it if it still runs.
func mustStart(tb testing.TB, program string, env ...string) *process {
	tb.Helper()
	p := &process{Cmd: exec.Command(program, "-addr", "127.0.0.1:0"), log: &logtest.Log{}}
	p.Env = append(os.Environ(), env...)
	p.Stderr = p.log
	if err := p.Start(); err != nil {
		tb.Fatalf("start %s: %v", program, err)
	}
	tb.Cleanup(func() { p.Process.Kill(); p.Wait() })
	p.url = "http://" + p.log.Await(tb, "listening")["addr"].(string)
	return p
}

// mustStop sends SIGTERM and fails the test unless the exit code is 0.
func (p *process) mustStop(tb testing.TB) {
	tb.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		tb.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		tb.Errorf("got %v after SIGTERM, want exit code 0; its log:\n%s", err, p.log)
	}
}

func skipOnWindows(tb testing.TB) {
	tb.Helper()
	if runtime.GOOS == "windows" {
		tb.Skip("SKIPPED: Windows can't send SIGTERM to a child process, which this test is about")
	}
}

// mustBuildBar builds the real bar, which foo's tests can't import, with the settings of every other build of it, so that
// nothing is compiled twice.
func mustBuildBar(tb testing.TB) string {
	tb.Helper()
	dir, err := filepath.Abs("../bar")
	if err != nil {
		tb.Fatal(err)
	}
	built, err := child.Build(context.Background(), []child.Program{{Name: "bar", Dir: dir}}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { built.Remove() })
	return built.Path("bar")
}

// The real foo and the real bar, as processes, make one trace of a request; SIGTERM alone brings every span to the
// Collector, since the batch processor's delay is longer than the test.
func TestOneTrace(t *testing.T) {
	skipOnWindows(t)
	program := mustBuildBar(t)
	collector := otlptest.MustStart(t, "")
	env := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.Endpoint, "OTEL_BSP_SCHEDULE_DELAY=600000"}
	bar := mustStart(t, program, env...)
	foo := mustStart(t, "foo", append(env, "BAR_ENDPOINT="+bar.url+"/bar")...)
	for range 2 {
		if status, body := mustGet(t, foo.url+"/readyz"); status != 200 {
			t.Fatalf("got %d %s, want foo ready", status, body)
		}
	}
	if status, body := mustGet(t, foo.url+"/foo"); status != 200 || body != "foobar" {
		t.Fatalf("got %d %s, want 200 foobar", status, body)
	}
	foo.mustStop(t)
	bar.mustStop(t)
	got := collector.Spans()
	if len(got) != 3 {
		t.Fatalf("got %d spans, want three: none of health checks: %+v", len(got), got)
	}
	root, call, leaf := find(got, "foo server GET /foo"), find(got, "foo client GET /bar"), find(got, "bar server GET /bar")
	if root.Parent != "" || call.Parent != root.ID || leaf.Parent != call.ID || call.TraceID != root.TraceID || leaf.TraceID != root.TraceID {
		t.Errorf("got %+v, %+v, %+v; want one chain of one trace", root, call, leaf)
	}
	for _, span := range got {
		if span.Failed {
			t.Errorf("got the status Error on %+v", span)
		}
	}
	if root.Attributes["http.route"] != "/foo" || call.Attributes["url.template"] != "/bar" || leaf.Attributes["http.route"] != "/bar" {
		t.Errorf("got %v, %v, %v; want the routes", root.Attributes, call.Attributes, leaf.Attributes)
	}
}

// When bar is away, foo's spans say so, foo's log has the trace's id, and the answer has nothing of either.
func TestTraceOfFailure(t *testing.T) {
	skipOnWindows(t)
	collector := otlptest.MustStart(t, "")
	foo := mustStart(t, "foo", "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.Endpoint, "BAR_ENDPOINT=http://127.0.0.1:1/bar")
	status, body := mustGet(t, foo.url+"/foo")
	if got := fmt.Sprint(status, " ", body); got != badGateway {
		t.Errorf("got %s, want %s", got, badGateway)
	}
	foo.mustStop(t)
	got := collector.Spans()
	root, call := find(got, "foo server GET /foo"), find(got, "foo client GET /bar")
	if len(got) != 2 || !root.Failed || !call.Failed || !strings.Contains(root.Message, "refused") || call.Parent != root.ID {
		t.Errorf("got %+v, want a failed server span over a failed client span", got)
	}
	if record := foo.log.With(t, "bar could not be asked"); len(record) != 1 || record[0]["trace_id"] != root.TraceID {
		t.Errorf("got %v in the log, want the trace id %s", record, root.TraceID)
	}
}

// Without a Collector foo serves and stops as ever.
func TestNoCollector(t *testing.T) {
	skipOnWindows(t)
	bar := httptest.NewServer(answer(200, "bar"))
	defer bar.Close()
	foo := mustStart(t, "foo", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TIMEOUT=300", "BAR_ENDPOINT="+bar.URL+"/bar")
	for range 20 {
		if status, body := mustGet(t, foo.url+"/foo"); status != 200 || body != "foobar" {
			t.Errorf("got %d %s, want 200 foobar", status, body)
		}
	}
	foo.mustStop(t)
	if got := foo.log.With(t, "can't send spans"); len(got) != 1 {
		t.Errorf("got %d complaints, want one:\n%s", len(got), foo.log)
	}
}

func find(spans []otlptest.Span, want string) otlptest.Span {
	for _, span := range spans {
		if span.Service+" "+span.Kind+" "+span.Name == want {
			return span
		}
	}
	return otlptest.Span{}
}
