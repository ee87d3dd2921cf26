package experiment

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

// fake runs nothing: it notes what was asked, and spoils what it is told to.
type fake struct {
	plan  *plan.Plan
	rng   *rand.Rand
	asked []string
	spoil func(n int, name string) bool
	after func(n int)
}

func (f *fake) Run(_ context.Context, c plan.Case) (*record.Run, error) {
	f.asked = append(f.asked, c.Name)
	n := len(f.asked)
	r := recordtest.Run(f.rng, f.plan, c, 1, 1)
	if f.spoil != nil && f.spoil(n, c.Name) {
		r.Gates = append(r.Gates, record.Gate{Name: "lag", Shown: "the generator lagged"})
	}
	if f.after != nil {
		f.after(n)
	}
	return r, nil
}

func mustExperiment(t *testing.T, change func(*plan.Plan)) (*Experiment, *fake) {
	t.Helper()
	p, err := plan.Preset("ladder", ".")
	if err != nil {
		t.Fatal(err)
	}
	change(p)
	folder, err := record.Create(t.TempDir(), record.Experiment{Plan: *p, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{plan: p, rng: rand.New(rand.NewPCG(1, 1))}
	return &Experiment{Folder: folder, Runner: f}, f
}

func TestRun(t *testing.T) {
	three := func(p *plan.Plan) { p.Rounds = 3 }
	t.Run("EveryCaseOnceARoundInShuffledOrder", func(t *testing.T) {
		e, f := mustExperiment(t, three)
		if err := e.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		n := len(e.Folder.Experiment.Plan.Cases)
		if len(f.asked) != 3*n {
			t.Fatalf("%d runs, want %d", len(f.asked), 3*n)
		}
		rounds := [][]string{f.asked[:n], f.asked[n : 2*n], f.asked[2*n:]}
		for _, r := range rounds {
			sorted := slices.Sorted(slices.Values(r))
			if len(slices.Compact(sorted)) != n {
				t.Errorf("a round ran %v", r)
			}
		}
		if slices.Equal(rounds[0], rounds[1]) && slices.Equal(rounds[1], rounds[2]) {
			t.Error("three rounds in the same order")
		}
		again, g := mustExperiment(t, three)
		if err := again.Run(context.Background()); err != nil || !slices.Equal(f.asked, g.asked) {
			t.Error("the same seed gave another order")
		}
	})
	t.Run("VoidRunsAgainUpToTheCap", func(t *testing.T) {
		e, f := mustExperiment(t, three)
		f.spoil = func(n int, name string) bool { return name == "tail-20" || name == "sdk" && n < 9 }
		if err := e.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for round := 1; round <= 3; round++ {
			if got := e.Folder.Attempts(round, "tail-20"); got != 3 || e.Folder.Valid(round, "tail-20") != nil {
				t.Errorf("round %d: tail-20 was tried %d times", round, got)
			}
		}
		if e.Folder.Attempts(1, "sdk") != 2 || e.Folder.Valid(1, "sdk") == nil {
			t.Error("a void run was not made up for")
		}
	})
	t.Run("InterruptKeepsWhatWasMeasured", func(t *testing.T) {
		e, f := mustExperiment(t, three)
		ctx, cancel := context.WithCancel(context.Background())
		f.after = func(n int) {
			if n == 11 {
				cancel()
			}
		}
		if err := e.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		if got, err := record.Open(e.Folder.Dir); err != nil || len(got.Runs) != 10 {
			t.Errorf("%d runs kept, %v", len(got.Runs), err)
		}
	})
	t.Run("ResumeCompletes", func(t *testing.T) {
		e, f := mustExperiment(t, three)
		ctx, cancel := context.WithCancel(context.Background())
		f.after = func(n int) {
			if n == 11 {
				cancel()
			}
		}
		_ = e.Run(ctx)
		folder, err := record.Open(e.Folder.Dir)
		if err != nil {
			t.Fatal(err)
		}
		folder.Experiment.Plan.Rounds = 4
		f.after = nil
		if err := (&Experiment{Folder: folder, Runner: f}).Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := len(folder.Runs); n != 4*8 {
			t.Errorf("%d runs, want %d", n, 4*8)
		}
	})
	t.Run("StopsOnPrecision", func(t *testing.T) {
		e, _ := mustExperiment(t, func(p *plan.Plan) { p.Precision, p.MaxRounds = 0.04, 40 })
		if err := e.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := e.Folder.Rounds(); n < 10 || n >= 40 {
			t.Errorf("stopped after %d rounds", n)
		}
	})
	t.Run("StopsAtTheCap", func(t *testing.T) {
		e, _ := mustExperiment(t, func(p *plan.Plan) { p.Precision, p.Rounds, p.MaxRounds = 0.0001, 2, 12 })
		if err := e.Run(context.Background()); err != nil || e.Folder.Rounds() != 12 {
			t.Errorf("%d rounds, %v", e.Folder.Rounds(), err)
		}
	})
	t.Run("ErrNothingValid", func(t *testing.T) {
		e, f := mustExperiment(t, three)
		f.spoil = func(int, string) bool { return true }
		if err := e.Run(context.Background()); !errors.Is(err, ErrNothingValid) || len(f.asked) != 3*8 {
			t.Errorf("got %v after %d runs", err, len(f.asked))
		}
	})
	t.Run("ProgressTellsTheTimeLeft", func(t *testing.T) {
		e, _ := mustExperiment(t, three)
		var first, last Step
		e.Progress = func(s Step) {
			if first.Case == "" {
				first = s
			}
			last = s
		}
		if err := e.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if first.Left <= 0 || last.Left != 0 || last.Round != 3 {
			t.Errorf("first %+v, last %+v", first, last)
		}
	})
}
