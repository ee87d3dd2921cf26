package telemetry

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gin-gonic/gin"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"example.com/foobar/telemetry/logtest"
	"example.com/foobar/telemetry/otlptest"
)

// traceReceiver takes OTLP over HTTP and answers with what the test sets.
type traceReceiver struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   [][]byte
	answer   func(w http.ResponseWriter)
}

func mustReceive(tb testing.TB) (*traceReceiver, string) {
	tb.Helper()
	r := &traceReceiver{answer: func(http.ResponseWriter) {}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			tb.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.requests, r.bodies = append(r.requests, req), append(r.bodies, body)
		r.answer(w)
	}))
	tb.Cleanup(server.Close)
	return r, server.URL
}

// partial answers that the Collector took the spans but for n, and a remark.
func partial(n int64) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/x-protobuf")
		body, _ := proto.Marshal(&coltracepb.ExportTraceServiceResponse{
			PartialSuccess: &coltracepb.ExportTracePartialSuccess{RejectedSpans: n, ErrorMessage: "a remark (7 spans rejected)"}})
		w.Write(body)
	}
}

// mustTrace starts a service as the environment says, has it end a span for each request of /hi, and stops it.
func mustTrace(tb testing.TB, requests int) *logtest.Log {
	tb.Helper()
	var settings Settings
	if err := settings.readOTel(func(name string) string { return envOf(tb)[name] }); err != nil {
		tb.Fatal(err)
	}
	r := mustRun(tb, settings, func(_ *Service, engine *gin.Engine) {
		engine.GET("/hi", func(c *gin.Context) { c.String(http.StatusOK, "hi") })
	})
	for range requests {
		mustGet(tb, r.url+"/hi")
	}
	r.stop()
	if code := <-r.code; code != ExitOK {
		tb.Errorf("got exit code %d, want %d:\n%s", code, ExitOK, r.log)
	}
	return r.log
}

// counted returns a number of the ledger that the last line of log has.
func counted(tb testing.TB, log *logtest.Log, path ...string) any {
	tb.Helper()
	var at any = log.Await(tb, "stopped")["spans"]
	for _, name := range path {
		at = at.(map[string]any)[name]
	}
	return at
}

func TestExporterOverHTTP(t *testing.T) {
	for _, tc := range []struct{ protocol, path, contentType string }{
		{"http/protobuf", "", "application/x-protobuf"},
		{"http/protobuf", "/base", "application/x-protobuf"},
		{"http/json", "", "application/json"},
	} {
		t.Run(tc.protocol+tc.path, func(t *testing.T) {
			receiver, endpoint := mustReceive(t)
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", tc.protocol)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint+tc.path)
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-scope=a%20b")
			log := mustTrace(t, 3)
			if got := counted(t, log, "exported"); got != 3.0 {
				t.Errorf("got %v exported, want 3", got)
			}
			req := receiver.requests[0]
			if req.URL.Path != tc.path+"/v1/traces" || req.Header.Get("Content-Type") != tc.contentType || req.Header.Get("X-Scope") != "a b" {
				t.Errorf("got %s %v, want %s/v1/traces and the header", req.URL, req.Header, tc.path)
			}
			if !strings.Contains(string(receiver.bodies[0]), "GET /hi") {
				t.Errorf("got %q, want the span's name in it", receiver.bodies[0])
			}
		})
	}
	for name, tc := range map[string]struct {
		answer             func(http.ResponseWriter)
		exported, rejected float64
	}{
		"Rejected": {partial(2), 1, 2},
		"Remark":   {partial(0), 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			receiver, endpoint := mustReceive(t)
			receiver.answer = tc.answer
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
			log := mustTrace(t, 3)
			if exported, rejected := counted(t, log, "exported"), counted(t, log, "failed", "rejected"); exported != tc.exported || rejected != tc.rejected {
				t.Errorf("got %v exported and %v rejected, want %v and %v", exported, rejected, tc.exported, tc.rejected)
			}
		})
	}
	t.Run("Refused", func(t *testing.T) {
		receiver, endpoint := mustReceive(t)
		receiver.answer = func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, strings.Repeat("no ", 100_000))
		}
		t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
		log := mustTrace(t, 3)
		if got := counted(t, log, "failed", "other"); got != 3.0 || len(log.String()) > 20_000 {
			t.Errorf("got %v failed and a log of %d bytes, want 3 and a short one", got, len(log.String()))
		}
	})
}

