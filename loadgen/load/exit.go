package load

import (
	"errors"
	"fmt"
	"strings"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
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
	case r.reason != engine.Finished && r.reason != engine.ThresholdAborted:
		return exitCodeOf(r.reason)
	case r.reason == engine.ThresholdAborted || len(r.ThresholdsFailed) > 0:
		return exitThresholdsFailed
	case r.MarkedFailed != nil:
		return exitMarkedFailed
	}
	return r.Verdict.exitCode()
}

// exitCodeOf is for runs that were stopped.
func exitCodeOf(r engine.StopReason) int {
	switch r {
	case engine.SetupTimedOut:
		return exitSetupTimedOut
	case engine.TeardownTimedOut:
		return exitTeardownTimedOut
	case engine.StoppedByAPI:
		return exitStoppedByAPI
	case engine.SetupFailed, engine.TeardownFailed:
		return exitScriptFailed
	case engine.TestAborted:
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

// Err is nil if ExitCode is 0, and otherwise says all that is wrong: why the test ended early, which thresholds failed on what
// value, where a green report would lie. It has a line for each.
func (r *Result) Err() error {
	var errs []error
	if r.reason != engine.Finished {
		errs = append(errs, fmt.Errorf("the test ended early: %s", r.Reason))
	}
	errs = append(errs, r.Cause)
	if len(r.ThresholdsFailed) > 0 {
		errs = append(errs, fmt.Errorf("thresholds have failed: %s", strings.Join(r.ThresholdsFailed, ", ")))
		errs = append(errs, failedThresholds(r.Snapshot)...)
	}
	if r.MarkedFailed != nil {
		errs = append(errs, fmt.Errorf("the test marked itself as failed: %w", r.MarkedFailed))
	}
	return errors.Join(append(errs, r.Verdict.errs()...)...)
}

// errs says what is wrong in a sentence each.
func (v Verdict) errs() []error {
	var errs []error
	switch {
	case v.NothingSucceeded && v.Undecodable > 0:
		errs = append(errs, fmt.Errorf("not one request got a response that can be read: %d could not be decompressed", v.Undecodable))
	case v.NothingSucceeded:
		errs = append(errs, errors.New("not one request got a response"))
	case v.NothingMeasured:
		errs = append(errs, errors.New("nothing was measured: no request and no iteration ended while the load lasted; give it more time, or a rate above 0"))
	}
	if v.AllIterationsFailed {
		errs = append(errs, errors.New("every iteration failed"))
	}
	if v.RateMissed {
		errs = append(errs, errors.New("the rate was missed by more than 1 %: see dropped_iterations; more maxVUs or a faster target would help"))
	}
	if len(v.ChecksNeverPassed) > 0 {
		errs = append(errs, fmt.Errorf("checks that never passed: %s", strings.Join(v.ChecksNeverPassed, ", ")))
	}
	return errs
}

// failedThresholds says of each threshold that failed what it came to, or that there was nothing to judge.
func failedThresholds(s *metrics.Snapshot) []error {
	if s == nil {
		return nil
	}
	var errs []error
	for i := range s.Total.Series {
		series := &s.Total.Series[i]
		for _, t := range series.Thresholds {
			if !t.OK {
				errs = append(errs, fmt.Errorf("%s: %s failed: %s", series.FullName(), t.Expression, threshold.Outcome(series, t)))
			}
		}
	}
	return errs
}
