package measure

import (
	"errors"
	"strings"
	"testing"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// sound is a run of tail-20 whose ledger closes.
func sound() *record.Run {
	return &record.Run{
		Load: record.Load{Window: 4, Requests: 1200, ChecksPassed: 2400, AskedRate: 300, AchievedRate: 300, LagP99: 400},
		Ledger: record.Ledger{Requests: 1200,
			Services: []record.Account{
				{Service: "bar", Known: true, ExpectedLow: 1200, ExpectedHigh: 1200, Started: 1200, Ended: 1200, Exported: 1200},
				{Service: "foo", Known: true, ExpectedLow: 2400, ExpectedHigh: 2400, Started: 2400, Ended: 2400, Exported: 2400}},
			Collector: &record.Collector{Received: 3600, Decided: 1200, Kept: 240, Sent: 720, ArrivedSpans: 720, ArrivedTraces: 240, CompleteTraces: 240}},
		Machine: record.Machine{Known: true, Foreign: 0.02},
	}
}

func TestGates(t *testing.T) {
	p, err := plan.Preset("quick", ".")
	if err != nil {
		t.Fatal(err)
	}
	failing := func(change func(*record.Run), drainErr error) []string {
		r := sound()
		change(r)
		(&run{Runner: &Runner{Plan: p}, c: *p.Case("tail-20")}).checkGates(r, drainErr)
		var out []string
		for _, g := range r.Gates {
			if !g.OK {
				out = append(out, g.Name+": "+g.Shown)
			}
		}
		return out
	}
	t.Run("OK", func(t *testing.T) {
		if got := failing(func(*record.Run) {}, nil); got != nil {
			t.Errorf("a sound run is void: %q", got)
		}
	})
	for _, c := range []struct {
		name   string
		change func(*record.Run)
		want   string
	}{
		{"NoRequests", func(r *record.Run) { r.Load.Requests, r.Load.ChecksPassed = 0, 0 }, "checks: "},
		{"ACheckFailed", func(r *record.Run) { r.Load.ChecksFailed = 1 }, "checks: 2400 of 2401"},
		{"RateMissed", func(r *record.Run) { r.Load.AchievedRate = 290 }, "rate: 290.00 of 300.00"},
		{"ArrivalsDropped", func(r *record.Run) { r.Load.Dropped = 20 }, "20 arrivals dropped"},
		{"Lag", func(r *record.Run) { r.Load.LagP99 = 11_000 }, "lag: the generator was 11.00 ms late"},
		{"NoTelemetry", func(r *record.Run) { r.Ledger.Services[1].Started, r.Ledger.Services[1].Ended = 0, 0 }, "foo spans: 0 started"},
		{"NotEnded", func(r *record.Run) { r.Ledger.Services[1].Ended = 2399 }, "2399 ended"},
		{"QueueFull", func(r *record.Run) {
			r.Ledger.Services[1].Exported, r.Ledger.Services[1].Dropped = 2300, map[string]int64{"queue_full": 100}
		}, "foo exports: 2300 of 2400 ended spans exported, 100 dropped (queue_full)"},
		{"LostOnTheWay", func(r *record.Run) { r.Ledger.Collector.Received = 3599 }, "received: 3599 of 3600"},
		{"Refused", func(r *record.Run) { r.Ledger.Collector.Refused = 5 }, "5 refused"},
		{"Undecided", func(r *record.Run) { r.Ledger.Collector.Decided = 1100 }, "decided: 1100 of 1200"},
		{"DroppedEarly", func(r *record.Run) { r.Ledger.Collector.DroppedEarly = 3 }, "3 dropped before"},
		{"KeptTooMany", func(r *record.Run) { r.Ledger.Collector.Kept = 480 }, "kept: 480 of 1200"},
		{"KeptNone", func(r *record.Run) { r.Ledger.Collector.Kept = 0 }, "kept: 0 of 1200"},
		{"NotStored", func(r *record.Run) { r.Ledger.Collector.ArrivedSpans = 700 }, "stored: 700 of 720"},
		{"SendFailed", func(r *record.Run) { r.Ledger.Collector.SendFailed = 9 }, "9 not sent"},
		{"Fragments", func(r *record.Run) { r.Ledger.Collector.CompleteTraces = 239 }, "complete: 239 of 240"},
		{"DecidedApart", func(r *record.Run) {
			a := &r.Ledger.Services[0]
			a.ExpectedLow, a.Started, a.Ended, a.Exported = 1000, 1100, 1100, 1100
			r.Ledger.Collector.Received = 3500
		}, "one decision: "},
		{"Steal", func(r *record.Run) { r.Machine.Steal = 0.05 }, "steal: 5.00 %"},
		{"Throttled", func(r *record.Run) { r.Machine.Throttled = 0.05 }, "throttled: 5.00 %"},
		{"Foreign", func(r *record.Run) { r.Machine.Foreign = 0.3 }, "foreign: 30.0 %"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(failing(c.change, nil), "\n"); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("NeverAtRest", func(t *testing.T) {
		if got := failing(func(*record.Run) {}, errors.New("after 10s, foo still holds 3 spans")); len(got) != 1 || !strings.HasPrefix(got[0], "drained: ") {
			t.Errorf("got %q", got)
		}
	})
}
