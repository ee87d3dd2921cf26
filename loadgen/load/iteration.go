package load

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/wire"
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
)

// iterate runs the user's function once and records it.
func (v *VU) iterate() {
	v.paced, v.lag = false, 0
	v.play(wire.Now())
}

// iterateAt does the same for an iteration that was to begin at that instant.
func (v *VU) iterateAt(intended time.Duration) {
	start := wire.Now()
	v.paced, v.intended, v.lag = true, intended, max(start-intended, 0)
	v.play(start)
}

func (v *VU) play(start time.Duration) {
	v.requested = false
	out, err := v.call()
	end := wire.Now()
	v.group = v.run.root
	v.client.EndIteration()
	v.release()
	v.Iteration++
	v.player.counts[out].Add(1)
	v.recordIteration(out, end-start)
	if err != nil && out != cutOff {
		v.run.rec.Fail(0, err.Error())
	}
	if least := v.run.minIteration; out != cutOff && least > end-start {
		v.wait(least-(end-start), v.player.quit)
	}
}

// release gives the memory of large bodies back, which other users may wait for.
func (v *VU) release() {
	v.response.Release()
	for _, r := range v.responses {
		r.Release()
	}
}

// call calls the user's function and says how it ended.
func (v *VU) call() (out outcome, err error) {
	returned := false
	defer func() {
		switch p := recover().(type) {
		case nil:
			if !returned { // nothing can be done about it, but to say so
				v.player.counts[panicked].Add(1)
				v.run.rec.Fail(0, "the function ended its user's goroutine: runtime.Goexit, or FailNow of a test")
			}
		case interruption:
			out, err = cutOff, nil
		case failure:
			out, err = failed, p
		default:
			out, err = panicked, fmt.Errorf("panic: %v%s", p, panicPlace())
		}
		if out != complete && out != panicked && v.cut.Load() {
			out = cutOff
		}
	}()
	err = v.exec(v)
	returned = true
	if err != nil {
		out = failed
	}
	return out, err
}

// panicPlace is where the panic under way began: " (main.go:12)".
func panicPlace() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
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

func (v *VU) recordIteration(out outcome, took time.Duration) {
	var room [7]metrics.Sample
	s := room[:0]
	switch out {
	case cutOff:
		s = append(s, metrics.Sample{ID: iterationsInterrupted, Value: 1})
	case panicked:
		s = append(s, metrics.Sample{ID: iterationsPanicked, Value: 1})
	case failed:
		s = append(s, metrics.Sample{ID: iterationsFailed, Value: 1})
	}
	if out == complete || out == failed {
		s = append(s, metrics.Sample{ID: iterationsMetric, Value: 1}, metrics.Sample{ID: iterationDuration, Value: float64(took)})
	}
	if v.paced {
		s = append(s, metrics.Sample{ID: iterationLag, Value: float64(v.lag)})
		if v.lag > lateAfter {
			s = append(s, metrics.Sample{ID: iterationsLate, Value: 1})
		}
	}
	s = v.traffic(s)
	v.run.rec.Record(v.shard, v.base(), s)
}

// traffic adds the bytes on the wire since it was last asked, as k6 does once an iteration.
func (v *VU) traffic(s []metrics.Sample) []metrics.Sample {
	sent, received := v.client.Traffic()
	if sent != 0 {
		s = append(s, metrics.Sample{ID: dataSent, Value: float64(sent)})
	}
	if received != 0 {
		s = append(s, metrics.Sample{ID: dataReceived, Value: float64(received)})
	}
	return s
}
