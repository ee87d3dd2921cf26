package metrics

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
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
	selector    Selector
	kind        Kind
	thresholds  []Threshold
	expressions []Expression
}

// Verdict is what an evaluation came to.
type Verdict struct {
	// Failed names the metrics and sub-metrics of which a threshold failed, sorted.
	Failed []string
	// Abort says that one of them, which has samples, asks to end the test, and AbortedBy which.
	Abort     bool
	AbortedBy string
}

// NewJudge checks thresholds by metric or sub-metric against the metrics that there are.
func NewJudge(thresholds map[string][]Threshold, known []Desc) (*Judge, error) {
	j := &Judge{}
	for _, key := range slices.Sorted(maps.Keys(thresholds)) {
		one, err := newJudged(key, thresholds[key], known)
		if err != nil {
			return nil, err
		}
		j.add(one)
	}
	return j, nil
}

// add adds thresholds to those of the same metric or sub-metric, in whatever order its tags were written.
func (j *Judge) add(one judged) {
	for i := range j.judged {
		same := &j.judged[i]
		if same.selector.Metric == one.selector.Metric && sameTags(same.selector.Tags, one.selector.Tags) {
			same.thresholds = append(slices.Clone(same.thresholds), one.thresholds...)
			same.expressions = append(same.expressions, one.expressions...)
			return
		}
	}
	j.judged = append(j.judged, one)
}

func newJudged(key string, thresholds []Threshold, known []Desc) (judged, error) {
	s, err := ParseSelector(key)
	if err != nil {
		return judged{}, err
	}
	i := slices.IndexFunc(known, func(d Desc) bool { return d.Name == s.Metric })
	if i < 0 {
		return judged{}, fmt.Errorf("threshold key %q: no metric name %q found%s", key, s.Metric, nearest(s.Metric, known))
	}
	one := judged{selector: s, kind: known[i].Kind, thresholds: thresholds}
	for _, t := range thresholds {
		e, err := ParseExpression(t.Expression)
		if err == nil {
			err = e.Validate(one.kind)
		}
		if err != nil {
			return judged{}, fmt.Errorf("thresholds of %s, %q: %w", key, t.Expression, err)
		}
		one.expressions = append(one.expressions, e)
	}
	return one, nil
}

// Submetrics are the sub-metrics that the thresholds need; they go into Config.Submetrics.
func (j *Judge) Submetrics() []Selector {
	var list []Selector
	for _, one := range j.judged {
		if len(one.selector.Tags) > 0 {
			list = append(list, one.selector)
		}
	}
	return list
}

// Evaluate is a copy of s with the results of all thresholds in it, and what follows from them. A sub-metric that s does not
// have counts as one without samples.
func (j *Judge) Evaluate(s *Snapshot) (*Snapshot, Verdict) {
	with := *s
	with.Total.Series = slices.Clone(s.Total.Series)
	var v Verdict
	for i := range j.judged {
		one := &j.judged[i]
		series := one.find(&with)
		series.Thresholds = make([]ThresholdResult, len(one.thresholds))
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
func (one *judged) find(s *Snapshot) *Series {
	if series := s.Total.Find(one.selector.Metric, one.selector.Tags...); series != nil {
		return series
	}
	fresh := Series{Desc: Desc{Name: one.selector.Metric, Kind: one.kind, Contains: Default}, Selector: one.selector.Tags}
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

func (j *Judge) evaluate(s *Series, e Expression, elapsed time.Duration) ThresholdResult {
	r := ThresholdResult{Aggregation: e.label, Value: s.aggregate(e, elapsed)}
	r.OK = e.Holds(r.Value)
	if s.Count == 0 && s.Kind != Counter && !j.EmptyPasses {
		r.OK, r.NoSamples = false, true
	}
	return r
}

// aggregate is what the left side of e comes to.
func (s *Series) aggregate(e Expression, elapsed time.Duration) float64 {
	v := 0.0
	switch {
	case s.Kind == Rate:
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
		v = s.Histogram.Quantile(50)
	default:
		v = s.Histogram.Quantile(e.Percentile)
	}
	if s.Contains == Time {
		v /= float64(time.Millisecond)
	}
	return v
}

// nearest suggests the metric whose name is the least number of edits away, when that is few.
func nearest(name string, known []Desc) string {
	best, distance := "", len(name)/2+1
	for _, d := range known {
		if n := levenshtein.ComputeDistance(strings.ToLower(name), d.Name); n < distance {
			best, distance = d.Name, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
