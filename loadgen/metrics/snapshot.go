// Package metrics is what a load test came to: metrics with their distributions, checks, errors and warnings, in sections, as an
// immutable Snapshot. It knows no HTTP, and how samples are recorded is not its business.
package metrics

import (
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/histogram"
	"example.com/foobar/loadgen/internal/numbers"
)

// Snapshot is the state of all metrics at one instant. It is immutable, and shares nothing with what it was made from.
type Snapshot struct {
	// Elapsed is the time of load, without set-up and tear-down; rates are per second of it.
	Elapsed time.Duration `json:"elapsed"`
	// Total has every metric over all scenarios and groups; its Groups have checks only.
	Total Section `json:"total"`
	// Scenarios has a section for each scenario, by name, with its groups; empty unless Config.Sections is set.
	Scenarios []Section `json:"scenarios,omitempty"`
	// Failures are the distinct errors seen, the most frequent first, bounded in number.
	Failures []Failure `json:"failures,omitempty"`
	// Breakdown counts by tag set, the most frequent first; sets past Config.MaxTagSets are folded into one named "other".
	Breakdown []Row `json:"breakdown,omitempty"`
	// Warnings say what makes numbers here doubtful.
	Warnings []Warning `json:"warnings,omitempty"`
}

// Section is a group of metrics with the checks made in it: the whole test, a scenario, or a group.
type Section struct {
	Name string `json:"name"`
	// Series are sorted by name; the sub-metrics of a metric follow it in the order in which they were declared. The Total
	// has every declared metric, other sections those that have samples.
	Series []Series `json:"series,omitempty"`
	// Checks are those made directly in this section, in the order in which they were first made. Total.Checks are those
	// outside of any group.
	Checks []Check `json:"checks,omitempty"`
	// Groups are the groups opened directly in this section, in the order in which they were first entered.
	Groups []Section `json:"groups,omitempty"`
}

// Series is one metric, or one sub-metric of it.
type Series struct {
	Desc
	// Selector is empty for the metric itself; for a sub-metric it is what its samples' tags contain.
	Selector []Tag `json:"selector,omitempty"`
	// Count is the number of samples.
	Count uint64 `json:"count"`
	// Sum is the sum of all values (Counter, Gauge, Trend).
	Sum float64 `json:"sum"`
	// Last, Min and Max are exact (Gauge, Trend; Last for Gauge only). All are 0 when Count is 0.
	Last float64 `json:"last"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	// Passes is the number of values that were not zero (Rate).
	Passes uint64 `json:"passes"`
	// OutOfRange is the number of values that have no place in the Histogram: negative or too high ones, which are in Count,
	// Sum, Min and Max all the same, and those that are no numbers, which are not.
	OutOfRange uint64 `json:"outOfRange,omitempty"`
	// Histogram holds the distribution (Trend), nil for other kinds. Quantile reads it.
	Histogram *histogram.Histogram `json:"histogram,omitempty"`
	// Thresholds are the results of the expressions set on this series, in the order in which they were given.
	Thresholds []ThresholdResult `json:"thresholds,omitempty"`
}

// Tag is one key and value by which samples are told apart.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Check is one named check and how often it passed and failed.
type Check struct {
	Name   string `json:"name"`
	Passes uint64 `json:"passes"`
	Fails  uint64 `json:"fails"`
	// Order counts up, over all groups of the test or scenario, in the order in which checks were first made.
	Order int `json:"order"`
}

// UniteChecks counts checks of one name together, in place of the first of them and with its Order.
func UniteChecks(checks []Check) []Check {
	var united []Check
	for _, c := range checks {
		i := slices.IndexFunc(united, func(u Check) bool { return u.Name == c.Name })
		if i < 0 {
			united = append(united, c)
			continue
		}
		united[i].Passes += c.Passes
		united[i].Fails += c.Fails
	}
	return united
}

// Row is the short account of one tag set in the Breakdown.
type Row struct {
	Tags []Tag `json:"tags"`
	// Count is all of its requests and Failed those that failed; Timed are those that have a duration.
	Count  uint64 `json:"count"`
	Failed uint64 `json:"failed"`
	Timed  uint64 `json:"timed"`
	// Sum, Min and Max are of the durations, in nanoseconds.
	Sum float64 `json:"sum"`
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

// Failure is one distinct error of requests or iterations.
type Failure struct {
	// Code is k6's error_code, 0 where there is none.
	Code    int    `json:"code"`
	Message string `json:"message"`
	Count   uint64 `json:"count"`
}

// Warning qualifies a number: the report prints it as a footnote.
type Warning struct {
	// Metric is the name of the metric in doubt, or empty when it is the whole report.
	Metric string `json:"metric,omitempty"`
	// Message is one sentence: what happened, what it does to the numbers, what to do.
	Message string `json:"message"`
}

// ThresholdResult is a threshold's expression and how it came out.
type ThresholdResult struct {
	// Expression is as the user wrote it.
	Expression string `json:"expression"`
	// Aggregation is the left side as printed, "p(95)" say, and Value what it came to, in the unit of the expression
	// (milliseconds for Time).
	Aggregation string  `json:"aggregation"`
	Value       float64 `json:"value"`
	OK          bool    `json:"ok"`
	// NoSamples says that there was nothing to judge.
	NoSamples bool `json:"noSamples,omitempty"`
}

// FullName is the name of the metric, with the tags of a sub-metric: http_req_duration{scenario:buy}.
func (s *Series) FullName() string {
	if len(s.Selector) == 0 {
		return s.Name
	}
	parts := make([]string, len(s.Selector))
	for i, t := range s.Selector {
		parts[i] = t.Key + ":" + quoteTag(t.Value)
	}
	return s.Name + "{" + strings.Join(parts, ",") + "}"
}

// quoteTag puts a value in quotes where it would be read as something else without.
func quoteTag(v string) string {
	if v == strings.TrimSpace(v) && !strings.ContainsAny(v, `,"'{}`) {
		return v
	}
	if strings.Contains(v, `"`) {
		return "'" + v + "'"
	}
	return `"` + v + `"`
}

// Mean is the exact average of the values, 0 when there is none.
func (s *Series) Mean() float64 {
	if s.Count == 0 {
		return 0
	}
	return s.Sum / float64(s.Count)
}

// PerSecond is the sum of the values a second of so much time, 0 when no time has passed.
func (s *Series) PerSecond(elapsed time.Duration) float64 {
	return numbers.PerSecond(s.Sum, elapsed)
}

// Quantile is the value below which p percent of the values lie (Trend), to three significant digits; it is 0 when there is none.
// 0 is the exact minimum and 100 the exact maximum. Between two values it is interpolated as k6 does.
func (s *Series) Quantile(p float64) float64 {
	if s.Histogram == nil {
		return 0
	}
	return s.Histogram.Quantile(p)
}

// Share is the part of the values that were not zero (Rate), 0 when there is none.
func (s *Series) Share() float64 {
	if s.Count == 0 {
		return 0
	}
	return float64(s.Passes) / float64(s.Count)
}

// Find is the metric of that name (with tags, the sub-metric of exactly these), or nil.
func (s *Section) Find(name string, tags ...Tag) *Series {
	for i := range s.Series {
		if s.Series[i].Name == name && sameTags(s.Series[i].Selector, tags) {
			return &s.Series[i]
		}
	}
	return nil
}

// sameTags compares as sets.
func sameTags(a, b []Tag) bool {
	return len(a) == len(b) && !slices.ContainsFunc(b, func(t Tag) bool { return !slices.Contains(a, t) })
}
