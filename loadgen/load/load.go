package load

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/internal/wire"
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
	// Setup runs once before the load and Teardown once after it; Data is what Setup returned. Nothing of theirs is in the
	// metrics.
	Setup    func(vu *VU) (any, error)
	Teardown func(vu *VU) error
	// Hold, when set, is called when a scenario's turn has come, and the scenario begins when it returns. The users' connections
	// stay open meanwhile. It may call Run.Forget. ctx ends when the run is stopped.
	Hold func(ctx context.Context, r *Run, scenario string)
	// Handler, when set, answers every request in this process over in-memory connections, whatever the host.
	Handler http.Handler
	// Env is what every user finds in VU.Env; scenarios add theirs.
	Env map[string]string
	// Debug is where Options.HTTPDebug writes.
	Debug io.Writer
	// Seed is what the random numbers of VU.Rand and ArrivalsPoisson follow from, 0 as any other: another seed gives other numbers.
	Seed uint64
	// TLSKeyLog is where the secrets of TLS sessions go, in NSS's format, for a program that is to read the traffic; nil is
	// nowhere.
	TLSKeyLog io.Writer

	custom  []metrics.Desc
	sleeper func(quit <-chan struct{}) sleeper // a test's own
}

// Run runs the test to its end.
func (t *Test) Run(ctx context.Context) (*Result, error) {
	r, err := t.Start(ctx)
	if err != nil {
		return nil, err
	}
	return r.Wait(), nil
}

// Start validates and starts, and returns at once: set-up, load and tear-down go on in goroutines (or wait to be resumed over
// the REST API, when Options.Paused). When ctx ends, the run is aborted. An error means that nothing ran.
func (t *Test) Start(ctx context.Context) (*Run, error) {
	if err := t.Options.Validate(); err != nil {
		return nil, err
	}
	plans := t.Options.plans()
	if err := t.validateFunctions(plans); err != nil {
		return nil, err
	}
	judge, err := t.Options.Thresholds.judge(t.metrics())
	if err != nil {
		return nil, err
	}
	judge.EmptyPasses = or(t.Options.K6Semantics, false)
	rec, err := recorder.New(t.recorderConfig(judge))
	if err != nil {
		return nil, fmt.Errorf("declaring the metrics: %w", err)
	}
	c, err := t.wireConfig()
	if err != nil {
		return nil, err
	}
	network, err := wire.NewNetwork(c)
	if err != nil {
		return nil, fmt.Errorf("reading the options of requests: %w", err)
	}
	r := newRun(ctx, t, rec, network, judge)
	r.addScenarios(plans)
	if ctx.Err() != nil {
		r.abort(engine.InterruptedSignal, nil) // before anything has begun
	}
	go r.drive(ctx)
	return r, nil
}

// recorderConfig declares the metrics, and the sub-metrics that thresholds name.
func (t *Test) recorderConfig(j *threshold.Judge) recorder.Config {
	subs := []selector.Selector{{Metric: builtinMetrics[httpReqDuration].Name, Tags: []metrics.Tag{{Key: "expected_response", Value: "true"}}}}
	for _, s := range j.Submetrics() {
		if s.String() != subs[0].String() {
			subs = append(subs, s)
		}
	}
	return recorder.Config{
		Metrics:         t.metrics(),
		Submetrics:      subs,
		Sections:        or(t.Options.Sections, false),
		Breakdown:       httpReqDuration,
		BreakdownFailed: httpReqFailed,
		BreakdownKeys:   []string{"scenario", "method", "name", "status", "error_code"},
	}
}

// metrics are the built-in ones and the test's own.
func (t *Test) metrics() []metrics.Desc { return append(builtinMetrics[:], t.custom...) }

// validateFunctions checks that the test has the functions that its scenarios name.
func (t *Test) validateFunctions(plans []plan) error {
	var errs OptionErrors
	for _, p := range plans {
		switch at := t.Options.pathOf(p.Name)("exec"); {
		case t.function(p.conf.Exec) != nil:
		case p.conf.Exec == "":
			errs.add(at, "the test has no function for scenarios that name none: set Test.Exec")
		default:
			errs.addValue(at, fmt.Sprintf("%q", p.conf.Exec), "the test has no such function")
		}
	}
	return errs.err()
}

// function is the one of that name; Exec is that without a name, or "default".
func (t *Test) function(name string) Func {
	if f, ok := t.Functions[name]; ok {
		return f
	}
	if name == "" || name == defaultScenario {
		return t.Exec
	}
	return nil
}
