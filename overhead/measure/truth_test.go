package measure

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/experiment"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/stats"
)

// These tests run real processes: the service synthetic, whose costs are known, under real load. They hold on a busy
// machine, because the limits on what others may do are lifted and every interval says how much is not known. Whole
// experiments take minutes and run with FOOBAR_LONG=1; run_test.go has single runs.

// mustBeLong skips a test that takes minutes unless they were asked for.
func mustBeLong(t *testing.T) {
	t.Helper()
	if os.Getenv("FOOBAR_LONG") != "1" {
		t.Skip("whole experiments take minutes: FOOBAR_LONG=1 runs them")
	}
}

// truthRounds and truthRequests keep them small.
const (
	truthRounds   = stats.MinRounds
	truthRequests = 200 // a second, for two seconds
)

// truthPlan measures synthetic, without a Collector between it and the sink.
func truthPlan(cases ...plan.Case) *plan.Plan {
	return &plan.Plan{
		Name: "truth",
		Services: []plan.Service{{
			Name: "synthetic", Build: "synthetic", Measured: true, Spans: 2, GOMAXPROCS: 1, Ports: []string{"http", "admin"},
			Command: []string{"-addr", "${synthetic.http}", "-admin", "${synthetic.admin}", "-spans", "2"},
			Env:     map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://${sink}"},
			Ready:   "http://${synthetic.http}/healthz", Metrics: "http://${synthetic.admin}/metrics",
			Flush: "http://${synthetic.admin}/flush", GC: "http://${synthetic.admin}/gc",
		}},
		Load: plan.Load{URL: "http://${synthetic.http}/work", Method: "GET", Status: 200, Answer: "done", Scenario: load.Scenario{
			Executor: load.ConstantArrivalRate, Rate: new(int64(truthRequests)), TimeUnit: load.For(time.Second), PreAllocatedVUs: new(4), MaxVUs: new(4)}}, // few connections: each new one allocates
		TraceSpans: 1, // each span is a trace of its own
		Cases:      cases, Baseline: cases[0].Name, Rounds: truthRounds, MaxRounds: truthRounds, Margin: 0.05, Primary: "cpu",
		Timing: plan.Timing{WarmUp: plan.Duration(time.Second), Window: plan.Duration(2 * time.Second),
			Drain: plan.Duration(20 * time.Second), Ready: plan.Duration(time.Minute)},
		Limits: plan.Limits{Rate: 0.5, Lag: plan.Duration(5 * time.Second), Steal: 1, Throttled: 1, Foreign: 1, Attempts: 3},
		Dir:    "..",
	}
}

func off(name string, args ...string) plan.Case {
	return plan.Case{Name: name, Env: map[string]map[string]string{"synthetic": {"OTEL_SDK_DISABLED": "true"}},
		Args: map[string][]string{"synthetic": args}}
}

// mustRun runs an experiment and returns its record; what void runs said is logged.
func mustRun(t *testing.T, p *plan.Plan) *record.Folder {
	t.Helper()
	mustBeLong(t)
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	f, err := record.Create(t.TempDir(), record.Experiment{Plan: *p, Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	e := &experiment.Experiment{Folder: f, Runner: mustRunner(t, p)}
	err = e.Run(context.Background())
	for _, r := range f.Runs {
		for _, g := range r.Gates {
			if !g.OK {
				t.Logf("round %d, %s: %s: %s", r.Round, r.Case, g.Name, g.Shown)
			}
		}
	}
	if err != nil {
		t.Logf("ended with: %v", err)
	}
	return f
}

func TestKnownTruth(t *testing.T) {
	p := truthPlan(off("off"), off("off-again"), off("burn", "-burn", "200us"), off("allocate", "-allocate", "100"),
		plan.Case{Name: "traced", Sampled: 1})
	p.Control = "off-again"
	f := mustRun(t, p)
	a := analysis.New(f)
	cell := func(name, metric string) *analysis.Cell {
		t.Helper()
		c := a.Case(name).Cell(metric, "synthetic")
		if c == nil || c.Effect == nil || c.Effect.Difference.N < 3 {
			t.Fatalf("%s, %s: too few valid runs", name, metric)
		}
		t.Logf("%s, %s: %+v", name, metric, c.Effect.Difference)
		return c
	}
	t.Run("200MicrosecondsAreFound", func(t *testing.T) {
		// At 99.9 %, so that chance fails this test once in a thousand runs and not once in twenty.
		i := stats.Paired(cell("burn", "cpu").Pairs, 0.999).Difference
		if !i.Covers(200) {
			t.Errorf("the interval %+v doesn't cover 200 µs", i)
		}
		if v := cell("burn", "cpu").Verdict; v != stats.More {
			t.Errorf("200 µs more: %q", v)
		}
	})
	t.Run("100ObjectsAreFoundToTheObject", func(t *testing.T) {
		// The median of the rounds: on a busy machine a round may open connections that another didn't need.
		if got := median(cell("allocate", "allocs").Pairs); got < 99.5 || got > 100.5 {
			t.Errorf("found %.2f objects, want 100", got)
		}
	})
	t.Run("EqualCasesAreNeverACost", func(t *testing.T) {
		if v := cell("off-again", "cpu").Verdict; v == stats.More {
			// The interval's own error probability is 2.5 %; at 0.1 % it must hold.
			if i := stats.Paired(cell("off-again", "cpu").Pairs, 0.998).LogRatio; i.Lo > stats.LogMargin(0.05) {
				t.Errorf("two equal cases: %q, %+v", v, i)
			}
		}
	})
	t.Run("TracingIsACostAndItsLedgerCloses", func(t *testing.T) {
		if v := cell("traced", "allocs").Verdict; v != stats.More {
			t.Errorf("allocations with tracing: %q", v)
		}
		for _, row := range a.Ledger {
			if row.Case == "traced" && (row.Received != 2*int64(row.Requests) || row.Exported != row.Received || !row.Closed) {
				t.Errorf("the ledger of tracing: %+v", row)
			}
		}
		if wire := cell("traced", "wire").Level.Mean; wireAccount != "not known on this system" && wire < 20 {
			t.Errorf("%.1f B/request sent to the receiver of spans", wire)
		}
	})
}

func median(pairs []stats.Pair) float64 {
	d := make([]float64, len(pairs))
	for i, p := range pairs {
		d[i] = p.Case - p.Base
	}
	slices.Sort(d)
	return (d[(len(d)-1)/2] + d[len(d)/2]) / 2
}
