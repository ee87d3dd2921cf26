package main

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// made is a trace as the two services make it: foo's server span over its client
// span over bar's server span.
type made struct {
	id       pcommon.TraceID
	spans    [3]pcommon.SpanID
	failed   bool
	duration time.Duration
	padding  string
}

// MustMake returns n traces with ids from seed.
func MustMake(n int, seed uint64) []*made {
	random := rand.New(rand.NewPCG(seed, 4))
	traces := make([]*made, n)
	for i := range traces {
		t := &made{duration: 5 * time.Millisecond}
		binary.BigEndian.PutUint64(t.id[:8], random.Uint64())
		binary.BigEndian.PutUint64(t.id[8:], random.Uint64())
		for j := range t.spans {
			binary.BigEndian.PutUint64(t.spans[j][:], random.Uint64()|1)
		}
		traces[i] = t
	}
	return traces
}

// foo is what foo exports for the traces, bar what bar does.
func foo(traces ...*made) ptrace.Traces {
	out, spans := resource("foo")
	for _, t := range traces {
		t.add(spans, 0, "GET /foo", ptrace.SpanKindServer)
		t.add(spans, 1, "HTTP GET", ptrace.SpanKindClient)
	}
	return out
}

func bar(traces ...*made) ptrace.Traces {
	out, spans := resource("bar")
	for _, t := range traces {
		t.add(spans, 2, "GET /bar", ptrace.SpanKindServer)
	}
	return out
}

func resource(service string) (ptrace.Traces, ptrace.SpanSlice) {
	out := ptrace.NewTraces()
	r := out.ResourceSpans().AppendEmpty()
	r.Resource().Attributes().PutStr("service.name", service)
	return out, r.ScopeSpans().AppendEmpty().Spans()
}

func (t *made) add(spans ptrace.SpanSlice, depth int, name string, kind ptrace.SpanKind) {
	span := spans.AppendEmpty()
	span.SetTraceID(t.id)
	span.SetSpanID(t.spans[depth])
	if depth > 0 {
		span.SetParentSpanID(t.spans[depth-1])
	}
	span.SetName(name)
	span.SetKind(kind)
	now := time.Now()
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-t.duration)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
	if t.failed {
		span.Status().SetCode(ptrace.StatusCodeError)
	}
	if t.padding != "" {
		span.Attributes().PutStr("padding", t.padding)
	}
}

// send exports spans to the Collector and returns its answer.
func (p *process) send(spans ptrace.Traces) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := p.otlp.Export(ctx, ptraceotlp.NewExportRequestFromTraces(spans))
	return err
}

// MustSend exports the traces as the two services do, each on its own, a hundred
// traces a request.
func (p *process) MustSend(traces []*made) {
	p.tb.Helper()
	for len(traces) > 0 {
		n := min(100, len(traces))
		for _, spans := range []ptrace.Traces{foo(traces[:n]...), bar(traces[:n]...)} {
			if err := p.send(spans); err != nil {
				p.tb.Fatal(err)
			}
		}
		traces = traces[n:]
	}
}

// verdicts is the number of traces the tail sampler has decided on.
func (p *process) verdicts() int {
	return int(p.own("otelcol_processor_tail_sampling_global_count_traces_sampled"))
}

// own sums a metric of the Collector's own telemetry over its label sets.
func (p *process) own(metric string) float64 {
	p.tb.Helper()
	page, err := p.get("127.0.0.1:"+p.env["COLLECTOR_METRICS_PORT"], "/metrics")
	if err != nil {
		p.tb.Fatal(err)
	}
	return sum(p.tb, page, metric)
}

// spanMetric sums a metric of the span metrics' page over its label sets.
func (p *process) spanMetric(metric string) float64 {
	p.tb.Helper()
	page, err := p.get(p.env["COLLECTOR_SPAN_METRICS"], "/metrics")
	if err != nil {
		p.tb.Fatal(err)
	}
	return sum(p.tb, page, metric)
}

// sum adds up a metric's values over all label sets of a page in Prometheus' text format.
func sum(tb testing.TB, page, metric string) (total float64) {
	tb.Helper()
	for line := range strings.Lines(page) {
		name, _, _ := strings.Cut(line, "{")
		if name != metric {
			continue
		}
		fields := strings.Fields(line[strings.LastIndexByte(line, '}')+1:])
		value, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			tb.Fatalf("%q: %v", line, err)
		}
		total += value
	}
	return total
}

// keptSpans reads what the Collector kept: spans by trace id and span id. A line
// that is still being written is left for the next reading.
func (p *process) keptSpans() map[pcommon.TraceID]map[pcommon.SpanID]ptrace.Span {
	p.tb.Helper()
	content, err := os.ReadFile(p.kept)
	if err != nil && !os.IsNotExist(err) {
		p.tb.Fatal(err)
	}
	kept := map[pcommon.TraceID]map[pcommon.SpanID]ptrace.Span{}
	for line := range strings.Lines(string(content)) {
		if !strings.HasSuffix(line, "\n") {
			break
		}
		traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces([]byte(line))
		if err != nil {
			p.tb.Fatal(err)
		}
		for _, r := range traces.ResourceSpans().All() {
			for _, s := range r.ScopeSpans().All() {
				for _, span := range s.Spans().All() {
					if kept[span.TraceID()] == nil {
						kept[span.TraceID()] = map[pcommon.SpanID]ptrace.Span{}
					}
					kept[span.TraceID()][span.SpanID()] = span
				}
			}
		}
	}
	return kept
}

// complete reports whether all three spans of the trace are there, and no other,
// each under its parent.
func (t *made) complete(spans map[pcommon.SpanID]ptrace.Span) bool {
	for i, id := range t.spans {
		span, ok := spans[id]
		if !ok || i > 0 && span.ParentSpanID() != t.spans[i-1] {
			return false
		}
	}
	return len(spans) == len(t.spans)
}

// checkShare fails the test when kept of n traces is further from the share than
// five standard deviations of the binomial distribution: by chance once in two
// million runs.
func checkShare(tb testing.TB, kept, n int, percentage float64) {
	tb.Helper()
	share := percentage / 100
	mean, limit := share*float64(n), 5*math.Sqrt(share*(1-share)*float64(n))
	if math.Abs(float64(kept)-mean) > limit {
		tb.Errorf("kept %d of %d traces, want %.0f within %.0f (%g %%)", kept, n, mean, limit, percentage)
	}
}
