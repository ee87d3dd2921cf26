package load

import (
	"time"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

// Latency is http_req_duration: how long requests took, from their first byte sent to the last of the response.
func (r *Result) Latency() Distribution[time.Duration] { return r.Times("http_req_duration") }

// ResponseTime is http_req_response_time: what users of an arrival-rate scenario would have waited, from when each request
// should have begun.
func (r *Result) ResponseTime() Distribution[time.Duration] { return r.Times("http_req_response_time") }

// Requests is http_reqs: all requests, each redirect that was followed too.
func (r *Result) Requests() Total { return r.Counter("http_reqs") }

// FailedRequests is http_req_failed: how many of the requests had no response, or one that was not expected.
func (r *Result) FailedRequests() Share { return r.Rate("http_req_failed") }

// Iterations is iterations: those that ended, failed ones too.
func (r *Result) Iterations() Total { return r.Counter("iterations") }

// Checks is checks: how many of all results of checks passed.
func (r *Result) Checks() Share { return r.Rate("checks") }

// Times is a Trend of times by the name that thresholds have for it: "http_req_waiting", or "http_req_duration{scenario:buy}"
// where a threshold names that. It is empty when there is no such metric.
func (r *Result) Times(metric string) Distribution[time.Duration] {
	return distribution[time.Duration](r, metric, true)
}

// Trend is a Trend of other values by its name.
func (r *Result) Trend(metric string) Distribution[float64] {
	return distribution[float64](r, metric, false)
}

// Counter is a Counter by its name.
func (r *Result) Counter(metric string) Total {
	s := r.series(metric, metrics.Counter)
	return Total{s.Sum, s.PerSecond(r.Snapshot.Elapsed)}
}

// Rate is a Rate by its name.
func (r *Result) Rate(metric string) Share {
	s := r.series(metric, metrics.Rate)
	return Share{s.Passes, s.Count, s.Share()}
}

// Gauge is the last value of a Gauge by its name.
func (r *Result) Gauge(metric string) float64 { return r.series(metric, metrics.Gauge).Last }

// series is the metric of that name and kind, an empty one when there is none.
func (r *Result) series(metric string, kind metrics.Kind) *metrics.Series {
	if selector, err := selector.Parse(metric); err == nil {
		if s := r.Snapshot.Total.Find(selector.Metric, selector.Tags...); s != nil && s.Kind == kind {
			return s
		}
	}
	return &metrics.Series{}
}

// Distribution is what a Trend came to. Everything is 0 when it has no values.
type Distribution[T float64 | time.Duration] struct {
	Count uint64
	// Mean, Min and Max are exact.
	Mean, Min, Max T

	series *metrics.Series
}

// distribution is that of a Trend of values of that meaning.
func distribution[T float64 | time.Duration](r *Result, metric string, times bool) Distribution[T] {
	s := r.series(metric, metrics.Trend)
	if (s.Contains == metrics.Time) != times {
		s = &metrics.Series{}
	}
	return Distribution[T]{s.Count, T(s.Mean()), T(s.Min), T(s.Max), s}
}

// P is the percentile p, 0 to 100: P(95) is the value below which 95 of 100 lie, to three significant digits.
func (d Distribution[T]) P(p float64) T {
	if d.series == nil {
		return 0
	}
	return T(d.series.Quantile(p))
}

// Total is what a Counter came to: the sum, and that a second of load.
type Total struct{ Sum, PerSecond float64 }

// Share is what a Rate came to: how many of all values were not zero, and the Fraction that they are, from 0 to 1.
type Share struct {
	Passes, Count uint64
	Fraction      float64
}
