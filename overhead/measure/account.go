package measure

import (
	"math"
	"time"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/stats"
)

// account writes down what each process used and what became of the spans.
func (b *bench) account(out *record.Run, before snapshot, end, drained map[string]usage, after snapshot) {
	names := []string{analysis.Generator}
	for name := range b.services {
		names = append(names, name)
	}
	for _, name := range names {
		u0, u1, u2 := before.usages[name], end[name], drained[name]
		if name == analysis.Generator {
			u2 = u1
		}
		p := record.Process{
			Busy:       (u1.total - u0.total).Seconds(),
			Background: max(0, (u2.total - u1.total).Seconds()),
			Switches:   switched(u0, u2),
		}
		p.RSSMean, p.RSSPeak = sampledRSS(out.Series, name, out.Load.Window)
		p.RSSPeak = max(p.RSSPeak, float64(u2.peak))
		total := (u2.total - u0.total).Seconds()
		p.User, p.System = divide(total, u2.user-u0.user, u2.system-u0.system)
		b.carried(&p, name, before, after)
		if m := after.scrapes[name]; m != nil {
			heap(&p, before.scrapes[name], m)
		}
		if live, ok := after.live[name]; ok {
			p.LiveHeap = &live
		}
		out.Processes[name] = p
	}
	out.Ledger = b.ledger(out.Load.Requests, before, after)
}

// carried writes down what a process sent to the receiver of spans. It isn't known when a connection was closed meanwhile.
func (b *bench) carried(p *record.Process, name string, before, after snapshot) {
	now, ok := after.wire[name]
	if !ok {
		return
	}
	if sent, ok := now.sent(before.wire[name]); ok {
		p.Wire = &sent
		return
	}
	p.WireClosed = true
}

// divide splits a CPU time in the proportion of two coarser ones.
func divide(total float64, user, system time.Duration) (float64, float64) {
	if user+system <= 0 {
		return total, 0
	}
	share := float64(user) / float64(user+system)
	return total * share, total * (1 - share)
}

// switched is how many context switches there were. A thread that ends takes its count along: where more went with such
// threads than came, nothing is known.
func switched(from, to usage) *uint64 {
	if !to.known || to.switches < from.switches {
		return nil
	}
	n := to.switches - from.switches
	return &n
}

// sampledRSS is the mean and the largest of the samples within the window, 0 without any.
func sampledRSS(points []record.Point, name string, window float64) (mean, peak float64) {
	sum, n := 0.0, 0
	for _, p := range points {
		if v, ok := p.RSS[name]; ok && p.At >= 0 && p.At <= window {
			sum, peak = sum+v, max(peak, v)
			n++
		}
	}
	return sum / float64(max(n, 1)), peak
}

// heap reads the Go runtime's counters, where a service tells them.
func heap(p *record.Process, before, after scrape) {
	delta := func(names ...string) *float64 {
		a, ok := after.sum(nil, names...)
		b, _ := before.sum(nil, names...)
		if !ok {
			return nil
		}
		d := a - b
		return &d
	}
	p.Objects = delta("go_gc_heap_allocs_objects", "go_memstats_mallocs")
	p.Bytes = delta("go_gc_heap_allocs_bytes", "go_memstats_alloc_bytes_total", "otelcol_process_runtime_total_alloc_bytes")
	p.GCs = delta("go_gc_cycles_automatic_gc_cycles", "go_gc_duration_seconds")
	if live, ok := after.sum(nil, "go_gc_heap_live_bytes"); ok {
		p.LiveHeap = &live
	}
}

// spansOf reads a service's own ledger.
func spansOf(m scrape) record.Account {
	read := func(names ...string) int64 {
		v, _ := m.sum(nil, names...)
		return int64(v)
	}
	a := record.Account{Started: read("foobar_spans_started"), Ended: read("foobar_spans_ended"),
		Exported: read("foobar_spans_exported"), Pending: read("foobar_spans_pending"),
		Dropped: map[string]int64{}, Failed: map[string]int64{}}
	for reason, n := range m.by("reason", "foobar_spans_dropped") {
		a.Dropped[reason] = int64(n)
	}
	for reason, n := range m.by("reason", "foobar_spans_failed") {
		a.Failed[reason] = int64(n)
	}
	return a
}

func lost(a record.Account) int64 {
	var n int64
	for _, v := range a.Dropped {
		n += v
	}
	for _, v := range a.Failed {
		n += v
	}
	return n
}

