package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/wire"
)

// scenarioRun is one scenario of a run. Its states, and what moves it:
//
//	waiting   --startTime, after, hold--> running   --quit--> done
//	running   --end of its time, stop, abort--> stopping (no iteration begins)
//	stopping  --all iterations ended--> done
//	stopping  --gracefulStop over, abort--> interrupted (iterations are cut off) --all ended--> done
type scenarioRun struct {
	run  *Run
	name string
	conf Scenario
	plan plan
	exec Func
	env  map[string]string
	tags *tagSet
	// after is the scenario that it waits for the end of, if there is one; minIteration the least time of an iteration.
	after        *scenarioRun
	minIteration time.Duration

	executor executor
	quit     chan struct{} // closed: no iteration begins
	cut      chan struct{} // closed: iterations are cut off
	done     chan struct{} // closed: everything has ended

	began, quitAt, ended atomic.Int64 // instants, 0 when not yet
	quitting             atomic.Bool
	exhausted            atomic.Bool // by EndScenario: what it had yet to do is not missed

	counts [cutOff + 1]atomic.Uint64
	joined atomic.Uint64 // users, each as often as it came from another scenario
	missed atomic.Int64  // iterations that were to be and had never begun in the end

	mu    sync.Mutex
	users map[*VU]struct{}
	wg    sync.WaitGroup
	hard  *time.Timer
}

// executor decides when users iterate.
type executor interface {
	// run starts users and returns when no more will be started. The scenario ends it by closing quit.
	run(p *scenarioRun)
	// lasts is the time after which the scenario closes quit.
	lasts() time.Duration
	// progress is what the progress line shows of it; elapsed is never more than lasts.
	progress(p *scenarioRun, elapsed time.Duration) (vus, extra string, fraction float64)
	// active is the number of users that iterate now.
	active(p *scenarioRun) int
	// unstarted is the number of iterations that never began, once all is over.
	// Those that were dropped and recorded before are not among them.
	unstarted(p *scenarioRun) int64
}

// patience is how long a user may take to notice that its iteration is cut off, before it is left behind.
const patience = 5 * time.Second

// begin waits for the scenario's turn and plays it to its end.
func (p *scenarioRun) begin() {
	defer close(p.done)
	if !p.awaitTurn() {
		return
	}
	p.began.Store(int64(wire.Now()))
	end := time.AfterFunc(p.executor.lasts(), p.stopGracefully)
	defer end.Stop()
	p.executor.run(p)
	p.wait()
	p.stopGracefully()
	p.ended.Store(int64(wire.Now()))
	if left := p.executor.unstarted(p); left > 0 && !p.exhausted.Load() {
		p.missed.Store(left)
		p.record(droppedIterations, float64(left))
	}
}

// record records a sample of the scenario itself.
func (p *scenarioRun) record(id recorder.ID, value float64) {
	p.run.meter.record(p.tags, recorder.Sample{ID: id, Value: value})
}

// awaitTurn waits for the scenario's start; it is false when the run was stopped before.
func (p *scenarioRun) awaitTurn() bool {
	if p.after != nil {
		select {
		case <-p.after.done:
		case <-p.quit:
			return false
		}
	}
	wait := time.NewTimer(time.Duration(*p.conf.StartTime))
	defer wait.Stop()
	select {
	case <-wait.C:
		p.awaitHold()
		return !p.quitting.Load()
	case <-p.quit:
		return false
	}
}

// awaitHold waits as long as the test says. A Hold that panics aborts the test.
func (p *scenarioRun) awaitHold() {
	if p.run.test.Hold == nil {
		return
	}
	err := errGoexit
	defer func() {
		if v := recover(); v != nil {
			_, err = panicOutcome(v)
		}
		if err != nil {
			p.run.abort(engine.TestAborted, fmt.Errorf("holding scenario %q: %w", p.name, err))
		}
	}()
	ctx, cancel := context.WithCancel(p.run.ctx)
	defer cancel()
	go func() {
		select {
		case <-p.quit:
			cancel()
		case <-ctx.Done():
		}
	}()
	p.run.test.Hold(ctx, p.run, p.name)
	err = nil
}

// stopGracefully lets no iteration begin, and cuts off those under way when gracefulStop is over.
func (p *scenarioRun) stopGracefully() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quitting.Load() {
		return
	}
	p.quitAt.Store(int64(wire.Now()))
	p.quitting.Store(true)
	close(p.quit)
	p.hard = time.AfterFunc(time.Duration(*p.conf.GracefulStop), p.interruptAll)
}

// interruptAll cuts off all iterations.
func (p *scenarioRun) interruptAll() {
	p.stopGracefully()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hard.Stop()
	if p.isCut() {
		return
	}
	close(p.cut)
	for v := range p.users {
		v.interrupt()
	}
}

