package load

import (
	"fmt"
	"math"
	"time"
)

// Progress is what the progress lines show.
type Progress struct {
	// State is "starting", "paused", "setup", "running", "stopping", "teardown", "ended".
	State string
	// Elapsed is the time of load so far, MaxDuration what it can come to, graceful stops included.
	Elapsed, MaxDuration time.Duration
	// Measured is Elapsed without a warm-up: the time of the requests and iterations below.
	Measured time.Duration
	// Time is k6's text of Elapsed, as wide as MaxDuration needs: "0m01.0s".
	Time string
	// VUs run iterations now, MaxVUs are initialised.
	VUs, MaxVUs int
	// Complete and Interrupted are iterations. They and the requests are counted anew at the end of a warm-up.
	Complete, Interrupted uint64
	// Requests, Failed: totals so far (for a live rate of requests and errors).
	Requests, Failed uint64
	Scenarios        []ScenarioProgress
}

// ScenarioProgress is one scenario's line.
type ScenarioProgress struct {
	Name string
	// Description is k6's line for the plan: "5 looping VUs for 30s (gracefulStop: 30s)".
	Description string
	// Status is one of waiting, running, stopping, done, interrupted.
	Status   string
	Fraction float64
	// VUs, Time and Extra are k6's texts beside the bar: "5 VUs", "1.0s/2s", "6/9 shared iters" or "20.00 iters/s".
	VUs, Time, Extra string
}

// Progress is cheap enough to be asked for ten times a second.
func (r *Run) Progress() Progress {
	plan := r.plans()
	p := Progress{State: r.lifecycle.state.Load().(string), MaxVUs: r.users.size(), Requests: uint64(r.meter.Count(httpReqs)), Failed: r.meter.Passes(httpReqFailed)}
	p.Complete = r.meter.total(iterationsMetric) + r.meter.total(iterationsPanicked)
	p.Interrupted = r.meter.total(iterationsInterrupted)
	for i, s := range r.scenarios {
		line := s.progress()
		if line.Status != statusWaiting && line.Status != statusDone && line.Status != statusInterrupted {
			p.VUs += s.executor.active(s)
		}
		if line.Status == statusStopping && p.State == stateRunning && r.lifecycle.isStopped() {
			p.State = stateStopping
		}
		p.Scenarios = append(p.Scenarios, line)
		p.MaxDuration = max(p.MaxDuration, end(plan, i))
	}
	p.Measured, p.Elapsed = r.clock.measured(), r.clock.elapsed()
	p.Time = fixedWidth(p.Elapsed, p.MaxDuration)
	return p
}

// What ScenarioProgress.Status can be.
const (
	statusWaiting     = "waiting"
	statusRunning     = "running"
	statusStopping    = "stopping"
	statusDone        = "done"
	statusInterrupted = "interrupted"
)

func (p *scenarioRun) status() string {
	select {
	case <-p.done:
		if p.began.Load() == 0 || p.counts[cutOff].Load() > 0 {
			return statusInterrupted
		}
		return statusDone
	default:
	}
	switch {
	case p.began.Load() == 0:
		return statusWaiting
	case p.quitting.Load():
		return statusStopping
	}
	return statusRunning
}

// progress is the scenario's line.
func (p *scenarioRun) progress() ScenarioProgress {
	line := ScenarioProgress{Name: p.name, Description: p.plan.describe(), Status: p.status()}
	lasts := p.executor.lasts()
	if p.began.Load() == 0 {
		line.VUs, line.Time = statusWaiting, p.waits()
		return line
	}
	elapsed := min(p.elapsed(), lasts)
	line.VUs, line.Extra, line.Fraction = p.executor.progress(p, elapsed)
	line.Time = fixedWidth(elapsed, lasts) + "/" + lasts.String()
	if line.Status == statusDone || line.Status == statusStopping {
		line.Fraction = 1
		if elapsed == lasts {
			line.Time = lasts.String()
		}
	}
	return line
}

// waits is how long a scenario still waits, or what for.
func (p *scenarioRun) waits() string {
	if p.conf.After != "" {
		return "for " + p.conf.After
	}
	start := time.Duration(*p.conf.StartTime)
	if !p.run.clock.hasBegun() {
		return fixedWidth(start, start)
	}
	return fixedWidth(max(start-p.run.clock.elapsed(), 0), start)
}

// fixedWidth is d to a tenth of a second in k6's form, as wide as most needs: "1.0s" of 2s, "0m01.0s" of 1m30s,
// "00m01.0s" of 10m.
func fixedWidth(d, most time.Duration) string {
	tenths := int64(d.Round(100*time.Millisecond) / (100 * time.Millisecond))
	seconds, minutes, hours := float64(tenths%600)/10, tenths/600, tenths/36000
	digits := func(v time.Duration, unit time.Duration) int { return len(fmt.Sprint(int64(v / unit))) }
	switch {
	case most >= time.Hour:
		return fmt.Sprintf("%0*dh%02dm%04.1fs", digits(most, time.Hour), hours, minutes%60, seconds)
	case most >= time.Minute:
		return fmt.Sprintf("%0*dm%04.1fs", digits(most, time.Minute), minutes, seconds)
	}
	return fmt.Sprintf("%0*.1fs", digits(time.Duration(math.Ceil(most.Seconds()))*time.Second, time.Second)+2, float64(tenths)/10)
}
