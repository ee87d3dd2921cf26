package load

import (
	"fmt"
	"sort"
	"sync"
	"time"

	"example.com/foobar/loadgen/wire"
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

	mu      sync.Mutex
	start   time.Duration
	next    int64         // the number of the next arrival
	due     time.Duration // and its instant
	idle    []*VU
	users   int
	closed  bool
	taken   int64         // arrivals that a user took
	dropped int64         // arrivals that were dropped
	wake    time.Duration // when the dispatcher was to look up
	growth  growth
}

// Bounds of the dispatcher's sleep. It looks up at most every quantum, so that a fast schedule does not cost a wake-up
// for each arrival: the price is a lag of at most that.
const (
	quantum = 300 * time.Microsecond
	// starved is how often it looks whether a user has become free when all are busy.
	starved = time.Millisecond
)

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

func newArrivals(s Scenario) *arrivals {
	e := &arrivals{pre: *s.PreAllocatedVUs, max: *s.MaxVUs, drop: s.OnBusy == OnBusyDrop}
	if s.Executor == ConstantArrivalRate {
		e.schedule = constantRate{*s.Rate, time.Duration(*s.TimeUnit), time.Duration(*s.Duration)}
	} else {
		e.schedule = newRampingRate(*s.StartRate, time.Duration(*s.TimeUnit), s.Stages)
	}
	return e
}

func (e *arrivals) play(p *player) {
	e.begin(time.Duration(p.began.Load()))
	for range e.pre {
		e.mu.Lock()
		e.users++
		e.mu.Unlock()
		p.user(func(v *VU) { e.loop(p, v, arrival{}, false) })
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
	e.start, e.due, e.wake = start, start, start
	e.growth = growth{spare: growthBurst, last: start}
	if e.schedule.total() > 0 {
		e.due += e.schedule.at(0)
	}
}

// loop is a user's life: arrivals until there are no more.
func (e *arrivals) loop(p *player, v *VU, first arrival, given bool) {
	if v.work == nil {
		v.work = make(chan arrival, 1)
	}
	if given {
		v.iterateAt(first.due)
	}
	for {
		a, ok := e.take(v)
		if !ok {
			a = <-v.work
		}
		if a.done {
			return
		}
		v.iterateAt(a.due)
	}
}

// take takes the next arrival if it is due, and parks the user if not.
func (e *arrivals) take(v *VU) (a arrival, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return arrival{done: true}, true
	}
	if e.next < e.schedule.total() && e.due <= wire.Now() {
		e.taken++
		return e.pop(), true
	}
	e.idle = append(e.idle, v)
	return a, false
}

// pop removes the next arrival from the schedule; the caller holds the lock.
func (e *arrivals) pop() arrival {
	a := arrival{due: e.due}
	e.next++
	if e.next < e.schedule.total() {
		e.due = e.start + e.schedule.at(e.next)
	}
	return a
}

// dispatch begins all arrivals that are due, and says how long there is nothing to do; less than 0 is for good.
func (e *arrivals) dispatch(p *player) (wait time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now, end := wire.Now(), e.start+e.schedule.duration()
	if now < end && p.quitting.Load() {
		return -1
	}
	for e.next < e.schedule.total() && e.due <= now {
		switch n := len(e.idle); {
		case n > 0:
			v := e.idle[n-1]
			e.idle = e.idle[:n-1]
			e.taken++
			v.work <- e.pop()
		case e.users < e.max && e.growth.allow(now, e.users, now-e.wake > overslept):
			e.users++
			e.taken++
			a := e.pop()
			p.user(func(v *VU) { e.loop(p, v, a, true) })
		case e.drop:
			e.pop()
			e.dropped++
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
	if e.next < e.schedule.total() {
		end = min(end, e.due)
	}
	e.wake = max(end, now+quantum)
	return e.wake - now
}

// close sends the parked users home, and those that park later.
func (e *arrivals) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, v := range e.idle {
		v.work <- arrival{done: true}
	}
	e.idle = nil
}

func (e *arrivals) lasts() time.Duration { return e.schedule.duration() }

func (e *arrivals) active(p *player) int {
	busy, _ := e.count(p)
	return busy
}

// count counts the users that iterate now, and all.
func (e *arrivals) count(p *player) (busy, users int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return p.present(), e.users
	}
	return e.users - len(e.idle), e.users
}

// begun is the number of arrivals that a user took.
func (e *arrivals) begun() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.taken
}

// left is what was dropped, and what was due when the time was over and had found no user.
func (e *arrivals) left(p *player) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	ended := time.Duration(p.quitAt.Load()) - e.start
	waiting := sort.Search(int(e.schedule.total()-e.next), func(i int) bool { return e.schedule.at(e.next+int64(i)) > ended })
	return e.dropped + int64(waiting)
}

func (e *arrivals) progress(p *player, elapsed time.Duration) (vus, extra string, fraction float64) {
	busy, users := e.count(p)
	return fmt.Sprintf("%s/%s VUs", padded(uint64(busy), int64(e.max)), padded(uint64(users), int64(e.max))),
		fmt.Sprintf("%.2f iters/s", e.schedule.perSecond(elapsed)), share(elapsed, e.schedule.duration())
}
