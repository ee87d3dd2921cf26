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
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
	"example.com/foobar/overhead/stats"
)

// spoil makes every run void for which of holds.
func spoil(f *record.Folder, of func(*record.Run) bool) {
	for _, r := range f.Runs {
		if of(r) {
			r.Gates = append(r.Gates, record.Gate{Name: "checks", Shown: "5999 of 6000 passed"})
		}
	}
}

// roundsOf are the rounds whose pairs a cell rests on.
func roundsOf(c *analysis.Cell) []int {
	var out []int
	for _, p := range c.Pairs {
		out = append(out, p.Round)
	}
	return out
}

func TestPairing(t *testing.T) {
	for _, c := range []struct {
		name string
		void func(*record.Run) bool
		want string // rounds of the pairs of tail-20
		runs int    // valid ones of tail-20
	}{
		{"AllValid", func(*record.Run) bool { return false }, "[1 2 3 4 5 6 7 8]", 8},
		{"TheCaseOnce", func(r *record.Run) bool { return r.Case == "tail-20" && r.Round == 3 }, "[1 2 4 5 6 7 8]", 7},
		{"TheBaselineOnce", func(r *record.Run) bool { return r.Case == "off" && r.Round == 8 }, "[1 2 3 4 5 6 7]", 8},
		{"BothInOneRound", func(r *record.Run) bool { return r.Case != "off-again" && r.Round == 1 }, "[2 3 4 5 6 7 8]", 7},
		{"BothInTwoRounds", func(r *record.Run) bool {
			return r.Case == "off" && r.Round == 2 || r.Case == "tail-20" && r.Round == 5
		}, "[1 3 4 6 7 8]", 7},
		{"TheControlAlone", func(r *record.Run) bool { return r.Case == "off-again" }, "[1 2 3 4 5 6 7 8]", 8},
		{"TheCaseAlways", func(r *record.Run) bool { return r.Case == "tail-20" }, "", 0},
		{"NoRoundInCommon", func(r *record.Run) bool {
			return r.Case == "off" && r.Round%2 == 0 || r.Case == "tail-20" && r.Round%2 == 1
		}, "[]", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := recordtest.InMemory(t, "quick", 8)
			spoil(f, c.void)
			a := analysis.New(f)
			if got := a.Case("tail-20").Runs; got != c.runs {
				t.Errorf("%d valid runs, want %d", got, c.runs)
			}
			if got := a.Valid + a.Void; got != len(f.Runs) || a.Void != len(a.VoidRuns) {
				t.Errorf("%d valid and %d void runs of %d; %d are shown", a.Valid, a.Void, len(f.Runs), len(a.VoidRuns))
			}
			cell := a.Case("tail-20").Cell("cpu", "foo")
			if (cell == nil) != (c.want == "") {
				t.Fatalf("got %+v", cell)
			}
			if cell == nil {
				return
			}
			if got := fmt.Sprint(roundsOf(cell)); got != c.want || cell.Level.N != c.runs {
				t.Errorf("pairs of rounds %s from %d values, want %s from %d", got, cell.Level.N, c.want, c.runs)
			}
			for _, p := range cell.Pairs {
				base, of := f.Valid(p.Round, "off").Processes["foo"], f.Valid(p.Round, "tail-20").Processes["foo"]
				if math.Abs(p.Base-(base.User+base.System)*1e6/3000) > 1e-9 || math.Abs(p.Case-(of.User+of.System)*1e6/3000) > 1e-9 {
					t.Errorf("round %d: %+v is of other runs", p.Round, p)
				}
			}
		})
	}
}

// A run that was void and was made again counts once, by its valid attempt.
func TestSecondAttempt(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 6)
	want := mustJSON(t, analysis.New(f))
	again := *f.Valid(2, "tail-20")
	first := again
	first.Gates = []record.Gate{{Name: "rate", Shown: "900 of 1000 requests/s"}}
	first.Processes = map[string]record.Process{"foo": {User: 99}}
	for i, r := range f.Runs {
		if r.Round == 2 && r.Case == "tail-20" {
			again.Attempt = 2
			f.Runs[i] = &first
		}
	}
	f.Runs = append(f.Runs, &again)
	a := analysis.New(f)
	if a.Valid != 18 || a.Void != 1 || len(a.VoidRuns) != 1 || a.VoidRuns[0].Attempt != 1 || a.VoidRuns[0].Round != 2 {
		t.Errorf("%d valid, %d void: %+v", a.Valid, a.Void, a.VoidRuns)
	}
	if got := a.Warnings; !slices.Contains(got, "Void and left out: 1 of 19 runs; the reasons are below.") {
		t.Errorf("warnings: %q", got)
	}
	a.Void, a.VoidRuns, a.Warnings = 0, nil, analysis.New(recordtest.InMemory(t, "quick", 6)).Warnings
	if mustJSON(t, a) != want {
		t.Error("a void attempt changed what came out")
	}
}

