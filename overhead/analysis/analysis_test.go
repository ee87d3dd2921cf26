package analysis_test

import (
	"math"
	"strings"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
	"example.com/foobar/overhead/stats"
)

func TestNew(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 10)
	a := analysis.New(f)
	t.Run("FindsTheTruth", func(t *testing.T) {
		for name, truth := range recordtest.Costs {
			c := a.Case(name)
			if c == nil || c.Baseline {
				continue
			}
			if d := c.Cell("allocs", "foo").Effect.Difference; d.Mean < truth.Objects-0.1 || d.Mean > truth.Objects+0.1 {
				t.Errorf("%s: %v allocations, want %v", name, d.Mean, truth.Objects)
			}
			if d := c.Cell("bytes", "foo").Effect.Difference; math.Abs(d.Mean-truth.Bytes) > 1e-6 {
				t.Errorf("%s: %v bytes, want %v", name, d.Mean, truth.Bytes)
			}
		}
	})
	t.Run("Verdicts", func(t *testing.T) {
		if v := a.Case("head-100").Cell("cpu", "foo").Verdict; v != stats.More {
			t.Errorf("head-100: got %q", v)
		}
		if v := a.Case("off-again").Cell("cpu", "foo").Verdict; v != stats.Within && v != stats.Inconclusive {
			t.Errorf("off-again: got %q", v)
		}
		if v := a.Case("head-100").Cell("allocs", "foo").Verdict; v != stats.More {
			t.Errorf("allocations, corrected: got %q", v)
		}
		if a.Noise == nil || a.Noise.Floor <= 0 || a.Noise.Floor > 0.15 {
			t.Errorf("noise floor: got %+v", a.Noise)
		}
	})
	t.Run("PrimaryIsNotCorrected", func(t *testing.T) {
		cell := a.Case("sdk").Cell("cpu", "foo")
		if !cell.Primary || cell.Confidence != analysis.Confidence {
			t.Errorf("got %+v", cell)
		}
	})
	t.Run("ComparesTailSampling", func(t *testing.T) {
		if len(a.Comparisons) != 1 || len(a.Comparisons[0].Cells) < 4 {
			t.Fatalf("got %+v", a.Comparisons)
		}
	})
	t.Run("LedgerAdds", func(t *testing.T) {
		for _, row := range a.Ledger {
			if row.Started != row.Exported || row.Runs != 10 || !row.Closed {
				t.Errorf("%+v", row)
			}
		}
	})
}

func TestVoid(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 3)
	var spoiled *record.Run
	for _, r := range f.Runs {
		if r.Case == "tail-20" && r.Round == 2 {
			spoiled = r
		}
	}
	spoiled.Gates = append(spoiled.Gates, record.Gate{Name: "received", OK: false, Shown: "0 of 9000 spans"})
	a := analysis.New(f)
	t.Run("IsLeftOut", func(t *testing.T) {
		if n := a.Case("tail-20").Cell("cpu", "foo").Effect.Difference.N; n != 2 || a.Void != 1 {
			t.Errorf("got %d pairs, %d void runs", n, a.Void)
		}
	})
	t.Run("IsShown", func(t *testing.T) {
		if len(a.VoidRuns) != 1 || !strings.Contains(a.VoidRuns[0].Reasons[0], "0 of 9000 spans") {
			t.Errorf("got %+v", a.VoidRuns)
		}
	})
	t.Run("NoGatesIsVoid", func(t *testing.T) {
		if r := (&record.Run{}); !r.Void() {
			t.Error("a run that passed no gate counts")
		}
	})
	t.Run("AllVoid", func(t *testing.T) {
		for _, r := range f.Runs {
			r.Gates = []record.Gate{{Name: "checks", Shown: "none passed"}}
		}
		if a := analysis.New(f); a.Trustworthy() == nil {
			t.Error("nothing valid, yet trustworthy")
		}
	})
}

func TestBudget(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 10)
	for _, c := range []struct {
		budget string
		want   analysis.State
	}{
		{"allocs<=+130", analysis.BudgetWithin},
		{"allocs<=+100", analysis.BudgetOver},
		{"allocs@sdk<=+50", analysis.BudgetWithin},
		{"cpu<=+90%,allocs<=+130", analysis.BudgetWithin},
		{"cpu@head-100<=+20%", analysis.BudgetOver},
		{"cpu@head-100<=+56%", analysis.BudgetInconclusive},
		{"cpu@head-100<=+56%,allocs<=+100", analysis.BudgetOver},
		{"live<=+0", analysis.BudgetWithin},
		{"foo.allocs<=+130", analysis.BudgetWithin},
	} {
		t.Run(c.budget, func(t *testing.T) {
			a := analysis.New(f)
			limits, err := analysis.ParseBudget(c.budget)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Check(limits); err != nil {
				t.Fatal(err)
			}
			if a.Spend(limits); a.Budget.State != c.want {
				t.Errorf("got %s: %+v", a.Budget.State, a.Budget.Lines)
			}
		})
	}
	for _, c := range []struct{ budget, want string }{
		{"cpu", "write cpu<=+60%"}, {"", "is no limit"}, {"cpu>=3", "is no limit"}, {"alocs<=+3", `did you mean "allocs"?`},
		{"cpu<=-100%", "above -100%"},
	} {
		t.Run("Err "+c.budget, func(t *testing.T) {
			if _, err := analysis.ParseBudget(c.budget); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("ErrNames", func(t *testing.T) {
		a := analysis.New(f)
		for _, text := range []string{"cpu@nowhere<=+1", "nobody.cpu<=+1", "cpu@off<=+1", "collector.cpu<=+500", "generator.allocs<=+3", "foo.p50<=+1"} {
			limits, err := analysis.ParseBudget(text)
			if err != nil {
				t.Fatal(err)
			}
			if a.Check(limits) == nil {
				t.Errorf("%s was accepted", text)
			}
		}
	})
}

func FuzzParseBudget(f *testing.F) {
	f.Add("cpu<=+60%,allocs<=+130")
	f.Add("bar.cpu@head-20 <= -3.5%")
	f.Fuzz(func(t *testing.T, text string) {
		limits, err := analysis.ParseBudget(text)
		if err == nil && len(limits) == 0 {
			t.Error("a budget without limits")
		}
	})
}
