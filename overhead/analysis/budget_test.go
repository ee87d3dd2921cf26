package analysis_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

// mustSpend is the outcome of a budget.
func mustSpend(t *testing.T, a *analysis.Analysis, budget string) *analysis.Outcome {
	t.Helper()
	limits, err := analysis.ParseBudget(budget)
	if err != nil {
		t.Fatal(err)
	}
	a.Spend(limits)
	return a.Budget
}

func TestParseBudget(t *testing.T) {
	type limit struct {
		process, metric, of string
		value               float64
		relative            bool
	}
	for _, c := range []struct {
		text string
		want []limit
	}{
		{"cpu<=+60%", []limit{{"", "cpu", "", 0.6, true}}},
		{"cpu<=60%", []limit{{"", "cpu", "", 0.6, true}}},
		{"cpu <= +60%", []limit{{"", "cpu", "", 0.6, true}}},
		{"allocs<=+130", []limit{{"", "allocs", "", 130, false}}},
		{"allocs<=-1.5", []limit{{"", "allocs", "", -1.5, false}}},
		{"allocs<=0", []limit{{"", "allocs", "", 0, false}}},
		{"bar.cpu<=+40", []limit{{"bar", "cpu", "", 40, false}}},
		{"allocs@head-20<=+70", []limit{{"", "allocs", "head-20", 70, false}}},
		{"my-svc_2.rss@v1.2<=+3.25%", []limit{{"my-svc_2", "rss", "v1.2", 0.0325, true}}},
		{" cpu<=+60% , allocs<=+130 ", []limit{{"", "cpu", "", 0.6, true}, {"", "allocs", "", 130, false}}},
		{"cpu<=-99.9%", []limit{{"", "cpu", "", -0.999, true}}},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := analysis.ParseBudget(c.text)
			if err != nil || len(got) != len(c.want) {
				t.Fatalf("got %+v, %v", got, err)
			}
			for i, l := range got {
				is := limit{l.Process, l.Metric, l.Case, l.Value, l.Relative}
				if math.Abs(is.value-c.want[i].value) > 1e-12 {
					t.Errorf("value %v, want %v", is.value, c.want[i].value)
				}
				if is.value = c.want[i].value; is != c.want[i] {
					t.Errorf("got %+v, want %+v", is, c.want[i])
				}
			}
		})
	}
	for _, text := range []string{"", ",", "cpu<=+60%,", "cpu<+60%", "cpu=60%", "cpu<=", "cpu<=+", "cpu<=1e3", "cpu<=.5", "cpu<=5.", "cpu<=NaN", "cpu<=+Inf",
		"cpu<=--1", "cpu<=1%%", "cpu@<=1", ".cpu<=1", "a.b.cpu<=1", "cpu@a b<=1", "CPU<=1", "cpu<=1;allocs<=2", "cpu<=1\x00", "cpu<=-100%", "cpu<=-250%"} {
		t.Run("Err "+text, func(t *testing.T) {
			if got, err := analysis.ParseBudget(text); err == nil {
				t.Errorf("%q is %+v", text, got)
			}
		})
	}
	t.Run("EveryMetricHasALimit", func(t *testing.T) {
		for _, m := range analysis.Metrics {
			for _, form := range []string{"%s<=+1", "%s<=+1%%"} {
				if _, err := analysis.ParseBudget(fmt.Sprintf(form, m.Key)); err != nil {
					t.Error(err)
				}
			}
		}
	})
	t.Run("FarFromEveryMetric", func(t *testing.T) {
		_, err := analysis.ParseBudget("throughput<=+1")
		if err == nil || !strings.Contains(err.Error(), "it can be allocs, background, bytes") {
			t.Errorf("got %v", err)
		}
	})
}

// What is parsed can be parsed again from its own parts, and comes to finite numbers.
func FuzzBudgetRoundTrip(f *testing.F) {
	for _, text := range []string{"cpu<=+60%", "bar.rss@tail-20<=-1.25,allocs<=0", "p99 <= 7%", "cpu<=99999999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limits, err := analysis.ParseBudget(text)
		if err != nil {
			return
		}
		for _, l := range limits {
			if math.IsNaN(l.Value) || math.IsInf(l.Value, 0) || l.Relative && l.Value <= -1 {
				t.Fatalf("%q is a limit of %v", text, l.Value)
			}
			again := l.Metric
			if l.Process != "" {
				again = l.Process + "." + again
			}
			if l.Case != "" {
				again += "@" + l.Case
			}
			back, err := analysis.ParseBudget(fmt.Sprintf("%s<=%f", again, l.Value))
			if err != nil || len(back) != 1 || back[0].Process != l.Process || back[0].Metric != l.Metric || back[0].Case != l.Case {
				t.Fatalf("%q of %q became %+v, %v", again, text, back, err)
			}
		}
	})
}

func TestBudgetCheckSays(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 6)
	a := analysis.New(f)
	for budget, want := range map[string]string{
		"cpu@nowhere<=+1":          `-budget: "cpu@nowhere<=+1": there is no case "nowhere"`,
		"cpu@off<=+1":              "off is the baseline: it costs nothing on top of itself",
		"nobody.cpu<=+1":           `there is no process "nobody"; there are collector, bar, foo, generator`,
		"foo.p50<=+1":              "p50 is measured of the requests, not of a process: write p50<=+1",
		"collector.cpu<=+500":      "the baseline off doesn't start collector",
		"generator.allocs<=+3":     "generator tells no counters of its heap",
		"cpu<=+1,generator.gc<=+3": "generator tells no counters of its heap: write metrics: with their URL in the plan, or judge by cpu or rss",
	} {
		limits, err := analysis.ParseBudget(budget)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Check(limits); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", budget, err, want)
		}
	}
	for _, budget := range []string{"cpu<=+1", "generator.cpu<=+1", "bar.rss@tail-20<=+1%", "p99<=+1%", "rate<=-1%", "cpu@off-again<=+5%"} {
		limits, err := analysis.ParseBudget(budget)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Check(limits); err != nil {
			t.Error(err)
		}
	}
}

