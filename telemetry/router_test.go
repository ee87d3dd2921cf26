package telemetry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"example.com/foobar/telemetry/logtest"
)

// mustService returns a service whose spans stay in memory, or one with tracing off if exporter is nil.
func mustService(tb testing.TB, name string, exporter *tracetest.InMemoryExporter) (*Service, *logtest.Log) {
	tb.Helper()
	log := &logtest.Log{}
	s := &Service{Settings: Settings{Name: name}, Log: NewLogger(log, name)}
	if exporter != nil {
		var err error
		if s.Tracing, err = NewProvider(tb.Context(), name, exporter, s.Log); err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { s.Tracing.Close(context.Background()) })
	}
	return s, log
}

// mustFlush returns the spans by their service and name.
func mustFlush(tb testing.TB, exporter *tracetest.InMemoryExporter, services ...*Service) map[string]tracetest.SpanStub {
	tb.Helper()
	for _, s := range services {
		if err := s.Tracing.Flush(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
	spans := map[string]tracetest.SpanStub{}
	for _, span := range exporter.GetSpans() {
		service, _ := span.Resource.Set().Value("service.name")
		spans[service.AsString()+" "+span.SpanKind.String()+" "+span.Name] = span
	}
	return spans
}

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

// One request through two services is one trace: server, client, server, each the parent of the next.
func TestTraceAcrossServices(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	inner, _ := mustService(t, "inner", exporter)
	outer, _ := mustService(t, "outer", exporter)
	var header string
	innerRouter := inner.Router()
	innerRouter.GET("/inner/:id", func(c *gin.Context) {
		header = c.GetHeader("traceparent")
		c.String(http.StatusOK, "inner")
	})
	innerServer := httptest.NewServer(innerRouter)
	defer innerServer.Close()
	client := outer.Transport(&http.Transport{}, "/inner/:id")
	outerRouter := outer.Router()
	outerRouter.GET("/outer", func(c *gin.Context) {
		req, _ := http.NewRequestWithContext(c.Request.Context(), http.MethodGet, innerServer.URL+"/inner/7", nil)
		resp, err := client.RoundTrip(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		io.Copy(c.Writer, resp.Body)
	})
	outerServer := httptest.NewServer(outerRouter)
	defer outerServer.Close()
	if status, body := mustGet(t, outerServer.URL+"/outer"); status != 200 || body != "inner" {
		t.Fatalf("got %d %q, want 200 inner", status, body)
	}
	spans := mustFlush(t, exporter, outer, inner)
	root, call, leaf := spans["outer server GET /outer"], spans["outer client GET /inner/:id"], spans["inner server GET /inner/:id"]
	if len(spans) != 3 || root.Name == "" || call.Name == "" || leaf.Name == "" {
		t.Fatalf("got %v, want three spans", spans)
	}
	id := root.SpanContext.TraceID()
	if root.Parent.IsValid() || call.Parent.SpanID() != root.SpanContext.SpanID() || leaf.Parent.SpanID() != call.SpanContext.SpanID() ||
		call.SpanContext.TraceID() != id || leaf.SpanContext.TraceID() != id {
		t.Errorf("got root %v, call %v of %v, leaf %v of %v; want one chain", root.SpanContext, call.SpanContext, call.Parent, leaf.SpanContext, leaf.Parent)
	}
	if want := "00-" + id.String() + "-" + call.SpanContext.SpanID().String() + "-01"; header != want {
		t.Errorf("got traceparent %q, want %q", header, want)
	}
}

func TestRouterTraced(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	s, log := mustService(t, "svc", exporter)
	r := s.Router()
	r.GET(HealthPath, Healthz)
	r.GET(ReadyPath, s.Readyz(nil))
	r.GET("/fails", func(c *gin.Context) { c.Error(errors.New("no luck")); Fail(c, http.StatusBadGateway, "sorry") })
	r.GET("/panics", func(*gin.Context) { panic("at the handler") })
	server := httptest.NewServer(r)
	defer server.Close()
	for path, want := range map[string]string{
		HealthPath: `200 ok`,
		ReadyPath:  `200 ready`,
		"/fails":   `502 {"error":"sorry"}`,
		"/panics":  `500 {"error":"internal error"}`,
		"/nowhere": `404 {"error":"no such path"}`,
	} {
		status, body := mustGet(t, server.URL+path)
		if got := fmt.Sprint(status, " ", body); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	spans := mustFlush(t, exporter, s)
	for _, path := range []string{"/fails", "/panics"} {
		if got := spans["svc server GET "+path]; got.Status.Code != codes.Error {
			t.Errorf("%s: got span status %v, want Error", path, got.Status)
		}
	}
	if got := spans["svc server GET"]; len(spans) != 3 || got.Status.Code != codes.Unset {
		t.Errorf("got %d spans, unmatched route %v, want 3 (none of health checks) and status Unset", len(spans), got.Status)
	}
	record := log.With(t, "handler panicked")
	if want := spans["svc server GET /panics"].SpanContext.TraceID().String(); len(record) != 1 || record[0]["trace_id"] != want {
		t.Errorf("got %v, want one record with trace id %s", record, want)
	}
}

// Every answer has a span, that of a redirect, too, and http.route is on those alone that a route answers.
func TestRouterUnmatched(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	s, _ := mustService(t, "svc", exporter)
	r := s.Router()
	r.GET("/hi", func(c *gin.Context) { c.String(http.StatusOK, "hi") })
	r.GET("/dir/", func(c *gin.Context) { c.String(http.StatusOK, "dir") })
	for _, tc := range []struct {
		method, path string
		status       int
		location     string
		route        string
	}{
		{"GET", "/hi", 200, "", "/hi"},
		{"GET", "/hi/?a=b", 301, "/hi?a=b", ""},
		{"GET", "/dir", 301, "/dir/", ""},
		{"GET", "/", 404, "", ""},
		{"GET", "/nowhere", 404, "", ""},
		{"GET", "//hi", 404, "", ""},
		{"POST", "/hi", 405, "", ""},
		{"POST", "/hi/", 404, "", ""},
		{"BREW", "/nowhere", 404, "", ""},
	} {
		t.Run(tc.method+" "+tc.path, func(t *testing.T) {
			exporter.Reset()
			before := s.requests.Load()
			w := mustAsk(t, r, tc.method, tc.path)
			if w.Code != tc.status || w.Header().Get("Location") != tc.location {
				t.Errorf("got %d, Location %q, want %d, %q", w.Code, w.Header().Get("Location"), tc.status, tc.location)
			}
			spans := mustFlush(t, exporter, s)
			if got := s.requests.Load() - before; len(spans) != 1 || got != 1 {
				t.Fatalf("got %d spans and %d requests counted, want one each", len(spans), got)
			}
			for _, span := range spans {
				route, found := "", false
				for _, a := range span.Attributes {
					if a.Key == "http.route" {
						route, found = a.Value.AsString(), true
					}
				}
				if found != (tc.route != "") || route != tc.route {
					t.Errorf("got http.route %q (there: %v), want %q", route, found, tc.route)
				}
			}
		})
	}
}

// Off means off: no middleware, no wrapper, no header, no global, and not one allocation more than plain Gin.
func TestRouterTracingOff(t *testing.T) {
	s, _ := mustService(t, "svc", nil)
	handler := func(c *gin.Context) { c.String(http.StatusOK, "hi") }
	r := s.Router()
	r.GET("/hi", handler)
	t.Run("Middleware", func(t *testing.T) {
		if got := len(r.Handlers); got != 3 { // count, recovery and body limit
			t.Errorf("got %d handlers before each route, want 3", got)
		}
		for _, h := range r.Handlers {
			if name := handlerName(h); strings.Contains(name, "otel") {
				t.Errorf("got the handler %s", name)
			}
		}
		on, _ := mustService(t, "svc", tracetest.NewInMemoryExporter())
		if name := handlerName(on.Router().Handlers[0]); !strings.Contains(name, "otelgin") {
			t.Errorf("got %s first with tracing on, want otelgin: this test would miss it", name)
		}
	})
	t.Run("Transport", func(t *testing.T) {
		base := &http.Transport{}
		if got := s.Transport(base, "/"); got != http.RoundTripper(base) {
			t.Errorf("got a transport of type %T, want the one that was passed in", got)
		}
	})
	t.Run("NoSpan", func(t *testing.T) {
		r := s.Router()
		r.GET("/span", func(c *gin.Context) {
			if sc := trace.SpanContextFromContext(c.Request.Context()); sc.IsValid() {
				t.Errorf("got the span %v from an incoming traceparent", sc)
			}
		})
		req := httptest.NewRequest(http.MethodGet, "/span", nil)
		req.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		r.ServeHTTP(httptest.NewRecorder(), req)
	})
	t.Run("Globals", func(t *testing.T) {
		if got := otel.GetTextMapPropagator().Fields(); len(got) != 0 {
			t.Errorf("got a global propagator of %v", got)
		}
	})
	t.Run("Allocations", func(t *testing.T) {
		plain := gin.New()
		plain.GET("/hi", handler)
		// Under the race detector sync.Pool drops some of what it is given, at random.
		if got, want := allocsPerRequest(r), allocsPerRequest(plain); math.Abs(got-want) > 0.5 {
			t.Errorf("got %.2f allocations a request, want plain Gin's %.2f", got, want)
		}
	})
}

func handlerName(h gin.HandlerFunc) string {
	return runtime.FuncForPC(reflect.ValueOf(h).Pointer()).Name()
}

// allocsPerRequest is a mean, not rounded as that of testing.AllocsPerRun.
func allocsPerRequest(h http.Handler) float64 {
	req := httptest.NewRequest(http.MethodGet, "/hi", nil)
	w := &nullWriter{http.Header{}}
	const requests = 20000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range requests {
		h.ServeHTTP(w, req)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / requests
}

type nullWriter struct{ header http.Header }

func (w *nullWriter) Header() http.Header         { return w.header }
func (w *nullWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w *nullWriter) WriteHeader(int)             {}

func TestRouterLimits(t *testing.T) {
	s, _ := mustService(t, "svc", nil)
	r := s.Router()
	r.POST("/echo", func(c *gin.Context) {
		if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
			Fail(c, http.StatusRequestEntityTooLarge, "too large after all")
			return
		}
		c.String(http.StatusOK, "read")
	})
	server := httptest.NewServer(r)
	defer server.Close()
	post := func(size int64, chunked bool) int {
		var body io.Reader = io.LimitReader(zeros{}, size)
		req, _ := http.NewRequest(http.MethodPost, server.URL+"/echo", body)
		if !chunked {
			req.ContentLength = size
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, tc := range []struct {
		name    string
		size    int64
		chunked bool
		want    int
	}{
		{"OK", maxBody, false, 200},
		{"OKChunked", maxBody, true, 200},
		{"ErrTooLarge", maxBody + 1, false, 413},
		{"ErrTooLargeChunked", maxBody + 1, true, 413},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := post(tc.size, tc.chunked); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}

// A client that waits for "100 Continue" before it sends a body gets the answer at once, without being asked for a body
// that nobody reads; and it is asked when somebody does.
func TestRouterExpectContinue(t *testing.T) {
	for name, exporter := range map[string]*tracetest.InMemoryExporter{"Off": nil, "On": tracetest.NewInMemoryExporter()} {
		s, _ := mustService(t, "svc", exporter)
		r := s.Router()
		r.Any("/hi", func(c *gin.Context) { c.String(http.StatusOK, "hi") })
		r.POST("/echo", func(c *gin.Context) { io.Copy(c.Writer, c.Request.Body) })
		server := httptest.NewServer(r)
		defer server.Close()
		for _, tc := range []struct{ request, body, want string }{
			{"POST /hi HTTP/1.1\r\nContent-Length: 3", "", "HTTP/1.1 200 OK\r\n"},
			{"GET /hi HTTP/1.1\r\nContent-Length: 3", "", "HTTP/1.1 200 OK\r\n"},
			{"POST /hi HTTP/1.1\r\nTransfer-Encoding: chunked", "", "HTTP/1.1 200 OK\r\n"},
			{"POST /nowhere HTTP/1.1\r\nContent-Length: 3", "", "HTTP/1.1 404 Not Found\r\n"},
			{"POST /hi HTTP/1.1\r\nContent-Length: 100000", "", "HTTP/1.1 413 Request Entity Too Large\r\n"},
			{"POST /echo HTTP/1.1\r\nContent-Length: 3", "abc", "HTTP/1.1 100 Continue\r\n"},
		} {
			t.Run(name+" "+tc.request, func(t *testing.T) {
				conn, err := net.Dial("tcp", server.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(30 * time.Second)) // runs out only in a test that fails
				fmt.Fprintf(conn, "%s\r\nHost: svc\r\nExpect: 100-continue\r\n\r\n", tc.request)
				in := bufio.NewReader(conn)
				if got, err := in.ReadString('\n'); got != tc.want {
					t.Fatalf("got %q, %v, want %q", got, err, tc.want)
				}
				if tc.body == "" {
					return
				}
				io.WriteString(conn, tc.body)
				in.ReadString('\n') // the end of the 100
				resp, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if got, _ := io.ReadAll(resp.Body); string(got) != tc.body {
					t.Errorf("got %q, want %q", got, tc.body)
				}
			})
		}
	}
}

func TestRouterCountsRequests(t *testing.T) {
	for name, exporter := range map[string]*tracetest.InMemoryExporter{"Off": nil, "On": tracetest.NewInMemoryExporter()} {
		t.Run(name, func(t *testing.T) {
			s, _ := mustService(t, "svc", exporter)
			r := s.Router()
			r.GET(HealthPath, Healthz)
			r.GET("/hi", func(c *gin.Context) { c.String(http.StatusOK, "hi") })
			r.GET("/panics", func(*gin.Context) { panic("as it is meant to") })
			for _, path := range []string{HealthPath, "/hi", "/hi", "/panics", "/nowhere"} {
				mustAsk(t, r, http.MethodGet, path)
			}
			if got, want := mustAsk(t, s.adminHandler(), http.MethodGet, "/metrics").Body.String(), "\nfoobar_http_requests_total 4\n"; !strings.Contains(got, want) {
				t.Errorf("want %q in\n%s", want, got)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestReadyz(t *testing.T) {
	s, _ := mustService(t, "svc", nil)
	ready := error(nil)
	r := s.Router()
	r.GET(ReadyPath, s.Readyz(func(context.Context) error { return ready }))
	check := func(name string, want int, wantBody string) {
		t.Helper()
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, ReadyPath, nil))
		if w.Code != want || w.Body.String() != wantBody {
			t.Errorf("%s: got %d %s, want %d %s", name, w.Code, w.Body, want, wantBody)
		}
	}
	check("ready", 200, "ready")
	ready = errors.New("not yet")
	check("not ready", 503, `{"error":"not yet"}`)
	s.stopping.Store(true)
	check("stopping", 503, `{"error":"stopping"}`)
}

func BenchmarkRouter(b *testing.B) {
	for name, exporter := range map[string]*tracetest.InMemoryExporter{"off": nil, "on": tracetest.NewInMemoryExporter()} {
		b.Run("tracing="+name, func(b *testing.B) {
			if exporter != nil {
				b.Setenv("OTEL_TRACES_SAMPLER", "always_off")
			}
			s, _ := mustService(b, "svc", exporter)
			r := s.Router()
			r.GET("/hi", func(c *gin.Context) { c.String(http.StatusOK, "hi") })
			req, w := httptest.NewRequest(http.MethodGet, "/hi", nil), &nullWriter{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				r.ServeHTTP(w, req)
			}
		})
	}
}