func TestReasons(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 1)
	f.Runs[0].Gates = nil
	f.Runs[1].Gates = []record.Gate{{Name: "checks", OK: true, Shown: "all"}, {Name: "lag", Shown: "9 ms"}, {Name: "received", Shown: "0 of 6"}}
	a := analysis.New(f)
	want := [][]string{{"no gate was checked"}, {"lag: 9 ms", "received: 0 of 6"}}
	for i, v := range a.VoidRuns {
		if !slices.Equal(v.Reasons, want[i]) || v.Case != f.Runs[i].Case {
			t.Errorf("got %+v, want %q of %s", v, want[i], f.Runs[i].Case)
		}
	}
	if len(a.VoidRuns) != 2 {
		t.Errorf("%d void runs", len(a.VoidRuns))
	}
}

func TestWarnings(t *testing.T) {
	even := func(name string) func(*record.Run) bool {
		return func(r *record.Run) bool { return r.Case == name && r.Round%2 == 0 }
	}
	for _, c := range []struct {
		name   string
		rounds int
		change func(*record.Folder)
		want   string
		judged bool // Trustworthy has nothing to say
	}{
		{"Sound", 8, func(*record.Folder) {}, "", true},
		{"FewRounds", 1, func(*record.Folder) {}, "off rests on 1 valid round, fewer than the 6", true},
		{"NoValidRun", 8, func(f *record.Folder) { spoil(f, func(r *record.Run) bool { return r.Case == "tail-20" }) }, "tail-20 has no valid run: nothing is said of it.", false},
		{"NoBaseline", 8, func(f *record.Folder) { spoil(f, func(r *record.Run) bool { return r.Case == "off" }) }, "off has no valid run", false},
		{"FewPairs", 8, func(f *record.Folder) {
			spoil(f, func(r *record.Run) bool { return r.Case == "off" && r.Round < 3 || r.Case == "tail-20" && r.Round == 8 })
		},
			"tail-20 shares 5 valid rounds with off, fewer than the 6", true},
		{"NoPairs", 8, func(f *record.Folder) {
			spoil(f, even("off"))
			spoil(f, func(r *record.Run) bool { return r.Case == "tail-20" && r.Round%2 == 1 })
		}, "tail-20 has no valid run in a round in which off has one", false},
		{"ControlIsVoid", 8, func(f *record.Folder) { spoil(f, func(r *record.Run) bool { return r.Case == "off-again" }) }, "off-again repeats the baseline and can't be compared", false},
		{"NoControl", 8, func(f *record.Folder) { f.Experiment.Plan.Control = "" }, "Set control: in the plan", true},
		{"NoSpans", 8, func(f *record.Folder) {
			for i := range f.Experiment.Plan.Services {
				f.Experiment.Plan.Services[i].Spans = 0
			}
			f.Experiment.Plan.TraceSpans = 0
		}, "No service declares its spans", true},
		{"SharedCPUs", 8, func(f *record.Folder) { f.Experiment.Environment.SharedCPUs = "foo and bar share CPU 0." }, "foo and bar share CPU 0.", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := recordtest.InMemory(t, "quick", c.rounds)
			c.change(f)
			a := analysis.New(f)
			if c.want == "" && len(a.Warnings) > 0 || !strings.Contains(strings.Join(a.Warnings, "\n"), c.want) {
				t.Errorf("got %q, want %q", a.Warnings, c.want)
			}
			if err := a.Trustworthy(); (err == nil) != c.judged {
				t.Errorf("trustworthy: %v", err)
			}
			if strings.Contains(strings.Join(a.Warnings, "\n"), "Set control") && f.Experiment.Plan.Control != "" {
				t.Errorf("asks for the control that there is: %q", a.Warnings)
			}
		})
	}
}

