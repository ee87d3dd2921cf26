package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/metrics"
)

// Run is a test under way. All methods may be called from any goroutine.
type Run struct {
	test    *Test
	rec     *recorder.Recorder
	network *wire.Network
	judge   *threshold.Judge
	labels  *labels
	limiter *limiter
	pool    *pool
	players []*player
	index   map[string]int // of players, by name
	root    *group
	tags    *tagSet // Options.Tags
	watch   *watch

	throw, k6    bool
	minIteration time.Duration
	sleeper      func(quit <-chan struct{}) sleeper

	ctx    context.Context // ends with the run, or the caller's
	cancel context.CancelFunc
	state  atomic.Value // string
	resume chan struct{}
	quit   chan struct{} // closed by the first Stop
	done   chan struct{}
	data   any // of Setup

	began, ended atomic.Int64 // the load, 0 when not yet
	warm         atomic.Int64 // the end of the warm-up

	answered atomic.Bool // there was a response
	holdback holdback

	gets  memory[string, *Request] // of VU.Get, by URL
	names memory[string, struct{}] // of requests that were made for one sending

	mu       sync.Mutex
	reason   StopReason
	err      error
	marked   error
	paused   bool
	stopped  bool
	lone     *VU // in set-up or tear-down
	result   *Result
	cutAbort func() bool
}

// The states of a run, in their order.
const (
	stateStarting = "starting"
	statePaused   = "paused"
	stateSetup    = "setup"
	stateRunning  = "running"
	stateStopping = "stopping"
	stateTeardown = "teardown"
	stateEnded    = "ended"
)

func newRun(ctx context.Context, t *Test, rec *recorder.Recorder, network *wire.Network, judge *threshold.Judge) *Run {
	o := t.Options
	r := &Run{
		test: t, rec: rec, network: network, judge: judge, labels: newLabels(rec, o.SystemTags), limiter: newLimiter(or(o.RPS, 0)),
		index: map[string]int{}, root: &group{}, watch: &watch{},
		throw: or(o.Throw, false), k6: or(o.K6Semantics, false), minIteration: time.Duration(or(o.MinIterationDuration, 0)),
		sleeper: t.sleeper, resume: make(chan struct{}), quit: make(chan struct{}), done: make(chan struct{}), paused: or(o.Paused, false),
	}
	if r.sleeper == nil {
		r.sleeper = newSleeper
	}
	r.gets.room, r.names.room = maxRequests, maxRequests
	r.pool = &pool{run: r}
	r.holdback.next.Store(int64(wire.Now()))
	r.tags = r.labels.withAll(r.labels.set(nil), o.Tags)
	r.state.Store(stateStarting)
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// addPlayers prepares the scenarios.
func (r *Run) addPlayers(plans []plan) {
	for i, plan := range plans {
		p := &player{run: r, name: plan.Name, conf: plan.conf, plan: plan, exec: r.test.function(plan.conf.Exec), executor: plan.executor(),
			quit: make(chan struct{}), cut: make(chan struct{}), done: make(chan struct{}), users: map[*VU]struct{}{}}
		p.env = r.test.Env
		if len(plan.conf.Env) > 0 {
			p.env = map[string]string{}
			for _, env := range []map[string]string{r.test.Env, plan.conf.Env} {
				for k, v := range env {
					p.env[k] = v
				}
			}
		}
		p.tags = r.labels.withAll(r.tags, plan.conf.Tags)
		if r.labels.system["scenario"] {
			p.tags = r.labels.with(p.tags, "scenario", plan.Name)
		}
		r.players, r.index[plan.Name] = append(r.players, p), i
	}
}

// Stop lets no new iteration begin and gives those under way their gracefulStop. The first reason given counts.
func (r *Run) Stop(reason StopReason) { r.end(reason, nil, false) }

// Abort cuts off what runs now: set-up, all iterations, or tear-down. After iterations tear-down still runs.
func (r *Run) Abort(reason StopReason) { r.abort(reason, nil) }

func (r *Run) abort(reason StopReason, err error) { r.end(reason, err, true) }

func (r *Run) end(reason StopReason, err error, hard bool) {
	r.mu.Lock()
	first := !r.stopped
	if r.stopped = true; first {
		r.reason, r.err = reason, err
		r.unpause()
		close(r.quit)
	}
	lone := r.lone
	r.mu.Unlock()
	if hard && lone != nil {
		lone.interrupt()
	}
	for _, p := range r.players {
		if hard {
			p.abort()
		} else {
			p.stop()
		}
	}
}

// markFailed keeps the first reason.
func (r *Run) markFailed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.marked == nil {
		r.marked = err
	}
}

// Resume begins the load of a run that was started paused. When it returns, the run's state is another.
func (r *Run) Resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.paused {
		r.unpause()
		close(r.resume)
	}
}

// unpause leaves the state paused; r.mu is held.
func (r *Run) unpause() {
	r.paused = false
	r.state.CompareAndSwap(statePaused, stateStarting)
}

// Wait returns when everything has ended, tear-down included.
func (r *Run) Wait() *Result {
	<-r.done
	return r.result
}

// Done is closed when everything has ended.
func (r *Run) Done() <-chan struct{} { return r.done }

// SetupData is what Setup returned, nil before that and without one.
func (r *Run) SetupData() any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.data
}

// Metrics are all metrics of the run, the test's own included.
func (r *Run) Metrics() []metrics.Desc { return r.test.metrics() }

