package load

import "time"

// Progress is what the progress lines show.
type Progress struct {
	// State is "starting", "paused", "setup", "running", "stopping", "teardown", "ended".
	State string
	// Elapsed is the time of load so far, MaxDuration what it can come to, graceful stops included.
	Elapsed, MaxDuration time.Duration
	// Time is k6's text of Elapsed, as wide as MaxDuration needs: "0m01.0s".
	Time string
	// VUs run iterations now, MaxVUs are initialised; Complete and Interrupted are iterations.
	VUs, MaxVUs           int
	Complete, Interrupted uint64
	// Requests, Failed: totals so far (for a live rate of requests and errors).
	Requests, Failed uint64
	Scenarios        []ScenarioProgress
}

// ScenarioProgress is one scenario's line.
type ScenarioProgress struct {
	Name string
	// Description is k6's line for the plan: "5 looping VUs for 30s (gracefulStop: 30s)".
	Description string
	// Status is one of waiting, running, stopping, done, interrupted.
	Status   string
	Fraction float64
	// VUs, Time and Extra are k6's texts beside the bar: "5 VUs", "1.0s/2s", "6/9 shared iters" or "20.00 iters/s".
	VUs, Time, Extra string
}
