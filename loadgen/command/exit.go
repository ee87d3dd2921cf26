package command

import (
	"example.com/foobar/loadgen/load"
)

// Exit codes. Those up to 110 and 255 are k6's with k6's causes; those from 119 to 124 are for runs that k6 calls a success
// (119 apart), and -k6-exit-codes makes 0 of 120 to 123. "go run" turns every one of them but 0 into 1.
const (
	exitOK                = 0
	exitThresholdsFailed  = 99  // a threshold failed, with abortOnFail or at the end
	exitSetupTimedOut     = 100 // set-up took longer than setupTimeout
	exitTeardownTimedOut  = 101 // tear-down took longer than teardownTimeout
	exitTimedOut          = 102 // k6's "generic timeout"; not used here
	exitStoppedByAPI      = 103 // stopped over the REST API
	exitInvalidConfig     = 104 // an option, a variable or the configuration file can't be used
	exitInterrupted       = 105 // Ctrl-C or SIGTERM
	exitCannotStartAPI    = 106 // the REST API can't listen on -address
	exitScriptFailed      = 107 // set-up or tear-down failed
	exitScriptAborted     = 108 // the test aborted itself
	exitPanicked          = 109 // a bug in loadgen
	exitMarkedFailed      = 110 // the test marked itself as failed
	exitTargetFailed      = 119 // foo and bar could not be built or started
	exitNothingSucceeded  = 120 // requests were made, and not one got a response; or nothing was measured at all
	exitIterationsFailed  = 121 // every iteration failed
	exitRateMissed        = 122 // more than 1 % of the arrivals due were dropped or had not begun in the end
	exitChecksNeverPassed = 123 // a check failed each time
	exitOutputFailed      = 124 // the report or a summary file can't be written
	exitCannotParse       = 255 // the command line can't be read: unknown flag, bad value
)

// exitTable is what -h says of the codes.
const exitTable = `Exit codes (k6's, but for 119 to 124):
    0  finished                                    106  the REST API can't listen on -address
   99  a threshold failed                          107  set-up or tear-down failed
  100  set-up timed out                            108  the test aborted itself
  101  tear-down timed out                         109  a bug: the command panicked
  103  stopped over the REST API                   110  the test marked itself as failed
  104  invalid options, variables or config file   119  the target could not be started
  105  interrupted (Ctrl-C, SIGTERM)               255  unknown flag or unreadable value
  Where k6 says 0:
  120  no request got a response, or nothing was   122  the rate was missed by more than 1 %
       measured                                    123  a check never passed
  121  every iteration failed                      124  the report or a summary file can't be written
  -k6-exit-codes makes 0 of 120 to 123. "go run" turns every code but 0 into 1: scripts build the binary first.`

// exitCode is that of a test that ran; strictly k6's with k6 set.
func exitCode(r *load.Result, k6 bool) int {
	switch {
	case r.Reason != load.Finished && r.Reason != load.ThresholdAborted:
		return reasonCode(r.Reason)
	case r.Reason == load.ThresholdAborted || len(r.ThresholdsFailed) > 0:
		return exitThresholdsFailed
	case r.MarkedFailed != nil:
		return exitMarkedFailed
	case k6:
		return exitOK
	}
	return verdictCode(r.Verdict)
}

func reasonCode(r load.StopReason) int {
	switch r {
	case load.SetupTimedOut:
		return exitSetupTimedOut
	case load.TeardownTimedOut:
		return exitTeardownTimedOut
	case load.StoppedByAPI:
		return exitStoppedByAPI
	case load.SetupFailed, load.TeardownFailed:
		return exitScriptFailed
	case load.TestAborted:
		return exitScriptAborted
	}
	return exitInterrupted
}

func verdictCode(v load.Verdict) int {
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
	return exitOK
}

// codedError is an error that ends the command with an exit code.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }
