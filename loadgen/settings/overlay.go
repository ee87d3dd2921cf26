package settings

import (
	"maps"
	"reflect"
	"slices"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/load"
)

// applied is under with a higher layer laid over it: each option that over sets replaces that of under, maps and lists as a
// whole, but thresholds metric by metric. When over says what the load is (duration, iterations, stages, rate or scenarios), what
// under said of that is forgotten; vus alone becomes that of the scenarios that take it.
func applied(under, over load.Options) load.Options {
	switch {
	case shapesLoad(over):
		under.Duration, under.Iterations, under.Stages, under.Rate, under.Scenarios = nil, nil, nil, nil, nil
	case over.VUs != nil && under.Scenarios != nil:
		under.Scenarios = withUsers(under.Scenarios, over.VUs)
	}
	thresholds := mergedThresholds(under.Thresholds, over.Thresholds)
	overlay(reflect.ValueOf(&under).Elem(), reflect.ValueOf(over))
	under.Thresholds = thresholds
	return under
}

// withUsers is a copy of the scenarios in which those that take "vus" have that many.
func withUsers(scenarios map[string]load.Scenario, vus *int) map[string]load.Scenario {
	scenarios = maps.Clone(scenarios)
	for name, s := range scenarios {
		if takesVUs(s) {
			s.VUs = vus
			scenarios[name] = s
		}
	}
	return scenarios
}

// takesVUs says whether the scenario's executor has a fixed number of users.
func takesVUs(s load.Scenario) bool {
	return s.Executor == load.ConstantVUs || s.Executor == load.SharedIterations || s.Executor == load.PerVUIterations
}

// mergedThresholds are those of both; where both have some for a metric, those of over.
func mergedThresholds(under, over load.Thresholds) load.Thresholds {
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
func sameKey(thresholds load.Thresholds, key string) (string, bool) {
	want, err := selector.Parse(key)
	for one := range thresholds {
		is, bad := selector.Parse(one)
		if one == key || err == nil && bad == nil && is.Equal(want) {
			return one, true
		}
	}
	return "", false
}

// replaced are the options of under that applied forgets or replaces without their being set by the same key: "scenarios",
// "stages" and so on, and "thresholds of METRIC", sorted.
func replaced(under, over load.Options) []string {
	var keys []string
	if shapesLoad(over) {
		again := loadKeys(over)
		keys = slices.DeleteFunc(loadKeys(under), func(key string) bool { return slices.Contains(again, key) })
	}
	for key := range under.Thresholds {
		if _, again := sameKey(over.Thresholds, key); again {
			keys = append(keys, thresholdsOf+key)
		}
	}
	slices.Sort(keys)
	return keys
}

// thresholdsOf is what replaced says before a metric.
const thresholdsOf = "thresholds of "

// loadKeys are the options of o that wipe each other across layers.
func loadKeys(o load.Options) []string {
	var keys []string
	for key, set := range map[string]bool{"duration": o.Duration != nil, "iterations": o.Iterations != nil, "rate": o.Rate != nil,
		"scenarios": o.Scenarios != nil, "stages": o.Stages != nil} {
		if set {
			keys = append(keys, key)
		}
	}
	return keys
}

// overrides says whether a layer that is applied makes the scenarios of under be forgotten.
func overrides(under, over load.Options) bool { return under.Scenarios != nil && shapesLoad(over) }

// shapesLoad says whether the options say what the load is.
func shapesLoad(o load.Options) bool { return len(loadKeys(o)) > 0 }

// overlay sets the fields of to that are set in from.
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
