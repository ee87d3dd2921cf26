package telemetry

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Reasons for which an ended span is dropped before it reaches the exporter.
const (
	DropQueueFull = "queue_full"  // the batch processor holds as many as OTEL_BSP_MAX_QUEUE_SIZE and one batch
	DropShutdown  = "shutdown"    // ended after the end began, or not confirmed when its time was up
	DropNowhere   = "no_exporter" // OTEL_TRACES_EXPORTER=none; counted then alone
)

// Ledger counts what becomes of every sampled span, so that none is lost unnoticed. It is a span processor that stands
// before the SDK's batch processor and decides itself when that is full, because the SDK drops silently; and it is told
// by the exporter what was delivered. At rest:
//
//	Ended = Exported + Failed + Dropped + Pending
//
// and after a flush nothing is pending of what had ended before. Started less Ended is how many are still running.
// The hot path is two atomic additions when a span ends and one when it starts.
type Ledger struct {
	started, ended, pending atomic.Int64
	queueFull, shutdown     atomic.Int64
	nowhere                 atomic.Int64
	exported                atomic.Int64
	closed                  atomic.Bool
	limit                   int64 // most spans that may be pending

	next sdktrace.SpanProcessor // nil if there is no exporter

	flushing sync.Mutex
	mu       sync.Mutex // guards failed, and settling against the end
	failed   map[string]int64
	final    bool // the end has come: what is still under way counts as dropped
}

// Counts is a copy of a ledger.
type Counts struct {
	Started  int64            `json:"started"`
	Ended    int64            `json:"ended"`
	Pending  int64            `json:"pending"` // ended, and waiting to be exported or under way
	Exported int64            `json:"exported"`
	Failed   map[string]int64 `json:"failed"`  // given up by the exporter, by reason: a gRPC status, or "rejected" by the Collector
	Dropped  map[string]int64 `json:"dropped"` // never given to the exporter, by reason
}

// newLedger puts a ledger and a batch processor, set by OTEL_BSP_*, before the exporter, if there is one.
func newLedger(exporter sdktrace.SpanExporter, c *complaints) *Ledger {
	l := &Ledger{failed: map[string]int64{"unavailable": 0, "deadline_exceeded": 0, "rejected": 0}}
	if exporter != nil {
		l.next = sdktrace.NewBatchSpanProcessor(&countingExporter{exporter, l, c}, l.roomy(c.Handle))
	}
	return l
}

// roomy takes the queue size that was asked for as the ledger's own limit and makes the processor's queue so large that
// it can't be full before the ledger says so: everything pending, and the mark of one flush. Values that would make the SDK
// panic or spin are replaced by its defaults.
func (l *Ledger) roomy(complain func(error)) sdktrace.BatchSpanProcessorOption {
	return func(o *sdktrace.BatchSpanProcessorOptions) {
		complain(repairBatching(o))
		l.limit = int64(o.MaxQueueSize + o.MaxExportBatchSize)
		o.MaxQueueSize = int(l.limit) + 1
	}
}

// OnStart counts a span that is sampled.
func (l *Ledger) OnStart(ctx context.Context, s sdktrace.ReadWriteSpan) {
	if s.SpanContext().IsSampled() {
		l.started.Add(1)
	}
	if l.next != nil {
		l.next.OnStart(ctx, s)
	}
}

// OnEnd hands the span on, or drops it and says why.
func (l *Ledger) OnEnd(s sdktrace.ReadOnlySpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	l.ended.Add(1)
	switch {
	case l.next == nil:
		l.nowhere.Add(1)
	case l.closed.Load():
		l.shutdown.Add(1)
	case l.pending.Add(1) > l.limit:
		l.pending.Add(-1)
		l.queueFull.Add(1)
	default:
		l.next.OnEnd(s)
	}
}

// ForceFlush exports every span that ended before the call, and returns the exporter's error.
func (l *Ledger) ForceFlush(ctx context.Context) error {
	if l.next == nil {
		return nil
	}
	l.flushing.Lock()
	defer l.flushing.Unlock()
	return l.next.ForceFlush(ctx)
}

// Shutdown exports what it can until ctx ends; what is not confirmed by then counts as dropped.
func (l *Ledger) Shutdown(ctx context.Context) error {
	l.closed.Store(true)
	var err error
	if l.next != nil {
		err = l.next.Shutdown(ctx)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.final = true
	l.shutdown.Add(l.pending.Swap(0))
	return err
}

// recordExport books the outcome of an export: n spans, of which lost were, for that reason, not delivered.
func (l *Ledger) recordExport(n, lost int64, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.final {
		return
	}
	if lost > 0 {
		l.failed[reason] += lost
	}
	l.exported.Add(n - lost)
	l.pending.Add(-n)
}

// Counts returns a copy of the ledger's counts.
func (l *Ledger) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := Counts{
		Started:  l.started.Load(),
		Ended:    l.ended.Load(),
		Pending:  l.pending.Load(),
		Exported: l.exported.Load(),
		Failed:   maps.Clone(l.failed),
		Dropped:  map[string]int64{DropQueueFull: l.queueFull.Load(), DropShutdown: l.shutdown.Load()},
	}
	if l.next == nil {
		n.Dropped[DropNowhere] = l.nowhere.Load()
	}
	return n
}
