package load

import (
	"sync"
	"sync/atomic"

	"example.com/foobar/loadgen/internal/engine"
)

// The states of a run, in their order.
const (
	stateStarting = "starting"
	statePaused   = "paused"
	stateSetup    = "setup"
	stateRunning  = "running"
	stateStopping = "stopping"
	stateTeardown = "teardown"
	stateEnded    = "ended"
)

// lifecycle is the state of a run, and why it ends.
type lifecycle struct {
	state atomic.Value  // string
	quit  chan struct{} // closed when the run is stopped for the first time
	done  chan struct{} // closed when all is over

	resumed chan struct{} // closed when a run that was started paused goes on
	mu      sync.Mutex
	paused  bool
	stopped bool
	reason  engine.StopReason
	cause   error
	marked  error // of VU.MarkTestFailed
}

func newLifecycle(paused bool) *lifecycle {
	l := &lifecycle{quit: make(chan struct{}), done: make(chan struct{}), resumed: make(chan struct{}), paused: paused}
	l.state.Store(stateStarting)
	return l
}

// stop keeps the first reason that is given.
func (l *lifecycle) stop(reason engine.StopReason, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return
	}
	l.stopped, l.reason, l.cause = true, reason, cause
	l.unpause()
	close(l.quit)
}

func (l *lifecycle) isStopped() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stopped
}

// fail keeps why the run failed without being stopped, unless there is a reason already.
func (l *lifecycle) fail(reason engine.StopReason, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason == engine.Finished {
		l.reason, l.cause = reason, cause
	}
}

// markFailed keeps the first reason.
func (l *lifecycle) markFailed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.marked == nil {
		l.marked = err
	}
}

// outcome is why the run ended, and what VU.MarkTestFailed was given.
func (l *lifecycle) outcome() (reason engine.StopReason, cause, marked error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason, l.cause, l.marked
}

func (l *lifecycle) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.paused {
		l.unpause()
		close(l.resumed)
	}
}

// unpause leaves the state paused; l.mu is held.
func (l *lifecycle) unpause() {
	l.paused = false
	l.state.CompareAndSwap(statePaused, stateStarting)
}

// waitPaused waits for resume, or for a stop, if the run was started paused.
func (l *lifecycle) waitPaused() {
	l.mu.Lock()
	paused := l.paused
	if paused {
		l.state.Store(statePaused)
	}
	l.mu.Unlock()
	if !paused {
		return
	}
	select {
	case <-l.resumed:
	case <-l.quit:
	}
}
