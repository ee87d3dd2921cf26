package engine

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
