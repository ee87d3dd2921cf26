package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/foobar/telemetry/logtest"
	"example.com/foobar/telemetry/otlptest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"bar": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"freeport": freeport, "get": get, "retry": retry},
	})
}

// freeport NAME puts the number of a port that was free a moment ago into the variable.
func freeport(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer listener.Close()
	ts.Setenv(args[0], fmt.Sprint(listener.Addr().(*net.TCPAddr).Port))
}

// get URL asks for it, and wants 200.
func get(ts *testscript.TestScript, _ bool, args []string) {
	resp, err := http.Get(args[0])
	ts.Check(err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("GET %s: %s", args[0], resp.Status)
	}
}

// retry COMMAND... runs it until it succeeds.
func retry(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); ts.Exec(args[0], args[1:]...) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("%v doesn't succeed", args)
		}
	}
}

// bar, started as main does: its routes, and one span for each request of /bar, a child of the caller's.
func TestBar(t *testing.T) {
	collector := otlptest.MustStart(t, "")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log, code := &logtest.Log{}, make(chan int, 1)
	go func() { code <- run(ctx, []string{"-addr", "127.0.0.1:0"}, os.Getenv, io.Discard, log) }()
	url := "http://" + log.Await(t, "listening")["addr"].(string)
	for path, want := range map[string]string{
		"/bar":     "200 bar",
		"/healthz": "200 ok",
		"/readyz":  "200 ready",
	} {
		req, _ := http.NewRequest(http.MethodGet, url+path, nil)
		req.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := fmt.Sprint(resp.StatusCode, " ", string(body)); got != want || err != nil {
			t.Errorf("%s: got %s, %v, want %s", path, got, err, want)
		}
	}
	cancel()
	if got := <-code; got != 0 {
		t.Errorf("got exit code %d, want 0", got)
	}
	spans := collector.Spans()
	if len(spans) != 1 || spans[0].Name != "GET /bar" || spans[0].Service != "bar" || spans[0].Kind != "server" ||
		spans[0].TraceID != "0af7651916cd43dd8448eb211c80319c" || spans[0].Parent != "b7ad6b7169203331" {
		t.Errorf("got %+v, want one server span of bar under the caller's", spans)
	}
}
