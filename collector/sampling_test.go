package main

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TestPercentage sends the same traces through the sampler at the percentages of
// case_1 and case_2.
func TestPercentage(t *testing.T) {
	const n = 2000
	traces := MustMake(n, 1)
	kept := map[int]map[pcommon.TraceID]map[pcommon.SpanID]ptrace.Span{}
	for _, percentage := range []int{20, 40} {
		t.Run(fmt.Sprintf("%d", percentage), func(t *testing.T) {
			p := MustStart(t, []string{"file.yaml"}, fmt.Sprintf("SAMPLING_PERCENTAGE=%d", percentage))
			p.MustSend(traces)
			p.await("a verdict on every trace", func() bool { return p.verdicts() == n })
			p.await("span metrics of every span", func() bool {
				return p.spanMetric("traces_span_metrics_calls_total") == 3*n
			})
			p.terminate()
			kept[percentage] = p.keptSpans()
			checkShare(t, len(kept[percentage]), n, float64(percentage))
			checkComplete(t, traces, kept[percentage])
		})
	}
	t.Run("TheSmallerShareIsPartOfTheLarger", func(t *testing.T) {
		for id := range maps.Keys(kept[20]) {
			if kept[40][id] == nil {
				t.Errorf("trace %s was kept at 20 %% and not at 40 %%", id)
			}
		}
	})
}

// checkComplete fails the test when a kept trace was never sent, or isn't whole.
func checkComplete(tb testing.TB, traces []*made, kept map[pcommon.TraceID]map[pcommon.SpanID]ptrace.Span) {
	tb.Helper()
	found := 0
	for _, t := range traces {
		spans, ok := kept[t.id]
		if !ok {
			continue
		}
		found++
		if !t.complete(spans) {
			tb.Errorf("trace %s was kept with %d spans, want its 3 under their parents", t.id, len(spans))
		}
	}
	if found != len(kept) {
		tb.Errorf("%d of the %d kept traces were never sent", len(kept)-found, len(kept))
	}
}

func TestProductionKeepsErrorsAndSlowTraces(t *testing.T) {
	traces := MustMake(1000, 2)
	for i, trace := range traces {
		trace.failed = i%50 == 0
		if i%40 == 1 {
			trace.duration = 700 * time.Millisecond
		}
	}
	p := MustStart(t, []string{"production.yaml", "file.yaml"})
	p.MustSend(traces)
	p.await("a verdict on every trace", func() bool { return p.verdicts() == len(traces) })
	p.terminate()
	kept := p.keptSpans()
	checkComplete(t, traces, kept)
	ordinary, ordinaryKept := 0, 0
	for _, trace := range traces {
		_, ok := kept[trace.id]
		switch {
		case (trace.failed || trace.duration > 500*time.Millisecond) && !ok:
			t.Errorf("trace %s (failed %t, %s) was dropped", trace.id, trace.failed, trace.duration)
		case !trace.failed && trace.duration < 500*time.Millisecond:
			ordinary++
			if ok {
				ordinaryKept++
			}
		}
	}
	checkShare(t, ordinaryKept, ordinary, 20)
}

// TestProbabilistic samples without waiting: whole traces all the same, since every
// span of a trace has its id.
func TestProbabilistic(t *testing.T) {
	const n = 2000
	traces := MustMake(n, 3)
	p := MustStart(t, []string{"probabilistic.yaml", "file.yaml"})
	p.MustSend(traces)
	p.terminate()
	kept := p.keptSpans()
	checkShare(t, len(kept), n, 20)
	checkComplete(t, traces, kept)
}
