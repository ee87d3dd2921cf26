package analysis_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
	"example.com/foobar/overhead/stats"
)

// mustNoisy is a record whose CPU times have noise of their own, as the standard deviation of a logarithm.
func mustNoisy(t *testing.T, preset string, rounds int, noise float64, seed uint64) *record.Folder {
	t.Helper()
	f := recordtest.InMemory(t, preset, rounds)
	rng := rand.New(rand.NewPCG(seed, 5))
	for _, r := range f.Runs {
		scale(r, math.Exp(noise*rng.NormFloat64()))
	}
	return f
}

// scale multiplies the CPU time of the measured service.
func scale(r *record.Run, by float64) {
	p := r.Processes["foo"]
	p.User, p.System = by*p.User, by*p.System
	r.Processes["foo"] = p
}

// cells are all cells that have an effect.
func cells(a *analysis.Analysis) []*analysis.Cell {
	var out []*analysis.Cell
	for i := range a.Cases {
		for j := range a.Cases[i].Cells {
			out = append(out, &a.Cases[i].Cells[j])
		}
	}
	for i := range a.Comparisons {
		for j := range a.Comparisons[i].Cells {
			out = append(out, &a.Comparisons[i].Cells[j])
		}
	}
	return slices.DeleteFunc(out, func(c *analysis.Cell) bool { return c.Effect == nil })
}

// Whatever was measured, a verdict is what the printed interval bears.
func TestVerdictsAgreeWithTheirIntervals(t *testing.T) {
	for seed := range uint64(20) {
		rounds, noise := 2+int(seed%9), []float64{0, 0.02, 0.1, 0.5, 2}[seed%5]
		a := analysis.New(mustNoisy(t, []string{"quick", "ladder"}[seed%2], rounds, noise, seed))
		margin := stats.LogMargin(float64(a.Margin))
		for _, c := range cells(a) {
			i, what := c.Effect.LogRatio, fmt.Sprintf("%d rounds, noise %v: %s of %s: %q (%s), %+v", rounds, noise, c.Metric, c.Process, c.Verdict, c.Reason, c.Effect.LogRatio)
			switch {
			case !c.Effect.Relative:
				if c.Verdict != "" {
					t.Errorf("%s, without a ratio", what)
				}
				continue
			case c.Verdict == stats.More && i.Lo <= margin, c.Verdict == stats.Less && i.Hi >= -margin,
				c.Verdict == stats.Within && (i.Lo <= -margin || i.Hi >= margin),
				c.Verdict != stats.Inconclusive && i.N < stats.MinRounds,
				(c.Verdict == stats.Inconclusive) != (c.Reason != ""),
				c.Verdict == stats.Inconclusive && c.Reason != stats.BaselinesDiffer && (c.More < 1 || c.More > 1000),
				c.Confidence < analysis.Confidence || c.Confidence >= 1:
				t.Error(what)
			}
			d := c.Effect.Difference
			if (d.Lo > 0) != (i.Lo > 0) || (d.Hi < 0) != (i.Hi < 0) {
				t.Errorf("%s: the difference %+v says something else", what, d)
			}
			if c.Verdict == stats.More && a.Noise != nil && c.Primary && i.Lo <= math.Log1p(a.Noise.Floor) && !isControl(a, c) {
				t.Errorf("%s: within the noise floor of %v", what, a.Noise.Floor)
			}
		}
	}
}

func isControl(a *analysis.Analysis, c *analysis.Cell) bool {
	for i := range a.Cases {
		if a.Cases[i].Control && a.Cases[i].Cell(c.Metric, c.Process) == c {
			return true
		}
	}
	return false
}

func TestNoVerdictFromFewRounds(t *testing.T) {
	for rounds := 2; rounds < stats.MinRounds; rounds++ {
		a := analysis.New(recordtest.InMemory(t, "quick", rounds))
		for _, c := range cells(a) {
			if c.Effect.Relative && (c.Verdict != stats.Inconclusive || c.Reason != stats.TooFewRounds) {
				t.Errorf("%d rounds: %s of %s: %q", rounds, c.Metric, c.Process, c.Verdict)
			}
		}
		limits, err := analysis.ParseBudget("allocs<=+1,allocs<=+1000,cpu<=+900%")
		if err != nil {
			t.Fatal(err)
		}
		if a.Spend(limits); a.Budget.State != analysis.BudgetInconclusive {
			t.Errorf("%d rounds: the budget is %s", rounds, a.Budget.State)
		}
	}
}

