package load

import (
	"maps"
	"reflect"
	"slices"
	"time"

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

// DefaultScenario is the name of the scenario that the shortcuts stand for.
const DefaultScenario = "default"

// scenarios are those of the options, or the one that the shortcuts stand for. What they can't be made of is added to errs.
func (o Options) scenarios(errs *OptionErrors) map[string]Scenario {
	if o.Scenarios == nil {
		if s, ok := o.shortcut(errs); ok {
			return map[string]Scenario{DefaultScenario: s}
		}
		return nil
	}
	if o.Duration != nil || o.Iterations != nil || o.Stages != nil || o.Rate != nil {
		errs.add("scenarios", "cannot stand beside duration, iterations, stages or rate: put those into a scenario")
		return nil
	}
	if len(o.Scenarios) == 0 {
		errs.add("scenarios", "is empty: name at least one")
	}
	for _, name := range scenarioNames(o.Scenarios) {
		if !scenarioName.MatchString(name) {
			errs.add("scenarios."+name, "a name is made of letters, digits, _ and -")
		}
	}
	return o.Scenarios
}

// shortcut is k6's scenario for vus, duration, iterations and stages, and ours for rate.
func (o Options) shortcut(errs *OptionErrors) (s Scenario, ok bool) {
	switch {
	case o.Stages != nil && o.Duration != nil:
		errs.add("duration", "cannot stand beside stages, which have their own durations")
	case o.Iterations != nil && (o.Stages != nil || o.Rate != nil):
		errs.add("iterations", "cannot stand beside stages or a rate: give a duration instead")
	case o.Rate != nil && o.Stages == nil && o.Duration == nil:
		errs.add("rate", "needs a duration or stages")
	default:
		return o.shortScenario(), true
	}
	return Scenario{}, false
}

func (o Options) shortScenario() Scenario {
	switch {
	case o.Rate != nil:
		return o.arrivals()
	case o.Stages != nil:
		return Scenario{Executor: RampingVUs, StartVUs: o.VUs, Stages: o.Stages}
	case o.Iterations != nil:
		return Scenario{Executor: SharedIterations, VUs: o.VUs, Iterations: o.Iterations, MaxDuration: o.Duration}
	case o.Duration != nil:
		return Scenario{Executor: ConstantVUs, VUs: o.VUs, Duration: o.Duration}
	case o.VUs != nil:
		return Scenario{Executor: SharedIterations, VUs: o.VUs, Iterations: new(max(int64(*o.VUs), 1))}
	}
	return Scenario{Executor: PerVUIterations}
}

// arrivals is the scenario of a rate. The users it is given unless told otherwise are enough that the rate is missed only
// when the machine is the reason: a tenth of a second's arrivals to start with, and ten seconds' worth at most.
func (o Options) arrivals() Scenario {
	s := Scenario{TimeUnit: o.TimeUnit, PreAllocatedVUs: o.PreAllocatedVUs, MaxVUs: o.MaxVUs, OnBusy: or(o.OnBusy, ""), MaxCatchUpRate: o.MaxCatchUpRate}
	peak := *o.Rate
	if o.Stages != nil {
		s.Executor, s.StartRate, s.Stages = RampingArrivalRate, o.Rate, o.Stages
		for _, stage := range o.Stages {
			peak = max(peak, stage.Target)
		}
	} else {
		s.Executor, s.Rate, s.Duration = ConstantArrivalRate, o.Rate, o.Duration
	}
	unit := time.Duration(or(o.TimeUnit, Duration(time.Second)))
	if unit <= 0 { // which Validate refuses
		unit = time.Second
	}
	rate := perSecond(peak, unit)
	most := int(min(max(rate*10, 100), 10_000))
	if s.MaxVUs == nil {
		s.MaxVUs = new(max(most, or(s.PreAllocatedVUs, 0)))
	}
	if s.PreAllocatedVUs == nil {
		s.PreAllocatedVUs = new(min(int(min(max(rate/10, 10), 500)), *s.MaxVUs))
	}
	return s
}

// scenarioNames are the names in the order in which reports have them.
func scenarioNames(m map[string]Scenario) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
