package load

import (
	"time"

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
	return Distribution[time.Duration]{r.histogram(metric, metrics.Time)}
}

// Trend is a Trend of other values by its name.
func (r *Result) Trend(metric string) Distribution[float64] {
	return Distribution[float64]{r.histogram(metric, metrics.Default)}
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
	if selector, err := metrics.ParseSelector(metric); err == nil {
		if s := r.Snapshot.Total.Find(selector.Metric, selector.Tags...); s != nil && s.Kind == kind {
			return s
		}
	}
	return &metrics.Series{}
}

func (r *Result) histogram(metric string, contains metrics.Contains) *metrics.Histogram {
	s := r.series(metric, metrics.Trend)
	if s.Histogram == nil || (s.Contains == metrics.Time) != (contains == metrics.Time) {
		return metrics.NewHistogram(contains)
	}
	return s.Histogram
}

// Distribution is what a Trend came to. All but Count are 0 when it has no values.
type Distribution[T float64 | time.Duration] struct{ histogram *metrics.Histogram }

// P is the percentile p, 0 to 100: P(95) is the value below which 95 of 100 lie, to three significant digits.
func (d Distribution[T]) P(p float64) T { return T(d.histogram.Quantile(p)) }

// Mean is the exact average.
func (d Distribution[T]) Mean() T { return T(d.histogram.Mean()) }

// Min is the exact minimum.
func (d Distribution[T]) Min() T { return T(d.histogram.Min()) }

// Max is the exact maximum.
func (d Distribution[T]) Max() T { return T(d.histogram.Max()) }

// Count is the number of values.
func (d Distribution[T]) Count() uint64 { return d.histogram.Count() }

// Total is what a Counter came to: the sum, and that a second of load.
type Total struct{ Sum, PerSecond float64 }

// Share is what a Rate came to: how many of all values were not zero, and the Fraction that they are, from 0 to 1.
type Share struct {
	Passes, Count uint64
	Fraction      float64
}
