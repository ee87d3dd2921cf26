// Package otlptest is a receiver of traces over OTLP/gRPC on the loopback, for tests. It is no Collector: it keeps every
// span in memory and passes nothing on.
package otlptest

import (
	"context"
	"encoding/hex"
	"net"
	"sync"
	"testing"
	"time"

	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
)

// awaitWithin bounds Await; it is generous because it only ever runs out in a test that fails.
const awaitWithin = 30 * time.Second

// Span is a received span; ids are in hex, attributes that are not strings in their text form.
type Span struct {
	Service    string
	Name       string
	Kind       string // "server", "client" or "internal"
	TraceID    string
	ID         string
	Parent     string // empty for a root
	Failed     bool   // its status is Error
	Message    string // of the status
	Attributes map[string]string
}

// Collector receives spans.
type Collector struct {
	// Endpoint is the URL for OTEL_EXPORTER_OTLP_ENDPOINT.
	Endpoint string

	coltracepb.UnimplementedTraceServiceServer
	server *grpc.Server
	mu     sync.Mutex
	spans  []Span
	answer func() (*coltracepb.ExportTraceServiceResponse, error)
}

// MustStart starts a receiver on a free port, or on addr if it isn't empty, and stops it when the test ends.
func MustStart(tb testing.TB, addr string) *Collector {
	tb.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		tb.Fatalf("listen for spans: %v", err)
	}
	c := &Collector{Endpoint: "http://" + listener.Addr().String(), server: grpc.NewServer()}
	coltracepb.RegisterTraceServiceServer(c.server, c)
	go c.server.Serve(listener)
	tb.Cleanup(c.Stop)
	return c
}

// Stop closes the receiver and its connections before the test ends. Its address is free then.
func (c *Collector) Stop() { c.server.Stop() }

// Reject makes the receiver answer every export with success for all but n of its spans.
func (c *Collector) Reject(n int64) {
	c.Answer(func() (*coltracepb.ExportTraceServiceResponse, error) {
		partial := &coltracepb.ExportTracePartialSuccess{RejectedSpans: n, ErrorMessage: "rejected by the test"}
		return &coltracepb.ExportTraceServiceResponse{PartialSuccess: partial}, nil
	})
}

// Answer makes the receiver answer every export with what f returns, and keep none of its spans; nil restores success.
func (c *Collector) Answer(f func() (*coltracepb.ExportTraceServiceResponse, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = f
}

// Export implements the OTLP trace service.
func (c *Collector) Export(_ context.Context, req *coltracepb.ExportTraceServiceRequest) (*coltracepb.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	answer := c.answer
	if answer == nil {
		c.spans = append(c.spans, flatten(req)...)
	}
	c.mu.Unlock()
	if answer != nil {
		return answer()
	}
	return &coltracepb.ExportTraceServiceResponse{}, nil
}

// Spans returns what was received so far, in order of arrival.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// Await returns the spans once there are n of them, and fails the test if they don't come.
func (c *Collector) Await(tb testing.TB, n int) []Span {
	tb.Helper()
	for deadline := time.Now().Add(awaitWithin); ; time.Sleep(5 * time.Millisecond) {
		spans := c.Spans()
		if len(spans) >= n {
			return spans
		}
		if time.Now().After(deadline) {
			tb.Fatalf("got %d spans after %s, want %d: %+v", len(spans), awaitWithin, n, spans)
		}
	}
}

func flatten(req *coltracepb.ExportTraceServiceRequest) []Span {
	var spans []Span
	for _, rs := range req.GetResourceSpans() {
		service := texts(rs.GetResource().GetAttributes())["service.name"]
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				spans = append(spans, newSpan(service, s))
			}
		}
	}
	return spans
}

func newSpan(service string, s *tracepb.Span) Span {
	kind := map[tracepb.Span_SpanKind]string{
		tracepb.Span_SPAN_KIND_SERVER:   "server",
		tracepb.Span_SPAN_KIND_CLIENT:   "client",
		tracepb.Span_SPAN_KIND_INTERNAL: "internal",
	}
	return Span{
		Service:    service,
		Name:       s.GetName(),
		Kind:       kind[s.GetKind()],
		TraceID:    hex.EncodeToString(s.GetTraceId()),
		ID:         hex.EncodeToString(s.GetSpanId()),
		Parent:     hex.EncodeToString(s.GetParentSpanId()),
		Failed:     s.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR,
		Message:    s.GetStatus().GetMessage(),
		Attributes: texts(s.GetAttributes()),
	}
}

func texts(attributes []*commonpb.KeyValue) map[string]string {
	m := map[string]string{}
	for _, a := range attributes {
		if s, is := a.GetValue().GetValue().(*commonpb.AnyValue_StringValue); is {
			m[a.GetKey()] = s.StringValue
			continue
		}
		m[a.GetKey()] = a.GetValue().String()
	}
	return m
}