func TestNoise(t *testing.T) {
	spoilt := func(control func(round int) float64) *analysis.Analysis {
		f := recordtest.InMemory(t, "quick", 8)
		for _, r := range f.Runs {
			if r.Case == "off-again" {
				scale(r, control(r.Round))
			}
		}
		return analysis.New(f)
	}
	t.Run("AFloorAboveTheCost", func(t *testing.T) {
		a := spoilt(func(round int) float64 { return math.Pow(20, float64(round%2)-0.5) })
		c := a.Case("tail-20").Cell("cpu", "foo")
		if c.Verdict != stats.Inconclusive || c.Reason != stats.WithinNoise {
			t.Errorf("a cost of %+v beside a noise floor of %v: %q (%s)", c.Effect.Ratio, a.Noise.Floor, c.Verdict, c.Reason)
		}
		if v := a.Case("tail-20").Cell("allocs", "foo").Verdict; v != stats.More {
			t.Errorf("allocations, which are quiet: %q", v)
		}
		for budget, want := range map[string]analysis.State{"cpu<=+20%": analysis.BudgetInconclusive, "cpu<=+100%": analysis.BudgetInconclusive,
			"allocs<=+130": analysis.BudgetWithin, "allocs<=+100": analysis.BudgetOver} {
			limits, err := analysis.ParseBudget(budget)
			if err != nil {
				t.Fatal(err)
			}
			if a.Spend(limits); a.Budget.State != want {
				t.Errorf("%s: %+v, want %s", budget, a.Budget, want)
			}
		}
	})
	t.Run("EqualBaselinesDiffer", func(t *testing.T) {
		a := spoilt(func(int) float64 { return 1.3 })
		c := a.Case("tail-20").Cell("cpu", "foo")
		if c.Verdict != stats.Inconclusive || c.Reason != stats.BaselinesDiffer || a.Trustworthy() == nil {
			t.Errorf("got %q (%s), %v", c.Verdict, c.Reason, a.Trustworthy())
		}
		if !slices.ContainsFunc(a.Warnings, func(w string) bool { return strings.Contains(w, "equal baselines differ") }) {
			t.Errorf("no warning in %q", a.Warnings)
		}
		limits, _ := analysis.ParseBudget("cpu<=+900%")
		if a.Spend(limits); a.Budget.State != analysis.BudgetInconclusive || !strings.Contains(a.Budget.Lines[0].Found, "the equal baselines differ") {
			t.Errorf("the budget: %+v", a.Budget)
		}
	})
	t.Run("NoControl", func(t *testing.T) {
		f := recordtest.InMemory(t, "quick", 8)
		f.Experiment.Plan.Control = ""
		a := analysis.New(f)
		if a.Noise != nil || a.Case("tail-20").Cell("cpu", "foo").Verdict != stats.More {
			t.Errorf("got %+v, %q", a.Noise, a.Case("tail-20").Cell("cpu", "foo").Verdict)
		}
	})
}

func mustJSON(t *testing.T, a *analysis.Analysis) string {
	t.Helper()
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestInvariance(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 8)
	want := mustJSON(t, analysis.New(f))
	t.Run("OrderOfFiles", func(t *testing.T) {
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(f.Runs), func(i, j int) { f.Runs[i], f.Runs[j] = f.Runs[j], f.Runs[i] })
		if got := mustJSON(t, analysis.New(f)); got != want {
			t.Error("the order of the runs changes the analysis")
		}
	})
	t.Run("SpeedOfTheMachine", func(t *testing.T) {
		before := analysis.New(f)
		for _, r := range f.Runs {
			scale(r, 3)
		}
		after := analysis.New(f)
		for i := range before.Cases {
			was, is := before.Cases[i].Cell("cpu", "foo"), after.Cases[i].Cell("cpu", "foo")
			if was.Verdict != is.Verdict || was.Effect != nil && math.Abs(was.Effect.Ratio.Mean-is.Effect.Ratio.Mean) > 1e-9 {
				t.Errorf("%s: %q became %q", before.Cases[i].Name, was.Verdict, is.Verdict)
			}
		}
	})
	t.Run("DriftFromRoundToRound", func(t *testing.T) {
		before := analysis.New(f)
		for _, r := range f.Runs {
			scale(r, math.Pow(2, float64(r.Round)))
		}
		after := analysis.New(f)
		for i := range before.Cases {
			if was, is := before.Cases[i].Cell("cpu", "foo"), after.Cases[i].Cell("cpu", "foo"); was.Verdict != is.Verdict {
				t.Errorf("%s: %q became %q", before.Cases[i].Name, was.Verdict, is.Verdict)
			}
		}
	})
}