// Snapshot is for once a second; thresholds are evaluated in it, but for those of a warm-up, which is not judged.
func (r *Run) Snapshot() *metrics.Snapshot {
	s := r.rec.Snapshot(r.loadTime())
	if !r.warming() {
		s, _ = r.judge.Evaluate(s)
	}
	return s
}

// loadTime is how long the load has been measured: without set-up, tear-down and warm-up.
func (r *Run) loadTime() time.Duration {
	began, ended := r.began.Load(), r.ended.Load()
	if began == 0 {
		return 0
	}
	if ended == 0 {
		ended = int64(wire.Now())
	}
	if warm := r.warm.Load(); warm != 0 {
		began = warm
	}
	return max(time.Duration(ended-began), 0)
}

// elapsed is how long the load has gone on, warm-up included.
func (r *Run) elapsed() time.Duration {
	elapsed := r.loadTime()
	if warm, began := r.warm.Load(), r.began.Load(); warm != 0 {
		elapsed += time.Duration(warm - began)
	}
	return elapsed
}

// drive is the life of a run.
func (r *Run) drive() {
	defer close(r.done)
	defer r.cancel()
	r.pool.fill(mostUsers(r.plans(), plan.startVUs))
	r.waitPaused()
	if r.setUp() {
		r.load()
		r.tearDown()
	}
	r.pool.close()
	if err := r.network.Close(); err != nil {
		r.warnf("", "The in-process server did not end cleanly: %v.", err)
	}
	r.cutAbort()
	r.state.Store(stateEnded)
	r.result = r.newResult()
}

func (r *Run) waitPaused() {
	r.mu.Lock()
	paused := r.paused
	if paused {
		r.state.Store(statePaused)
	}
	r.mu.Unlock()
	if !paused {
		return
	}
	select {
	case <-r.resume:
	case <-r.quit:
	}
}

// load plays all scenarios.
func (r *Run) load() {
	r.began.Store(int64(wire.Now()))
	r.state.Store(stateRunning)
	stop := make(chan struct{})
	r.watch.begin()
	var watching sync.WaitGroup
	watching.Go(func() { r.monitor(stop) })
	if r.isStopped() {
		r.end(Finished, nil, false) // what ended the run may have come before the players
	}
	for _, p := range r.players {
		go p.begin()
	}
	for _, p := range r.players {
		<-p.done
	}
	r.ended.Store(int64(wire.Now()))
	close(stop)
	watching.Wait()
}

func (r *Run) plans() []plan {
	var plans []plan
	for _, p := range r.players {
		plans = append(plans, p.plan)
	}
	return plans
}

// setUp runs Setup; it is false when the load must not begin.
func (r *Run) setUp() bool {
	if r.test.Setup == nil || or(r.test.Options.NoSetup, false) {
		return true
	}
	if r.isStopped() {
		return false // and what was never set up is not torn down
	}
	r.state.Store(stateSetup)
	err := r.alone(timeout(r.test.Options.SetupTimeout), func(v *VU) error {
		data, err := r.test.Setup(v)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.data = data
		return err
	})
	return r.judgeAlone(err, "set-up", SetupFailed, SetupTimedOut)
}

func (r *Run) tearDown() {
	if r.test.Teardown == nil || or(r.test.Options.NoTeardown, false) {
		return
	}
	r.state.Store(stateTeardown)
	err := r.alone(timeout(r.test.Options.TeardownTimeout), func(v *VU) error { return r.test.Teardown(v) })
	r.judgeAlone(err, "tear-down", TeardownFailed, TeardownTimedOut)
}

// judgeAlone keeps the reason of a set-up or tear-down that failed, unless there is one already.
func (r *Run) judgeAlone(err error, what string, failed, timedOut StopReason) bool {
	if err == nil {
		return true
	}
	reason := failed
	if errors.Is(err, errTimedOut) {
		reason = timedOut
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reason == Finished {
		r.reason, r.err = reason, fmt.Errorf("%s: %w", what, err)
	}
	return false
}

func (r *Run) isStopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

var (
	errTimedOut = errors.New("timed out")
	errCutOff   = errors.New("interrupted")
)

// alone runs f with a user of its own, whose samples are not recorded. A user that does not notice its time-out is left
// behind.
func (r *Run) alone(limit time.Duration, f func(v *VU) error) error {
	v := newVU(r, 0)
	v.silent, v.exec = true, f
	r.setLone(v)
	defer r.setLone(nil)
	ended := make(chan error, 1)
	go func() {
		err := errGoexit
		defer func() {
			v.client.Close()
			v.release()
			ended <- err
		}()
		var out outcome
		if out, err = v.call(); out == cutOff {
			err = errCutOff
		}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
	}
	v.interrupt()
	timer.Reset(patience)
	select {
	case <-ended:
	case <-timer.C:
	}
	return fmt.Errorf("%w after %s", errTimedOut, limit)
}

func (r *Run) setLone(v *VU) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lone = v; v != nil {
		v.data = r.data
	}
}

// warnf adds a warning about a metric, or about everything.
func (r *Run) warnf(metric, format string, args ...any) {
	r.rec.Warn(metrics.Warning{Metric: metric, Message: fmt.Sprintf(format, args...)})
}

// failed keeps the error of a request for the report.
func (r *Run) failed(x *wire.Exchange) {
	r.rec.Fail(x.ErrorCode, errorText(x.Err))
	r.watch.failed(x)
}

// errorText is an error for a tag or the report: of one that the wire did not make, without what changes each time.
func errorText(err error) string {
	if _, ok := err.(*wire.Error); ok {
		return err.Error()
	}
	return wire.Fold(err.Error())
}
