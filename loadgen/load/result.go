package load

import (
	"slices"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
)

// Result is what a test came to. Err says whether it is good.
type Result struct {
	// Snapshot has all metrics and checks; Latency and the other methods read the usual ones.
	Snapshot *metrics.Snapshot
	// CPU is the processor time that this process used while the load lasted, after the warm-up if there was one: for its users,
	// and for a Handler in the same process.
	CPU time.Duration
	// Reason says in words why the test ended, "finished" when its time was up. Cause is the error of Setup or Teardown, or what
	// an abort was given.
	Reason string
	Cause  error
	// ThresholdsFailed names the metrics whose thresholds failed, sorted.
	ThresholdsFailed []string
	// Interrupted counts iterations cut off, Panicked and Failed those that panicked and returned an error.
	Interrupted, Panicked, Failed uint64
	// MarkedFailed is the reason given to VU.MarkTestFailed, nil when nobody called it.
	MarkedFailed error
	Verdict      Verdict

	reason engine.StopReason
}

// Verdict says where a green report would lie. The command's exit codes 120 to 123 follow from it; k6 has none of them.
type Verdict struct {
	// NothingMeasured: no iteration ended, and nothing was recorded, after the warm-up if there was one.
	NothingMeasured bool
	// NothingSucceeded: requests were made, and not one got a response.
	NothingSucceeded bool
	// Undecodable counts the responses that came and could not be decompressed.
	Undecodable uint64
	// AllIterationsFailed: iterations ended, and every one panicked or failed.
	AllIterationsFailed bool
	// RateMissed: more than 1 % of the arrivals due were dropped, or had not begun when the time was over.
	RateMissed bool
	// ChecksNeverPassed names the checks that failed each time.
	ChecksNeverPassed []string
}

// tolerance is the share of arrivals that may be missed or late before that is said.
const tolerance = 0.01

// newResult judges everything once all has ended.
func (r *Run) newResult() *Result {
	res := &Result{Interrupted: r.meter.total(iterationsInterrupted), Panicked: r.meter.total(iterationsPanicked), Failed: r.meter.total(iterationsFailed)}
	due, missed := r.arrivals()
	res.Verdict = Verdict{
		NothingMeasured:     r.nothingMeasured(),
		NothingSucceeded:    r.nothingSucceeded(),
		Undecodable:         r.watch.undecodable.Load(),
		AllIterationsFailed: res.Panicked+res.Failed > 0 && r.meter.total(iterationsMetric) == res.Failed,
		RateMissed:          float64(missed) > tolerance*float64(due),
	}
	r.warnArrivals(due, missed)
	r.watch.warn(r.meter)
	res.CPU = r.watch.used
	snapshot := r.meter.Snapshot(r.clock.measured())
	res.Verdict.ChecksNeverPassed = neverPassed(nil, &snapshot.Total)
	var judged threshold.Evaluation
	res.Snapshot, judged = r.judge.Evaluate(snapshot)
	res.ThresholdsFailed = judged.Failed
	res.reason, res.Cause, res.MarkedFailed = r.lifecycle.outcome()
	res.Reason = res.reason.String()
	return res
}

// nothingMeasured says that no iteration ended, and that there is no sample of a request, of a check or of the test's own.
func (r *Run) nothingMeasured() bool {
	for _, id := range []recorder.ID{iterationsMetric, iterationsPanicked, httpReqs, checksMetric} {
		if r.meter.Count(id) > 0 {
			return false
		}
	}
	for i := range r.test.custom {
		if r.meter.Count(builtins+recorder.ID(i)) > 0 {
			return false
		}
	}
	return true
}

// nothingSucceeded says that there were requests, if only some that were cut off, and no response to any of them.
func (r *Run) nothingSucceeded() bool {
	return r.meter.Count(httpReqs)+r.meter.Count(httpReqsInterrupted) > 0 && !r.sender.answered.Load()
}

// arrivals counts the arrivals of all arrival-rate scenarios that were due, and those that never began.
func (r *Run) arrivals() (due, missed int64) {
	for _, p := range r.scenarios {
		e, ok := p.executor.(*arrivals)
		if !ok {
			continue
		}
		taken, dropped := e.account()
		missed += dropped + p.missed.Load()
		due += taken + dropped + p.missed.Load()
	}
	return due, missed
}

// warnArrivals says when http_req_duration and the rate cannot be taken at their word.
func (r *Run) warnArrivals(due, missed int64) {
	if missed > 0 {
		r.meter.warnf("dropped_iterations", "%d of %d iterations due never began, for want of a free user: the load was less than the rate says. Raise maxVUs, or use a faster machine.", missed, due)
	}
	if late := int64(r.meter.Sum(iterationsLate)); float64(late) > tolerance*float64(due) {
		r.meter.warnf("http_req_duration", "%d of %d iterations began more than %s after they were due: http_req_duration leaves out what users would have waited; read http_req_response_time.", late, due, lateAfter)
	}
}

// neverPassed adds the names of checks that failed each time.
func neverPassed(names []string, s *metrics.Section) []string {
	for _, c := range s.Checks {
		if c.Passes == 0 && c.Fails > 0 && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	for i := range s.Groups {
		names = neverPassed(names, &s.Groups[i])
	}
	return names
}
