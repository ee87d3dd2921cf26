package generate

import (
	"fmt"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/overhead/record"
)

// The scenarios of a job.
const (
	warmUp = "warm-up"
	window = "window"
)

// scenarios are the job's warm-up, if it has one, and its window.
func scenarios(job Job) map[string]load.Scenario {
	measured := job.Load.ScenarioFor(job.Length)
	if job.WarmUp == 0 {
		return map[string]load.Scenario{window: measured}
	}
	measured.After = warmUp
	return map[string]load.Scenario{warmUp: job.Load.ScenarioFor(job.WarmUp), window: measured}
}

// Test is the load test of a job.
func Test(job Job) (*load.Test, error) {
	l := job.Load
	opts := []load.Option{load.Body("", []byte(l.Body))}
	for name, value := range l.Headers {
		opts = append(opts, load.Header(name, value))
	}
	request, err := load.NewRequest(l.Method, l.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	test := &load.Test{Options: load.Options{Scenarios: scenarios(job)}}
	if err := test.Options.Validate(); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	test.Exec = func(vu *load.VU) error {
		response := vu.Do(request)
		vu.Check("status", response.Status == l.Status)
		if l.Answer != "" {
			vu.Check("answer", string(response.Body) == l.Answer)
		}
		if l.Sleep > 0 {
			vu.Sleep(time.Duration(l.Sleep))
		}
		return nil
	}
	return test, nil
}

// summary is what the window came to.
func summary(job Job, r *load.Result) record.Load {
	checks := r.Checks()
	out := record.Load{
		Window:   r.Snapshot.Elapsed.Seconds(),
		Requests: uint64(r.Requests().Sum), Failed: r.FailedRequests().Passes, Dropped: uint64(r.Counter("dropped_iterations").Sum),
		ChecksPassed: checks.Passes, ChecksFailed: checks.Count - checks.Passes,
		LagP99: -1, Duration: distribution(r.Latency()), Response: distribution(r.ResponseTime()),
	}
	out.AskedRate, _ = job.Load.AskedRate()
	out.AchievedRate = achieved(job, out)
	if out.Response.Count == 0 { // no request was due before it began
		out.Response = out.Duration
	}
	if lag := r.Times("iteration_lag"); lag.Count > 0 {
		out.LagP99 = microseconds(lag.P(99))
	}
	for _, f := range r.Snapshot.Failures[:min(len(r.Snapshot.Failures), 3)] {
		out.Errors = append(out.Errors, fmt.Sprintf("%d x %s", f.Count, f.Message))
	}
	return out
}

// achieved is how many requests a second were made of the time that was planned, or taken where no time was.
func achieved(job Job, made record.Load) float64 {
	length := made.Window
	if job.Load.Timed() && job.Length > 0 {
		length = job.Length.Seconds()
	}
	if length <= 0 {
		return 0
	}
	return float64(made.Requests) / length
}

// requests is how many were made so far.
func requests(s *metrics.Snapshot) uint64 {
	if made := s.Total.Find("http_reqs"); made != nil {
		return uint64(made.Sum)
	}
	return 0
}

func distribution(d load.Distribution[time.Duration]) record.Distribution {
	out := record.Distribution{Count: d.Count}
	if out.Count == 0 {
		return out
	}
	out.Mean, out.Max = microseconds(d.Mean), microseconds(d.Max)
	out.P50, out.P90, out.P95, out.P99 = microseconds(d.P(50)), microseconds(d.P(90)), microseconds(d.P(95)), microseconds(d.P(99))
	for _, q := range record.CurveQuantiles {
		out.Curve = append(out.Curve, microseconds(d.P(100*q)))
	}
	return out
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
