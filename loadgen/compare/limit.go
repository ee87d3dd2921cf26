package compare

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// Limit is how much worse a statistic may become: http_req_duration:p(95)=5%.
type Limit struct {
	Selector selector.Selector
	Stat     string
	// Percent is the change that is allowed. Sign says which way is worse: 1 up, -1 down, 0 as the metric has it.
	Percent float64
	Sign    int

	text string
}

// String is the limit as it was written.
func (l Limit) String() string { return l.text }

// metric is the name of the metric, as Series.FullName has it.
func (l Limit) metric() string {
	s := metrics.Series{Desc: metrics.Desc{Name: l.Selector.Metric}, Selector: l.Selector.Tags}
	return s.FullName()
}

var errLimit = errors.New("want METRIC:STATISTIC=PERCENT, such as http_req_duration:p(95)=5%, or with a sign for the way that is worse, such as orders:count=-2%")

// ParseLimit reads METRIC:STATISTIC=PERCENT%. With a sign it is the way that is worse: +5% may not rise by more, -5% not fall by more.
func ParseLimit(text string) (Limit, error) {
	l := Limit{text: text}
	name, percent, found := cutLast(text, "=")
	metric, stat, split := cutLast(name, ":")
	if !found || !split || stat == "" {
		return l, errLimit
	}
	number, isPercent := strings.CutSuffix(strings.TrimSpace(percent), "%")
	switch {
	case strings.HasPrefix(number, "+"):
		l.Sign = 1
	case strings.HasPrefix(number, "-"):
		l.Sign = -1
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !isPercent || math.IsNaN(v) || math.IsInf(v, 0) {
		return l, errLimit
	}
	l.Percent, l.Stat = math.Abs(v), strings.TrimSpace(stat)
	if l.Selector, err = selector.Parse(strings.TrimSpace(metric)); err != nil {
		return l, err
	}
	return l, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// CheckLimits says which limit is on what a run does not have, or of which it is not known which way is worse.
func CheckLimits(runs []Run, limits []Limit) error {
	for _, l := range limits {
		for _, r := range runs {
			if err := l.check(r); err != nil {
				return fmt.Errorf("%s: %w", l, err)
			}
		}
	}
	return nil
}

func (l Limit) check(r Run) error {
	if l.metric() == cpuMetric {
		if _, ok := cpuOf(r); !ok || l.Stat != cpuStat {
			return fmt.Errorf("it is %s:%s, and %s has to say what loadgen used", cpuMetric, cpuStat, r.Name)
		}
		return nil
	}
	s := r.Snapshot.Total.Find(l.Selector.Metric, l.Selector.Tags...)
	if s == nil {
		return fmt.Errorf("there is no metric %s in %s: a part of one, such as http_req_duration{name:login}, has to have a threshold to be kept", l.metric(), r.Name)
	}
	if _, ok := summary.Stat(s, l.Stat, 0); !ok {
		return fmt.Errorf("a %s such as %s has no statistic %q: it has %s", s.Kind, l.metric(), l.Stat, statNames[s.Kind])
	}
	if newValue(s, l.Stat, 0).none {
		return fmt.Errorf("%s has no samples in %s", l.metric(), r.Name)
	}
	if l.Sign == 0 && senseOf(s) == neutral {
		return fmt.Errorf("say which way is worse for %s: =+%v%% when it is to rise no more, =-%v%% when it is to fall no more", l.metric(), l.Percent, l.Percent)
	}
	return nil
}

var statNames = map[metrics.Kind]string{metrics.Counter: "count and rate", metrics.Rate: "rate", metrics.Gauge: "value, min and max",
	metrics.Trend: "avg, min, med, max, count and p(N) with N from 0 to 100"}

// judge notes which limits were passed. A difference that is not told (~) passes none.
func (c *Comparison) judge(limits []Limit) {
	for _, l := range limits {
		for i := range c.Rows {
			if r := &c.Rows[i]; r.Metric == l.metric() && r.Stat == l.Stat && l.passed(r) {
				c.Regressions = append(c.Regressions, fmt.Sprintf("%s %s went from %s to %s (%s), and %s is the limit",
					r.Metric, r.Stat, r.side(r.before, r.Before), r.side(r.after, r.After), r.change(), l))
			}
		}
	}
}

// passed says whether the change of r is worse than the limit.
func (l Limit) passed(r *Row) bool {
	sign := float64(l.Sign)
	if l.Sign == 0 {
		sign = float64(r.sense)
	}
	switch {
	case lacks(r.after): // as a threshold without samples fails
		return true
	case r.Verdict == NoDifference, (r.After-r.Before)*sign <= 0:
		return false
	case math.IsNaN(r.Change): // from nothing, or to it
		return r.Before <= 0 || 100 > l.Percent
	}
	return 100*r.Change*sign > l.Percent
}
