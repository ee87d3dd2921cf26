package measure

import (
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/stats"
)

// spansOf reads a service's own ledger.
func spansOf(m scrape) record.Account {
	read := func(names ...string) int64 {
		v, _ := m.sum(nil, names...)
		return int64(v)
	}
	a := record.Account{Started: read("foobar_spans_started"), Ended: read("foobar_spans_ended"),
		Exported: read("foobar_spans_exported"), Pending: read("foobar_spans_pending"),
		Dropped: map[string]int64{}, Failed: map[string]int64{}}
	for reason, n := range m.sumBy("reason", "foobar_spans_dropped") {
		a.Dropped[reason] = int64(n)
	}
	for reason, n := range m.sumBy("reason", "foobar_spans_failed") {
		a.Failed[reason] = int64(n)
	}
	return a
}

// lost is how many spans were dropped or not delivered.
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

// gained is what an account gained since an earlier state of it.
func gained(a, b record.Account) record.Account {
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

// drawConfidence is the probability with which a draw must lie within its limits: a sound run is voided by chance once in a million.
const drawConfidence = 1 - 1e-6

// ledger follows the spans of so many requests from the services to what arrived behind the Collector.
func (r *run) ledger(requests uint64, before, after snapshot) record.Ledger {
	l := record.Ledger{Requests: requests}
	low, high := stats.Binomial(int(requests), float64(r.c.Sampled), drawConfidence)
	for _, s := range r.Plan.Services {
		if s.Spans == 0 || r.services[s.Name] == nil {
			continue
		}
		a := record.Account{}
		if m := after.scrapes[s.Name]; m != nil && tellsSpans(m, r.c) {
			a = gained(spansOf(m), spansOf(before.scrapes[s.Name]))
			a.Known = true
		}
		a.Service, a.ExpectedLow, a.ExpectedHigh = s.Name, int64(low*s.Spans), int64(high*s.Spans)
		l.Services = append(l.Services, a)
	}
	l.Collector = r.receiver(before, after)
	return l
}

// tellsSpans reports whether a page of metrics holds a ledger; with tracing off it may lack one.
func tellsSpans(m scrape, c plan.Case) bool {
	_, ok := m.sum(nil, "foobar_spans_started")
	_, installed := m.sum(nil, "foobar_tracing_enabled")
	return ok || installed
}

// receiver is what the Collector took in and what came out behind it; without a Collector, what the sink took in.
func (r *run) receiver(before, after snapshot) *record.Collector {
	spans, traces, complete := r.sink.counts(r.Plan.SpansPerTrace())
	c := r.Plan.Collector()
	if c == nil {
		return &record.Collector{Received: spans, Decided: -1, Kept: -1, Sent: spans, ArrivedSpans: spans, ArrivedTraces: traces, CompleteTraces: complete}
	}
	if r.services[c.Name] == nil {
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
	if r.c.Kept == nil {
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
