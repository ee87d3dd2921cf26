package load

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

// fixture is what Setup made for the test, and the user who sets up or tears down at the moment.
type fixture struct {
	mu   sync.Mutex
	data any
	user *VU
}

// set keeps what Setup returned.
func (f *fixture) set(data any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.data = data
}

func (f *fixture) get() any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.data
}

// enter makes v the user who sets up or tears down; nil is nobody.
func (f *fixture) enter(v *VU) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.user = v; v != nil {
		v.data = f.data
	}
}

// interrupt cuts a set-up or tear-down off.
func (f *fixture) interrupt() {
	f.mu.Lock()
	v := f.user
	f.mu.Unlock()
	if v != nil {
		v.interrupt()
	}
}

// setUp runs Setup; it is false when the load must not begin.
func (r *Run) setUp() bool {
	if r.test.Setup == nil || or(r.test.Options.NoSetup, false) {
		return true
	}
	if r.lifecycle.isStopped() {
		return false // and what was never set up is not torn down
	}
	r.lifecycle.state.Store(stateSetup)
	err := r.alone(timeout(r.test.Options.SetupTimeout), func(v *VU) error {
		data, err := r.test.Setup(v)
		r.fixture.set(data)
		return err
	})
	return r.judgeAlone(err, "set-up", engine.SetupFailed, engine.SetupTimedOut)
}

func (r *Run) tearDown() {
	if r.test.Teardown == nil || or(r.test.Options.NoTeardown, false) {
		return
	}
	r.lifecycle.state.Store(stateTeardown)
	err := r.alone(timeout(r.test.Options.TeardownTimeout), r.test.Teardown)
	r.judgeAlone(err, "tear-down", engine.TeardownFailed, engine.TeardownTimedOut)
}

// judgeAlone keeps why a set-up or tear-down failed; it is true when it did not.
func (r *Run) judgeAlone(err error, what string, failed, timedOut engine.StopReason) bool {
	if err == nil {
		return true
	}
	reason := failed
	if errors.Is(err, errTimedOut) {
		reason = timedOut
	}
	r.lifecycle.fail(reason, fmt.Errorf("%s: %w", what, err))
	return false
}

var (
	errTimedOut = errors.New("timed out")
	errCutOff   = errors.New("interrupted")
)

// alone runs f with a user of its own, whose samples are not recorded. A user that does not notice its time-out is left
// behind.
func (r *Run) alone(limit time.Duration, f func(v *VU) error) error {
	v := newVU(r, 0)
	v.silent, v.exec = true, f
	r.fixture.enter(v)
	defer r.fixture.enter(nil)
	ended := make(chan error, 1)
	go func() {
		err := errGoexit
		defer func() {
			v.endContext()
			v.client.Close()
			v.release()
			ended <- err
		}()
		var out outcome
		if out, err = v.call(); out == cutOff {
			err = errCutOff
		}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
	}
	v.interrupt()
	timer.Reset(patience)
	select {
	case <-ended:
	case <-timer.C:
	}
	return fmt.Errorf("%w after %s", errTimedOut, limit)
}

// timeout is an option that is k6's 60 s when not set.
func timeout(d *Duration) time.Duration { return time.Duration(or(d, Duration(time.Minute))) }
