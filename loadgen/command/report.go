package command

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// report prints the summary, writes the files, says why the exit code is what it is, and returns it.
func (s *session) report(r *load.Result) int {
	if s.settings.K6ExitCodes {
		r.Verdict = load.Verdict{} // k6 has none
	}
	code := r.ExitCode()
	snapshot := summary.WithTexts(r.Snapshot, s.secrets.Mask)
	o := s.settings.Summary(isTerminal(s.stdout) && !s.settings.NoColor)
	o.Seed = &s.seed
	o.Load, o.CPU, o.Outcome = s.load(), r.CPU, s.outcome(r, code)
	comparison := s.compareWithBaseline(snapshot, &o)
	code = o.Outcome.Code
	if err := s.printReport(snapshot, o); err != nil {
		s.screen.warn(fmt.Sprintf("the report can't be written: %v", err))
		code = outputFailed(code)
	}
	if err := s.printComparison(comparison); err != nil {
		s.screen.warn(fmt.Sprintf("the comparison can't be written: %v", err))
		code = outputFailed(code)
	}
	for _, out := range s.outputs {
		if err := out.finish(snapshot, o); err != nil {
			s.screen.warn(err.Error())
			code = outputFailed(code)
		}
	}
	for _, line := range o.Outcome.Reasons {
		s.screen.warn(line)
	}
	s.annotate(snapshot, o.Outcome)
	return code
}

// load is what was asked of the target.
func (s *session) load() *summary.Load {
	plan, err := engine.PlanOf(&s.settings.Load)
	if err != nil {
		return nil // what is wrong has been said by then
	}
	o := &s.settings.Load
	l := &summary.Load{Warmup: time.Duration(valueOf(o.Warmup)), RPS: valueOf(o.RPS), MinIterationDuration: time.Duration(valueOf(o.MinIterationDuration))}
	for _, one := range plan.Scenarios {
		l.Scenarios = append(l.Scenarios, summary.ScenarioLoad{Name: one.Name, Description: one.Description, Options: one.Options})
	}
	return l
}

// valueOf is what p points at, or the zero value.
func valueOf[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// outcome is how the test ended, without secrets.
func (s *session) outcome(r *load.Result, code int) summary.Outcome {
	o := summary.Outcome{Began: s.began.Round(0), Ended: r.Reason, Code: code}
	if err := r.Err(); err != nil {
		o.Reasons = strings.Split(s.secrets.Mask(err.Error()), "\n")
	}
	return o
}

func (s *session) printReport(snapshot *metrics.Snapshot, o summary.Options) error {
	var text bytes.Buffer
	err := summary.Text(&text, snapshot, o)
	if err == nil && text.Len() > 0 {
		_, err = fmt.Fprintf(s.stdout, "\n%s\n", strings.Trim(text.String(), "\n"))
	}
	return err
}

// outputFailed is the code of a run whose output failed, unless it has one already.
func outputFailed(code int) int {
	if code == exitOK {
		return exitOutputFailed
	}
	return code
}
