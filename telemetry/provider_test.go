package telemetry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"example.com/foobar/telemetry/logtest"
	"example.com/foobar/telemetry/otlptest"
)

func mustExporter(tb testing.TB, endpoint string) sdktrace.SpanExporter {
	tb.Helper()
	exporter, err := NewExporter(tb.Context(), endpoint)
	if err != nil {
		tb.Fatal(err)
	}
	return exporter
}

func TestProviderOverOTLP(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=lab")
		collector := otlptest.MustStart(t, "")
		p, _ := mustProvider(t, mustExporter(t, collector.Endpoint))
		endSpans(p, 2)
		if err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := collector.Spans(); len(got) != 2 || got[0].Service != "test" || got[0].Name != "work" {
			t.Errorf("got %+v, want two spans named work of the service test", got)
		}
	})
	t.Run("ServiceNameFromEnv", func(t *testing.T) {
		t.Setenv("OTEL_SERVICE_NAME", "renamed")
		collector := otlptest.MustStart(t, "")
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
		p, _ := mustProvider(t, mustExporter(t, ""))
		endSpans(p, 1)
		if err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := collector.Spans(); len(got) != 1 || got[0].Service != "renamed" {
			t.Errorf("got %+v, want a span of the service renamed", got)
		}
	})
	t.Run("NotUTF8", func(t *testing.T) { // a path that a client chose must not cost a whole batch
		collector := otlptest.MustStart(t, "")
		p, _ := mustProvider(t, mustExporter(t, collector.Endpoint))
		attributes := trace.WithAttributes(attribute.String("url.path", "/\xff"), attribute.StringSlice("x\xff", []string{"\xff"}))
		linked := trace.Link{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}}),
			Attributes: []attribute.KeyValue{attribute.String("x", "\xff")}}
		_, span := p.Tracer("test").Start(t.Context(), "\xff", attributes, trace.WithLinks(linked))
		span.SetStatus(otelcodes.Error, "\xff")
		span.AddEvent("\xff", attributes)
		span.End()
		endSpans(p, 1)
		if err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := collector.Spans(); len(got) != 2 || got[0].Name != "\ufffd" || got[0].Attributes["url.path"] != "/\ufffd" || got[1].Name != "work" {
			t.Errorf("got %+v, want both spans, with U+FFFD in the place of the bytes", got)
		}
	})
	t.Run("Rejected", func(t *testing.T) {
		collector := otlptest.MustStart(t, "")
		collector.Reject(2)
		p, _ := mustProvider(t, mustExporter(t, collector.Endpoint))
		endSpans(p, 5)
		if err := p.Flush(t.Context()); err == nil {
			t.Error("got no error, want one that tells of the rejected spans")
		}
		n := p.Ledger.Counts()
		checkClosed(t, n)
		if n.Exported != 3 || n.Failed["rejected"] != 2 {
			t.Errorf("got %+v, want 3 exported and 2 rejected", n)
		}
	})
	t.Run("Refused", func(t *testing.T) {
		collector := otlptest.MustStart(t, "")
		collector.Answer(func() (*coltracepb.ExportTraceServiceResponse, error) {
			return nil, status.Error(codes.PermissionDenied, "not you")
		})
		p, _ := mustProvider(t, mustExporter(t, collector.Endpoint))
		endSpans(p, 5)
		if err := p.Flush(t.Context()); err == nil {
			t.Error("got no error, want permission denied")
		}
		n := p.Ledger.Counts()
		checkClosed(t, n)
		if n.Failed["permission_denied"] != 5 {
			t.Errorf("got %+v, want 5 failed for the reason permission_denied", n)
		}
	})
}

// With nobody at the endpoint the ledger closes all the same, and names both reasons.
func TestProviderCollectorDown(t *testing.T) {
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "16")
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "200")
	p, log := mustProvider(t, mustExporter(t, "http://127.0.0.1:1"))
	endSpans(p, 500)
	p.Flush(t.Context()) // may find nothing left to send
	n := p.Ledger.Counts()
	checkClosed(t, n)
	if n.Pending != 0 || n.Exported != 0 || n.Failed["unavailable"] == 0 || n.Dropped[DropQueueFull] == 0 {
		t.Errorf("got %+v, want some unavailable, the others queue_full", n)
	}
	if got := log.With(t, "can't send spans"); len(got) != 1 {
		t.Errorf("got %d complaints, want one: %v", len(got), got)
	}
}

