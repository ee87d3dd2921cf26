package recorder

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/foobar/loadgen/internal/histogram"
	"example.com/foobar/loadgen/internal/numbers"
	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

// Merge is the Snapshot of both tests together, as when one report is made of several machines: counts, sums and
// distributions add up without loss, Elapsed is the longer one. Neither s nor other is changed.
//
// It is associative and, apart from two things, commutative: the last value of a Gauge is that of other when other has one,
// and what appears in only one of them (checks, groups, sub-metrics) follows what is in s. Results of thresholds are left
// out, for they say nothing about the sum: evaluate them again.
//
// It is an error when a metric of the same name is of another kind in other.
func Merge(s, other *metrics.Snapshot) (*metrics.Snapshot, error) {
	m := &metrics.Snapshot{Elapsed: max(s.Elapsed, other.Elapsed)}
	var err error
	if m.Total, err = mergeSections(s.Total, other.Total); err != nil {
		return nil, err
	}
	if m.Scenarios, err = mergeLists(s.Scenarios, other.Scenarios); err != nil {
		return nil, err
	}
	slices.SortStableFunc(m.Scenarios, func(a, b metrics.Section) int { return cmp.Compare(a.Name, b.Name) })
	m.Failures = mergeFailures(s.Failures, other.Failures)
	m.Breakdown = mergeRows(s.Breakdown, other.Breakdown)
	for _, w := range append(slices.Clone(s.Warnings), other.Warnings...) {
		m.Warnings = addWarning(m.Warnings, w)
	}
	return m, nil
}

func mergeSections(a, b metrics.Section) (metrics.Section, error) {
	m := metrics.Section{Name: a.Name}
	var err error
	if m.Series, err = mergeSeries(a.Series, b.Series); err != nil {
		return metrics.Section{}, err
	}
	m.Checks = metrics.UniteChecks(append(slices.Clone(a.Checks), b.Checks...))
	m.Groups, err = mergeLists(a.Groups, b.Groups)
	return m, err
}

// mergeLists merges sections of the same name.
func mergeLists(a, b []metrics.Section) ([]metrics.Section, error) {
	var merged []metrics.Section
	for _, section := range append(slices.Clone(a), b...) {
		i := slices.IndexFunc(merged, func(m metrics.Section) bool { return m.Name == section.Name })
		if i < 0 {
			i = len(merged)
			merged = append(merged, metrics.Section{Name: section.Name})
		}
		var err error
		if merged[i], err = mergeSections(merged[i], section); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

func mergeSeries(a, b []metrics.Series) ([]metrics.Series, error) {
	var merged []metrics.Series
	for _, s := range append(slices.Clone(a), b...) {
		i := slices.IndexFunc(merged, func(m metrics.Series) bool {
			return m.Name == s.Name && (selector.Selector{Tags: m.Selector}).Equal(selector.Selector{Tags: s.Selector})
		})
		if i < 0 {
			i = len(merged)
			merged = append(merged, metrics.Series{Desc: s.Desc, Selector: slices.Clone(s.Selector)})
		}
		if err := addSeries(&merged[i], &s); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(merged, func(a, b metrics.Series) int {
		if order := cmp.Compare(a.Name, b.Name); order != 0 {
			return order
		}
		return min(len(a.Selector), 1) - min(len(b.Selector), 1)
	})
	return merged, nil
}

// addSeries adds other's samples to s, which owns its histogram.
func addSeries(s, other *metrics.Series) error {
	if s.Desc != other.Desc {
		return fmt.Errorf("merging %s: it is a %s of %s in one and a %s of %s in the other", s.FullName(), s.Kind, s.Contains, other.Kind, other.Contains)
	}
	if other.Histogram != nil {
		if s.Histogram == nil {
			s.Histogram = histogram.New(string(s.Contains))
		}
		s.Histogram.Merge(other.Histogram)
	}
	s.OutOfRange += other.OutOfRange
	if other.Count == 0 {
		return nil
	}
	all := numbers.Summary{Count: s.Count, Sum: s.Sum, Min: s.Min, Max: s.Max}
	all.Merge(numbers.Summary{Count: other.Count, Sum: other.Sum, Min: other.Min, Max: other.Max})
	s.Count, s.Sum, s.Min, s.Max = all.Count, all.Sum, all.Min, all.Max
	s.Passes += other.Passes
	s.Last = other.Last
	return nil
}

func mergeFailures(a, b []metrics.Failure) []metrics.Failure {
	merged := failures{counts: map[failureKey]uint64{}}
	for _, f := range append(slices.Clone(a), b...) {
		merged.counts[failureKey{f.Code, f.Message}] += f.Count
	}
	return merged.list()
}

func mergeRows(a, b []metrics.Row) []metrics.Row {
	index := map[string]int{}
	var merged []metrics.Row
	for _, row := range append(slices.Clone(a), b...) {
		key := string(appendKey(nil, row.Tags))
		i, ok := index[key]
		if !ok {
			index[key] = len(merged)
			row.Tags = slices.Clone(row.Tags)
			merged = append(merged, row)
			continue
		}
		addRow(&merged[i], row)
	}
	sortRows(merged)
	return merged
}

func addRow(r *metrics.Row, other metrics.Row) {
	times := numbers.Summary{Count: r.Timed, Sum: r.Sum, Min: r.Min, Max: r.Max}
	times.Merge(numbers.Summary{Count: other.Timed, Sum: other.Sum, Min: other.Min, Max: other.Max})
	r.Timed, r.Sum, r.Min, r.Max = times.Count, times.Sum, times.Min, times.Max
	r.Count += other.Count
	r.Failed += other.Failed
}