// The baseline has no effect and no verdict; each other case has, in everything that both were measured in.
func TestBaselineHasNoEffect(t *testing.T) {
	for preset, base := range map[string]string{"quick": "off", "ladder": "off", "seed": "case_3"} {
		a := analysis.New(recordtest.InMemory(t, preset, 6))
		for _, c := range a.Cases {
			if c.Baseline != (c.Name == base) {
				t.Errorf("%s: %s is a baseline: %v", preset, c.Name, c.Baseline)
			}
			for _, cell := range c.Cells {
				both := a.Case(base).Cell(cell.Metric, cell.Process) != nil
				if want := both && !c.Baseline; (cell.Effect != nil) != want {
					t.Errorf("%s: %s of %s in %s has an effect: %v", preset, cell.Metric, cell.Process, c.Name, cell.Effect != nil)
				}
				if cell.Effect == nil && (cell.Verdict != "" || cell.Confidence != 0) {
					t.Errorf("%s: %s of %s in %s: %q without an effect", preset, cell.Metric, cell.Process, c.Name, cell.Verdict)
				}
				if cell.Primary != (cell.Metric == "cpu" && cell.Process == "foo") {
					t.Errorf("%s: %s of %s is primary: %v", preset, cell.Metric, cell.Process, cell.Primary)
				}
			}
		}
	}
}

// Another baseline turns the sign round and nothing else.
func TestBaselineTurned(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 8)
	f.Experiment.Plan.Control = ""
	forth := analysis.New(f).Case("tail-20").Cell("cpu", "foo").Effect.LogRatio
	f.Experiment.Plan.Baseline = "tail-20"
	cell := analysis.New(f).Case("off").Cell("cpu", "foo")
	back := cell.Effect.LogRatio
	if math.Abs(forth.Mean+back.Mean) > 1e-12 || math.Abs(forth.Lo+back.Hi) > 1e-12 || math.Abs(forth.Hi+back.Lo) > 1e-12 {
		t.Errorf("%+v and %+v", forth, back)
	}
	if cell.Verdict != stats.Less {
		t.Errorf("less than half as much again: %q", cell.Verdict)
	}
}

// A primary metric of the requests belongs to no process.
func TestPrimaryOfTheRequests(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 8)
	f.Experiment.Plan.Primary = "p99"
	a := analysis.New(f)
	cell := a.Case("tail-20").Cell("p99", "")
	if a.PrimaryProcess() != "" || cell == nil || !cell.Primary || cell.Confidence != analysis.Confidence {
		t.Errorf("%q: %+v", a.PrimaryProcess(), cell)
	}
	if cpu := a.Case("tail-20").Cell("cpu", "foo"); cpu.Primary || cpu.Confidence <= analysis.Confidence {
		t.Errorf("CPU is not corrected: %+v", cpu)
	}
	if a.Noise == nil || a.Noise.Effect.LogRatio != a.Case("off-again").Cell("p99", "").Effect.LogRatio {
		t.Errorf("the noise is another metric's: %+v", a.Noise)
	}
}

func TestScaling(t *testing.T) {
	base := analysis.New(recordtest.InMemory(t, "quick", 8))
	for _, by := range []float64{1e-6, 0.5, 7, 1e6} {
		f := recordtest.InMemory(t, "quick", 8)
		for _, r := range f.Runs {
			scale(r, by)
			p := r.Processes["foo"]
			objects := by * *p.Objects
			p.Objects, p.RSSMean = &objects, by*p.RSSMean
			r.Processes["foo"] = p
		}
		a := analysis.New(f)
		for _, key := range []string{"cpu", "user", "allocs", "rss"} {
			for _, name := range []string{"off-again", "tail-20"} {
				was, is := base.Case(name).Cell(key, "foo"), a.Case(name).Cell(key, "foo")
				for _, pair := range [][2]float64{
					{by * was.Effect.Difference.Mean, is.Effect.Difference.Mean}, {by * was.Effect.Difference.Lo, is.Effect.Difference.Lo},
					{by * was.Effect.Difference.Hi, is.Effect.Difference.Hi}, {by * was.Level.Mean, is.Level.Mean},
					{was.Effect.Ratio.Mean, is.Effect.Ratio.Mean}, {was.Effect.Ratio.Hi, is.Effect.Ratio.Hi},
				} {
					if math.Abs(pair[0]-pair[1]) > 1e-6*math.Max(math.Abs(pair[0]), by) {
						t.Errorf("%s of %s by %v: got %v, want %v", key, name, by, pair[1], pair[0])
					}
				}
				if was.Verdict != is.Verdict {
					t.Errorf("%s of %s by %v: %q became %q", key, name, by, was.Verdict, is.Verdict)
				}
			}
		}
	}
}

