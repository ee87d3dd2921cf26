package metrics

// WithTexts is a copy of s in which each text that a user, a server or the system gave is what of makes of it: the names
// of sections and checks, the values of tags, expressions of thresholds, failures and warnings. Numbers are shared with s.
func (s *Snapshot) WithTexts(of func(string) string) *Snapshot {
	if s == nil {
		return nil
	}
	c := *s
	c.Total = s.Total.withTexts(of)
	c.Scenarios = mapped(s.Scenarios, func(one Section) Section { return one.withTexts(of) })
	c.Failures = mapped(s.Failures, func(f Failure) Failure { f.Message = of(f.Message); return f })
	c.Warnings = mapped(s.Warnings, func(w Warning) Warning { w.Message = of(w.Message); return w })
	c.Breakdown = mapped(s.Breakdown, func(r Row) Row { r.Tags = tagTexts(r.Tags, of); return r })
	return &c
}

func (s Section) withTexts(of func(string) string) Section {
	s.Name = of(s.Name)
	s.Checks = mapped(s.Checks, func(c Check) Check { c.Name = of(c.Name); return c })
	s.Groups = mapped(s.Groups, func(g Section) Section { return g.withTexts(of) })
	s.Series = mapped(s.Series, func(one Series) Series {
		one.Selector = tagTexts(one.Selector, of)
		one.Thresholds = mapped(one.Thresholds, func(t ThresholdResult) ThresholdResult {
			t.Expression, t.Aggregation = of(t.Expression), of(t.Aggregation)
			return t
		})
		return one
	})
	return s
}

func tagTexts(tags []Tag, of func(string) string) []Tag {
	return mapped(tags, func(t Tag) Tag { return Tag{of(t.Key), of(t.Value)} })
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
