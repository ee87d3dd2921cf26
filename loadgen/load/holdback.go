package load

import (
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// Requests that fail before they have a connection (a blocked host, a refused port, no file descriptors left) take
// microseconds and wait for nothing. Users that make nothing else would use up the processors, and the latencies of all
// others would grow by what they wait for one.
const (
	// unreachedRate is how many of them per second all users together make, and unreachedBurst how many at once.
	unreachedRate  = 2000
	unreachedBurst = unreachedRate / 10
	// unreachedSlow is the duration from which an iteration is slow enough by itself.
	unreachedSlow = 100 * time.Millisecond
	// unreachedMost is the longest that a user is held back.
	unreachedMost = time.Second
)

// holdback spreads such requests in time.
type holdback struct {
	next atomic.Int64 // the instant at which the next may be made
	said atomic.Bool
}

// take is how long to wait after n requests.
func (h *holdback) take(now time.Duration, n int) time.Duration {
	const each = int64(time.Second / unreachedRate)
	for {
		next := h.next.Load()
		begin := max(next, int64(now)-unreachedBurst*each)
		if h.next.CompareAndSwap(next, begin+int64(n)*each) {
			return min(time.Duration(begin)-now, unreachedMost)
		}
	}
}

// holdBack makes a user wait whose iteration had no connection at all and took no time to speak of, and says how long. The
// iterations of an arrival-rate scenario have a plan of their own.
func (v *VU) holdBack(took time.Duration) time.Duration {
	if v.paced || v.reached || v.unreached == 0 || took >= unreachedSlow {
		return 0
	}
	began := wire.Now()
	wait := v.run.holdback.take(began, v.unreached)
	if wait <= 0 {
		return 0
	}
	if !v.run.holdback.said.Swap(true) {
		v.run.warnf("iterations", "Iterations whose requests all failed before they had a connection were held to %d such requests a second, so that they take no processor time from the others.", unreachedRate)
	}
	v.wait(wait, v.player.quit)
	return wire.Now() - began
}
