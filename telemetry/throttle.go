package telemetry

import (
	"sync"
	"time"
)

// maxKinds bounds what a Throttle remembers; further kinds share one entry.
const maxKinds = 64

// Throttle decides whether a repeated message is worth another line of log: the first of a kind is, and then one in each
// period. Its zero value says each kind once and never again. It is safe for concurrent use.
type Throttle struct {
	Period time.Duration

	mu    sync.Mutex
	kinds map[string]*kind
}

type kind struct {
	last    time.Time
	skipped int
}

// Allow reports whether to say a message of this kind now, and how many were skipped since the last one that was said.
func (t *Throttle) Allow(name string, now time.Time) (skipped int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kinds[name] == nil && len(t.kinds) >= maxKinds {
		name = "other"
	}
	k := t.kinds[name]
	switch {
	case k == nil:
		if t.kinds == nil {
			t.kinds = map[string]*kind{}
		}
		t.kinds[name] = &kind{last: now}
		return 0, true
	case t.Period > 0 && now.Sub(k.last) >= t.Period:
		skipped, k.skipped, k.last = k.skipped, 0, now
		return skipped, true
	}
	k.skipped++
	return 0, false
}

// Forget makes the next message of this kind a first one again. It reports whether one had been said, and how many were
// skipped after it.
func (t *Throttle) Forget(name string) (skipped int, said bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.kinds[name]
	if k == nil {
		return 0, false
	}
	delete(t.kinds, name)
	return k.skipped, true
}
