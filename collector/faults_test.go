package main

import (
	"net"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TestLateSpans sends bar's spans after the verdict on what foo sent: they follow
// the verdict, so that a kept trace is whole and a dropped one leaves nothing.
func TestLateSpans(t *testing.T) {
	traces := MustMake(200, 5)
	p := MustStart(t, []string{"file.yaml"}, "SAMPLING_PERCENTAGE=50")
	if err := p.send(foo(traces...)); err != nil {
		t.Fatal(err)
	}
	p.await("the verdicts", func() bool { return p.verdicts() == len(traces) })
	if err := p.send(bar(traces...)); err != nil {
		t.Fatal(err)
	}
	p.terminate()
	kept := p.keptSpans()
	checkShare(t, len(kept), len(traces), 50)
	checkComplete(t, traces, kept)
}

// TestPendingTracesAreDecidedAtTheEnd stops the Collector long before the verdicts are due.
func TestPendingTracesAreDecidedAtTheEnd(t *testing.T) {
	traces := MustMake(500, 6)
	p := MustStart(t, []string{"file.yaml"}, "DECISION_WAIT=10m", "SAMPLING_PERCENTAGE=40")
	p.MustSend(traces)
	p.terminate()
	kept := p.keptSpans()
	checkShare(t, len(kept), len(traces), 40)
	checkComplete(t, traces, kept)
}

// TestMemoryLimit fills the Collector with traces that wait for their verdict until
// it refuses more, and sees it alive and accepting again once they are decided.
func TestMemoryLimit(t *testing.T) {
	p := MustStart(t, []string{"file.yaml"},
		"MEMORY_LIMIT_MIB=120", "MEMORY_SPIKE_MIB=30", "DECISION_WAIT=8s", "SAMPLING_PERCENTAGE=0")
	var refused error
	for seed := uint64(100); seed < 1000 && refused == nil; seed++ {
		refused = p.send(heavy(10, seed))
	}
	// The Collector looks at its memory once a second, and all this may have been sent in less.
	p.await("the Collector to look at its memory", func() bool {
		if refused == nil {
			refused = p.send(heavy(1, 1000))
		}
		return refused != nil
	})
	if status.Code(refused) != codes.Unavailable && status.Code(refused) != codes.ResourceExhausted {
		t.Fatalf("the Collector at its limit answered %v, want Unavailable or ResourceExhausted", refused)
	}
	if got := p.own("otelcol_processor_memory_limiter_refused_spans") + p.own("otelcol_receiver_refused_spans"); got == 0 {
		t.Error("the Collector counted no refused span")
	}
	if !p.healthy() {
		t.Error("the Collector at its limit is not healthy")
	}
	last := MustMake(1, 7)
	p.await("the Collector to accept spans again", func() bool { return p.send(foo(last...)) == nil })
}

// heavy is what foo sends of n traces, with 20 kB in each.
func heavy(n int, seed uint64) ptrace.Traces {
	traces := MustMake(n, seed)
	for _, trace := range traces {
		trace.padding = strings.Repeat("x", 20_000)
	}
	return foo(traces...)
}

// TestTempoAway starts the Collector before anything listens at TEMPO_ENDPOINT: it
// keeps what is due, and delivers all of it when a receiver appears.
func TestTempoAway(t *testing.T) {
	const n = 300
	port := freePorts(t, 1)[0]
	address := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String()
	traces := MustMake(n, 8)
	p := MustStart(t, nil, "TEMPO_ENDPOINT="+address, "SAMPLING_PERCENTAGE=100")
	p.MustSend(traces)
	p.await("the verdicts", func() bool { return p.verdicts() == n })
	p.await("a batch in the queue", func() bool {
		return p.own("otelcol_exporter_queue_size")+p.own("otelcol_exporter_in_flight_requests") > 0
	})

	sink := MustStart(t, []string{"file.yaml"}, "COLLECTOR_OTLP_GRPC="+address, "SAMPLING_PERCENTAGE=100")
	sink.await("every trace at the receiver", func() bool { return len(sink.keptSpans()) == n })
	checkComplete(t, traces, sink.keptSpans())
	if got := p.own("otelcol_exporter_send_failed_spans"); got != 0 {
		t.Errorf("%v spans given up, want 0", got)
	}
}