func TestExporterNone(t *testing.T) {
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	log := mustTrace(t, 3)
	if got := counted(t, log, "dropped", DropNowhere); got != 3.0 || counted(t, log, "ended") != 3.0 || counted(t, log, "exported") != 0.0 {
		t.Errorf("got %v, want 3 ended and nowhere to send them", counted(t, log))
	}
}

// A Collector that took every span and has something to say is no failure.
func TestExporterRemark(t *testing.T) {
	collector := otlptest.MustStart(t, "")
	collector.Reject(0)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
	log := mustTrace(t, 3)
	if got := counted(t, log, "exported"); got != 3.0 || len(log.With(t, "can't send spans")) != 0 || len(log.With(t, "not every span")) != 0 {
		t.Errorf("got %v exported, want 3 and no complaint:\n%s", got, log)
	}
	if got := log.With(t, "tracing"); len(got) != 1 || !strings.Contains(got[0]["error"].(string), "rejected by the test") {
		t.Errorf("got %v, want the Collector's remark", got)
	}
}

// The last flush tries again: a Collector that can't take spans at that moment, but soon after, gets them.
func TestLastFlushTriesAgain(t *testing.T) {
	t.Run("gRPC", func(t *testing.T) {
		collector := otlptest.MustStart(t, "")
		var asked atomic.Int64
		collector.Answer(func() (*coltracepb.ExportTraceServiceResponse, error) {
			if asked.Add(1) == 1 {
				collector.Answer(nil)
			}
			return nil, status.Error(codes.Unavailable, "not now")
		})
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
		log := mustTrace(t, 100)
		if got := counted(t, log, "exported"); got != 100.0 || len(collector.Spans()) != 100 || asked.Load() == 0 {
			t.Errorf("got %v exported and %d received after %d refusals, want 100", got, len(collector.Spans()), asked.Load())
		}
	})
	t.Run("HTTP", func(t *testing.T) {
		receiver, endpoint := mustReceive(t)
		receiver.answer = func(w http.ResponseWriter) {
			if len(receiver.requests) == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}
		t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
		log := mustTrace(t, 100)
		if got := counted(t, log, "exported"); got != 100.0 || len(receiver.requests) != 2 {
			t.Errorf("got %v exported in %d requests, want 100 in 2", got, len(receiver.requests))
		}
	})
	t.Run("ComesBack", func(t *testing.T) { // nobody listens at first
		first := otlptest.MustStart(t, "")
		address := strings.TrimPrefix(first.Endpoint, "http://")
		first.Stop()
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", first.Endpoint)
		var settings Settings
		if err := settings.readOTel(func(name string) string { return envOf(t)[name] }); err != nil {
			t.Fatal(err)
		}
		r := mustRun(t, settings, func(_ *Service, engine *gin.Engine) {
			engine.GET("/hi", func(c *gin.Context) { c.String(http.StatusOK, "hi") })
		})
		mustGet(t, r.url+"/hi")
		r.stop()
		r.log.Await(t, "stopping")
		second := otlptest.MustStart(t, address)
		<-r.code
		if got := len(second.Spans()); got != 1 {
			t.Errorf("got %d spans, want the one:\n%s", got, r.log)
		}
	})
}

func TestFailureReasonHTTP(t *testing.T) {
	for want, err := range map[string]error{
		"unavailable":       &url.Error{Op: "Post", URL: "http://collector", Err: errors.New("refused")},
		"deadline_exceeded": &url.Error{Op: "Post", URL: "http://collector", Err: timeout{}},
	} {
		if got := failureReason(err); got != want {
			t.Errorf("failureReason(%v): got %q, want %q", err, got, want)
		}
	}
}

type timeout struct{}

func (timeout) Error() string { return "too late" }
func (timeout) Timeout() bool { return true }
