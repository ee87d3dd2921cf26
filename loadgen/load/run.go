package load

import (
	"context"
	"maps"
	"sync"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/metrics"
)

// Run is a test under way. All methods may be called from any goroutine.
type Run struct {
	test      *Test
	lifecycle *lifecycle
	clock     *clock
	meter     *meter
	sender    *sender
	fixture   *fixture
	users     *pool
	scenarios []*scenarioRun // one a scenario, in the order of their names
	watch     *watch
	judge     *threshold.Judge

	ctx     context.Context // ends with the run, or the caller's
	cancel  context.CancelFunc
	sleeper func(quit <-chan struct{}) sleeper
	result  *Result
}

func newRun(ctx context.Context, t *Test, rec *recorder.Recorder, network *wire.Network, judge *threshold.Judge) *Run {
	o := t.Options
	r := &Run{test: t, lifecycle: newLifecycle(or(o.Paused, false)), clock: &clock{}, meter: newMeter(rec, o), sender: newSender(network, o),
		fixture: &fixture{}, watch: &watch{}, judge: judge, sleeper: t.sleeper}
	if r.sleeper == nil {
		r.sleeper = newSleeper
	}
	r.users = &pool{run: r}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// addScenarios prepares the scenarios.
func (r *Run) addScenarios(plans []plan) {
	byName := map[string]*scenarioRun{}
	for _, plan := range plans {
		p := &scenarioRun{run: r, name: plan.Name, conf: plan.conf, plan: plan, exec: r.test.function(plan.conf.Exec), executor: plan.executor(r.test.Seed),
			quit: make(chan struct{}), cut: make(chan struct{}), done: make(chan struct{}), users: map[*VU]struct{}{}, minIteration: time.Duration(or(r.test.Options.MinIterationDuration, 0))}
		p.env = r.test.Env
		if len(plan.conf.Env) > 0 {
			p.env = map[string]string{}
			maps.Copy(p.env, r.test.Env)
			maps.Copy(p.env, plan.conf.Env)
		}
		p.tags = r.meter.scenarioTags(plan.Name, plan.conf)
		r.scenarios, byName[plan.Name] = append(r.scenarios, p), p
	}
	for _, p := range r.scenarios {
		p.after = byName[p.conf.After]
	}
}

// Stop lets no new iteration begin and gives those under way their gracefulStop. The test counts as aborted, unless it was stopped
// before.
func (r *Run) Stop() { r.stop(engine.TestAborted) }

func (r *Run) stop(reason engine.StopReason) {
	r.lifecycle.stop(reason, nil)
	for _, p := range r.scenarios {
		p.stopGracefully()
	}
}

// abort cuts off what runs now.
func (r *Run) abort(reason engine.StopReason, cause error) {
	r.lifecycle.stop(reason, cause)
	r.fixture.interrupt()
	for _, p := range r.scenarios {
		p.interruptAll()
	}
}

// Wait returns when everything has ended, tear-down included.
func (r *Run) Wait() *Result {
	<-r.lifecycle.done
	return r.result
}

// Snapshot is for once a second; thresholds are evaluated in it, but for those of a warm-up, which is not judged.
func (r *Run) Snapshot() *metrics.Snapshot {
	s := r.meter.Snapshot(r.clock.measured())
	if !r.warming() {
		s, _ = r.judge.Evaluate(s)
	}
	return s
}

// drive is the life of a run, which begins to watch ctx only now: what ended it before has stopped the run already.
func (r *Run) drive(ctx context.Context) {
	defer close(r.lifecycle.done)
	defer r.cancel()
	unwatch := context.AfterFunc(ctx, func() { r.abort(engine.InterruptedSignal, nil) })
	r.users.fill(mostUsers(r.plans(), plan.startVUs))
	r.lifecycle.waitPaused()
	if r.setUp() {
		r.load()
		r.tearDown()
	}
	r.users.close()
	if err := r.sender.network.Close(); err != nil {
		r.meter.warnf("", "The in-process server did not end cleanly: %v.", err)
	}
	unwatch()
	r.lifecycle.state.Store(stateEnded)
	r.result = r.newResult()
}

// load plays all scenarios.
func (r *Run) load() {
	r.clock.begin()
	r.lifecycle.state.Store(stateRunning)
	stop := make(chan struct{})
	r.watch.begin()
	var watching sync.WaitGroup
	watching.Go(func() { r.monitor(stop) })
	if r.lifecycle.isStopped() {
		r.stop(engine.Finished) // what stopped the run may have come before the scenarios
	}
	for _, p := range r.scenarios {
		go p.begin()
	}
	for _, p := range r.scenarios {
		<-p.done
	}
	r.clock.end()
	close(stop)
	watching.Wait()
}

func (r *Run) plans() []plan {
	var plans []plan
	for _, p := range r.scenarios {
		plans = append(plans, p.plan)
	}
	return plans
}
