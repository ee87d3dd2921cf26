package load

import (
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// limiter spaces the requests of a whole test evenly, Options.RPS of them a second; there is no burst to catch up.
type limiter struct {
	every time.Duration // 0: no limit
	next  atomic.Int64
}

func newLimiter(rps int64) *limiter {
	if rps <= 0 {
		return &limiter{}
	}
	l := &limiter{every: time.Second / time.Duration(rps)}
	l.next.Store(int64(wire.Now()))
	return l
}

// wait waits for the request's turn.
func (l *limiter) wait(v *VU) {
	if l.every == 0 {
		return
	}
	now := wire.Now()
	if turn := l.reserve(now); turn > now {
		v.Sleep(turn - now)
	}
}

// reserve takes the next free instant.
func (l *limiter) reserve(now time.Duration) time.Duration {
	for {
		next := l.next.Load()
		turn := max(time.Duration(next), now)
		if l.next.CompareAndSwap(next, int64(turn+l.every)) {
			return turn
		}
	}
}
