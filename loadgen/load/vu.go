package load

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/wire"
)

// VU is one virtual user: its connections, cookies, and the methods of a script. It belongs to one goroutine. Its methods
// end the iteration, by a panic of their own that must not be swallowed, when the iteration is cut off.
type VU struct {
	// ID counts the users of a test from 1, Iteration this user's iterations of this scenario from 0.
	ID        int64
	Iteration int64
	Scenario  string
	Env       map[string]string

	run      *Run
	meter    *meter
	sender   *sender
	scenario *scenarioRun
	client   *wire.Client
	exec     Func
	shard    uint32
	silent   bool // set-up and tear-down: nothing is recorded
	data     any  // what Setup returned
	// values are those of PerUser, number counts the users of the scenario from 1, source is what random draws from.
	values []userValue
	number uint64
	source rand.PCG
	random *rand.Rand

	// What the samples of the moment are tagged with.
	group *group
	tags  *tagSet

	// The iteration under way. A paced one has an intended start, and lag is how much later it began.
	paced, requested bool
	intended, lag    time.Duration
	// reached says that a request had a connection, unreached counts those that failed without one.
	reached   bool
	unreached int

	response  Response
	responses []*Response
	lastGet   *Request
	recent    recent
	timer     *time.Timer
	// wake interrupts Sleep, work hands a parked user its next arrival.
	wake chan struct{}
	work chan arrival
	// parked says that the next arrival comes by work, abandoned that the iteration under way is counted already.
	parked         bool
	cut, abandoned atomic.Bool

	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc
}

// recent keeps the last few answers of labels, so that the usual request and its checks need no look-up and no lock.
type recent struct {
	reqs [2]struct {
		key    requestKey
		labels *recorder.Labels
	}
	checks [4]struct {
		key checkKey
		check
	}
	base      *recorder.Labels
	baseKey   checkKey
	nextReq   uint8
	nextCheck uint8
}

func newVU(r *Run, id int64) *VU {
	v := &VU{ID: id, run: r, meter: r.meter, sender: r.sender, shard: uint32(id), wake: make(chan struct{}, 1), group: r.meter.root, tags: r.meter.tags, Env: r.test.Env, data: r.fixture.get()}
	v.client = r.sender.network.NewClient(int(id), (*observer)(v))
	return v
}

// join makes v a user of p.
func (v *VU) join(p *scenarioRun) {
	if v.scenario != p {
		v.scenario, v.Iteration, v.Scenario, v.Env, v.data = p, 0, p.name, p.env, v.run.fixture.get()
		v.exec, v.tags, v.number = p.exec, p.tags, p.joined.Add(1)
		v.seed()
	}
	v.abandoned.Store(false)
	if v.cut.Load() {
		v.reset()
	}
}

// reset makes a user that was interrupted fit for further iterations.
func (v *VU) reset() {
	v.client.Reset()
	select {
	case <-v.wake:
	default:
	}
	v.cut.Store(false)
}

// interrupt cuts the iteration off, from any goroutine: what is on the wire, in Sleep or waits for Context ends now.
func (v *VU) interrupt() {
	if v.cut.Swap(true) {
		return
	}
	select {
	case v.wake <- struct{}{}:
	default:
	}
	v.client.Interrupt()
	v.mu.Lock()
	if v.cancel != nil {
		v.cancel()
	}
	v.mu.Unlock()
}

// interruption is what the methods of VU panic with when the iteration is cut off, failure what Fail does.
type interruption struct{}

func (interruption) Error() string { return "interrupted" }
func (interruption) Unwrap() error { return wire.ErrInterrupted }

type failure struct{ reason string }

// endIfCut ends the iteration if it is cut off.
func (v *VU) endIfCut() {
	if v.cut.Load() {
		panic(interruption{})
	}
}

// Sleep is think time. It ends the iteration as soon as the test is stopped, for thinking is no work that has to be
// finished; that of a set-up or tear-down only when it is cut off.
func (v *VU) Sleep(d time.Duration) {
	v.endIfCut()
	if d > 0 {
		v.think(d)
	}
	v.endIfCut()
}

func (v *VU) think(d time.Duration) {
	if v.silent {
		v.wait(d, nil)
		return
	}
	v.wait(d, v.run.lifecycle.quit)
	select {
	case <-v.run.lifecycle.quit:
		<-v.scenario.quit // which follows: the user must not begin, and cut short, one iteration after the other until then
		panic(interruption{})
	default:
	}
}