func TestComplaints(t *testing.T) {
	log := &logtest.Log{}
	c := &complaints{log: NewLogger(log, "test"), said: Throttle{Period: remindAfter}}
	for range 100 {
		c.Handle(&ExportError{Lost: 1, Err: errors.New("down")})
	}
	c.recovered()
	c.recovered()
	c.Handle(&ExportError{Lost: 1, Err: errors.New("down again")})
	for i := range 1000 {
		c.Handle(fmt.Errorf("another kind: %d", i))
	}
	c.Handle(nil)
	if got := log.With(t, "can't send spans"); len(got) != 2 {
		t.Errorf("got %d complaints, want one before and one after the recovery", len(got))
	}
	if got := log.With(t, "sent again"); len(got) != 1 || got[0]["failures_not_logged"] != 99.0 {
		t.Errorf("got %v, want one recovery after 99 failures that were not logged", got)
	}
	if got := len(log.With(t, "tracing")); got != maxKinds {
		t.Errorf("got %d lines of other kinds, want %d: %d kinds and the rest as one", got, maxKinds, maxKinds-1)
	}
}

func TestRepairBatching(t *testing.T) {
	for _, tc := range []struct {
		name, queue, batch, delay string
		wantComplaints            int
	}{
		{"OK", "100", "10", "1000", 0},
		{"NegativeQueue", "-1", "10", "1000", 1},
		{"HugeQueue", "999999999999999", "10", "1000", 1},
		{"ZeroBatch", "100", "0", "1000", 1},
		{"NoDelay", "100", "10", "0", 1},
		{"NotANumber", "many", "10", "1000", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", tc.queue)
			t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", tc.batch)
			t.Setenv("OTEL_BSP_SCHEDULE_DELAY", tc.delay)
			collector := otlptest.MustStart(t, "")
			p, log := mustProvider(t, mustExporter(t, collector.Endpoint))
			endSpans(p, 3)
			if err := p.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := len(log.With(t, "tracing")); got != tc.wantComplaints {
				t.Errorf("got %d complaints, want %d", got, tc.wantComplaints)
			}
			if got := len(collector.Spans()); got != 3 {
				t.Errorf("got %d spans, want 3", got)
			}
		})
	}
}

func TestPropagators(t *testing.T) {
	for variable, want := range map[string]string{
		"":                     "traceparent tracestate baggage",
		"tracecontext,baggage": "traceparent tracestate baggage",
		"b3":                   "b3",
		"b3multi,baggage":      "x-b3-traceid x-b3-spanid x-b3-sampled x-b3-flags baggage",
		"none":                 "",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv("OTEL_PROPAGATORS", variable)
			p, log := mustProvider(t, discard{})
			got := p.Propagator.Fields()
			for _, field := range strings.Fields(want) {
				if !slices.Contains(got, field) {
					t.Errorf("got the fields %v, want %q among them", got, field)
				}
			}
			if len(got) != len(strings.Fields(want)) || log.String() != "" {
				t.Errorf("got the fields %v, want %s:\n%s", got, want, log)
			}
		})
	}
}

func TestFailureReason(t *testing.T) {
	for want, err := range map[string]error{
		"unavailable":        fmt.Errorf("traces export: %w", status.Error(codes.Unavailable, "gone")),
		"resource_exhausted": status.Error(codes.ResourceExhausted, "full"),
		"deadline_exceeded":  fmt.Errorf("traces export: %w", context.DeadlineExceeded),
		"canceled":           context.Canceled,
		"other":              errors.New("request message too large"),
	} {
		if got := failureReason(err); got != want {
			t.Errorf("failureReason(%v): got %q, want %q", err, got, want)
		}
	}
}

func TestErrorHandlerIsInstalled(t *testing.T) {
	_, log := mustProvider(t, discard{})
	otel.Handle(errors.New("something of the SDK"))
	if got := log.Await(t, "tracing"); got["error"] != "something of the SDK" {
		t.Errorf("got %v, want the error in the log", got)
	}
}
