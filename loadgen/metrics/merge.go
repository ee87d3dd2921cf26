package metrics

import (
	"fmt"
	"slices"
)

// Merge is the Snapshot of both tests together, as when one report is made of several machines: counts, sums and
// distributions add up without loss, Elapsed is the longer one. Neither s nor other is changed.
//
// It is associative and, apart from two things, commutative: the last value of a Gauge is that of other when other has one,
// and what appears in only one of them (checks, groups, sub-metrics) follows what is in s. Results of thresholds are left
// out, for they say nothing about the sum: evaluate them again.
//
// It is an error when a metric of the same name is of another kind in other.
func (s *Snapshot) Merge(other *Snapshot) (*Snapshot, error) {
	m := &Snapshot{Elapsed: max(s.Elapsed, other.Elapsed)}
	var err error
	if m.Total, err = mergeSections(s.Total, other.Total); err != nil {
		return nil, err
	}
	if m.Scenarios, err = mergeLists(s.Scenarios, other.Scenarios); err != nil {
		return nil, err
	}
	slices.SortStableFunc(m.Scenarios, func(a, b Section) int { return compare(a.Name, b.Name) })
	m.Failures = mergeFailures(s.Failures, other.Failures)
	m.Breakdown = mergeRows(s.Breakdown, other.Breakdown)
	for _, w := range append(slices.Clone(s.Warnings), other.Warnings...) {
		m.Warnings = addWarning(m.Warnings, w)
	}
	return m, nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func mergeSections(a, b Section) (Section, error) {
	m := Section{Name: a.Name}
	var err error
	if m.Series, err = mergeSeries(a.Series, b.Series); err != nil {
		return Section{}, err
	}
	m.Checks = mergeChecks(a.Checks, b.Checks)
	m.Groups, err = mergeLists(a.Groups, b.Groups)
	return m, err
}

// mergeLists merges sections of the same name.
func mergeLists(a, b []Section) ([]Section, error) {
	var merged []Section
	for _, section := range append(slices.Clone(a), b...) {
		i := slices.IndexFunc(merged, func(m Section) bool { return m.Name == section.Name })
		if i < 0 {
			i = len(merged)
			merged = append(merged, Section{Name: section.Name})
		}
		var err error
		if merged[i], err = mergeSections(merged[i], section); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

// mergeChecks keeps the order of first appearance that each check had where it comes from.
func mergeChecks(a, b []Check) []Check {
	merged := slices.Clone(a)
	for _, c := range b {
		i := slices.IndexFunc(merged, func(m Check) bool { return m.Name == c.Name })
		if i < 0 {
			merged = append(merged, c)
			continue
		}
		merged[i].Passes += c.Passes
		merged[i].Fails += c.Fails
	}
	return merged
}

func mergeSeries(a, b []Series) ([]Series, error) {
	var merged []Series
	for _, s := range append(slices.Clone(a), b...) {
		i := slices.IndexFunc(merged, func(m Series) bool { return m.Name == s.Name && sameTags(m.Selector, s.Selector) })
		if i < 0 {
			i = len(merged)
			merged = append(merged, Series{Desc: s.Desc, Selector: slices.Clone(s.Selector)})
		}
		if err := merged[i].merge(&s); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(merged, func(a, b Series) int {
		if order := compare(a.Name, b.Name); order != 0 {
			return order
		}
		return min(len(a.Selector), 1) - min(len(b.Selector), 1)
	})
	return merged, nil
}

// merge adds other's samples; s owns its histogram.
func (s *Series) merge(other *Series) error {
	if s.Desc != other.Desc {
		return fmt.Errorf("merging %s: it is a %s of %s in one and a %s of %s in the other", s.FullName(), s.Kind, s.Contains, other.Kind, other.Contains)
	}
	if other.Histogram != nil {
		if s.Histogram == nil {
			s.Histogram = NewHistogram(s.Contains)
		}
		s.Histogram.Merge(other.Histogram)
	}
	s.OutOfRange += other.OutOfRange
	if other.Count == 0 {
		return nil
	}
	if s.Count == 0 || other.Min < s.Min {
		s.Min = other.Min
	}
	if s.Count == 0 || other.Max > s.Max {
		s.Max = other.Max
	}
	s.Count += other.Count
	s.Sum += other.Sum
	s.Passes += other.Passes
	s.Last = other.Last
	return nil
}

func mergeFailures(a, b []Failure) []Failure {
	merged := failures{counts: map[failureKey]uint64{}}
	for _, f := range append(slices.Clone(a), b...) {
		merged.counts[failureKey{f.Code, f.Message}] += f.Count
	}
	return merged.list()
}

func mergeRows(a, b []Row) []Row {
	index := map[string]int{}
	var merged []Row
	for _, row := range append(slices.Clone(a), b...) {
		key := string(appendKey(nil, row.Tags))
		i, ok := index[key]
		if !ok {
			index[key] = len(merged)
			row.Tags = slices.Clone(row.Tags)
			merged = append(merged, row)
			continue
		}
		merged[i].merge(row)
	}
	sortRows(merged)
	return merged
}

func (r *Row) merge(other Row) {
	sum := rowCell{count: r.Count, failed: r.Failed, timed: r.Timed, sum: r.Sum, min: r.Min, max: r.Max}
	sum.merge(&rowCell{
		count: other.Count, failed: other.Failed, timed: other.Timed, sum: other.Sum, min: other.Min, max: other.Max,
	})
	r.Count, r.Failed, r.Timed, r.Sum, r.Min, r.Max = sum.count, sum.failed, sum.timed, sum.sum, sum.min, sum.max
}