// Cases that differ in nothing come out as no different, whatever the noise that they share.
func TestEqualCases(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		f := recordtest.InMemory(t, "quick", 8)
		for round := 1; round <= 8; round++ {
			noise, off := math.Exp(rng.NormFloat64()), f.Valid(round, "off")
			for _, r := range f.Runs {
				if r.Round == round {
					r.Processes = map[string]record.Process{"foo": off.Processes["foo"], "generator": off.Processes["generator"]}
					r.Load = off.Load
				}
			}
			for _, r := range f.Runs {
				if r.Round == round {
					scale(r, noise)
				}
			}
		}
		for _, c := range cells(analysis.New(f)) {
			if c.Verdict == stats.More || c.Verdict == stats.Less || math.Abs(c.Effect.Difference.Mean) > 1e-9 {
				t.Errorf("%s of %s: %q, %+v", c.Metric, c.Process, c.Verdict, c.Effect.Difference)
			}
		}
	}
}

// Numbers of two wild rounds have limits beyond what can be counted with: they are still written, and read again.
func TestWildRounds(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 2)
	for i, r := range f.Runs {
		r.Load.Response.P99 *= math.Pow(30, float64(i%5)-2)
		scale(r, math.Pow(10, float64(100*(i%3)-200)))
	}
	a := analysis.New(f)
	limits, err := analysis.ParseBudget("p99<=+10%,cpu<=+10%")
	if err != nil {
		t.Fatal(err)
	}
	a.Spend(limits)
	var back analysis.Analysis
	if err := json.Unmarshal([]byte(mustJSON(t, a)), &back); err != nil {
		t.Fatal(err)
	}
	if a.Budget.State != analysis.BudgetInconclusive {
		t.Errorf("the budget is %s", a.Budget.State)
	}
	for _, line := range a.Budget.Lines {
		if len(line.Found) > 100 || strings.Contains(line.Found, "Inf") || strings.Contains(line.Found, "NaN") {
			t.Errorf("found %s", line.Found)
		}
	}
}

func TestComparisons(t *testing.T) {
	f := recordtest.InMemory(t, "ladder", 8)
	f.Experiment.Plan.Comparisons = [][]string{{"sdk", "head-100"}, {"head-100", "sdk"}}
	spoil(f, func(r *record.Run) bool { return r.Case == "sdk" && r.Round == 4 })
	a := analysis.New(f)
	if len(a.Comparisons) != 2 || a.Comparisons[0].A != "sdk" || a.Comparisons[0].B != "head-100" {
		t.Fatalf("got %+v", a.Comparisons)
	}
	want := recordtest.Costs["head-100"].Objects - recordtest.Costs["sdk"].Objects
	for i, sign := range []float64{1, -1} {
		for _, c := range a.Comparisons[i].Cells {
			if len(c.Pairs) != 7 || c.Primary || c.Effect == nil || c.Process == record.Generator {
				t.Errorf("%s of %s: %+v", c.Metric, c.Process, c)
			}
			if c.Metric == "allocs" && (c.Process != "foo" || math.Abs(c.Effect.Difference.Mean-sign*want) > 0.1) {
				t.Errorf("allocations of %s: %+v, want %v", c.Process, c.Effect.Difference, sign*want)
			}
		}
	}
	t.Run("NothingInCommon", func(t *testing.T) {
		spoil(f, func(r *record.Run) bool { return r.Case == "sdk" })
		for _, c := range analysis.New(f).Comparisons {
			if len(c.Cells) > 0 {
				t.Errorf("%s against %s: %+v", c.B, c.A, c.Cells)
			}
		}
	})
}
