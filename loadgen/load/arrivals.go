package load

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// arrival is one iteration that is to begin at an instant, on wire's clock. A done one sends its user home.
type arrival struct {
	due  time.Duration
	done bool
}

// arrivals has iterations begin as a schedule says, each with a free user.
//
// The user that became free last takes the next arrival: no more connections are busy than the rate needs. A user that
// ends an iteration takes an arrival that is already due by itself; only one that finds nothing to do parks, and the
// dispatcher wakes it. So an arrival costs a channel at most, and none when users are short.
type arrivals struct {
	schedule schedule
	pre, max int
	drop     bool
	// apart is the least time between the begins of two arrivals while late ones catch up, times the gap between them; 0 is no
	// bound. So late ones begin in the pattern of the schedule, and punctual ones never wait.
	apart time.Duration

	mu       sync.Mutex
	start    time.Duration
	more     bool          // there is a next arrival
	due      time.Duration // its instant
	gap      float64       // and the gap before it
	earliest time.Duration // when apart lets it begin
	idle     []*VU         // parked, or about to park for the first time
	users    int
	busy     int // users with an arrival of theirs
	closed   bool
	free     int           // users that were idle when the dispatcher ended
	counted  time.Duration // arrivals due before it, in a warm-up, are not counted
	taken    int64         // arrivals that a user took
	dropped  int64         // arrivals that were dropped
	wake     time.Duration // when the dispatcher was to look up
	growth   growth
}

// Bounds of the dispatcher's sleep. It looks up at most every quantum, so that a fast schedule does not cost a wake-up
// for each arrival: the price is a lag of at most that.
const (
	quantum = 300 * time.Microsecond
	// starved is how often it looks whether a user has become free when all are busy.
	starved = time.Millisecond
)

func newArrivals(s Scenario, name string, seed uint64) *arrivals {
	e := &arrivals{pre: *s.PreAllocatedVUs, max: *s.MaxVUs, drop: s.OnBusy == OnBusyDrop}
	if s.MaxCatchUpRate != nil {
		e.apart = time.Duration(*s.TimeUnit) / time.Duration(*s.MaxCatchUpRate)
	}
	if s.Arrivals == ArrivalsPoisson {
		e.schedule = newPoisson(s.curve(), seed, name)
	} else {
		e.schedule = &even{curve: s.curve()}
	}
	return e
}

// curve is the rate of the scenario.
func (s Scenario) curve() curve {
	unit := time.Duration(*s.TimeUnit)
	if s.Executor == ConstantArrivalRate {
		return constantRate{*s.Rate, unit, time.Duration(*s.Duration)}
	}
	return newRampingRate(*s.StartRate, unit, s.Stages)
}

func (e *arrivals) run(p *scenarioRun) {
	e.begin(time.Duration(p.began.Load()))
	for _, v := range e.preallocate(p) {
		p.goWith(v, func(v *VU) { e.loop(p, v) })
	}
	s := p.run.sleeper(p.quit)
	defer s.close()
	for {
		wait := e.dispatch(p)
		if wait < 0 {
			break
		}
		s.sleep(wait)
	}
	e.close()
}

func (e *arrivals) begin(start time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.start, e.wake, e.earliest, e.counted = start, start, start, start
	e.growth = growth{spare: growthBurst, last: start}
	e.skip()
}

// preallocate makes the first users. They count as idle from here on: what is due before their goroutines run finds them.
func (e *arrivals) preallocate(p *scenarioRun) []*VU {
	var made []*VU
	for range e.pre {
		v := p.addUser()
		v.await()
		made = append(made, v)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users, e.idle = len(made), slices.Clone(made)
	slices.Reverse(e.idle) // the first is taken first
	return made
}

// await makes the user one whose next arrival comes by its channel.
func (v *VU) await() {
	if v.work == nil {
		v.work = make(chan arrival, 1)
	}
	v.parked = true
}

// loop is a user's life: arrivals until there are no more.
func (e *arrivals) loop(p *scenarioRun, v *VU) {
	for a := e.arrival(p, v); !a.done; a = e.arrival(p, v) {
		v.iterateAt(a.due)
	}
}

// arrival waits for the user's next arrival. One that is handed to a user as it is cut off does not begin.
func (e *arrivals) arrival(p *scenarioRun, v *VU) arrival {
	if !v.parked {
		if a, ok := e.take(p, v); ok {
			return a
		}
	}
	a := <-v.work
	v.parked = false
	if !a.done && v.cut.Load() {
		e.giveBack(a)
		a.done = true
	}
	return a
}

// take takes the next arrival if it is due, and parks the user if not.
func (e *arrivals) take(p *scenarioRun, v *VU) (a arrival, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || v.cut.Load() || e.stopped(p) {
		e.busy--
		return arrival{done: true}, true
	}
	if now := wire.Now(); e.ready(now) {
		return e.startNext(now), true
	}
	e.busy--
	v.await()
	e.idle = append(e.idle, v)
	return a, false
}

// stopped says that the scenario was stopped before its end, or is being cut off: what is due does not begin any more.
func (e *arrivals) stopped(p *scenarioRun) bool {
	return p.quitting.Load() && (time.Duration(p.quitAt.Load()) < e.start+e.schedule.duration() || p.isCut())
}

// ready says whether the next arrival may begin.
func (e *arrivals) ready(now time.Duration) bool {
	return e.more && e.nextStart() <= now
}

// nextStart is when the next arrival may begin.
func (e *arrivals) nextStart() time.Duration { return max(e.due, e.earliest) }

// startNext gives the next arrival to a user; the caller holds the lock. Up to lateAfter an arrival is not late, and has nothing
// to catch up with.
func (e *arrivals) startNext(now time.Duration) arrival {
	a := arrival{due: e.due}
	begin := max(e.nextStart(), now-lateAfter)
	if a.due >= e.counted {
		e.taken++
	}
	e.skip()
	if e.apart > 0 {
		e.earliest = begin + time.Duration(float64(e.apart)*e.gap)
	}
	return a
}

// skip goes on to the next arrival of the schedule.
func (e *arrivals) skip() {
	var due time.Duration
	if due, e.gap, e.more = e.schedule.next(); e.more {
		e.due = e.start + due
	}
}

func (e *arrivals) giveBack(a arrival) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.busy--
	if a.due >= e.counted {
		e.taken--
	}
}

