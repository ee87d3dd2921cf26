package load

import (
	"fmt"
	"math"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

// progress is what engine.Run says of it.
func (r *Run) progress() engine.Progress {
	plan := r.plans()
	p := engine.Progress{State: r.lifecycle.state.Load().(string), MaxVUs: r.users.size(), Requests: uint64(r.meter.Count(httpReqs)), Failed: r.meter.Passes(httpReqFailed)}
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

// What engine.ScenarioProgress.Status can be.
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
func (p *scenarioRun) progress() engine.ScenarioProgress {
	line := engine.ScenarioProgress{Name: p.name, Description: p.plan.describe(), Status: p.status()}
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
