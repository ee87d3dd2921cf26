// Package measure runs one case of a plan once: it starts the processes afresh, warms them up, drains them, measures a
// window, drains them again, and closes the ledger. It compares nothing.
package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// Runner runs cases of a plan.
type Runner struct {
	Plan *plan.Plan
	// Generator is the command of the load generator, which speaks generate.Serve's language.
	Generator []string
	// Programs are the built programs of services with a Build folder, by name.
	Programs map[string]string
	// Log gets what the processes print, each line after its process's name; nil drops it.
	Log io.Writer
}

// failure is what went wrong with a run, as the gate that it fails.
type failure struct {
	gate string
	err  error
}

func (f failure) Error() string { return f.gate + ": " + f.err.Error() }

// Run implements experiment.Runner: whatever goes wrong with the services voids the run.
func (r *Runner) Run(ctx context.Context, c plan.Case) (*record.Run, error) {
	out := &record.Run{Started: time.Now(), Processes: map[string]record.Process{}}
	b, err := r.open(ctx, c)
	if err == nil {
		err = b.measure(ctx, out)
	}
	if b != nil {
		if stopped := b.close(); err == nil && stopped != nil {
			err = failure{"stopped", stopped}
		}
	}
	var f failure
	switch {
	case errors.As(err, &f):
		out.Gates = append(out.Gates, record.Gate{Name: f.gate, Shown: f.err.Error()})
		return out, nil
	case err != nil:
		return nil, err
	}
	return out, nil
}

// bench is one run under way.
type bench struct {
	*Runner
	c         plan.Case
	sink      *sink
	places    places
	services  map[string]*process
	generator *generator
	// before is how many spans had arrived when the window began.
	before int64
}

// open starts everything that the case needs; on failure the bench holds what was started.
func (r *Runner) open(ctx context.Context, c plan.Case) (*bench, error) {
	b := &bench{Runner: r, c: c, services: map[string]*process{}}
	var err error
	if b.sink, err = newSink(); err != nil {
		return nil, err
	}
	if b.places, err = place(r.Plan, b.sink.addr()); err != nil {
		return b, err
	}
	for i := range r.Plan.Services {
		s := &r.Plan.Services[i]
		if !c.Starts(s.Name) {
			continue
		}
		if err := b.start(ctx, s); err != nil {
			var never notStarted
			switch {
			case ctx.Err() != nil:
				return b, ctx.Err()
			case errors.As(err, &never):
				return b, err
			}
			return b, failure{record.GateStarted, err}
		}
	}
	if b.generator, err = startGenerator(r.Generator, r.Log); err != nil {
		return b, err
	}
	return b, bind(b.generator.pid(), r.Plan.GeneratorCPUs)
}

func (b *bench) start(ctx context.Context, s *plan.Service) error {
	command, env, dir := b.places.command(b.Plan, s, b.c, b.Programs[s.Name])
	p, err := start(s.Name, command, env, dir, b.Log, nil, nil)
	if err != nil {
		return err
	}
	b.services[s.Name] = p
	if err := bind(p.pid(), s.CPUs); err != nil {
		return fmt.Errorf("binding %s to CPUs %q: %w", s.Name, s.CPUs, err)
	}
	return p.waitReady(ctx, b.places.fill(s.Ready), time.Duration(b.Plan.Timing.Ready))
}

// close stops everything, the last started first.
func (b *bench) close() error {
	var errs []error
	if b.generator != nil {
		errs = append(errs, b.generator.close())
	}
	for i := len(b.Plan.Services) - 1; i >= 0; i-- {
		if p := b.services[b.Plan.Services[i].Name]; p != nil {
			errs = append(errs, p.stop())
		}
	}
	b.sink.close()
	return errors.Join(errs...)
}

// measure is the protocol of a run: warm up, drain, snapshot, window, drain, snapshot.
func (b *bench) measure(ctx context.Context, out *record.Run) error {
	warmed, err := b.generator.begin(ctx, b.job())
	if err != nil {
		return b.explain(ctx, "warm-up", err)
	}
	if err := b.rest(ctx, warmed); err != nil {
		return b.explain(ctx, "drained before the window", err)
	}
	b.sink.reset()
	before, err := b.snapshot(ctx, true)
	if err != nil {
		return b.explain(ctx, "counters", err)
	}
	b.before = b.received(before.scrapes)
	course := b.watch()
	load, err := b.generator.measure(ctx, func() { course.begin() })
	end := b.usages()
	machine := readMachine()
	if err != nil {
		course.stop()
		return b.explain(ctx, "load", err)
	}
	drained, restErr := b.drain(ctx, load.Requests)
	out.Series = course.stop()
	after, err := b.snapshot(ctx, false)
	if err != nil {
		return b.explain(ctx, "counters", err)
	}
	out.Load = load
	b.account(out, before, end, drained, after)
	out.Machine = b.machine(before, end, machine)
	b.judge(out, restErr)
	return ctx.Err()
}

// explain turns what stopped a run into the gate that it fails; a service that has died is the better explanation.
func (b *bench) explain(ctx context.Context, gate string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, s := range b.Plan.Services {
		if p := b.services[s.Name]; p != nil && p.alive() != nil {
			return failure{gate, p.alive()}
		}
	}
	return failure{gate, err}
}
