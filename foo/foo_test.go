package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/foobar/telemetry"
	"example.com/foobar/telemetry/logtest"
	"example.com/foobar/telemetry/otlptest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"foo": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"freeport": freeport, "retry": retry},
	})
}

// freeport NAME puts the number of a port that was free a moment ago into the variable.
func freeport(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer listener.Close()
	ts.Setenv(args[0], fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
}

// retry COMMAND... runs it until it succeeds.
func retry(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); ts.Exec(args[0], args[1:]...) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("%v doesn't succeed", args)
		}
	}
}

// running is a foo that a test started with run, as main does.
type running struct {
	url  string
	log  *logtest.Log
	stop context.CancelFunc
	code chan int
}

// mustRun starts foo on a free port and waits until it listens; the test's end stops it.
func mustRun(tb testing.TB, env map[string]string, args ...string) *running {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{log: &logtest.Log{}, stop: cancel, code: make(chan int, 1)}
	getenv := func(name string) string { return env[name] }
	go func() {
		r.code <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), getenv, io.Discard, r.log)
		close(r.code)
	}()
	tb.Cleanup(func() { cancel(); <-r.code })
	r.url = "http://" + r.log.Await(tb, "listening")["addr"].(string)
	return r
}

var tracingOff = map[string]string{"OTEL_SDK_DISABLED": "true"}

func mustGet(tb testing.TB, url string) (int, string) {
	tb.Helper()
	resp, err := http.Get(url)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// bars are the ways in which bar can answer, and what foo makes of each.
var bars = map[string]struct {
	bar     http.HandlerFunc
	want    string
	timeout string
}{
	"OK":              {answer(200, "bar"), "200 foobar", "30s"},
	"OKChunked":       {func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush(); io.WriteString(w, "bar") }, "200 foobar", "30s"},
	"ErrStatus":       {answer(500, "bar"), badGateway, "30s"},
	"ErrRedirect":     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/bar", http.StatusFound) }, badGateway, "30s"},
	"ErrNonsense":     {answer(200, "baz"), badGateway, "30s"},
	"ErrShort":        {answer(200, "ba"), badGateway, "30s"},
	"ErrEmpty":        {answer(200, ""), badGateway, "30s"},
	"ErrLong":         {answer(200, "bar "), badGateway, "30s"},
	"ErrHuge":         {huge, badGateway, "30s"},
	"ErrHugeHeader":   {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, badGateway, "30s"},
	"ErrClosedBefore": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, badGateway, "30s"},
	"ErrClosedMidway": {closedMidway, badGateway, "30s"},
	"ErrSlow":         {stall, gatewayTimeout, "50ms"},
	"ErrSlowBody":     {stallInBody, gatewayTimeout, "50ms"},
}

const (
	badGateway     = `502 {"error":"bar could not be asked"}`
	gatewayTimeout = `504 {"error":"bar took too long"}`
)

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func huge(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, strings.Repeat("bar", 10000)); err != nil {
			return
		}
	}
}

// closedMidway says five bytes, sends the three that would be right, and closes.
func closedMidway(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "5")
	io.WriteString(w, "bar")
}

func stall(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func stallInBody(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, "bar")
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func TestFoo(t *testing.T) {
	for name, tc := range bars {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bar := httptest.NewServer(tc.bar)
			defer bar.Close()
			foo := mustRun(t, tracingOff, "-bar-endpoint", bar.URL+"/bar", "-timeout", tc.timeout)
			for range 3 { // a failure must not harm the next request
				status, body := mustGet(t, foo.url+"/foo")
				if got := fmt.Sprint(status, " ", body); got != tc.want {
					t.Errorf("got %s, want %s", got, tc.want)
				}
			}
			if got := len(foo.log.With(t, "bar ")); tc.want != "200 foobar" && got != 1 {
				t.Errorf("got %d lines of log about bar, want one for three failures", got)
			}
		})
	}
	t.Run("ErrDown", func(t *testing.T) {
		foo := mustRun(t, tracingOff, "-bar-endpoint", "http://127.0.0.1:1/bar")
		status, body := mustGet(t, foo.url+"/foo")
		if got := fmt.Sprint(status, " ", body); got != badGateway {
			t.Errorf("got %s, want %s", got, badGateway)
		}
	})
	t.Run("ClientGone", func(t *testing.T) {
		asked := make(chan bool, 1)
		gone := make(chan bool)
		bar := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked <- true
			<-r.Context().Done() // foo gives up together with its client
			close(gone)
		}))
		defer bar.Close()
		foo := mustRun(t, tracingOff, "-bar-endpoint", bar.URL, "-timeout", "1m")
		ctx, cancel := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, foo.url+"/foo", nil)
		go func() { <-asked; cancel() }()
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			t.Error("got an answer, want none")
		}
		<-gone
		if got := foo.log.With(t, "bar "); len(got) != 0 {
			t.Errorf("got %v in the log, want nothing: bar did no wrong", got)
		}
	})
}

