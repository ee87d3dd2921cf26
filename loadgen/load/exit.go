package load

import (
	"fmt"
	"strings"
)

// The exit codes of a test that ran: k6's with k6's causes, and from 120 on ours for runs that k6 calls a success.
const (
	exitThresholdsFailed  = 99  // a threshold failed, with abortOnFail or at the end
	exitSetupTimedOut     = 100 // set-up took longer than setupTimeout
	exitTeardownTimedOut  = 101 // tear-down took longer than teardownTimeout
	exitStoppedByAPI      = 103 // stopped over the REST API
	exitInterrupted       = 105 // Ctrl-C or SIGTERM, or the end of the context
	exitScriptFailed      = 107 // set-up or tear-down failed
	exitScriptAborted     = 108 // the test aborted itself
	exitMarkedFailed      = 110 // the test marked itself as failed
	exitNothingSucceeded  = 120 // requests were made, and not one got a response; or nothing was measured at all
	exitIterationsFailed  = 121 // every iteration failed
	exitRateMissed        = 122 // more than 1 % of the arrivals due were dropped or had not begun in the end
	exitChecksNeverPassed = 123 // a check failed each time
)

// ExitCode is what a program that ran this test alone ends with: 0 when all is well, else k6's code for the first cause there
// is, or one from 120 to 123 for what the Verdict has to say.
func (r *Result) ExitCode() int {
	switch {
	case r.Reason != Finished && r.Reason != ThresholdAborted:
		return r.Reason.exitCode()
	case r.Reason == ThresholdAborted || len(r.ThresholdsFailed) > 0:
		return exitThresholdsFailed
	case r.MarkedFailed != nil:
		return exitMarkedFailed
	}
	return r.Verdict.exitCode()
}

func (r StopReason) exitCode() int {
	switch r {
	case SetupTimedOut:
		return exitSetupTimedOut
	case TeardownTimedOut:
		return exitTeardownTimedOut
	case StoppedByAPI:
		return exitStoppedByAPI
	case SetupFailed, TeardownFailed:
		return exitScriptFailed
	case TestAborted:
		return exitScriptAborted
	}
	return exitInterrupted
}

func (v Verdict) exitCode() int {
	switch {
	case v.NothingSucceeded || v.NothingMeasured:
		return exitNothingSucceeded
	case v.AllIterationsFailed:
		return exitIterationsFailed
	case v.RateMissed:
		return exitRateMissed
	case len(v.ChecksNeverPassed) > 0:
		return exitChecksNeverPassed
	}
	return 0
}

// Failures say, a line each, why ExitCode is not 0; there are none when it is.
func (r *Result) Failures() []string {
	var lines []string
	if r.Reason != Finished {
		lines = append(lines, fmt.Sprintf("the test ended early: %s", r.Reason))
	}
	if r.Err != nil {
		lines = append(lines, r.Err.Error())
	}
	if len(r.ThresholdsFailed) > 0 {
		lines = append(lines, "thresholds have failed: "+strings.Join(r.ThresholdsFailed, ", "))
	}
	if r.MarkedFailed != nil {
		lines = append(lines, fmt.Sprintf("the test marked itself as failed: %v", r.MarkedFailed))
	}
	return append(lines, r.Verdict.failures()...)
}

func (v Verdict) failures() []string {
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
