package load

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/wire"
)

// lateAfter is the lag from which an iteration counts as late.
const lateAfter = 10 * time.Millisecond

// outcome is how an iteration ended.
type outcome int

const (
	complete outcome = iota
	failed           // it returned an error or called Fail
	panicked
	cutOff
	unbegun // it ended its scenario instead
)

// iterate runs the user's function once and records it.
func (v *VU) iterate() {
	v.paced, v.lag = false, 0
	v.iterateFrom(wire.Now())
}

// iterateAt does the same for an iteration that was to begin at that instant.
func (v *VU) iterateAt(intended time.Duration) {
	start := wire.Now()
	v.paced, v.intended, v.lag = true, intended, max(start-intended, 0)
	v.iterateFrom(start)
}

func (v *VU) iterateFrom(start time.Duration) {
	v.requested, v.reached, v.unreached = false, false, 0
	out, took := v.runOnce(start)
	if out == cutOff || out == unbegun {
		return
	}
	took += v.holdBack(took)
	if least := v.scenario.minIteration; least > took {
		v.wait(least-took, v.scenario.quit)
	}
}

// errGoexit is the error of a function that did not return and did not panic.
var errGoexit = errors.New("the function ended its goroutine: runtime.Goexit, or FailNow of a test")

// runOnce runs the function and settles the account of the iteration, also when the function ends the goroutine.
func (v *VU) runOnce(start time.Duration) (out outcome, took time.Duration) {
	out, err := panicked, errGoexit
	defer func() {
		took = wire.Now() - start
		v.finish(out, err, took)
	}()
	out, err = v.call()
	return out, took
}

// finish leaves nothing of the iteration behind but its numbers. Those of a user that was left behind are known already.
func (v *VU) finish(out outcome, err error, took time.Duration) {
	v.group = v.meter.root
	v.endContext()
	v.client.EndIteration()
	v.release()
	if out == unbegun {
		return
	}
	v.Iteration++
	if v.abandoned.Load() {
		return
	}
	v.scenario.counts[out].Add(1)
	v.recordIteration(out, took)
	if err != nil && out != cutOff {
		v.meter.fail(0, err)
	}
}

// release gives the memory of large bodies back, which other users may wait for.
func (v *VU) release() {
	v.response.release()
	for _, r := range v.responses {
		r.release()
	}
}

// call calls the user's function and says how it ended; it does not return when the function ends the goroutine.
func (v *VU) call() (out outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = panicOutcome(p)
		}
		if out != complete && out != panicked && out != unbegun && v.cut.Load() {
			out = cutOff
		}
	}()
	if err = v.exec(v); err != nil {
		out = failed
	}
	return out, err
}

// panicOutcome is what a panic of the function comes to; its caller is the deferred function that recovered it.
func panicOutcome(p any) (outcome, error) {
	var pcs [32]uintptr
	from := pcs[:runtime.Callers(3, pcs[:])]
	if batch, ok := p.(*wire.Panicked); ok {
		p, from = batch.Value, batch.Callers
	}
	switch p := p.(type) {
	case interruption:
		return cutOff, nil
	case failure:
		return failed, p
	case notBegun:
		return unbegun, nil
	}
	return panicked, fmt.Errorf("panic: %v%s", p, panicPlace(from))
}

// panicPlace is where a panic began: " (main.go:12)".
func panicPlace(callers []uintptr) string {
	frames := runtime.CallersFrames(callers)
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf(" (%s:%d)", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}

// timed says that the iteration's intended start means something: it has one, and it was not due within a warm-up.
func (v *VU) timed() bool {
	if !v.paced {
		return false
	}
	return v.run.clock.measures(v.intended)
}

func (v *VU) recordIteration(out outcome, took time.Duration) {
	var room [7]recorder.Sample
	s := room[:0]
	switch out {
	case cutOff:
		s = append(s, recorder.Sample{ID: iterationsInterrupted, Value: 1})
	case panicked:
		s = append(s, recorder.Sample{ID: iterationsPanicked, Value: 1})
	case failed:
		s = append(s, recorder.Sample{ID: iterationsFailed, Value: 1})
	}
	if out == complete || out == failed {
		s = append(s, recorder.Sample{ID: iterationsMetric, Value: 1}, recorder.Sample{ID: iterationDuration, Value: float64(took)})
	}
	if v.timed() {
		s = append(s, recorder.Sample{ID: iterationLag, Value: float64(v.lag)})
		if v.lag > lateAfter {
			s = append(s, recorder.Sample{ID: iterationsLate, Value: 1})
		}
	}
	s = v.traffic(s)
	v.meter.Record(v.shard, v.base(), s)
}

// traffic adds the bytes on the wire since it was last asked, as k6 does once an iteration.
func (v *VU) traffic(s []recorder.Sample) []recorder.Sample {
	sent, received := v.client.Traffic()
	if sent != 0 {
		s = append(s, recorder.Sample{ID: dataSent, Value: float64(sent)})
	}
	if received != 0 {
		s = append(s, recorder.Sample{ID: dataReceived, Value: float64(received)})
	}
	return s
}
