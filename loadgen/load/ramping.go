package load

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// rampingVUs has a number of users iterate that follows the stages. The user that came last goes first; its iteration
// may go on for gracefulRampDown, and it stays in place when the ramp turns round before that.
type rampingVUs struct {
	steps  []vuStep
	length time.Duration
	most   int
	down   time.Duration
	now    atomic.Int64
	slots  []*slot
}

func newRampingVUs(s Scenario) *rampingVUs {
	e := &rampingVUs{steps: vuSteps(*s.StartVUs, s.Stages), length: stagesDuration(s.Stages), down: time.Duration(*s.GracefulRampDown)}
	for _, step := range e.steps {
		e.most = max(e.most, step.vus)
	}
	for range e.most {
		e.slots = append(e.slots, &slot{})
	}
	return e
}

// slot is the place of one user. Its states, and what moves it:
//
//	empty    --rampUp--> on                         a user comes
//	on       --rampDown--> leaving                  its iteration may go on for gracefulRampDown
//	leaving  --rampUp--> on                       the same user stays
//	leaving  --iteration ends, or is cut off--> empty
type slot struct {
	mu    sync.Mutex
	on    bool
	taken bool // a user has it, or is on its way
	user  *VU
	cut   *time.Timer
}

func (s *slot) rampUp(p *scenarioRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = true
	if s.cut != nil {
		s.cut.Stop()
	}
	if !s.taken {
		s.taken = true
		p.startUser(func(v *VU) { s.loop(p, v) })
	}
}

// loop iterates while the slot is on. A user that was cut off as its slot came on again begins anew.
func (s *slot) loop(p *scenarioRun, v *VU) {
	for s.goesOn(p, v) {
		v.iterate()
	}
}

// goesOn says whether the user is to iterate once more, and frees the slot if not.
func (s *slot) goesOn(p *scenarioRun, v *VU) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.on || p.quitting.Load() {
		s.taken, s.user = false, nil
		return false
	}
	if s.user = v; v.cut.Load() {
		v.reset()
		p.interruptIfCut(v)
	}
	return true
}

func (s *slot) rampDown(after time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = false
	s.cut = time.AfterFunc(after, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.on && s.user != nil {
			s.user.interrupt()
		}
	})
}

func (e *rampingVUs) run(p *scenarioRun) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	active := 0
	for _, step := range e.steps {
		timer.Reset(step.at - p.elapsed())
		select {
		case <-timer.C:
		case <-p.quit:
			return
		}
		for ; active < step.vus; active++ {
			e.slots[active].rampUp(p)
		}
		for ; active > step.vus; active-- {
			e.slots[active-1].rampDown(e.down)
		}
		e.now.Store(int64(active))
	}
	<-p.quit
}

func (e *rampingVUs) lasts() time.Duration         { return e.length }
func (e *rampingVUs) active(p *scenarioRun) int    { return p.userCount() }
func (e *rampingVUs) unstarted(*scenarioRun) int64 { return 0 }

func (e *rampingVUs) progress(p *scenarioRun, elapsed time.Duration) (vus, extra string, fraction float64) {
	n := int(e.now.Load())
	if p.quitting.Load() {
		n = p.userCount()
	}
	return fmt.Sprintf("%s/%d VUs", padded(uint64(n), int64(e.most)), e.most), "", share(elapsed, e.length)
}

// vuStep says that from an instant on so many users are planned.
type vuStep struct {
	at  time.Duration
	vus int
}

// vuSteps are the steps of ramping-vus: a step to n users is at the instant at which the line of its stage is at n,
// on the way up and on the way down (k6's rule: the line up is rounded down, the line down is rounded up).
func vuSteps(start int, stages []Stage) []vuStep {
	steps := []vuStep{{0, start}}
	var begin time.Duration
	from := int64(start)
	for _, s := range stages {
		d := time.Duration(s.Duration)
		if d == 0 && s.Target != from {
			steps = append(steps, vuStep{begin, int(s.Target)})
			from = s.Target
		}
		way, direction := s.Target-from, int64(1)
		if way < 0 {
			way, direction = -way, -1
		}
		for i := int64(1); i <= way; i++ {
			offset := mulDivCeil(uint64(d), uint64(i), uint64(way))
			steps = append(steps, vuStep{begin + time.Duration(offset), int(from + i*direction)})
		}
		begin, from = begin+d, s.Target
	}
	return steps
}