// A larger limit is never worse, and a budget is over for some limit and within another one.
func TestBudgetIsMonotone(t *testing.T) {
	rank := map[analysis.State]int{analysis.BudgetOver: 0, analysis.BudgetInconclusive: 1, analysis.BudgetWithin: 2}
	a := analysis.New(recordtest.InMemory(t, "quick", 10))
	for _, metric := range []string{"cpu<=+%d%%", "cpu<=+%d", "allocs<=+%d", "rss<=+%d%%"} {
		last, seen := 0, map[analysis.State]bool{}
		for n := range 300 {
			limits, err := analysis.ParseBudget(fmt.Sprintf(metric, n))
			if err != nil {
				t.Fatal(err)
			}
			a.Spend(limits)
			if seen[a.Budget.State] = true; rank[a.Budget.State] < last {
				t.Errorf("%s at %d: %s, after better", metric, n, a.Budget.State)
			}
			last = rank[a.Budget.State]
		}
		if !seen[analysis.BudgetWithin] || !seen[analysis.BudgetOver] && !strings.HasPrefix(metric, "rss") {
			t.Errorf("%s: only %v", metric, seen)
		}
	}
	t.Run("ExactlyTheLimit", func(t *testing.T) {
		f := recordtest.InMemory(t, "quick", 6)
		for _, r := range f.Runs {
			p, n := r.Processes["foo"], float64(r.Load.Requests)
			exact := 70 * n
			if r.Case == "tail-20" {
				exact = 193 * n
			}
			p.Objects = &exact
			r.Processes["foo"] = p
		}
		for budget, want := range map[string]analysis.State{"allocs<=+123": analysis.BudgetWithin, "allocs<=+122.9": analysis.BudgetOver} {
			limits, err := analysis.ParseBudget(budget)
			if err != nil {
				t.Fatal(err)
			}
			a := analysis.New(f)
			if a.Spend(limits); a.Budget.State != want {
				t.Errorf("%s: %+v", budget, a.Budget)
			}
		}
	})
}

func TestMetrics(t *testing.T) {
	n := func(v float64) *float64 { return &v }
	switches := uint64(500)
	r := &record.Run{
		Load: record.Load{Requests: 1000, Window: 10, AchievedRate: 100, Response: record.Distribution{Count: 1000, Mean: 900, P50: 800, P90: 1200, P95: 1500, P99: 4000},
			Duration: record.Distribution{Count: 1000, Mean: 700}},
		Processes: map[string]record.Process{"foo": {User: 0.3, System: 0.1, Background: 0.02, Busy: 0.38, RSSMean: 24e6, RSSPeak: 27e6,
			Objects: n(70e3), Bytes: n(9e6), GCs: n(5), LiveHeap: n(3e6), Wire: n(6e5), Switches: &switches}, "bare": {}},
	}
	for key, want := range map[string]float64{"cpu": 400, "user": 300, "system": 100, "background": 20, "allocs": 70, "bytes": 9000, "gc": 5, "live": 3,
		"rss": 24, "peak": 27, "wire": 600, "switches": 0.5, "percent": 3.8, "p50": 0.8, "p90": 1.2, "p95": 1.5, "p99": 4, "mean": 0.9, "duration": 0.7, "rate": 100} {
		m, ok := analysis.Find(key)
		if got, is := m.Value(r, "foo"); !ok || !is || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
	if len(analysis.Metrics) != 20 {
		t.Errorf("%d metrics: one has no value here", len(analysis.Metrics))
	}
	for _, key := range []string{"allocs", "bytes", "gc", "live", "wire", "switches"} {
		if m, _ := analysis.Find(key); true {
			if v, is := m.Value(r, "bare"); is {
				t.Errorf("%s of a process that doesn't tell: %v", key, v)
			}
		}
	}
	for _, m := range analysis.Metrics {
		if v, is := m.Value(&record.Run{Processes: r.Processes}, "foo"); is {
			t.Errorf("%s without requests: %v", m.Key, v)
		}
		if v, is := m.Value(r, "nobody"); is && m.PerProcess {
			t.Errorf("%s of nobody: %v", m.Key, v)
		}
	}
}

func TestLedger(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 2)
	for _, r := range f.Runs {
		if r.Case == "tail-20" {
			r.Ledger.Services[0].Dropped = map[string]int64{"queue_full": 3}
			r.Ledger.Services[1].Failed = map[string]int64{"timeout": 2}
			r.Ledger.Collector.Refused, r.Ledger.Collector.SendFailed = 1, 4
		}
	}
	for _, row := range analysis.New(f).Ledger {
		if row.Case != "tail-20" {
			if row.LostSum() != 0 || row.LostText() != "" {
				t.Errorf("%s lost %s", row.Case, row.LostText())
			}
			continue
		}
		want := "6 dropped, queue_full, 4 failed, timeout, 8 not sent by the Collector, 2 refused by the Collector"
		if row.LostSum() != 20 || row.LostText() != want || row.Requests != 6000 || row.Decided != 6000 || row.Kept != 1200 {
			t.Errorf("lost %d: %s; %+v", row.LostSum(), row.LostText(), row)
		}
	}
}

func TestPrecise(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 12)
	a := analysis.New(f)
	if !a.Precise(0.5) || a.Precise(0.0001) {
		t.Errorf("within 50 %%: %v; within 0.01 %%: %v", a.Precise(0.5), a.Precise(0.0001))
	}
	if few := analysis.New(recordtest.InMemory(t, "quick", stats.PreciseRounds-1)); few.Precise(0.9) {
		t.Error("precise after too few rounds")
	}
	f.Experiment.Plan.Cases = append(f.Experiment.Plan.Cases, plan.Case{Name: "never-run"})
	if analysis.New(f).Precise(0.9) {
		t.Error("precise with a case that was never run")
	}
}
