package measure

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/stats"
)

// checkGates checks every gate and writes down what was found, whether it holds or not.
func (r *run) checkGates(out *record.Run, drainErr error) {
	gate := func(name string, ok bool, format string, args ...any) {
		out.Gates = append(out.Gates, record.Gate{Name: name, OK: ok, Shown: fmt.Sprintf(format, args...)})
	}
	r.checkLoad(out, gate)
	if drainErr != nil {
		gate("drained", false, "%v", drainErr)
	}
	r.checkServices(out, gate)
	r.checkCollector(out, gate)
	m, limits := out.Machine, r.Plan.Limits
	if !m.Known {
		gate("machine", true, "steal, throttling and foreign processes are not known on this system")
		return
	}
	gate("steal", m.Steal <= float64(limits.Steal), "%.2f %% of the CPU time was taken by the hypervisor, at most %s", 100*m.Steal, limits.Steal)
	gate("throttled", m.Throttled <= float64(limits.Throttled), "%.2f %% of the CPU time was withheld by a quota, at most %s", 100*m.Throttled, limits.Throttled)
	gate("foreign", m.Foreign <= float64(limits.Foreign), "%.1f %% of the CPU time was used by other processes, at most %s (-limit foreign=)", 100*m.Foreign, limits.Foreign)
}

type gateFunc func(name string, ok bool, format string, args ...any)

func (r *run) checkLoad(out *record.Run, gate gateFunc) {
	l, limits := out.Load, r.Plan.Limits
	what := ""
	if len(l.Errors) > 0 {
		what = ": " + strings.Join(l.Errors, "; ")
	}
	gate("checks", l.Requests > 0 && l.ChecksFailed == 0 && l.ChecksPassed > 0, "%d of %d checks passed on %d requests%s",
		l.ChecksPassed, l.ChecksPassed+l.ChecksFailed, l.Requests, what)
	if l.AskedRate > 0 {
		miss := math.Abs(l.AchievedRate-l.AskedRate) / l.AskedRate
		dropped := float64(l.Dropped) / float64(l.Requests+l.Dropped+1)
		gate("rate", miss <= float64(limits.Rate) && dropped <= float64(limits.Rate), "%.2f of %.2f requests/s, %d arrivals dropped, may miss by %s",
			l.AchievedRate, l.AskedRate, l.Dropped, limits.Rate)
	}
	if l.LagP99 >= 0 {
		gate("lag", l.LagP99/1e6 <= limits.Lag.Seconds(), "the generator was %.2f ms late at p99, at most %s (-limit lag=)", l.LagP99/1e3, limits.Lag)
	}
}

// checkServices checks each service's account: expected = started = ended = exported.
func (r *run) checkServices(out *record.Run, gate gateFunc) {
	traces := map[int64]bool{}
	for _, a := range out.Ledger.Services {
		if !a.Known {
			continue
		}
		expected := fmt.Sprint(a.ExpectedLow)
		if a.ExpectedLow != a.ExpectedHigh {
			expected = fmt.Sprintf("%d to %d", a.ExpectedLow, a.ExpectedHigh)
		}
		gate(a.Service+" spans", a.ExpectedLow <= a.Started && a.Started <= a.ExpectedHigh && a.Started == a.Ended,
			"%d started, %d ended, expected %s", a.Started, a.Ended, expected)
		gate(a.Service+" exports", a.Exported == a.Ended, "%d of %d ended spans exported%s", a.Exported, a.Ended, reasons(a))
		traces[a.Started/int64(r.Plan.Service(a.Service).Spans)] = true
	}
	if len(traces) > 1 {
		gate("one decision", false, "the services sampled different numbers of traces: %v", slices.Sorted(maps.Keys(traces)))
	}
}

// reasons says what was lost and why.
func reasons(a record.Account) string {
	var parts []string
	for _, of := range []struct {
		word string
		by   map[string]int64
	}{{"dropped", a.Dropped}, {"failed", a.Failed}} {
		for _, reason := range slices.Sorted(maps.Keys(of.by)) {
			if n := of.by[reason]; n != 0 {
				parts = append(parts, fmt.Sprintf("%d %s (%s)", n, of.word, reason))
			}
		}
	}
	if a.Pending != 0 {
		parts = append(parts, fmt.Sprintf("%d pending", a.Pending))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}

// checkCollector checks what was received, decided, sent and stored.
func (r *run) checkCollector(out *record.Run, gate gateFunc) {
	c := out.Ledger.Collector
	if c == nil || r.Plan.SpansPerTrace() == 0 {
		return
	}
	var low, high, exported int64
	known := true
	for _, a := range out.Ledger.Services {
		low, high, exported = low+a.ExpectedLow, high+a.ExpectedHigh, exported+a.Exported
		known = known && a.Known
	}
	if known {
		gate("received", c.Received == exported && c.Refused == 0, "%d of %d exported spans received, %d refused", c.Received, exported, c.Refused)
	} else {
		gate("received", low <= c.Received && c.Received <= high && c.Refused == 0, "%d spans received, expected %d to %d, %d refused", c.Received, low, high, c.Refused)
	}
	if c.Decided >= 0 {
		lowKept, highKept := stats.Binomial(int(c.Decided), r.c.KeptShare(), drawConfidence)
		whole := c.Received / int64(r.Plan.SpansPerTrace())
		gate("decided", c.Decided == whole && c.DroppedEarly == 0, "%d of %d traces decided, %d dropped before", c.Decided, whole, c.DroppedEarly)
		gate("kept", int64(lowKept) <= c.Kept && c.Kept <= int64(highKept), "%d of %d traces kept, %d to %d are within the limits of chance", c.Kept, c.Decided, lowKept, highKept)
	}
	r.checkStored(c, gate)
}

// checkStored checks that what was kept, all that was received without a tail sampler, arrived in whole traces. Both gates hold
// of a run without spans.
func (r *run) checkStored(c *record.Collector, gate gateFunc) {
	expected := c.Received
	if c.Kept >= 0 {
		expected = c.Kept * int64(r.Plan.SpansPerTrace())
	}
	gate("stored", c.ArrivedSpans == expected && c.SendFailed == 0, "%d of %d spans arrived behind the Collector, %d not sent", c.ArrivedSpans, expected, c.SendFailed)
	gate("complete", c.CompleteTraces == c.ArrivedTraces, "%d of %d traces are whole (%d spans)", c.CompleteTraces, c.ArrivedTraces, r.Plan.SpansPerTrace())
}
