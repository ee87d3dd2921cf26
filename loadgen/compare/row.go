package compare

import (
	"math"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// Verdict is what can be said of a difference.
type Verdict string

// The verdicts. Higher and Lower are of metrics of which nobody knows which way is better. Unknown is all that too few runs can say of a
// difference that there is between them.
const (
	NoDifference Verdict = "~"
	Unknown      Verdict = "?"
	Better       Verdict = "better"
	Worse        Verdict = "worse"
	Higher       Verdict = "higher"
	Lower        Verdict = "lower"
)

// Row is one statistic of one metric.
type Row struct {
	Metric, Stat string
	// Before and After are the medians of the runs; a time is in nanoseconds.
	Before, After float64
	// Change is by how much after is more than before, as a part of it: 0.05 is 5 %. It is the median of the ratios of each run after to each
	// run before. It is not a number when a value is not above zero.
	Change float64
	// Lo and Hi are the limits of Change: with enough runs those of 95 % confidence; for one run a side and a percentile or a rate, what the
	// scatter of the requests within the runs allows. Both are not numbers where there are none.
	Lo, Hi float64
	// Verdict says whether it differs. Apart, where it is Unknown, says that every run after lies beyond every run before, with the scatter
	// of the requests where that is known.
	Verdict Verdict
	Apart   bool
	// P is the p-value of the Mann-Whitney test, 1 without one.
	P float64
	// Warning is benchmath's.
	Warning string

	series        *metrics.Series // of which it is, for its unit
	sense         sense
	before, after []value
}

// sense says which way is worse.
type sense int

const (
	moreIsWorse sense = 1
	lessIsWorse sense = -1
	neutral     sense = 0
)

// senseOf is known of times, and of k6's metrics and ours.
func senseOf(s *metrics.Series) sense {
	switch s.Name {
	case "http_reqs", "iterations", "checks":
		return lessIsWorse
	case "http_req_failed", "dropped_iterations", "iterations_failed", "iterations_panicked", "iterations_late":
		return moreIsWorse
	}
	if s.Contains == metrics.Time {
		return moreIsWorse
	}
	return neutral
}

// value is a statistic in one run, with the interval that the scatter of its samples allows, if one is known.
type value struct {
	v, lo, hi float64
	bounded   bool
	none      bool // there were no samples
}

// z is the quantile of the normal distribution for 95 %.
const z = 1.959964

// newValue takes a statistic from a series. A percentile lies between the order statistics of the distribution (binomial, in its normal
// approximation), a rate within Wilson's interval. Both take samples for independent, which makes them too narrow rather than too wide.
func newValue(s *metrics.Series, stat string, elapsed time.Duration) value {
	v, _ := summary.Stat(s, stat, elapsed)
	n := float64(s.Count)
	if n == 0 && (s.Kind == metrics.Trend || s.Kind == metrics.Rate) {
		return value{none: true}
	}
	if p, ok := summary.Percentile(stat); ok && s.Kind == metrics.Trend && p > 0 && p < 100 {
		half := 100 * z * math.Sqrt(p/100*(1-p/100)/n)
		return value{v: v, lo: s.Quantile(max(0, p-half)), hi: s.Quantile(min(100, p+half)), bounded: true}
	}
	if s.Kind == metrics.Rate {
		center, half := (v+z*z/(2*n))/(1+z*z/n), z/(1+z*z/n)*math.Sqrt(v*(1-v)/n+z*z/(4*n*n))
		return value{v: v, lo: min(v, center-half), hi: max(v, center+half), bounded: true}
	}
	return value{v: v, lo: v, hi: v}
}

func (r *Row) add(v value, before bool) {
	if before {
		r.before = append(r.before, v)
	} else {
		r.after = append(r.after, v)
	}
}

// zero says that there is nothing to compare.
func (r *Row) zero() bool {
	return !slices.ContainsFunc(slices.Concat(r.before, r.after), func(v value) bool { return v.v != 0 })
}

// lacks says whether a run of the side has no samples to take the statistic of.
func lacks(side []value) bool {
	return slices.ContainsFunc(side, func(v value) bool { return v.none })
}

func values(side []value) []float64 {
	var all []float64
	for _, v := range side {
		all = append(all, v.v)
	}
	return all
}

// confidence of intervals; what is told from chance is so at 1 - confidence.
const confidence = 0.95

// judge fills in what follows from the values.
func (r *Row) judge() {
	before, after := benchmath.NewSample(values(r.before), &benchmath.DefaultThresholds), benchmath.NewSample(values(r.after), &benchmath.DefaultThresholds)
	r.Before, r.After = benchmath.AssumeNothing.Summary(before, confidence).Center, benchmath.AssumeNothing.Summary(after, confidence).Center
	r.Change, r.Lo, r.Hi, r.P = ratio(before.Values, after.Values), math.NaN(), math.NaN(), 1
	switch {
	case lacks(r.before) || lacks(r.after):
		r.Verdict, r.Change = Unknown, math.NaN()
	case slices.Min(before.Values) == slices.Max(after.Values) && slices.Max(before.Values) == slices.Min(after.Values):
		r.Verdict = NoDifference // all are the same, of which the test knows nothing
	case enough(len(r.before), len(r.after)):
		r.test(before, after)
	default:
		r.separate()
	}
}

// test judges by the Mann-Whitney test, and the interval that goes with it.
func (r *Row) test(before, after *benchmath.Sample) {
	c := benchmath.AssumeNothing.Compare(before, after)
	r.P, r.Verdict = c.P, NoDifference
	if !math.IsNaN(r.Change) {
		r.Lo, r.Hi = limits(before.Values, after.Values)
	}
	for _, w := range c.Warnings {
		r.Warning = r.Metric + " " + r.Stat + ": " + w.Error()
	}
	if c.P <= c.Alpha {
		r.Verdict = r.direction()
	}
}

// separate judges too few runs: whether all of one side lie beyond all of the other, with the scatter within each where it is known.
func (r *Row) separate() {
	single := len(r.before) == 1 && len(r.after) == 1
	b, a := span(r.before), span(r.after)
	if single && b.bounded && a.bounded && b.lo > 0 && a.lo > 0 && !math.IsNaN(r.Change) {
		r.Lo, r.Hi = a.lo/b.hi-1, a.hi/b.lo-1
	}
	switch {
	case single && !b.bounded:
		r.Verdict = Unknown
	case b.hi < a.lo || a.hi < b.lo:
		r.Verdict, r.Apart = Unknown, true
	default:
		r.Verdict = NoDifference
	}
}

// span is what the values of a side reach over.
func span(side []value) value {
	all := side[0]
	for _, v := range side[1:] {
		all.lo, all.hi, all.bounded = min(all.lo, v.lo), max(all.hi, v.hi), all.bounded && v.bounded
	}
	return all
}

// direction is the verdict on a difference that there is.
func (r *Row) direction() Verdict {
	rose := r.After > r.Before
	switch {
	case r.sense == neutral && rose:
		return Higher
	case r.sense == neutral:
		return Lower
	case rose == (r.sense == moreIsWorse):
		return Worse
	}
	return Better
}
