package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// syncBuffer is a buffer that one goroutine writes and another reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// MustAwait waits until a condition holds.
func MustAwait(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// MustAsk sends a request to the REST API and decodes the attributes of the answer.
func MustAsk(tb testing.TB, method, url, body string) map[string]any {
	tb.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		tb.Fatalf("%s %s: %s %s %v", method, url, res.Status, text, err)
	}
	var answer struct {
		Data struct {
			Attributes map[string]any `json:"attributes"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return answer.Data.Attributes
}

var apiAddress = regexp.MustCompile(`REST API on (http://\S+)/v1/status`)

// TestAPI begins a paused test over REST, looks at a metric and stops the test.
func TestAPI(t *testing.T) {
	var asked atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, "foobar")
	}))
	defer site.Close()
	var stdout, stderr syncBuffer
	code := make(chan int, 1)
	go func() {
		code <- Run(context.Background(), nil, []string{"-address", "127.0.0.1:0", "-paused", "-d", "10m", "-think", "10ms", site.URL}, nil, &stdout, &stderr)
	}()
	MustAwait(t, "the API's address on standard error", func() bool { return apiAddress.MatchString(stderr.String()) })
	api := apiAddress.FindStringSubmatch(stderr.String())[1]
	MustAwait(t, "paused", func() bool { return MustAsk(t, "GET", api+"/v1/status", "")["paused"] == true })
	if got := asked.Load(); got != 0 {
		t.Errorf("got %d requests of a paused test, want none", got)
	}
	MustAsk(t, "PATCH", api+"/v1/status", `{"data":{"type":"status","id":"default","attributes":{"paused":false}}}`)
	MustAwait(t, "a request", func() bool { return asked.Load() > 0 })
	MustAwait(t, "http_reqs", func() bool {
		return MustAsk(t, "GET", api+"/v1/metrics/http_reqs", "")["sample"].(map[string]any)["count"].(float64) > 0
	})
	MustAsk(t, "PATCH", api+"/v1/status", `{"data":{"type":"status","id":"default","attributes":{"stopped":true}}}`)
	if got := <-code; got != 103 {
		t.Errorf("got exit code %d, want %d; stderr: %s", got, 103, &stderr)
	}
	if !strings.Contains(stdout.String(), "http_reqs") {
		t.Errorf("no report: %s", &stdout)
	}
}

// TestLinger keeps the API open after the report, until the context ends.
func TestLinger(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "foobar") }))
	defer site.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var stdout, stderr syncBuffer
	code := make(chan int, 1)
	go func() {
		code <- Run(ctx, nil, []string{"-address", "127.0.0.1:0", "-linger", site.URL}, os.Environ(), &stdout, &stderr)
	}()
	MustAwait(t, "the report", func() bool { return strings.Contains(stderr.String(), "until Ctrl-C (-linger)") })
	api := apiAddress.FindStringSubmatch(stderr.String())[1]
	if got := MustAsk(t, "GET", api+"/v1/status", ""); got["running"] != false {
		t.Errorf("got the status %v, want one that is not running", got)
	}
	cancel()
	if got := <-code; got != exitOK {
		t.Errorf("got exit code %d, want 0; stderr: %s", got, &stderr)
	}
}
