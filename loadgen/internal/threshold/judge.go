package threshold

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/nearest"
)

// Judge evaluates thresholds on Snapshots.
type Judge struct {
	// EmptyPasses is k6's way with a threshold whose metric has no samples: the aggregations read 0 and are judged as that.
	// Otherwise such a threshold fails, except on a Counter, whose sum is 0 when nothing was counted.
	EmptyPasses bool

	judged []judged
}

// judged are the thresholds of one metric or sub-metric.
type judged struct {
	selector    selector.Selector
	kind        metrics.Kind
	thresholds  []Threshold
	expressions []Expression
}

// Evaluation is what all thresholds came to on one snapshot.
type Evaluation struct {
	// Failed names the metrics and sub-metrics of which a threshold failed, sorted.
	Failed []string
	// Abort says that one of them, which has samples, asks to end the test, and AbortedBy which.
	Abort     bool
	AbortedBy string
}

// Problem is what is wrong with a threshold, or with its key.
type Problem struct {
	Key string
	// Index is that of the threshold in those of the key, -1 when the key is wrong.
	Index int
	Err   error
}

// NewJudge checks thresholds by metric or sub-metric against the metrics that there are. The Judge can be used when there are no
// problems.
func NewJudge(thresholds map[string][]Threshold, known []metrics.Desc) (*Judge, []Problem) {
	j := &Judge{}
	var problems []Problem
	for _, key := range slices.Sorted(maps.Keys(thresholds)) {
		one, err := newJudged(key, known)
		if err != nil {
			problems = append(problems, Problem{key, -1, err})
			continue
		}
		one.thresholds = thresholds[key]
		for i, t := range one.thresholds {
			e, err := ParseExpression(t.Expression)
			if err == nil {
				err = e.Validate(one.kind)
			}
			if err != nil {
				problems = append(problems, Problem{key, i, err})
			}
			one.expressions = append(one.expressions, e)
		}
		j.add(one)
	}
	return j, problems
}

// add adds thresholds to those of the same metric or sub-metric, in whatever order its tags were written.
func (j *Judge) add(one judged) {
	for i := range j.judged {
		same := &j.judged[i]
		if same.selector.Equal(one.selector) {
			same.thresholds = append(slices.Clone(same.thresholds), one.thresholds...)
			same.expressions = append(same.expressions, one.expressions...)
			return
		}
	}
	j.judged = append(j.judged, one)
}

// newJudged finds the metric of a key.
func newJudged(key string, known []metrics.Desc) (judged, error) {
	s, err := selector.Parse(key)
	if err != nil {
		return judged{}, err
	}
	names := make([]string, len(known))
	for i, d := range known {
		names[i] = d.Name
	}
	i := slices.Index(names, s.Metric)
	if i < 0 {
		return judged{}, fmt.Errorf("no metric name %q found%s", s.Metric, nearest.Hint("; ", s.Metric, names))
	}
	return judged{selector: s, kind: known[i].Kind}, nil
}

// Submetrics are the sub-metrics that the thresholds need; they go into Config.Submetrics.
func (j *Judge) Submetrics() []selector.Selector {
	var list []selector.Selector
	for _, one := range j.judged {
		if len(one.selector.Tags) > 0 {
			list = append(list, one.selector)
		}
	}
	return list
}

// Evaluate is a copy of s with the results of all thresholds in it, and what follows from them. A sub-metric that s does not
// have counts as one without samples.
func (j *Judge) Evaluate(s *metrics.Snapshot) (*metrics.Snapshot, Evaluation) {
	with := *s
	with.Total.Series = slices.Clone(s.Total.Series)
	var v Evaluation
	for i := range j.judged {
		one := &j.judged[i]
		series := one.find(&with)
		series.Thresholds = make([]metrics.ThresholdResult, len(one.thresholds))
		failed := false
		for k, t := range one.thresholds {
			r := j.evaluate(series, one.expressions[k], s.Elapsed)
			r.Expression = t.Expression
			series.Thresholds[k] = r
			failed = failed || !r.OK
			if !r.OK && series.Count > 0 && t.AbortOnFail && s.Elapsed >= t.DelayAbortEval && !v.Abort {
				v.Abort, v.AbortedBy = true, one.selector.String()+": "+t.Expression
			}
		}
		if failed {
			v.Failed = append(v.Failed, one.selector.String())
		}
	}
	slices.Sort(v.Failed)
	return &with, v
}

// find is the series that one judges, added to s when it has none.
func (one *judged) find(s *metrics.Snapshot) *metrics.Series {
	if series := s.Total.Find(one.selector.Metric, one.selector.Tags...); series != nil {
		return series
	}
	fresh := metrics.Series{Desc: metrics.Desc{Name: one.selector.Metric, Kind: one.kind, Contains: metrics.Default}, Selector: one.selector.Tags}
	at := len(s.Total.Series)
	for i := range s.Total.Series {
		if s.Total.Series[i].Name == fresh.Name {
			fresh.Desc = s.Total.Series[i].Desc
			at = i + 1
		}
	}
	s.Total.Series = slices.Insert(s.Total.Series, at, fresh)
	return &s.Total.Series[at]
}

func (j *Judge) evaluate(s *metrics.Series, e Expression, elapsed time.Duration) metrics.ThresholdResult {
	r := metrics.ThresholdResult{Aggregation: e.label, Value: aggregate(s, e, elapsed)}
	r.OK = e.Holds(r.Value)
	if s.Count == 0 && s.Kind != metrics.Counter && !j.EmptyPasses {
		r.OK, r.NoSamples = false, true
	}
	return r
}

// aggregate is what the left side of e comes to.
func aggregate(s *metrics.Series, e Expression, elapsed time.Duration) float64 {
	v := 0.0
	switch {
	case s.Kind == metrics.Rate:
		return s.Share()
	case e.Aggregation == "rate":
		v = s.PerSecond(elapsed)
	case e.Aggregation == "count":
		v = s.Sum
	case e.Aggregation == "value":
		v = s.Last
	case e.Aggregation == "avg":
		v = s.Mean()
	case e.Aggregation == "min":
		v = s.Min
	case e.Aggregation == "max":
		v = s.Max
	case s.Histogram == nil:
	case e.Aggregation == "med":
		v = s.Quantile(50)
	default:
		v = s.Quantile(e.Percentile)
	}
	if s.Contains == metrics.Time {
		v /= float64(time.Millisecond)
	}
	return v
}
