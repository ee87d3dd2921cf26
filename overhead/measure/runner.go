// Package measure runs one case of a plan once: it starts the processes afresh, warms them up, drains them, measures a
// window, drains them again, and closes the ledger. It compares nothing.
package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// Runner runs cases of a plan.
type Runner struct {
	Plan *plan.Plan
	// Generator is the command of the load generator, which speaks generate.Serve's language.
	Generator []string
	// Programs are the built programs of services with a Build folder.
	Programs *child.Binaries
	// Log gets what the processes print, each line after its process's name; nil drops it.
	Log io.Writer
}

// gateError is what went wrong with a run, as the gate that it fails.
type gateError struct {
	gate string
	err  error
}

func (e gateError) Error() string { return e.gate + ": " + e.err.Error() }

// Run implements experiment.Runner: whatever goes wrong with the services voids the run.
func (r *Runner) Run(ctx context.Context, c plan.Case) (*record.Run, error) {
	out := &record.Run{Started: time.Now(), Processes: map[string]record.Process{}}
	run, err := r.start(ctx, c)
	if err == nil {
		err = run.measure(ctx, out)
	}
	if run != nil {
		if stopped := run.stop(); err == nil && stopped != nil {
			err = gateError{"stopped", stopped}
		}
	}
	var failed gateError
	switch {
	case errors.As(err, &failed):
		out.Gates = append(out.Gates, record.Gate{Name: failed.gate, Shown: failed.err.Error()})
		return out, nil
	case err != nil:
		return nil, err
	}
	return out, nil
}

// run is one run under way.
type run struct {
	*Runner
	c            plan.Case
	sink         *sink
	placeholders placeholders
	services     map[string]*child.Process
	generator    *generator
	// before is how many spans had arrived when the window began.
	before int64
}

// start starts everything that the case needs; on failure the run holds what was started.
func (r *Runner) start(ctx context.Context, c plan.Case) (*run, error) {
	run := &run{Runner: r, c: c, services: map[string]*child.Process{}}
	var err error
	if run.sink, err = newSink(); err != nil {
		return nil, err
	}
	if run.placeholders, err = newPlaceholders(r.Plan, run.sink.addr()); err != nil {
		return run, err
	}
	for i := range r.Plan.Services {
		if s := &r.Plan.Services[i]; c.Starts(s.Name) {
			if err := run.startService(ctx, s); err != nil {
				return run, err
			}
		}
	}
	return run, run.startGenerator()
}

// startService starts a service and waits until it is ready. A program that can't be run at all ends the experiment; one that
// doesn't become ready voids the run.
func (r *run) startService(ctx context.Context, s *plan.Service) error {
	program := ""
	if s.Build != "" {
		program = r.Programs.Path(s.Name)
	}
	p, err := child.Start(r.logged(r.placeholders.command(r.Plan, s, r.c, program)))
	if err != nil {
		return err
	}
	r.services[s.Name] = p
	err = setAffinity(p, s.CPUs)
	if err != nil {
		err = fmt.Errorf("binding %s to CPUs %q: %w", s.Name, s.CPUs, err)
	} else {
		err = p.WaitReady(ctx, r.placeholders.expand(s.Ready), time.Duration(r.Plan.Timing.Ready))
	}
	if err != nil && ctx.Err() == nil {
		return gateError{record.GateStarted, err}
	}
	return err
}

func (r *run) startGenerator() (err error) {
	c := child.Command{Name: record.Generator, Path: r.Generator[0], Args: r.Generator[1:], Env: inherited()}
	if r.generator, err = startGenerator(r.logged(c)); err != nil {
		return err
	}
	return setAffinity(r.generator.Process, r.Plan.GeneratorCPUs)
}

// logged makes a process's output go to the log, a line at a time after its name, and the last three lines into errors.
func (r *Runner) logged(c child.Command) child.Command {
	c.Tail = 3
	if r.Log != nil {
		c.Output = func(line string) { fmt.Fprintf(r.Log, "%s | %s\n", c.Name, line) }
	}
	return c
}

// stop stops everything, the last started first.
func (r *run) stop() error {
	var errs []error
	if r.generator != nil {
		errs = append(errs, r.generator.close())
	}
	for i := len(r.Plan.Services) - 1; i >= 0; i-- {
		if p := r.services[r.Plan.Services[i].Name]; p != nil {
			errs = append(errs, p.Stop())
		}
	}
	r.sink.close()
	return errors.Join(errs...)
}

// measure is the protocol of a run: warm up, drain, snapshot, window, drain, snapshot.
func (r *run) measure(ctx context.Context, out *record.Run) error {
	warmed, err := r.generator.begin(ctx, r.job())
	if err != nil {
		return r.explain(ctx, "warm-up", err)
	}
	if err := r.drainWarmUp(ctx, warmed); err != nil {
		return r.explain(ctx, "drained before the window", err)
	}
	r.sink.reset()
	before, err := r.snapshot(ctx, true)
	if err != nil {
		return r.explain(ctx, "counters", err)
	}
	r.before = r.received(before.scrapes)
	sampler := startSampler(r.processes())
	load, err := r.generator.measure(ctx, sampler.begin)
	end := r.usages()
	machine := readMachine()
	if err != nil {
		sampler.stop()
		return r.explain(ctx, "load", err)
	}
	drained, drainErr := r.drain(ctx, load.Requests)
	out.Series = sampler.stop()
	after, err := r.snapshot(ctx, false)
	if err != nil {
		return r.explain(ctx, "counters", err)
	}
	out.Load = load
	r.addProcesses(out, before, end, drained, after)
	out.Ledger = r.ledger(load.Requests, before, after)
	leaveOutResets(out)
	out.Machine = machineOf(before, end, machine)
	r.checkGates(out, drainErr)
	return ctx.Err()
}

// explain turns what stopped a run into the gate that it fails; a service that has died is the better explanation.
func (r *run) explain(ctx context.Context, gate string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, s := range r.Plan.Services {
		if p := r.services[s.Name]; p != nil && p.Err() != nil {
			return gateError{gate, p.Err()}
		}
	}
	return gateError{gate, err}
}