// wait waits for the users' goroutines. A user whose function does not notice that it is cut off is left behind.
func (p *scenarioRun) wait() {
	gone := make(chan struct{})
	go func() {
		p.wg.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		p.stopGracefully()
		p.hard.Stop()
		return
	case <-p.cut:
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-gone:
	case <-late.C:
		n := p.abandon()
		p.counts[cutOff].Add(uint64(n))
		p.record(iterationsInterrupted, float64(n))
		p.run.meter.warnf("iterations", "%d iterations of scenario %q went on for more than %s after they were cut off and were left behind: their function waits without VU.Sleep or VU.Context.", n, p.name, patience)
	}
}

// abandon leaves the users behind that are still there, and says how many: their iterations are counted now, and not again
// when they end after all.
func (p *scenarioRun) abandon() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for v := range p.users {
		v.abandoned.Store(true)
	}
	return len(p.users)
}

// startUsers starts n users, each of which does what iterate says until it is done with the scenario. All of them are taken
// before the first begins: one that is done soon would otherwise be taken again in another's place.
func (p *scenarioRun) startUsers(n int, iterate func(v *VU)) {
	users := make([]*VU, n)
	for i := range users {
		users[i] = p.addUser()
	}
	for _, v := range users {
		p.goWith(v, iterate)
	}
}

// startUser starts one user more.
func (p *scenarioRun) startUser(iterate func(v *VU)) { p.goWith(p.addUser(), iterate) }

// addUser takes a user from the pool and makes it one of the scenario's.
func (p *scenarioRun) addUser() *VU {
	v := p.run.users.take()
	v.join(p)
	p.mu.Lock()
	p.users[v] = struct{}{}
	p.mu.Unlock()
	p.interruptIfCut(v)
	return v
}

// goWith calls iterate for a user of the scenario in a goroutine. When the test's function ends that goroutine
// (runtime.Goexit), the user goes on in another: iterate is then called once more.
func (p *scenarioRun) goWith(v *VU, iterate func(v *VU)) {
	p.wg.Go(func() {
		returned := false
		defer func() {
			if returned {
				p.removeUser(v)
			} else {
				p.goWith(v, iterate)
			}
		}()
		iterate(v)
		returned = true
	})
}

// isCut says that all iterations are being cut off.
func (p *scenarioRun) isCut() bool {
	select {
	case <-p.cut:
		return true
	default:
		return false
	}
}

// interruptIfCut interrupts a user that joined, or was reset, after all users of the scenario were interrupted.
func (p *scenarioRun) interruptIfCut(v *VU) {
	if p.isCut() {
		v.interrupt()
	}
}

// removeUser gives the user back.
func (p *scenarioRun) removeUser(v *VU) {
	p.mu.Lock()
	delete(p.users, v)
	p.mu.Unlock()
	p.run.users.put(v)
}

// userCount is the number of users that have a goroutine.
func (p *scenarioRun) userCount() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.users)
}

// endedIterations counts the iterations that have ended, in whatever way.
func (p *scenarioRun) endedIterations() (n uint64) {
	for i := range p.counts {
		n += p.counts[i].Load()
	}
	return n
}

// forget leaves what was done so far out of the account of arrivals.
func (p *scenarioRun) forget(now time.Duration) {
	p.missed.Store(0)
	if e, ok := p.executor.(*arrivals); ok {
		e.forget(now)
	}
}

// elapsed is how long the scenario has played.
func (p *scenarioRun) elapsed() time.Duration {
	began, ended := p.began.Load(), p.ended.Load()
	switch {
	case began == 0:
		return 0
	case ended != 0:
		return time.Duration(ended - began)
	}
	return wire.Now() - time.Duration(began)
}

// pool keeps the users that do not play; the one that came last goes first.
type pool struct {
	run  *Run
	mu   sync.Mutex
	idle []*VU
	made int64
}

// take takes a user, a new one if need be.
func (l *pool) take() *VU {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		v := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return v
	}
	return l.add()
}

// add makes a user; the caller holds the lock.
func (l *pool) add() *VU {
	l.made++
	return newVU(l.run, l.made)
}

func (l *pool) put(v *VU) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, v)
}

// fill makes users until there are n, the first to be taken the one with ID 1.
func (l *pool) fill(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for int(l.made) < n {
		l.idle = append(l.idle, l.add())
	}
	for i, j := 0, len(l.idle)-1; i < j; i, j = i+1, j-1 {
		l.idle[i], l.idle[j] = l.idle[j], l.idle[i]
	}
}

// size is the number of users made.
func (l *pool) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.made)
}

// close closes all connections of the users that do not play. What they say for goodbye is counted too.
func (l *pool) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.idle {
		v.client.Close()
		l.run.meter.Record(v.shard, v.base(), v.traffic(nil))
	}
}