func TestBudgetLines(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 8)
	cases := func(o *analysis.Outcome) string {
		var out []string
		for _, l := range o.Lines {
			out = append(out, l.Limit+" "+l.Case)
		}
		return strings.Join(out, ", ")
	}
	t.Run("EveryCaseButBaselineAndControl", func(t *testing.T) {
		want := "allocs<=+1 sdk, allocs<=+1 head-1, allocs<=+1 head-20, allocs<=+1 head-100, allocs<=+1 tail-20, allocs<=+1 tail-40"
		if got := cases(mustSpend(t, analysis.New(f), "allocs<=+1")); got != want {
			t.Errorf("got %s", got)
		}
	})
	t.Run("TheNamedCase", func(t *testing.T) {
		if got := cases(mustSpend(t, analysis.New(f), "allocs@head-20<=+61,cpu@off-again<=+50%")); got != "allocs@head-20<=+61 head-20, cpu@off-again<=+50% off-again" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("TheWorstDecides", func(t *testing.T) {
		for budget, want := range map[string]analysis.State{
			"allocs@sdk<=+46.1,allocs@head-100<=+124": analysis.BudgetWithin, "allocs@sdk<=+46.1,allocs@head-100<=+122": analysis.BudgetOver,
			"allocs@head-100<=+122,allocs@sdk<=+46.1": analysis.BudgetOver, "allocs@sdk<=+46.1,bar.wire<=+1": analysis.BudgetInconclusive,
			"bar.wire<=+1,allocs@head-100<=+122": analysis.BudgetOver,
		} {
			if got := mustSpend(t, analysis.New(f), budget).State; got != want {
				t.Errorf("%s: got %s, want %s", budget, got, want)
			}
		}
	})
	t.Run("Found", func(t *testing.T) {
		for budget, want := range map[string]string{
			"bar.wire@sdk<=+1":     "not measured",
			"background@sdk<=+1%":  "no ratio: the baseline is 0; write the limit without %",
			"live@sdk<=+0":         "+0.00 MB [0.00, 0.00]",
			"gc@sdk<=+5%":          "+0.0 % [0.0, 0.0]",
			"bytes@head-100<=+1":   "+14000 B/request [14000, 14000]",
			"allocs@head-100<=+1%": "+175.",
		} {
			if got := mustSpend(t, analysis.New(f), budget).Lines[0].Found; !strings.HasPrefix(got, want) {
				t.Errorf("%s: found %q, want %q", budget, got, want)
			}
		}
	})
	t.Run("NobodyAsked", func(t *testing.T) {
		f := recordtest.InMemory(t, "quick", 6)
		f.Experiment.Plan.Cases = []plan.Case{*f.Experiment.Plan.Case("off")}
		if o := mustSpend(t, analysis.New(f), "cpu<=+900%"); o.State != analysis.BudgetInconclusive || len(o.Lines) != 0 {
			t.Errorf("a budget of no case: %+v", o)
		}
	})
}

// A budget never says more than its rounds bear.
func TestBudgetOfVoidRounds(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 8)
	for n, want := range []analysis.State{analysis.BudgetWithin, analysis.BudgetWithin, analysis.BudgetWithin, analysis.BudgetInconclusive, analysis.BudgetInconclusive,
		analysis.BudgetInconclusive, analysis.BudgetInconclusive, analysis.BudgetInconclusive, analysis.BudgetInconclusive} {
		spoil(f, func(r *record.Run) bool { return r.Case == "tail-20" && r.Round <= n })
		o := mustSpend(t, analysis.New(f), "allocs<=+130")
		if o.State != want || len(o.Lines) != 1 {
			t.Errorf("%d of 8 rounds void: %+v", n, o)
		}
		if left := 8 - n; left < 6 && left > 0 && !strings.HasSuffix(o.Lines[0].Found, fmt.Sprintf("%d round%s of at least 6", left, map[bool]string{left != 1: "s"}[true])) {
			t.Errorf("%d of 8 rounds void: found %q", n, o.Lines[0].Found)
		}
	}
	if found := mustSpend(t, analysis.New(f), "allocs<=+130").Lines[0].Found; found != "not measured" {
		t.Errorf("found %q", found)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		sign     bool
		want     string
	}{
		{0, 0, false, "0"}, {0, 1, true, "+0.0"}, {1.25, 1, true, "+1.2"}, {-1.26, 1, true, "-1.3"}, {-1.26, 1, false, "-1.3"},
		{-0.04, 1, false, "0.0"}, {-0.04, 1, true, "+0.0"}, {math.Copysign(0, -1), 2, true, "+0.00"}, {-0.06, 1, true, "-0.1"},
		{14000, 0, true, "+14000"}, {999999999, 0, false, "999999999"}, {1e9, 1, false, "1.0e+09"}, {-2.5e234, 0, true, "-2.5e+234"}, {1e302, 1, true, "+1.0e+302"},
	} {
		if got := analysis.Number(c.v, c.decimals, c.sign); got != c.want {
			t.Errorf("%v: got %s, want %s", c.v, got, c.want)
		}
	}
}
