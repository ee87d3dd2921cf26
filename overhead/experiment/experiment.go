// Package experiment runs the rounds of a plan: every case once a round, in shuffled order, void runs again.
// It starts no process itself.
package experiment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// Runner runs one case once in fresh processes. What went wrong with the run is a gate of it; an error ends the
// experiment.
type Runner interface {
	Run(ctx context.Context, c plan.Case) (*record.Run, error)
}

// ErrNothingValid says that a whole round passed without a valid run.
var ErrNothingValid = errors.New("a whole round passed without a valid run")

// Step tells of one run: before it Run is nil, after it that is what came of it.
type Step struct {
	Round, Rounds, Position, Cases, Attempt int
	Case                                    string
	Run                                     *record.Run
	// Left is about how long the rest takes.
	Left time.Duration
}

// Experiment is a plan under way.
type Experiment struct {
	Folder *record.Folder
	Runner Runner
	// Progress is told of every step; it may be nil.
	Progress func(Step)
	// now is the clock.
	now func() time.Time

	took  time.Duration
	steps int
}

// Run completes the rounds that the plan asks for: missing ones of the record first, then new ones. With a precision it
// goes on until that is reached, or the plan's most rounds are. It ends early when ctx does, and returns its error then;
// what was measured is in the folder.
func (e *Experiment) Run(ctx context.Context) error {
	p := &e.Folder.Experiment.Plan
	last := p.Rounds
	if p.Precision > 0 {
		last = p.MaxRounds
	}
	for round := 1; round <= last; round++ {
		if p.Precision > 0 && e.Folder.Rounds() >= round-1 && round > 1 && analysis.New(e.Folder).Precise(float64(p.Precision)) {
			return nil
		}
		if err := e.round(ctx, round, last); err != nil {
			return err
		}
	}
	return nil
}

// shuffle is the order of so many cases in a round: the same for the same seed, whatever was run before.
func shuffle(seed uint64, round, cases int) []int {
	return rand.New(rand.NewPCG(seed, uint64(round))).Perm(cases)
}

// round runs the cases that the round still lacks, each as often as it may be tried.
func (e *Experiment) round(ctx context.Context, round, last int) error {
	p := &e.Folder.Experiment.Plan
	order := shuffle(e.Folder.Experiment.Seed, round, len(p.Cases))
	valid, tried := 0, 0
	for range p.Limits.Attempts {
		if tried > 0 && valid == 0 && e.neverStarted(round) {
			break
		}
		for i, at := range order {
			c := p.Cases[at]
			if e.Folder.Valid(round, c.Name) != nil || e.Folder.Attempts(round, c.Name) >= p.Limits.Attempts {
				continue
			}
			s := Step{Round: round, Rounds: last, Position: i + 1, Cases: len(order), Attempt: e.Folder.Attempts(round, c.Name) + 1, Case: c.Name}
			tried++
			r, err := e.step(ctx, c, s)
			if err != nil {
				return err
			}
			if !r.Void() {
				valid++
			}
		}
	}
	if tried > 0 && valid == 0 && !e.anyValid(round) {
		return fmt.Errorf("round %d: %w", round, ErrNothingValid)
	}
	return nil
}

// neverStarted reports whether the services of no run of a round came up: then the plan is wrong, and trying again won't help.
func (e *Experiment) neverStarted(round int) bool {
	for _, r := range e.Folder.Runs {
		if r.Round == round && (len(r.Gates) == 0 || r.Gates[0].Name != record.GateStarted || r.Gates[0].OK) {
			return false
		}
	}
	return true
}

func (e *Experiment) anyValid(round int) bool {
	for _, c := range e.Folder.Experiment.Plan.Cases {
		if e.Folder.Valid(round, c.Name) != nil {
			return true
		}
	}
	return false
}

func (e *Experiment) step(ctx context.Context, c plan.Case, s Step) (*record.Run, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.Left = e.left(s)
	e.tell(s)
	began := e.clock()
	r, err := e.Runner.Run(ctx, c)
	if ctx.Err() != nil {
		return nil, ctx.Err() // what was under way is no measurement
	}
	if err != nil {
		return nil, fmt.Errorf("round %d, %s: %w", s.Round, c.Name, err)
	}
	e.took += e.clock().Sub(began)
	e.steps++
	r.Round, r.Position, r.Attempt, r.Case = s.Round, s.Position, s.Attempt, c.Name
	if err := e.Folder.Add(r); err != nil {
		return nil, err
	}
	s.Run, s.Left = r, e.left(s)
	e.tell(s)
	return r, nil
}

// left estimates the rest from the mean of the runs so far, or from the plan before the first.
func (e *Experiment) left(s Step) time.Duration {
	p := &e.Folder.Experiment.Plan
	missing := (s.Rounds - s.Round) * s.Cases
	for _, c := range p.Cases {
		if e.Folder.Valid(s.Round, c.Name) == nil {
			missing++
		}
	}
	if e.steps > 0 {
		return time.Duration(missing) * (e.took / time.Duration(e.steps))
	}
	var one time.Duration
	for _, c := range p.Cases {
		one += p.RunTime(c)
	}
	return time.Duration(missing) * (one / time.Duration(len(p.Cases)))
}

func (e *Experiment) tell(s Step) {
	if e.Progress != nil {
		e.Progress(s)
	}
}

func (e *Experiment) clock() time.Time {
	if e.now != nil {
		return e.now()
	}
	return time.Now()
}
