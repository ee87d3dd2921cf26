package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"time"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/experiment"
	"example.com/foobar/overhead/generate"
	"example.com/foobar/overhead/measure"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/stats"
)

// runGenerate is the load generator's process, started by a run.
func runGenerate(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) > 0 {
		return usageError{errors.New("generate is started by a run and takes no arguments")}
	}
	return generate.Serve(ctx, stdin, stdout)
}

// runExperiment is the command "run", the default.
func runExperiment(ctx context.Context, args []string, stdout, stderr io.Writer) (int, error) {
	o, err := parseFlags(args, stderr)
	if err != nil {
		return exitOK, err
	}
	folder, err := o.record()
	if err != nil {
		return exitOK, err
	}
	if err := check(folder, o); err != nil {
		return exitOK, err
	}
	programs, err := measure.Build(ctx, &folder.Experiment.Plan, func(line string) { fmt.Fprintln(stderr, line) })
	if err != nil {
		return exitOK, err
	}
	defer programs.Remove()
	if folder, err = openRecord(folder, o, args, programs); err != nil {
		return exitOK, err
	}
	failed := measureRounds(ctx, folder, programs, o, stderr)
	if len(folder.Runs) == 0 {
		return exitOK, failed
	}
	return finish(folder, o, failed, stdout, stderr)
}

// measureRounds runs the experiment, and tells its progress.
func measureRounds(ctx context.Context, folder *record.Folder, programs *child.Binaries, o *options, stderr io.Writer) error {
	lines := &progress{out: stderr}
	runner, err := newRunner(&folder.Experiment.Plan, programs, o, lines)
	if err != nil {
		return err
	}
	x := folder.Experiment
	fmt.Fprintf(stderr, "%s: %d cases, seed %d, record in %s\n", x.Plan.Name, len(x.Plan.Cases), x.Seed, folder.Dir)
	e := &experiment.Experiment{Folder: folder, Runner: runner}
	if !o.quiet {
		e.Progress = lines.show
	}
	err = e.Run(ctx)
	lines.end()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: what was measured is kept; overhead -resume %s goes on (%w)", folder.Dir, err)
	}
	return err
}

// finish draws what was measured and says how it went, the outcome last. When nothing counts there is nothing to read but why.
func finish(folder *record.Folder, o *options, failed error, stdout, stderr io.Writer) (int, error) {
	a, err := analyse(folder, o)
	if err != nil {
		return exitOK, errors.Join(failed, err)
	}
	if a.Valid == 0 {
		stdout = io.Discard
	}
	if err := writeReports(folder, a, o, stdout); err != nil {
		return exitOK, errors.Join(failed, err)
	}
	fmt.Fprintf(stderr, "record and reports: %s (open %s)\n", folder.Dir, filepath.Join(folder.Dir, formats["html"].file))
	if failed != nil && !errors.Is(failed, experiment.ErrNothingValid) {
		return exitOK, failed
	}
	return resultExitCode(a, stderr), nil
}

// check reports what is wrong with a plan before anything is built or written.
func check(folder *record.Folder, o *options) error {
	if err := checkBudget(folder, o); err != nil {
		return err
	}
	p := &folder.Experiment.Plan
	if _, err := generate.Test(generate.Job{Load: p.Load.Sample(), Length: p.Timing.Window}); err != nil {
		return usageError{err}
	}
	if err := measure.Check(p); err != nil {
		return usageError{err}
	}
	return nil
}

// openRecord is the record to resume, when it may be, or a new one.
func openRecord(folder *record.Folder, o *options, args []string, programs *child.Binaries) (*record.Folder, error) {
	x := folder.Experiment
	environment, err := measure.Environment(&x.Plan, programs)
	if err != nil {
		return nil, err
	}
	if folder.Dir != "" {
		return folder, resume(folder, environment)
	}
	x.Environment, x.Command, x.Started = environment, append([]string{"overhead"}, args...), time.Now()
	return record.Create(o.recordDir(x.Plan.Name, time.Now()), x)
}

// newRunner runs the plan's cases; this program is the load generator too.
func newRunner(p *plan.Plan, programs *child.Binaries, o *options, log io.Writer) (*measure.Runner, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	runner := &measure.Runner{Plan: p, Generator: []string{self, "generate"}, Programs: programs}
	if o.verbose {
		runner.Log = log
	}
	return runner, nil
}

// record is the record to resume, or one without a folder yet.
func (o *options) record() (*record.Folder, error) {
	if o.resume == "" {
		p, err := o.plan()
		if err != nil {
			return nil, err
		}
		return &record.Folder{Experiment: record.Experiment{Plan: *p, Seed: o.seedOrRandom()}}, nil
	}
	f, err := record.Open(o.resume)
	if err != nil {
		return nil, usageError{err}
	}
	p := &f.Experiment.Plan
	p.Rounds = max(p.Rounds, f.Rounds()+o.rounds)
	o.capRounds(p, f.Rounds())
	setIf(o.set["precision"], &p.Precision, o.precision)
	if err := o.setLimits(p); err != nil {
		return nil, usageError{err}
	}
	if err := p.Validate(); err != nil { // before it is written: a record whose plan isn't sound can't be opened again
		return nil, usageError{fmt.Errorf("-resume: %w", err)}
	}
	return f, nil
}

// resume reports whether a record may be added to: on the same machine, with the same programs.
func resume(f *record.Folder, now record.Environment) error {
	was := f.Experiment.Environment
	switch {
	case was.CPU != now.CPU || was.Cores != now.Cores || was.Kernel != now.Kernel:
		return usageError{fmt.Errorf("-resume: the record is of another machine (%s, %d cores, kernel %s): begin a new one", was.CPU, was.Cores, was.Kernel)}
	case !maps.Equal(was.ProgramSHA, now.ProgramSHA):
		return usageError{errors.New("-resume: the programs have changed since: begin a new record")}
	}
	return f.Replan()
}

// checkBudget refuses a budget that the run can't answer, however it goes.
func checkBudget(f *record.Folder, o *options) error {
	limits, err := o.budgetLimits()
	if err != nil {
		return err
	}
	p := &f.Experiment.Plan
	rounds := p.Rounds
	if p.Precision > 0 {
		rounds = p.MaxRounds
	}
	if len(limits) > 0 && rounds < stats.MinRounds {
		return usageError{fmt.Errorf("-budget: %d rounds can't answer it: write -rounds %d at least", rounds, stats.MinRounds)}
	}
	if err := analysis.New(f).Check(limits); err != nil {
		return usageError{err}
	}
	return nil
}
