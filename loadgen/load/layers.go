package load

import (
	"maps"
	"reflect"
	"slices"

	"example.com/foobar/loadgen/metrics"
)

// Apply lays a higher layer over o and returns what results: each option that over sets replaces o's, maps and lists as
// a whole, but thresholds metric by metric. When over says what the load is (duration, iterations, stages, rate or
// scenarios), what o said of that is forgotten; vus alone becomes that of the scenarios that take it.
func (o Options) Apply(over Options) Options {
	switch {
	case over.shapesLoad():
		o.Duration, o.Iterations, o.Stages, o.Rate, o.Scenarios = nil, nil, nil, nil, nil
	case over.VUs != nil && o.Scenarios != nil:
		o.Scenarios = withUsers(o.Scenarios, over.VUs)
	}
	thresholds := mergedThresholds(o.Thresholds, over.Thresholds)
	overlay(reflect.ValueOf(&o).Elem(), reflect.ValueOf(over))
	o.Thresholds = thresholds
	return o
}

// withUsers is a copy of the scenarios in which those that take "vus" have that many.
func withUsers(scenarios map[string]Scenario, vus *int) map[string]Scenario {
	scenarios = maps.Clone(scenarios)
	for name, s := range scenarios {
		if s.TakesVUs() {
			s.VUs = vus
			scenarios[name] = s
		}
	}
	return scenarios
}

// TakesVUs says whether the scenario's executor has a fixed number of users.
func (s Scenario) TakesVUs() bool { return slices.Contains(optionsOf[s.Executor], "vus") }

// mergedThresholds are those of both; where both have some for a metric, those of over.
func mergedThresholds(under, over Thresholds) Thresholds {
	if under == nil || over == nil {
		if over == nil {
			return under
		}
		return over
	}
	merged := maps.Clone(over)
	for key, list := range under {
		if _, again := sameKey(over, key); !again {
			merged[key] = list
		}
	}
	return merged
}

// sameKey finds the key of thresholds for the same metric and tags.
func sameKey(thresholds Thresholds, key string) (string, bool) {
	want, err := metrics.ParseSelector(key)
	for one := range thresholds {
		is, bad := metrics.ParseSelector(one)
		if one == key || err == nil && bad == nil && is.Equal(want) {
			return one, true
		}
	}
	return "", false
}

// Replaced are the options of o that Apply(over) forgets or replaces without their being set by the same key: "scenarios",
// "stages" and so on, and "thresholds of METRIC", sorted.
func (o Options) Replaced(over Options) []string {
	var keys []string
	add := func(key string, was, is bool) {
		if was && !is {
			keys = append(keys, key)
		}
	}
	if over.shapesLoad() {
		add("duration", o.Duration != nil, over.Duration != nil)
		add("iterations", o.Iterations != nil, over.Iterations != nil)
		add("rate", o.Rate != nil, over.Rate != nil)
		add("scenarios", o.Scenarios != nil, over.Scenarios != nil)
		add("stages", o.Stages != nil, over.Stages != nil)
	}
	for key := range o.Thresholds {
		if _, again := sameKey(over.Thresholds, key); again {
			keys = append(keys, "thresholds of "+key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Overrides says whether Apply(over) forgets the scenarios of o.
func (o Options) Overrides(over Options) bool { return o.Scenarios != nil && over.shapesLoad() }

// shapesLoad says whether one of the options is set that wipe each other across layers.
func (o Options) shapesLoad() bool {
	return o.Duration != nil || o.Iterations != nil || o.Stages != nil || o.Rate != nil || o.Scenarios != nil
}

func overlay(to, from reflect.Value) {
	for i := range to.NumField() {
		switch f := from.Field(i); {
		case f.Kind() == reflect.Struct:
			overlay(to.Field(i), f)
		case !f.IsNil():
			to.Field(i).Set(f)
		}
	}
}