// minus is what a ledger gained since an earlier state of it.
func minus(a, b record.Account) record.Account {
	a.Started -= b.Started
	a.Ended -= b.Ended
	a.Exported -= b.Exported
	for reason := range a.Dropped {
		a.Dropped[reason] -= b.Dropped[reason]
	}
	for reason := range a.Failed {
		a.Failed[reason] -= b.Failed[reason]
	}
	return a
}

// certain is the probability with which a draw must lie within its limits: a sound run is voided by chance once in a million.
const certain = 1 - 1e-6

func (b *bench) ledger(requests uint64, before, after snapshot) record.Ledger {
	l := record.Ledger{Requests: requests}
	low, high := stats.Binomial(int(requests), float64(b.c.Sampled), certain)
	for _, s := range b.Plan.Services {
		if s.Spans == 0 || b.services[s.Name] == nil {
			continue
		}
		a := record.Account{}
		if m := after.scrapes[s.Name]; m != nil && tellsSpans(m, b.c) {
			a = minus(spansOf(m), spansOf(before.scrapes[s.Name]))
			a.Known = true
		}
		a.Service, a.ExpectedLow, a.ExpectedHigh = s.Name, int64(low*s.Spans), int64(high*s.Spans)
		l.Services = append(l.Services, a)
	}
	l.Collector = b.receiver(before, after)
	return l
}

// tellsSpans reports whether a page of metrics holds a ledger; with tracing off it may lack one.
func tellsSpans(m scrape, c plan.Case) bool {
	_, ok := m.sum(nil, "foobar_spans_started")
	_, installed := m.sum(nil, "foobar_tracing_enabled")
	return ok || installed
}

// receiver is what the Collector took in and what came out behind it; without a Collector, what the sink took in.
func (b *bench) receiver(before, after snapshot) *record.Collector {
	spans, traces, complete := b.sink.counts(b.Plan.SpansPerTrace())
	c := b.Plan.Collector()
	if c == nil {
		return &record.Collector{Received: spans, Decided: -1, Kept: -1, Sent: spans, ArrivedSpans: spans, ArrivedTraces: traces, CompleteTraces: complete}
	}
	if b.services[c.Name] == nil {
		return nil
	}
	out := collectorOf(after.scrapes[c.Name])
	was := collectorOf(before.scrapes[c.Name])
	out.Received -= was.Received
	out.Refused -= was.Refused
	out.Sent -= was.Sent
	out.SendFailed -= was.SendFailed
	out.Decided -= was.Decided
	out.Kept -= was.Kept
	out.DroppedEarly -= was.DroppedEarly
	if b.c.Kept == nil {
		out.Decided, out.Kept = -1, -1
	}
	out.ArrivedSpans, out.ArrivedTraces, out.CompleteTraces = spans, traces, complete
	return &out
}

// collectorOf reads the Collector's own metrics.
func collectorOf(m scrape) record.Collector {
	read := func(labels map[string]string, names ...string) int64 {
		var sum float64
		for _, name := range names {
			v, _ := m.sum(labels, name)
			sum += v
		}
		return int64(sum)
	}
	return record.Collector{
		Received:     read(nil, "otelcol_receiver_accepted_spans"),
		Refused:      read(nil, "otelcol_receiver_refused_spans", "otelcol_receiver_failed_spans"),
		Sent:         read(nil, "otelcol_exporter_sent_spans"),
		SendFailed:   read(nil, "otelcol_exporter_send_failed_spans", "otelcol_exporter_enqueue_failed_spans"),
		Decided:      read(nil, "otelcol_processor_tail_sampling_global_count_traces_sampled"),
		Kept:         read(map[string]string{"sampled": "true"}, "otelcol_processor_tail_sampling_global_count_traces_sampled"),
		DroppedEarly: read(nil, "otelcol_processor_tail_sampling_sampling_trace_dropped_too_early"),
	}
}

// machine is what the machine did besides during the window.
func (b *bench) machine(before snapshot, end map[string]usage, now machine) record.Machine {
	was := before.machine
	all, busy := now.since(was)
	if !now.known || !was.known || all <= 0 {
		return record.Machine{}
	}
	for name, u := range end {
		busy -= u.total - before.usages[name].total
	}
	share := func(d time.Duration) float64 { return math.Max(0, d.Seconds()/all.Seconds()) }
	return record.Machine{Known: true, Steal: share(now.steal - was.steal), Foreign: share(busy), Throttled: share(now.throttled - was.throttled)}
}
