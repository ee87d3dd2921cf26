package engine

import "time"

// Run is a test under way. All methods may be called from any goroutine.
type Run interface {
	// Progress is cheap enough to be asked for ten times a second.
	Progress() Progress
	// SetupData is what Setup returned, nil before that and without one.
	SetupData() any
	// Resume begins the load of a run that was started paused. When it returns, the run's state is another.
	Resume()
	// Stop lets no new iteration begin and gives those under way their gracefulStop. The first reason given counts.
	Stop(StopReason)
	// Abort cuts off what runs now: set-up, all iterations, or tear-down. After iterations tear-down still runs.
	Abort(StopReason)
	// Done is closed when everything has ended.
	Done() <-chan struct{}
}

// Progress is what the progress lines show.
type Progress struct {
	// State is "starting", "paused", "setup", "running", "stopping", "teardown", "ended".
	State string
	// Elapsed is the time of load so far, MaxDuration what it can come to, graceful stops included.
	Elapsed, MaxDuration time.Duration
	// Measured is Elapsed without a warm-up: the time of the requests and iterations below.
	Measured time.Duration
	// Time is k6's text of Elapsed, as wide as MaxDuration needs: "0m01.0s".
	Time string
	// VUs run iterations now, MaxVUs are initialised.
	VUs, MaxVUs int
	// Complete and Interrupted are iterations. They and the requests are counted anew at the end of a warm-up.
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
