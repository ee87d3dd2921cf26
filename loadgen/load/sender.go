package load

import (
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// sender is what the requests of all users have in common: the network, the bounds of their number, and what is kept of requests
// that are sent again.
type sender struct {
	network  *wire.Network
	limiter  *limiter
	holdback holdback
	// throw ends an iteration at a request without a response, k6 counts one without a connection as a latency of 0.
	throw, k6 bool

	gets     cache[string, *Request] // of VU.Get, by URL
	names    cache[string, struct{}] // of requests that were made for one sending
	answered atomic.Bool             // there was a response
}

func newSender(network *wire.Network, o Options) *sender {
	s := &sender{network: network, limiter: newLimiter(or(o.RPS, 0)), throw: or(o.Throw, false), k6: or(o.K6Semantics, false)}
	s.gets.room, s.names.room = maxRequests, maxRequests
	s.holdback.next.Store(int64(wire.Now()))
	return s
}

// get is the request for VU.Get, made once as long as there are few.
func (s *sender) get(url string) (*Request, error) {
	if req, ok := s.gets.get(url); ok {
		return req, nil
	}
	req, err := newRequest("GET", url, nil)
	if err != nil {
		return nil, err
	}
	req.reused = true
	req, kept := s.gets.add(url, len(url), req)
	if !kept {
		req.reused = false // and nobody else has it
	}
	return req, nil
}

// knows says whether requests of that name or URL are few enough for what follows from it to be remembered, although each
// is made for one sending.
func (s *sender) knows(name string) bool {
	if _, ok := s.names.get(name); ok {
		return true
	}
	_, kept := s.names.add(name, len(name), struct{}{})
	return kept
}

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
	wait := v.sender.holdback.take(began, v.unreached)
	if wait <= 0 {
		return 0
	}
	if !v.sender.holdback.said.Swap(true) {
		v.meter.warnf("iterations", "Iterations whose requests all failed before they had a connection were held to %d such requests a second, so that they take no processor time from the others.", unreachedRate)
	}
	v.wait(wait, v.scenario.quit)
	return wire.Now() - began
}
