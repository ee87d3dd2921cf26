package load

import (
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/wire"
)

// judgeEvery is how often thresholds with abortOnFail are looked at; k6's 2 s.
const judgeEvery = 2

// monitor does once a second what has to be done once a second, until stop.
func (r *Run) monitor(stop <-chan struct{}) {
	warm := r.warmUp()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	aborts := r.test.Options.Thresholds.abort()
	for n := 1; ; n++ {
		select {
		case <-second.C:
			r.gauge()
			r.watch.look()
			if aborts && n%judgeEvery == 0 && warm == nil {
				r.judgeNow()
			}
		case <-warm:
			warm = nil
			r.Forget()
			n--
		case <-stop:
			r.watch.end()
			if warm != nil {
				r.Forget()
				r.meter.warnf("", "The load ended within its warm-up of %s: nothing was measured. Make the load longer than that.", r.test.Options.Warmup)
			}
			return
		}
	}
}

// Forget ends a warm-up: everything recorded so far is forgotten, by the metrics, the Result and the Verdict, and the load's
// time begins anew. Requests and iterations that are under way count as a whole; those that were due before and are late
// count, but their lateness does not.
func (r *Run) Forget() {
	now := wire.Now()
	r.clock.forget(now)
	for _, p := range r.scenarios {
		p.forget(now)
	}
	r.watch.forget()
	r.sender.answered.Store(false)
	r.meter.Reset()
}

// warming says that what is recorded now will be forgotten.
func (r *Run) warming() bool { return or(r.test.Options.Warmup, 0) > 0 && !r.clock.isWarm() }

// warmUp fires when the warm-up is over.
func (r *Run) warmUp() <-chan time.Time {
	if warm := or(r.test.Options.Warmup, 0); warm > 0 {
		return time.After(time.Duration(warm))
	}
	return nil
}

func (r *Run) gauge() {
	active := 0
	for _, p := range r.scenarios {
		if p.began.Load() != 0 && p.ended.Load() == 0 {
			active += p.executor.active(p)
		}
	}
	r.meter.record(r.meter.tags, recorder.Sample{ID: vusMetric, Value: float64(active)}, recorder.Sample{ID: vusMaxMetric, Value: float64(r.users.size())})
}

// judgeNow ends the test when a threshold with abortOnFail has failed.
func (r *Run) judgeNow() {
	_, verdict := r.judge.Evaluate(r.meter.Snapshot(r.clock.measured()))
	if verdict.Abort {
		r.abort(engine.ThresholdAborted, failure{"threshold " + verdict.AbortedBy + " failed"})
	}
}
