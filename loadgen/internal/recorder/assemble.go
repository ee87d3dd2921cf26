package recorder

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"time"

	"example.com/foobar/loadgen/internal/histogram"
	"example.com/foobar/loadgen/metrics"
)

// assemble makes the Snapshot of what was merged. r.mu is held.
func (r *Recorder) assemble(m merged, elapsed time.Duration) *metrics.Snapshot {
	s := &metrics.Snapshot{Elapsed: elapsed, Failures: r.failures.list(), Warnings: slices.Clone(r.warnings)}
	s.Total = r.section(m, r.trees[""].root)
	s.Total.Series = r.totals(m)
	scenarios := slices.Sorted(maps.Keys(r.trees))
	for _, name := range scenarios {
		if name == "" {
			continue
		}
		root := r.trees[name].root
		section := r.section(m, root)
		if root.forgotten.Load() && len(section.Checks)+len(section.Groups) == 0 {
			continue
		}
		section.Name = name
		s.Scenarios = append(s.Scenarios, section)
	}
	s.Breakdown = r.breakdown(m)
	return s
}

// totals are all metrics and sub-metrics of the whole test.
func (r *Recorder) totals(m merged) []metrics.Series {
	var list []metrics.Series
	for _, id := range r.byName() {
		list = append(list, series(r.config.Metrics[id], nil, &m.cells[id]))
		for i, sub := range r.config.Submetrics {
			if sub.Metric == r.config.Metrics[id].Name {
				list = append(list, series(r.config.Metrics[id], sub.Tags, &m.cells[len(r.config.Metrics)+i]))
			}
		}
	}
	return list
}

// byName are the metrics' indexes, sorted by their names.
func (r *Recorder) byName() []int {
	ids := make([]int, len(r.config.Metrics))
	for i := range ids {
		ids[i] = i
	}
	slices.SortFunc(ids, func(a, b int) int { return cmp.Compare(r.config.Metrics[a].Name, r.config.Metrics[b].Name) })
	return ids
}

func (r *Recorder) section(m merged, n *node) metrics.Section {
	s := metrics.Section{Name: n.name}
	if n.base >= 0 && int(n.base)+len(r.config.Metrics) <= len(m.cells) {
		for _, id := range r.byName() {
			if c := &m.cells[int(n.base)+id]; c.samples() > 0 {
				s.Series = append(s.Series, series(r.config.Metrics[id], nil, c))
			}
		}
	}
	for _, t := range n.checks {
		if c := t.check(); c.Passes+c.Fails > 0 {
			s.Checks = append(s.Checks, c)
		}
	}
	for _, g := range n.groups {
		section := r.section(m, g)
		if g.forgotten.Load() && len(section.Checks)+len(section.Groups) == 0 {
			continue
		}
		s.Groups = append(s.Groups, section)
	}
	return s
}

func series(d metrics.Desc, selector []metrics.Tag, c *cell) metrics.Series {
	s := metrics.Series{Desc: d, Selector: slices.Clone(selector), OutOfRange: c.invalid}
	if d.Kind == metrics.Trend {
		h := c.histogram
		if h == nil {
			h = histogram.New(string(d.Contains))
		}
		s.Count, s.Sum, s.Min, s.Max, s.Histogram = h.Count(), h.Sum(), h.Min(), h.Max(), h
		s.OutOfRange = h.OutOfRange()
		return s
	}
	s.Count, s.Passes = c.all.Count, c.passes
	if d.Kind != metrics.Rate {
		s.Sum = c.all.Sum
	}
	if d.Kind == metrics.Gauge {
		s.Last, s.Min, s.Max = c.last, c.all.Min, c.all.Max
	}
	return s
}

func (r *Recorder) breakdown(m merged) []metrics.Row {
	var rows []metrics.Row
	for i := range m.rows {
		c := &m.rows[i]
		if c.count+c.times.Count == 0 {
			continue
		}
		rows = append(rows, metrics.Row{
			Tags: slices.Clone(r.rows[i]), Count: c.count, Failed: c.failed,
			Timed: c.times.Count, Sum: c.times.Sum, Min: c.times.Min, Max: c.times.Max,
		})
	}
	sortRows(rows)
	return rows
}

// sortRows sorts the most frequent first, and equally frequent ones by their tags.
func sortRows(rows []metrics.Row) {
	sort.SliceStable(rows, func(i, j int) bool {
		if rows[i].Count != rows[j].Count {
			return rows[i].Count > rows[j].Count
		}
		return string(appendKey(nil, rows[i].Tags)) < string(appendKey(nil, rows[j].Tags))
	})
}