// foo is ready when bar is healthy; asking makes no span and sends no trace context.
func TestReady(t *testing.T) {
	collector := otlptest.MustStart(t, "")
	var healthy, traced bool
	var mu sync.Mutex
	bar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		traced = traced || r.Header.Get("traceparent") != ""
		if r.URL.Path != "/healthz" || r.URL.RawQuery != "" {
			t.Errorf("got the question %s, want /healthz", r.URL)
		}
		if !healthy {
			w.WriteHeader(500)
		}
	}))
	defer bar.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
	foo := mustRun(t, map[string]string{"BAR_ENDPOINT": bar.URL + "/bar?x=1", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.Endpoint})
	check := func(want string) {
		t.Helper()
		status, body := mustGet(t, foo.url+"/readyz")
		if got := fmt.Sprint(status, " ", body); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	check(`503 {"error":"bar is not healthy"}`)
	mu.Lock()
	healthy = true
	mu.Unlock()
	check("200 ready")
	bar.Close()
	check(`503 {"error":"bar can't be reached"}`)
	if status, _ := mustGet(t, foo.url+"/healthz"); status != 200 {
		t.Errorf("healthz: got %d, want 200 even when bar is away", status)
	}
	foo.stop()
	<-foo.code
	if traced {
		t.Error("got a traceparent on a health check")
	}
	if spans := foo.log.With(t, "stopped")[0]["spans"].(map[string]any); spans["started"] != 0.0 {
		t.Errorf("got %v, want no span of a health check", spans)
	}
}

// With tracing off nothing is wrapped and nothing is sent along.
func TestTracingOff(t *testing.T) {
	s := &telemetry.Service{Settings: telemetry.Settings{Name: "foo"}}
	b := newBar(s, "http://127.0.0.1:1/bar", time.Second)
	if b.transport != b.untraced {
		t.Errorf("got a transport of type %T, want the pool itself", b.transport)
	}
	header := make(chan http.Header, 1)
	bar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header <- r.Header
		io.WriteString(w, "bar")
	}))
	defer bar.Close()
	foo := mustRun(t, tracingOff, "-bar-endpoint", bar.URL)
	req, _ := http.NewRequest(http.MethodGet, foo.url+"/foo", nil)
	req.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	got := <-header
	for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
		if got.Get(name) != "" {
			t.Errorf("got the header %s: %s, want none", name, got.Get(name))
		}
	}
}

func TestPool(t *testing.T) {
	pool := newPool()
	if pool.Proxy != nil || pool.MaxConnsPerHost != barConns || pool.MaxIdleConnsPerHost != barConns || pool.IdleConnTimeout == 0 {
		t.Errorf("got %+v, want no proxy and a bounded pool", pool)
	}
}

func BenchmarkFoo(b *testing.B) {
	bar := httptest.NewServer(answer(200, "bar"))
	defer bar.Close()
	for _, tracing := range []string{"off", "on"} {
		b.Run("tracing="+tracing, func(b *testing.B) {
			collector := otlptest.MustStart(b, "")
			env := map[string]string{"OTEL_SDK_DISABLED": fmt.Sprint(tracing == "off"), "OTEL_EXPORTER_OTLP_ENDPOINT": collector.Endpoint}
			b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
			foo := mustRun(b, env, "-bar-endpoint", bar.URL)
			b.ReportAllocs()
			for b.Loop() {
				mustGet(b, foo.url+"/foo")
			}
		})
	}
}
