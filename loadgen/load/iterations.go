package load

import (
	"fmt"
	"sync/atomic"
	"time"
)

// sharedIterations has users do iterations until all of them together have done total: the fast ones do more.
type sharedIterations struct {
	vus   int
	total int64
	most  time.Duration
	taken atomic.Int64
}

func (e *sharedIterations) run(p *scenarioRun) {
	p.startUsers(e.vus, func(v *VU) {
		for !p.quitting.Load() && e.taken.Add(1) <= e.total {
			v.iterate()
		}
	})
}

func (e *sharedIterations) lasts() time.Duration         { return e.most }
func (e *sharedIterations) active(p *scenarioRun) int    { return p.userCount() }
func (e *sharedIterations) unstarted(*scenarioRun) int64 { return max(e.total-e.taken.Load(), 0) }

func (e *sharedIterations) progress(p *scenarioRun, _ time.Duration) (vus, extra string, fraction float64) {
	done := p.endedIterations()
	return countVUs(e.vus), fmt.Sprintf("%s/%d shared iters", padded(done, e.total), e.total), float64(done) / float64(e.total)
}

// perVUIterations has each user do the same number of iterations.
type perVUIterations struct {
	vus     int
	each    int64
	most    time.Duration
	started atomic.Int64
}

func (e *perVUIterations) run(p *scenarioRun) {
	p.startUsers(e.vus, func(v *VU) {
		for v.Iteration < e.each && !p.quitting.Load() {
			e.started.Add(1)
			v.iterate()
		}
	})
}

func (e *perVUIterations) lasts() time.Duration         { return e.most }
func (e *perVUIterations) active(p *scenarioRun) int    { return p.userCount() }
func (e *perVUIterations) total() int64                 { return int64(e.vus) * e.each }
func (e *perVUIterations) unstarted(*scenarioRun) int64 { return e.total() - e.started.Load() }

func (e *perVUIterations) progress(p *scenarioRun, _ time.Duration) (vus, extra string, fraction float64) {
	done := p.endedIterations()
	return countVUs(e.vus), fmt.Sprintf("%s/%d iters, %d per VU", padded(done, e.total()), e.total(), e.each), float64(done) / float64(e.total())
}

// constantVUs has users iterate for as long as length.
type constantVUs struct {
	vus    int
	length time.Duration
}

func (e *constantVUs) run(p *scenarioRun) {
	p.startUsers(e.vus, func(v *VU) {
		for !p.quitting.Load() {
			v.iterate()
		}
	})
}

func (e *constantVUs) lasts() time.Duration         { return e.length }
func (e *constantVUs) active(p *scenarioRun) int    { return p.userCount() }
func (e *constantVUs) unstarted(*scenarioRun) int64 { return 0 }

func (e *constantVUs) progress(_ *scenarioRun, elapsed time.Duration) (vus, extra string, fraction float64) {
	return countVUs(e.vus), "", share(elapsed, e.length)
}

// share is part / whole, 1 at most.
func share(part, whole time.Duration) float64 {
	if whole <= 0 {
		return 1
	}
	return min(float64(part)/float64(whole), 1)
}

func countVUs(n int) string { return fmt.Sprintf("%d VUs", n) }

// padded is n with zeros before it, as wide as total.
func padded(n uint64, total int64) string {
	return fmt.Sprintf("%0*d", len(fmt.Sprint(total)), n)
}
