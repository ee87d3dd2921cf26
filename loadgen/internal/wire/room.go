package wire

import (
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
)

// The least memory that large bodies share, and what each processor adds to it when that is more.
const (
	leastRoom        = 128 << 20
	roomForProcessor = 16 << 20
)

// room is the memory that all large bodies of a test share, with the windows that decompressing them takes: hundreds of
// users of a large body, or of a small one that decompresses to a large one, must not need hundreds of times as much.
// Who finds no room waits. One response at a time may go beyond the limit, so that responses which each hold a part and
// want more don't wait for each other for ever.
type room struct {
	mu          sync.Mutex
	limit, used int64
	first       *share        // may go beyond the limit
	freed       chan struct{} // is closed when something is given back; nil when nobody waits
}

// newRoom is a room of the usual size: half of GOMEMLIMIT when that is set.
func newRoom() *room {
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		return &room{limit: limit / 2}
	}
	return &room{limit: max(leastRoom, roomForProcessor*int64(runtime.NumCPU()))}
}

// share is what a response has of a room. It belongs to the response's goroutine.
type share struct {
	room *room
	held int64
}

// take adds n bytes to s; when there is no room it returns what is closed when it is worth trying again.
func (r *room) take(s *share, n int64) (wait <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used+n > r.limit {
		if r.first != nil && r.first != s {
			if r.freed == nil {
				r.freed = make(chan struct{})
			}
			return r.freed
		}
		r.first = s
	}
	r.used += n
	s.room = r
	s.held += n
	return nil
}

// give returns n bytes.
func (s *share) give(n int64) {
	if n == 0 {
		return
	}
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used -= n
	if s.held -= n; s.held == 0 && r.first == s {
		r.first = nil
	}
	if r.freed != nil {
		close(r.freed)
		r.freed = nil
	}
}

var errNoRoom = &Error{codeTimeout, "waiting for memory for the response's body: request timeout", context.DeadlineExceeded}

// reserve takes n bytes of the network's room for the response, and waits for them at most until the request's limit.
func (c *call) reserve(n int64) error {
	if n == 0 {
		return nil
	}
	r, s := c.client.network.room, &c.resp.share
	wait := r.take(s, n)
	if wait == nil {
		return nil
	}
	began := Now()
	defer func() { c.MemoryWait += Now() - began }()
	ctx, done := c.client.context(began, c.limit)
	defer done()
	for ; wait != nil; wait = r.take(s, n) {
		select {
		case <-wait:
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), ErrInterrupted) {
				return ErrInterrupted
			}
			return errNoRoom
		}
	}
	return nil
}

// expired is why the call must not go on: its time is over, or it was interrupted.
func (c *call) expired() error {
	switch {
	case c.client.interrupted.Load():
		return ErrInterrupted
	case Now() >= c.limit:
		return errSlowDecoding
	}
	return nil
}

var errSlowDecoding = &Error{codeTimeout, "decompressing the response's body: request timeout", context.DeadlineExceeded}
