package load

import "example.com/foobar/loadgen/metrics"

// Result is what a test came to.
type Result struct {
	Snapshot *metrics.Snapshot
	// Reason says why it ended.
	Reason StopReason
	// Err is a failed Setup or Teardown, or the abort's reason.
	Err error
	// ThresholdsFailed names the metrics whose thresholds failed, sorted.
	ThresholdsFailed []string
	// Interrupted counts iterations cut off, Panicked and Failed those that panicked and returned an error.
	Interrupted, Panicked, Failed uint64
	// MarkedFailed is the reason given to VU.MarkTestFailed, nil when nobody called it.
	MarkedFailed error
	Verdict      Verdict
}

// Verdict says where a green report would lie.
type Verdict struct {
	// NothingSucceeded: requests were made, and not one got a response.
	NothingSucceeded bool
	// AllIterationsFailed: iterations ended, and every one panicked or failed.
	AllIterationsFailed bool
	// RateMissed: more than RateTolerance of the arrivals due were dropped, or had not begun when the time was over.
	RateMissed bool
	// ChecksNeverPassed names the checks that failed each time.
	ChecksNeverPassed []string
}

// RateTolerance is the share of arrivals that may be missed before Verdict.RateMissed.
const RateTolerance = 0.01

// StopReason is why a run ended.
type StopReason int

// Why a run ended.
const (
	Finished          StopReason = iota // by its own schedule
	InterruptedSignal                   // by a signal, or the end of the context given to Start
	ThresholdAborted                    // a threshold with abortOnFail failed
	StoppedByAPI                        // over REST
	TestAborted                         // by VU.Abort
	SetupFailed                         // Setup returned an error or panicked
	SetupTimedOut
	TeardownFailed
	TeardownTimedOut
)

var stopReasons = [...]string{"finished", "interrupted", "threshold with abortOnFail failed", "stopped over REST",
	"aborted by the test", "setup failed", "setup timed out", "teardown failed", "teardown timed out"}

// String says the reason in words.
func (r StopReason) String() string {
	if r < 0 || int(r) >= len(stopReasons) {
		return "unknown"
	}
	return stopReasons[r]
}
