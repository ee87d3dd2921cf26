package telemetry

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func mustAsk(tb testing.TB, h http.Handler, method, path string) *httptest.ResponseRecorder {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, "http://127.0.0.1"+path, nil))
	return w
}

func TestAdmin(t *testing.T) {
	p, log := mustProvider(t, tracetest.NewInMemoryExporter())
	on := (&Service{Tracing: p, Log: NewLogger(log, "test")}).adminHandler()
	off := (&Service{Log: NewLogger(log, "test")}).adminHandler()
	runtimeNames := []string{
		"go_gc_heap_allocs_bytes_total ", "go_gc_heap_allocs_objects_total ", "go_gc_cycles_total_gc_cycles_total ",
		"go_gc_heap_live_bytes ", "go_goroutines ",
	}
	t.Run("MetricsOn", func(t *testing.T) {
		endSpans(p, 3)
		body := mustAsk(t, on, http.MethodGet, "/metrics").Body.String()
		for _, want := range append([]string{
			"foobar_tracing_enabled 1\n", "foobar_spans_started_total 3\n", "foobar_spans_ended_total 3\n", "foobar_spans_pending 3\n",
			"foobar_spans_exported_total 0\n", `foobar_spans_dropped_total{reason="queue_full"} 0`,
			`foobar_spans_dropped_total{reason="shutdown"} 0`, `foobar_spans_failed_total{reason="unavailable"} 0`,
		}, runtimeNames...) {
			if !strings.Contains(body, "\n"+want) {
				t.Errorf("got no %q in\n%s", want, body)
			}
		}
	})
	t.Run("MetricsOff", func(t *testing.T) {
		body := mustAsk(t, off, http.MethodGet, "/metrics").Body.String()
		for _, want := range append([]string{"foobar_tracing_enabled 0\n", "foobar_http_requests_total 0\n"}, runtimeNames...) {
			if !strings.Contains(body, "\n"+want) {
				t.Errorf("got no %q", want)
			}
		}
		if strings.Contains(body, "foobar_spans") {
			t.Error("got a ledger with tracing off")
		}
	})
	t.Run("GC", func(t *testing.T) {
		var got Collected
		if err := json.NewDecoder(mustAsk(t, off, http.MethodPost, "/gc").Body).Decode(&got); err != nil || got.HeapLiveBytes == 0 {
			t.Errorf("got %+v, %v, want a live heap", got, err)
		}
	})
	t.Run("Pprof", func(t *testing.T) {
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline"} {
			if got := mustAsk(t, off, http.MethodGet, path); got.Code != 200 {
				t.Errorf("%s: got %d, want 200", path, got.Code)
			}
		}
	})
	t.Run("ErrMethod", func(t *testing.T) {
		for _, path := range []string{"/flush", "/gc"} {
			if got := mustAsk(t, on, http.MethodGet, path); got.Code != http.StatusMethodNotAllowed {
				t.Errorf("GET %s: got %d, want 405", path, got.Code)
			}
		}
	})
	t.Run("Index", func(t *testing.T) {
		if got := mustAsk(t, on, http.MethodGet, "/"); got.Code != 200 || !strings.Contains(got.Body.String(), "/metrics") {
			t.Errorf("got %d %s, want the list of what is served", got.Code, got.Body)
		}
		if got := mustAsk(t, on, http.MethodGet, "/other"); got.Code != http.StatusNotFound {
			t.Errorf("got %d, want 404", got.Code)
		}
	})
}

