package load

import (
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// clock knows when the load of a run began, when its warm-up was over and when it ended. Its instants are wire's, 0 when not yet.
type clock struct {
	began, warm, ended atomic.Int64
}

func (c *clock) begin() { c.began.Store(int64(wire.Now())) }
func (c *clock) end()   { c.ended.Store(int64(wire.Now())) }

// forget ends the warm-up.
func (c *clock) forget(now time.Duration) { c.warm.Store(int64(now)) }

// hasBegun says whether there is load, or has been.
func (c *clock) hasBegun() bool { return c.began.Load() != 0 }

// isWarm says whether a warm-up is over.
func (c *clock) isWarm() bool { return c.warm.Load() != 0 }

// measures says whether what was due at an instant is measured: it was not due within a warm-up.
func (c *clock) measures(due time.Duration) bool {
	warm := c.warm.Load()
	return warm == 0 || due >= time.Duration(warm)
}

// measured is how long the load has been measured: without set-up, tear-down and warm-up.
func (c *clock) measured() time.Duration {
	began, ended := c.began.Load(), c.ended.Load()
	if began == 0 {
		return 0
	}
	if ended == 0 {
		ended = int64(wire.Now())
	}
	if warm := c.warm.Load(); warm != 0 {
		began = warm
	}
	return max(time.Duration(ended-began), 0)
}

// elapsed is how long the load has gone on, warm-up included.
func (c *clock) elapsed() time.Duration {
	elapsed := c.measured()
	if warm, began := c.warm.Load(), c.began.Load(); warm != 0 {
		elapsed += time.Duration(warm - began)
	}
	return elapsed
}