// wait waits for d, an interrupt or quit.
func (v *VU) wait(d time.Duration, quit <-chan struct{}) {
	if v.timer == nil {
		v.timer = time.NewTimer(d)
	} else {
		v.timer.Reset(d)
	}
	select {
	case <-v.timer.C:
		return
	case <-v.wake:
	case <-quit:
	}
	v.timer.Stop()
}

// Tag sets a tag on all further samples of this user; an empty value removes it.
func (v *VU) Tag(key, value string) { v.tags = v.meter.labels.with(v.tags, key, value) }

// withTags has do tag its samples.
func (v *VU) withTags(tags map[string]string, do func() error) error {
	outer := v.tags
	defer func() { v.tags = outer }()
	v.tags = v.meter.labels.withAll(outer, tags)
	return do()
}

// Check counts whether ok under name, and returns it.
func (v *VU) Check(name string, ok bool) bool {
	if v.silent {
		return ok
	}
	c := v.check(name)
	v.meter.RecordCheck(v.shard, c.id, ok)
	s := [1]recorder.Sample{{ID: checksMetric}}
	if ok {
		s[0].Value = 1
	}
	v.meter.Record(v.shard, c.labels, s[:])
	return ok
}

func (v *VU) check(name string) *check {
	r := &v.recent
	for i := range r.checks {
		if k := &r.checks[i].key; k.name == name && k.group == v.group && k.tags == v.tags {
			return &r.checks[i].check
		}
	}
	slot := &r.checks[r.nextCheck%uint8(len(r.checks))]
	r.nextCheck++
	slot.key, slot.check = checkKey{name, v.group, v.tags}, v.meter.labels.check(name, v.group, v.tags)
	return &slot.check
}

// base are the labels of samples that belong to no request.
func (v *VU) base() *recorder.Labels {
	r := &v.recent
	if r.base == nil || r.baseKey.group != v.group || r.baseKey.tags != v.tags {
		r.baseKey = checkKey{"", v.group, v.tags}
		r.base = v.meter.labels.base(v.group, v.tags)
	}
	return r.base
}

// Group runs f with its samples and checks under the group name, and records group_duration. Groups nest.
func (v *VU) Group(name string, f func() error) error {
	v.endIfCut()
	outer, start := v.group, wire.Now()
	defer func() { v.group = outer }()
	v.group = v.meter.labels.child(outer, name)
	err := f()
	v.record(recorder.Sample{ID: groupDuration, Value: float64(wire.Now() - start)})
	return err
}

// record records one sample under the labels of the moment.
func (v *VU) record(s recorder.Sample) {
	if v.silent {
		return
	}
	one := [1]recorder.Sample{s}
	v.meter.Record(v.shard, v.base(), one[:])
}

// Context ends with the iteration: when it is cut off, which is when the graceful stop is over, and when it has returned. Give
// it to what waits without the VU, a database say.
func (v *VU) Context() context.Context {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ctx == nil {
		v.ctx, v.cancel = context.WithCancel(v.run.ctx)
		if v.cut.Load() {
			v.cancel()
		}
	}
	return v.ctx
}

// endContext ends the context of an iteration that asked for one.
func (v *VU) endContext() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cancel != nil {
		v.cancel()
	}
	v.ctx, v.cancel = nil, nil
}

// Fail ends this iteration as failed.
func (v *VU) Fail(reason string) { panic(failure{reason}) }

// Abort ends the test: all iterations are cut off, this one first.
func (v *VU) Abort(reason string) {
	v.run.abort(engine.TestAborted, failure{reason})
	panic(interruption{})
}

// EndScenario ends the user's scenario early, as if its time were over: no further iteration of it begins, and those under way are
// finished. This one is not counted, as if it had not begun; nor are those that the scenario had yet to do. In a set-up or tear-down
// it is an error.
func (v *VU) EndScenario() {
	if v.scenario == nil {
		v.Fail("there is no scenario to end here")
	}
	v.scenario.exhausted.Store(true)
	v.scenario.stopGracefully()
	panic(notBegun{})
}

// notBegun is what EndScenario panics with.
type notBegun struct{}

// MarkTestFailed lets the test go on and marks its result as failed.
func (v *VU) MarkTestFailed(reason string) { v.run.lifecycle.markFailed(failure{reason}) }

// Error is the reason given to Fail, Abort or MarkTestFailed.
func (f failure) Error() string { return f.reason }