func TestAdminFlush(t *testing.T) {
	p, log := mustProvider(t, tracetest.NewInMemoryExporter())
	on := (&Service{Tracing: p, Log: NewLogger(log, "test")}).adminHandler()
	off := (&Service{Log: NewLogger(log, "test")}).adminHandler()
	endSpans(p, 3)
	t.Run("On", func(t *testing.T) {
		var got Flushed
		if err := json.NewDecoder(mustAsk(t, on, http.MethodPost, "/flush").Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if !got.Tracing || got.Spans == nil || got.Spans.Exported != 3 || got.Spans.Pending != 0 || got.Error != "" {
			t.Errorf("got %+v, want 3 exported and none pending", got)
		}
	})
	t.Run("Off", func(t *testing.T) {
		if got := mustAsk(t, off, http.MethodPost, "/flush"); got.Code != 200 || got.Body.String() != "{\"tracing\":false}\n" {
			t.Errorf("got %d %s, want 200 and tracing false", got.Code, got.Body)
		}
	})
	t.Run("Fails", func(t *testing.T) {
		exporter := newGate(io.ErrUnexpectedEOF)
		close(exporter.gate)
		p, log := mustProvider(t, exporter)
		endSpans(p, 2)
		got := mustAsk(t, (&Service{Tracing: p, Log: NewLogger(log, "test")}).adminHandler(), http.MethodPost, "/flush")
		if got.Code != http.StatusBadGateway || !strings.Contains(got.Body.String(), `"failed":{"deadline_exceeded":0,"other":2`) {
			t.Errorf("got %d %s, want 502 and 2 failed", got.Code, got.Body)
		}
	})
}

// A page in a browser can reach a listener on the loopback, by a name that its owner makes point there, or from its own
// origin. Prometheus asks by the container's name.
func TestAdminGuard(t *testing.T) {
	machine, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	h := (&Service{Settings: Settings{Name: "svc", Admin: "admin.example:6060"}, Log: NewLogger(io.Discard, "svc")}).adminHandler()
	for _, tc := range []struct {
		host   string
		header map[string]string
		want   int
	}{
		{"127.0.0.1:6060", nil, 200},
		{"[::1]:6060", nil, 200},
		{"[::1]", nil, 200},
		{"[fe80::1%eth0]:6060", nil, 200},
		{"localhost:6060", nil, 200},
		{"LocalHost", nil, 200},
		{"svc:6060", nil, 200},
		{machine + ":6060", nil, 200},
		{"admin.example:6060", nil, 200},
		{"evil.example", nil, 403},
		{"evil.example:6060", nil, 403},
		{"localhost.evil.example", nil, 403},
		{"127.0.0.1.evil.example", nil, 403},
		{"evil", nil, 403},
		{"", nil, 403},
		{"127.0.0.1:6060", map[string]string{"Origin": "http://127.0.0.1:6060"}, 200},
		{"127.0.0.1:6060", map[string]string{"Origin": "http://127.0.0.1:3000"}, 403},
		{"127.0.0.1:6060", map[string]string{"Origin": "https://evil.example"}, 403},
		{"127.0.0.1:6060", map[string]string{"Origin": "null"}, 403},
		{"127.0.0.1:6060", map[string]string{"Sec-Fetch-Site": "none"}, 200},
		{"127.0.0.1:6060", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"127.0.0.1:6060", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"127.0.0.1:6060", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
	} {
		for method, path := range map[string]string{http.MethodGet: "/debug/pprof/cmdline", http.MethodPost: "/gc"} {
			r := httptest.NewRequest(method, "http://127.0.0.1"+path, nil)
			r.Host = tc.host
			for name, value := range tc.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("%s %s, Host %q, %v: got %d, want %d", method, path, tc.host, tc.header, w.Code, tc.want)
			}
		}
	}
}

func TestAdminSeconds(t *testing.T) {
	h := (&Service{Log: NewLogger(io.Discard, "svc")}).adminHandler()
	for _, profile := range []string{"profile", "trace", "heap", "goroutine"} {
		for _, seconds := range []string{"100000000", "301", "300.5", "1e9", "Inf", "NaN", "99999999999999999999", "1e999"} {
			if got := mustAsk(t, h, http.MethodGet, "/debug/pprof/"+profile+"?seconds="+seconds); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "at most 300") {
				t.Errorf("%s, seconds=%s: got %d %s, want 400 and the limit", profile, seconds, got.Code, got.Body)
			}
		}
	}
	if got := mustAsk(t, h, http.MethodGet, "/debug/pprof/trace?seconds=0.01"); got.Code != 200 {
		t.Errorf("seconds=0.01: got %d %s, want a trace", got.Code, got.Body)
	}
}
