package telemetry

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"example.com/foobar/telemetry/logtest"
)

// gateExporter blocks every export until the gate is open, and then returns err.
type gateExporter struct {
	*tracetest.InMemoryExporter
	entered chan int // size of each batch as it arrives
	gate    chan struct{}
	err     error
}

func newGate(err error) *gateExporter {
	return &gateExporter{tracetest.NewInMemoryExporter(), make(chan int, 100), make(chan struct{}), err}
}

func (g *gateExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	g.entered <- len(spans)
	select {
	case <-g.gate:
	case <-ctx.Done():
		return ctx.Err()
	}
	if g.err != nil {
		return g.err
	}
	return g.InMemoryExporter.ExportSpans(ctx, spans)
}

func mustProvider(tb testing.TB, exporter sdktrace.SpanExporter) (*Provider, *logtest.Log) {
	tb.Helper()
	log := &logtest.Log{}
	p, err := NewProvider(tb.Context(), "test", exporter, NewLogger(log, "test"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { p.Close(context.Background()) })
	return p, log
}

func endSpans(p *Provider, n int) {
	for range n {
		_, span := p.Tracer("test").Start(context.Background(), "work")
		span.End()
	}
}

// checkClosed fails the test unless every ended span is accounted for.
func checkClosed(tb testing.TB, n Counts) {
	tb.Helper()
	sum := n.Exported + n.Pending
	for _, m := range []map[string]int64{n.Failed, n.Dropped} {
		for v := range maps.Values(m) {
			sum += v
		}
	}
	if sum != n.Ended {
		tb.Errorf("got %d ended, want exported + failed + dropped + pending = %d: %+v", n.Ended, sum, n)
	}
}

func TestLedger(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		exporter := tracetest.NewInMemoryExporter()
		p, _ := mustProvider(t, exporter)
		endSpans(p, 1500)
		_, open := p.Tracer("test").Start(t.Context(), "open")
		defer open.End()
		if err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := p.Ledger.Counts()
		checkClosed(t, n)
		if n.Started != 1501 || n.Ended != 1500 || n.Exported != 1500 || n.Pending != 0 || len(exporter.GetSpans()) != 1500 {
			t.Errorf("got %+v and %d spans, want 1501 started and 1500 exported", n, len(exporter.GetSpans()))
		}
	})
	t.Run("ExporterFails", func(t *testing.T) {
		exporter := newGate(errors.New("broken"))
		close(exporter.gate)
		p, _ := mustProvider(t, exporter)
		endSpans(p, 7)
		err := p.Flush(t.Context())
		var export *ExportError
		if !errors.As(err, &export) || export.Lost != 7 {
			t.Errorf("got error %v, want an ExportError of 7 spans", err)
		}
		n := p.Ledger.Counts()
		checkClosed(t, n)
		if n.Failed["other"] != 7 || n.Exported != 0 {
			t.Errorf("got %+v, want 7 failed for the reason other", n)
		}
	})
	t.Run("NotSampled", func(t *testing.T) {
		t.Setenv("OTEL_TRACES_SAMPLER", "always_off")
		p, _ := mustProvider(t, tracetest.NewInMemoryExporter())
		endSpans(p, 5)
		if n := p.Ledger.Counts(); n.Started != 0 || n.Ended != 0 {
			t.Errorf("got %+v, want nothing", n)
		}
	})
}

// The queue holds what was asked for and one batch; everything beyond that is dropped and counted.
func TestLedgerQueueFull(t *testing.T) {
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
	exporter := newGate(nil)
	p, _ := mustProvider(t, exporter)
	endSpans(p, 4)
	if got := <-exporter.entered; got != 4 { // one batch is under way, the queue is empty
		t.Fatalf("got a batch of %d, want 4", got)
	}
	endSpans(p, 100)
	if n := p.Ledger.Counts(); n.Dropped[DropQueueFull] != 92 || n.Pending != 12 {
		t.Errorf("got %+v, want 92 dropped and 12 pending: 8 in the queue and 4 under way", n)
	}
	close(exporter.gate)
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := p.Ledger.Counts()
	checkClosed(t, n)
	if n.Exported != 12 || n.Pending != 0 || len(exporter.GetSpans()) != 12 {
		t.Errorf("got %+v and %d spans, want 12 exported", n, len(exporter.GetSpans()))
	}
}

func TestLedgerShutdown(t *testing.T) {
	t.Run("InTime", func(t *testing.T) {
		p, _ := mustProvider(t, tracetest.NewInMemoryExporter())
		endSpans(p, 3)
		_, late := p.Tracer("test").Start(t.Context(), "late")
		if err := p.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		late.End()
		n := p.Ledger.Counts()
		checkClosed(t, n)
		if n.Exported != 3 || n.Pending != 0 {
			t.Errorf("got %+v, want 3 exported", n)
		}
	})
	t.Run("TooLate", func(t *testing.T) {
		exporter := newGate(nil)
		p, _ := mustProvider(t, exporter)
		endSpans(p, 3)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-exporter.entered; cancel() }()
		if err := p.Close(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want canceled", err)
		}
		close(exporter.gate) // a delivery after the end changes nothing
		n := p.Ledger.Counts()
		checkClosed(t, n)
		if n.Dropped[DropShutdown] != 3 || n.Pending != 0 {
			t.Errorf("got %+v, want 3 dropped at shutdown", n)
		}
	})
}

// The ledger closes, and the SDK never drops by itself, while many goroutines end spans and others flush.
func TestLedgerConcurrent(t *testing.T) {
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "32")
	t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8")
	exporter := tracetest.NewInMemoryExporter()
	p, _ := mustProvider(t, exporter)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { endSpans(p, 2000) })
	}
	for range 2 {
		group.Go(func() {
			for range 50 {
				p.Flush(context.Background())
			}
		})
	}
	group.Wait()
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := p.Ledger.Counts()
	checkClosed(t, n)
	if n.Ended != 16000 || n.Pending != 0 || n.Exported != int64(len(exporter.GetSpans())) {
		t.Errorf("got %+v and %d spans, want 16000 ended and all that were exported", n, len(exporter.GetSpans()))
	}
}

func BenchmarkLedger(b *testing.B) {
	ledger := &Ledger{limit: -1, next: new(Ledger)} // full: nothing is handed on, only counted
	span := tracetest.SpanStub{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled})}.Snapshot()
	b.ReportAllocs()
	for b.Loop() {
		ledger.OnEnd(span)
	}
}

type discard struct{}

func (discard) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (discard) Shutdown(context.Context) error                             { return nil }
