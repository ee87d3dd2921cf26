// Package load runs load tests: virtual users in scenarios, paced by executors, measured with k6's metrics.
// It prints nothing and knows no command line.
package load

// The shape agreed between the command, the summary and this package. To be moved into the files of its nouns
// (test.go, options.go, scenario.go, run.go, vu.go, progress.go) as they are built.

import (
	"context"
	"net/http"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// Func is what a virtual user does in one iteration, the script's default function in k6.
// An error ends the iteration as failed; a panic too, with its message in the report.
type Func func(vu *VU) error

// Test is a load test. Its zero value with an Exec is one user's one iteration.
type Test struct {
	Options Options
	// Exec is the function of scenarios that name none.
	Exec Func
	// Functions are those that scenarios name in Exec.
	Functions map[string]Func
	// Setup runs once before the load and Teardown once after it; neither counts into rates.
	Setup    func(vu *VU) (any, error)
	Teardown func(vu *VU, data any) error
	// Handler, when set, answers every request in this process over in-memory connections, whatever the host.
	Handler http.Handler
}

// Options are k6's, with its names as JSON keys. Pointers and nil slices mean "not set", so that layers can be laid
// over each other in k6's order (Options.Apply).
type Options struct {
	VUs        *int                `json:"vus,omitempty"`
	Duration   *Duration           `json:"duration,omitempty"`
	Iterations *int64              `json:"iterations,omitempty"`
	Stages     []Stage             `json:"stages,omitempty"`
	Scenarios  map[string]Scenario `json:"scenarios,omitempty"`
	// ... (thresholds, tags, rps, HTTP and TLS options, summary options: all of k6's, see k6.md section 1.2; ours beside them)
}

// Duration reads "10s", "1m30s", "1d2h" or a number of milliseconds, and writes "10s".
type Duration time.Duration

// Stage is one leg of a ramp.
type Stage struct {
	Duration Duration `json:"duration"`
	Target   int64    `json:"target"`
}

// Scenario is one executor with its options, k6's keys.
type Scenario struct {
	Executor string `json:"executor"`
	// ...
}

// VU is one virtual user: its connections, cookies, and the methods of a script. It belongs to one goroutine.
//
//	vu.Get(url), vu.Do(req), vu.Batch(reqs...)   -> *Response, never nil, valid until the VU's next request
//	vu.Check("is status 200", res.Status == 200) -> the same bool
//	vu.Sleep(time.Second)                        // think time; ends the iteration when the test is stopped hard
//	vu.Group("checkout", func() error {...}), vu.Tag(k, v), vu.Add(metric, value)
//	vu.ID, vu.Iteration, vu.Scenario, vu.Env, vu.Data (of Setup), vu.Context(), vu.Abort(reason)
type VU struct{}

// Run is a test under way. All methods may be called from any goroutine.
type Run struct{}

// Start validates, sets up and starts; it returns as soon as the load runs (or waits, when Options.Paused).
// When ctx ends, the run is aborted.
func (t *Test) Start(ctx context.Context) (*Run, error) { panic("contract") }

// Stop lets no new iteration begin and gives those under way their gracefulStop. Abort interrupts them now.
func (r *Run) Stop(reason StopReason)  {}
func (r *Run) Abort(reason StopReason) {}

// Resume begins the load of a run that was started paused.
func (r *Run) Resume() {}

// Progress is cheap enough to be asked for ten times a second; Snapshot is for once a second.
func (r *Run) Progress() Progress          { return Progress{} }
func (r *Run) Snapshot() *metrics.Snapshot { return nil }

// Wait returns when everything has ended, tear-down included.
func (r *Run) Wait() *Result { return nil }

// Result is what a test came to.
type Result struct {
	Snapshot *metrics.Snapshot
	// Reason says why it ended: finished, interrupted by signal, threshold with abortOnFail, stopped over REST, aborted by the test.
	Reason StopReason
	// Err is a failed Setup or Teardown, or the abort's reason.
	Err error
	// ThresholdsFailed names the metrics whose thresholds failed.
	ThresholdsFailed []string
	// Interrupted counts iterations cut off, Panicked and Failed those that panicked and returned an error.
	Interrupted, Panicked, Failed uint64
}

// StopReason is why a run ended.
type StopReason int

// Progress is what the progress lines show.
type Progress struct {
	// State is "starting", "paused", "setup", "running", "stopping", "teardown", "ended".
	State   string
	Elapsed time.Duration
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
	// Left and Right are k6's texts beside the bar: "5 VUs", "1.0s/2s", "6/9 shared iters", "20.00 iters/s".
	VUs, Time, Extra string
}