// dispatch begins all arrivals that are due, and says how long there is nothing to do; less than 0 is for good.
func (e *arrivals) dispatch(p *scenarioRun) (wait time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped(p) {
		return -1
	}
	now, end := wire.Now(), e.start+e.schedule.duration()
	for e.ready(now) {
		switch n := len(e.idle); {
		case n > 0:
			v := e.idle[n-1]
			e.idle = e.idle[:n-1]
			e.handOver(v, now)
		case e.users < e.max && e.growth.allow(now, e.users, now-e.wake > overslept):
			e.users++
			v := p.addUser()
			v.await()
			e.handOver(v, now)
			p.goWith(v, func(v *VU) { e.loop(p, v) })
		case e.drop:
			e.dropNext(p)
		case now >= end:
			return -1
		default:
			e.wake = now + starved
			return starved
		}
	}
	if now >= end {
		return -1
	}
	if e.more {
		end = min(end, e.nextStart())
	}
	e.wake = max(end, now+quantum)
	return e.wake - now
}

// handOver hands the next arrival to a user that waits for one.
func (e *arrivals) handOver(v *VU, now time.Duration) {
	e.busy++
	v.work <- e.startNext(now)
}

// dropNext drops the next arrival.
func (e *arrivals) dropNext(p *scenarioRun) {
	if e.due >= e.counted {
		e.dropped++
		p.record(droppedIterations, 1)
	}
	e.skip()
}

// close sends the parked users home, and those that park later.
func (e *arrivals) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed, e.free = true, len(e.idle)
	for _, v := range e.idle {
		v.work <- arrival{done: true}
	}
	e.idle = nil
}

// forget leaves what was due until now out of the account.
func (e *arrivals) forget(now time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counted, e.taken, e.dropped = now, 0, 0
}

func (e *arrivals) lasts() time.Duration { return e.schedule.duration() }

func (e *arrivals) active(*scenarioRun) int {
	busy, _ := e.count()
	return busy
}

// count counts the users that iterate now, and all.
func (e *arrivals) count() (busy, users int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.busy, e.users
}

// account is how many arrivals a user took, and how many were dropped.
func (e *arrivals) account() (taken, dropped int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.taken, e.dropped
}

// unstarted is what was due when the time was over and had found no user. What a free user would have begun, had the dispatcher
// looked up once more before a stop, is not missed.
func (e *arrivals) unstarted(p *scenarioRun) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	ended := time.Duration(p.quitAt.Load())
	waiting := e.countDueBefore(ended+1) - e.countDueBefore(e.counted)
	if e.apart == 0 {
		waiting -= int64(e.free)
	}
	return max(waiting, 0)
}

// countDueBefore counts the arrivals yet to begin that are due before an instant.
func (e *arrivals) countDueBefore(instant time.Duration) int64 {
	if !e.more || e.due >= instant {
		return 0
	}
	return 1 + e.schedule.dueBefore(instant-e.start)
}

func (e *arrivals) progress(_ *scenarioRun, elapsed time.Duration) (vus, extra string, fraction float64) {
	busy, users := e.count()
	return fmt.Sprintf("%s/%s VUs", padded(uint64(busy), int64(e.max)), padded(uint64(users), int64(e.max))),
		fmt.Sprintf("%.2f iters/s", e.schedule.perSecond(elapsed)), share(elapsed, e.schedule.duration())
}

// growth bounds how fast users are added beyond the first ones: to a slow server they come as they are needed, the number
// doubling within a second; on a machine that is short of processors, where a further user only makes all of them
// slower, none come.
type growth struct {
	spare float64 // users that may be added at once
	last  time.Duration
}

const (
	growthBurst  = 10  // users, or a tenth of those there are
	growthSecond = 100 // users a second, or as many as there are
	// overslept is a delay of the dispatcher itself that says that the machine is short of processors.
	overslept = 5 * time.Millisecond
)

// allow says whether one user may be added.
func (g *growth) allow(now time.Duration, users int, starved bool) bool {
	if !starved {
		g.spare += (now - g.last).Seconds() * max(growthSecond, float64(users))
		g.spare = min(g.spare, max(growthBurst, float64(users)/10))
	}
	g.last = now
	if g.spare < 1 {
		return false
	}
	g.spare--
	return true
}
