package command

import (
	"bytes"
	"fmt"
	"strings"

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
	o.Outcome = s.outcome(r, code)
	if err := s.printReport(snapshot, o); err != nil {
		s.screen.warn(fmt.Sprintf("the report can't be written: %v", err))
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

// outcome is how the test ended, without secrets.
func (s *session) outcome(r *load.Result, code int) summary.Outcome {
	o := summary.Outcome{Began: s.began, Code: code}
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
