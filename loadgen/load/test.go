// Package load runs load tests: virtual users in scenarios, paced by executors, measured with k6's metrics.
// It prints nothing and knows no command line.
package load

import (
	"context"
	"net/http"

	"example.com/foobar/loadgen/metrics"
)

// Func is what a virtual user does in one iteration, the script's default function in k6.
// An error ends the iteration as failed; a panic too, with its message in the report.
type Func func(vu *VU) error

// Test is a load test. Its zero value with an Exec is one user's one iteration.
type Test struct {
	Options Options
	// Exec is the function of scenarios that name none (or "default").
	Exec Func
	// Functions are those that scenarios name in Exec.
	Functions map[string]Func
	// Setup runs once before the load and Teardown once after it; neither counts into rates.
	Setup    func(vu *VU) (any, error)
	Teardown func(vu *VU, data any) error
	// Handler, when set, answers every request in this process over in-memory connections, whatever the host.
	Handler http.Handler
	// Env is what every user finds in VU.Env; scenarios add theirs.
	Env map[string]string

	custom []metrics.Desc
}

// Start validates, sets up and starts; it returns as soon as the load runs (or waits, when Options.Paused).
// When ctx ends, the run is aborted. An error means that nothing ran.
func (t *Test) Start(ctx context.Context) (*Run, error) { panic("contract") }
