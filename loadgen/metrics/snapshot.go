package metrics

import "time"

// Kind says how the values of a metric add up; the names are k6's.
type Kind string

// The four kinds of metric.
const (
	Counter Kind = "counter" // a sum
	Gauge   Kind = "gauge"   // the last value, with its minimum and maximum
	Rate    Kind = "rate"    // the share of values that are not zero
	Trend   Kind = "trend"   // a distribution
)

// Contains says what the values of a metric mean; the names are k6's.
type Contains string

// What values can mean. A value of Time is recorded in nanoseconds and of Data in bytes.
const (
	Default Contains = "default"
	Time    Contains = "time"
	Data    Contains = "data"
)

// Desc describes a metric.
type Desc struct {
	Name     string
	Kind     Kind
	Contains Contains
}

// Tag is one key and value by which samples are told apart.
type Tag struct{ Key, Value string }

// Snapshot is the state of all metrics at one instant. It is immutable, shares nothing with the Recorder it came from,
// and merges with another without loss.
type Snapshot struct {
	// Elapsed is the time of load, without set-up and tear-down; rates are per second of it.
	Elapsed time.Duration
	// Total has every metric over all scenarios and groups.
	Total Section
	// Scenarios has a section for each scenario not named "default", by name; empty unless Config.Sections is set.
	Scenarios []Section
	// Failures are the distinct errors seen, the most frequent first, bounded in number.
	Failures []Failure
	// Breakdown counts by tag set, the most frequent first; sets past Config.MaxTagSets are folded into one named "other".
	Breakdown []Row
	// Warnings say what makes numbers here doubtful.
	Warnings []Warning
}

// Section is a group of metrics with the checks made in it: the whole test, a scenario, or a group.
type Section struct {
	Name string
	// Series are sorted by name; the sub-metrics of a metric follow it in the order in which they were declared.
	Series []Series
	// Checks are those made directly in this section, in the order in which they were first made. Total.Checks are those
	// outside of any group.
	Checks []Check
	// Groups are the groups opened directly in this section, in the order in which they were first entered.
	// A group's Series are empty unless Config.Sections is set (its Checks are not).
	Groups []Section
}

// Series is one metric, or one sub-metric of it.
type Series struct {
	Desc
	// Selector is empty for the metric itself; for a sub-metric it is what its samples' tags contain.
	Selector []Tag
	// Count is the number of samples.
	Count uint64
	// Sum is the sum of all values (Counter, Trend).
	Sum float64
	// Last, Min and Max are exact (Gauge, Trend; Last for Gauge only). All are 0 when Count is 0.
	Last, Min, Max float64
	// Passes is the number of values that were not zero (Rate).
	Passes uint64
	// Histogram holds the distribution (Trend), nil for other kinds.
	Histogram *Histogram
	// Thresholds are the results of the expressions set on this series, in the order in which they were given.
	Thresholds []ThresholdResult
}

// Check is one named check and how often it passed and failed.
type Check struct {
	Name          string
	Passes, Fails uint64
}

// Failure is one distinct error of requests or iterations.
type Failure struct {
	// Code is k6's error_code, 0 where there is none.
	Code    int
	Message string
	Count   uint64
}

// Row is the short account of one tag set in the Breakdown.
type Row struct {
	Tags          []Tag
	Count, Failed uint64
	// Sum, Min and Max are of the durations, in nanoseconds.
	Sum, Min, Max float64
}

// Warning qualifies a number: the report prints it as a footnote.
type Warning struct {
	// Metric is the name of the metric in doubt, or empty when it is the whole report.
	Metric string
	// Message is one sentence: what happened, what it does to the numbers, what to do.
	Message string
}

// ThresholdResult is a threshold's expression and how it came out.
type ThresholdResult struct {
	// Expression is as the user wrote it.
	Expression string
	// Aggregation is the left side as printed, "p(95)" say, and Value what it came to, in the unit of the expression
	// (milliseconds for Time).
	Aggregation string
	Value       float64
	OK          bool
	// NoSamples says that it failed because there was nothing to judge.
	NoSamples bool
}
