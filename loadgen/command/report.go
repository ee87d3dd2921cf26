package command

import (
	"bytes"
	"fmt"
	"strings"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/summary"
)

// report prints the summary, writes the files, says why the exit code is what it is, and returns it.
func (s *session) report(r *load.Result) int {
	code := exitCode(r, s.settings.K6ExitCodes)
	snapshot := r.Snapshot.WithTexts(s.secrets.Mask)
	o := s.settings.Summary(isTerminal(s.stdout) && !s.settings.NoColor)
	var text bytes.Buffer
	err := summary.Text(&text, snapshot, o)
	if err == nil && text.Len() > 0 {
		_, err = fmt.Fprintf(s.stdout, "\n%s\n", strings.Trim(text.String(), "\n"))
	}
	if err != nil {
		s.screen.warn(fmt.Sprintf("the report can't be written: %v", err))
		code = worse(code)
	}
	for _, out := range s.outputs {
		if err := out.finish(snapshot, o); err != nil {
			s.screen.warn(err.Error())
			code = worse(code)
		}
	}
	for _, line := range reasons(r, s.settings.K6ExitCodes) {
		s.screen.warn(line)
	}
	return code
}

// worse is the code of a run whose output failed, unless it has one already.
func worse(code int) int {
	if code == exitOK {
		return exitOutputFailed
	}
	return code
}

// reasons are the lines that explain a non-zero exit code.
func reasons(r *load.Result, k6 bool) []string {
	var lines []string
	say := func(format string, a ...any) { lines = append(lines, fmt.Sprintf(format, a...)) }
	if r.Reason != load.Finished {
		say("the test ended early: %s", r.Reason)
	}
	if r.Err != nil {
		say("%v", r.Err)
	}
	if len(r.ThresholdsFailed) > 0 {
		say("thresholds have failed: %s", strings.Join(r.ThresholdsFailed, ", "))
		lines = append(lines, summary.FailedThresholds(r.Snapshot)...)
	}
	if r.MarkedFailed != nil {
		say("the test marked itself as failed: %v", r.MarkedFailed)
	}
	if k6 {
		return lines
	}
	return append(lines, verdicts(r.Verdict)...)
}

func verdicts(v load.Verdict) []string {
	var lines []string
	switch {
	case v.NothingSucceeded && v.Undecodable > 0:
		lines = append(lines, fmt.Sprintf("not one request got a response that can be read: %d could not be decompressed", v.Undecodable))
	case v.NothingSucceeded:
		lines = append(lines, "not one request got a response")
	case v.NothingMeasured:
		lines = append(lines, "nothing was measured: no request and no iteration ended while the load lasted; give it more time, or a rate above 0")
	}
	if v.AllIterationsFailed {
		lines = append(lines, "every iteration failed")
	}
	if v.RateMissed {
		lines = append(lines, "the rate was missed by more than 1 %: see dropped_iterations; more -max-vus or a faster target would help")
	}
	if len(v.ChecksNeverPassed) > 0 {
		lines = append(lines, "checks that never passed: "+strings.Join(v.ChecksNeverPassed, ", "))
	}
	return lines
}
