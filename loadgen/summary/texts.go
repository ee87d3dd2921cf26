package summary

import "example.com/foobar/loadgen/metrics"

// WithTexts is a copy of s in which each text that a user, a server or the system gave is what of makes of it: the names
// of sections and checks, the values of tags, expressions of thresholds, failures and warnings. Numbers are shared with s.
func WithTexts(s *metrics.Snapshot, of func(string) string) *metrics.Snapshot {
	if s == nil {
		return nil
	}
	c := *s
	c.Total = sectionTexts(s.Total, of)
	c.Scenarios = mapped(s.Scenarios, func(one metrics.Section) metrics.Section { return sectionTexts(one, of) })
	c.Failures = mapped(s.Failures, func(f metrics.Failure) metrics.Failure { f.Message = of(f.Message); return f })
	c.Warnings = mapped(s.Warnings, func(w metrics.Warning) metrics.Warning { w.Message = of(w.Message); return w })
	c.Breakdown = mapped(s.Breakdown, func(r metrics.Row) metrics.Row { r.Tags = tagTexts(r.Tags, of); return r })
	return &c
}

func sectionTexts(s metrics.Section, of func(string) string) metrics.Section {
	s.Name = of(s.Name)
	s.Checks = mapped(s.Checks, func(c metrics.Check) metrics.Check { c.Name = of(c.Name); return c })
	s.Groups = mapped(s.Groups, func(g metrics.Section) metrics.Section { return sectionTexts(g, of) })
	s.Series = mapped(s.Series, func(one metrics.Series) metrics.Series {
		one.Selector = tagTexts(one.Selector, of)
		one.Thresholds = mapped(one.Thresholds, func(t metrics.ThresholdResult) metrics.ThresholdResult {
			t.Expression, t.Aggregation = of(t.Expression), of(t.Aggregation)
			return t
		})
		return one
	})
	return s
}

func tagTexts(tags []metrics.Tag, of func(string) string) []metrics.Tag {
	return mapped(tags, func(t metrics.Tag) metrics.Tag { return metrics.Tag{Key: of(t.Key), Value: of(t.Value)} })
}

// mapped is a new list of what f makes of each; nil stays nil.
func mapped[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, one := range list {
		out[i] = f(one)
	}
	return out
}
