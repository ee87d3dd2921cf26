package command

import (
	"bytes"
	"fmt"

	"example.com/foobar/loadgen/compare"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// maxSummary bounds a file of -summary-json, in bytes.
const maxSummary = 256 << 20

// readRun reads a run from a file of -summary-json.
func readRun(name string) (compare.Run, error) {
	text, err := file.Read(name, maxSummary)
	if err != nil {
		return compare.Run{}, fmt.Errorf("reading a run: %w", err)
	}
	saved, err := summary.Read(bytes.NewReader(text))
	if err != nil {
		return compare.Run{}, fmt.Errorf("%s is no file of -summary-json: %w", name, err)
	}
	return compare.Run{Name: name, Saved: saved}, nil
}

func readRuns(names []string) ([]compare.Run, error) {
	var runs []compare.Run
	for _, name := range names {
		r, err := readRun(name)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	return runs, nil
}

// thisRun is what a comparison calls the run that was just made.
const thisRun = "this run"

// readBaseline reads the runs that this one will be compared with, and refuses those of another load before there is any.
func (s *session) readBaseline() error {
	runs, err := readRuns(s.settings.Baselines)
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		return nil
	}
	s.baseline = runs
	if err := compare.SameLoad(append(runs[:len(runs):len(runs)], compare.Run{Name: thisRun, Saved: &summary.Saved{Load: s.load()}})); err != nil {
		return fmt.Errorf("-baseline: %w", err)
	}
	if err := compare.CheckLimits(runs, s.settings.Limits); err != nil {
		return fmt.Errorf("-max-regression %w", err)
	}
	return nil
}

// compareWithBaseline compares the run with the baseline, and notes in the outcome of o what is worse than it may be. It is nil
// without a baseline.
func (s *session) compareWithBaseline(snapshot *metrics.Snapshot, o *summary.Options) *compare.Comparison {
	if len(s.baseline) == 0 {
		return nil
	}
	run := compare.Run{Name: thisRun, Saved: &summary.Saved{Snapshot: snapshot, Load: o.Load, CPU: o.CPU, Outcome: &o.Outcome}}
	c, err := compare.Compare(s.baseline, []compare.Run{run}, compare.Options{Limits: s.settings.Limits})
	code := exitRegression
	switch {
	case err != nil:
		code = exitInvalidConfig
		o.Outcome.Reasons = append(o.Outcome.Reasons, "the run can't be compared with -baseline: "+err.Error())
	case len(c.Regressions) == 0:
		return c
	default:
		for _, line := range c.Regressions {
			o.Outcome.Reasons = append(o.Outcome.Reasons, "worse than -max-regression allows: "+line)
		}
	}
	if o.Outcome.Code == exitOK {
		o.Outcome.Code = code
	}
	return c
}

// printComparison prints it below the report.
func (s *session) printComparison(c *compare.Comparison) error {
	if c == nil {
		return nil
	}
	var text bytes.Buffer
	if err := c.Text(&text); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.stdout, "\n%s", s.secrets.Mask(text.String()))
	return err
}
