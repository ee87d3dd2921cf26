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

func (e *sharedIterations) play(p *player) {
	for range e.vus {
		p.user(func(v *VU) {
			for !p.quitting.Load() && e.taken.Add(1) <= e.total {
				v.iterate()
			}
		})
	}
}

func (e *sharedIterations) lasts() time.Duration { return e.most }
func (e *sharedIterations) active(p *player) int { return p.present() }
func (e *sharedIterations) left(*player) int64   { return max(e.total-e.taken.Load(), 0) }

func (e *sharedIterations) progress(p *player, _ time.Duration) (vus, extra string, fraction float64) {
	done := p.over()
	return countVUs(e.vus), fmt.Sprintf("%s/%d shared iters", padded(done, e.total), e.total), float64(done) / float64(e.total)
}

// perVUIterations has each user do the same number of iterations.
type perVUIterations struct {
	vus     int
	each    int64
	most    time.Duration
	started atomic.Int64
}

func (e *perVUIterations) play(p *player) {
	for range e.vus {
		p.user(func(v *VU) {
			for v.Iteration < e.each && !p.quitting.Load() {
				e.started.Add(1)
				v.iterate()
			}
		})
	}
}

func (e *perVUIterations) lasts() time.Duration { return e.most }
func (e *perVUIterations) active(p *player) int { return p.present() }
func (e *perVUIterations) total() int64         { return int64(e.vus) * e.each }
func (e *perVUIterations) left(*player) int64   { return e.total() - e.started.Load() }

func (e *perVUIterations) progress(p *player, _ time.Duration) (vus, extra string, fraction float64) {
	done := p.over()
	return countVUs(e.vus), fmt.Sprintf("%s/%d iters, %d per VU", padded(done, e.total()), e.total(), e.each), float64(done) / float64(e.total())
}

// constantVUs has users iterate for as long as length.
type constantVUs struct {
	vus    int
	length time.Duration
}

func (e *constantVUs) play(p *player) {
	for range e.vus {
		p.user(func(v *VU) {
			for !p.quitting.Load() {
				v.iterate()
			}
		})
	}
}

func (e *constantVUs) lasts() time.Duration { return e.length }
func (e *constantVUs) active(p *player) int { return p.present() }
func (e *constantVUs) left(*player) int64   { return 0 }

func (e *constantVUs) progress(_ *player, elapsed time.Duration) (vus, extra string, fraction float64) {
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
