package load

import (
	"errors"
	"reflect"
	"slices"
	"time"
)

// Apply lays a higher layer over o and returns what results: each option that over sets replaces o's, maps and lists as
// a whole. When over says what the load is (duration, iterations, stages, rate or scenarios), what o said of that is
// forgotten; vus alone forgets o's scenarios only.
func (o Options) Apply(over Options) Options {
	if over.shapesLoad() {
		o.Duration, o.Iterations, o.Stages, o.Rate, o.Scenarios = nil, nil, nil, nil, nil
	}
	if over.VUs != nil {
		o.Scenarios = nil
	}
	overlay(reflect.ValueOf(&o).Elem(), reflect.ValueOf(over))
	return o
}

// Overrides says whether Apply(over) forgets the scenarios of o.
func (o Options) Overrides(over Options) bool {
	return o.Scenarios != nil && (over.shapesLoad() || over.VUs != nil)
}

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

// scenarios are those of the options, or the one that the shortcuts stand for.
func (o Options) scenarios() (map[string]Scenario, error) {
	if o.Scenarios != nil {
		if o.Duration != nil || o.Iterations != nil || o.Stages != nil || o.Rate != nil {
			return nil, errors.New(`"scenarios" cannot stand beside duration, iterations, stages or rate: put those into a scenario`)
		}
		if len(o.Scenarios) == 0 {
			return nil, errors.New(`"scenarios" is empty: name at least one`)
		}
		return o.Scenarios, nil
	}
	s, err := o.shortcut()
	return map[string]Scenario{DefaultScenario: s}, err
}

// shortcut is k6's scenario for vus, duration, iterations and stages, and ours for rate.
func (o Options) shortcut() (Scenario, error) {
	switch {
	case o.Stages != nil && o.Duration != nil:
		return Scenario{}, errors.New("duration and stages cannot stand together: the stages have their durations")
	case o.Iterations != nil && (o.Stages != nil || o.Rate != nil):
		return Scenario{}, errors.New("iterations cannot stand beside stages or a rate: give a duration instead")
	case o.Rate != nil:
		return o.arrivals()
	case o.Stages != nil:
		return Scenario{Executor: RampingVUs, StartVUs: o.VUs, Stages: o.Stages}, nil
	case o.Iterations != nil:
		return Scenario{Executor: SharedIterations, VUs: o.VUs, Iterations: o.Iterations, MaxDuration: o.Duration}, nil
	case o.Duration != nil:
		return Scenario{Executor: ConstantVUs, VUs: o.VUs, Duration: o.Duration}, nil
	case o.VUs != nil:
		return Scenario{Executor: SharedIterations, VUs: o.VUs, Iterations: Of(int64(*o.VUs))}, nil
	}
	return Scenario{Executor: PerVUIterations}, nil
}

// arrivals is the scenario of a rate. The users it is given unless told otherwise are enough that the rate is missed only
// when the machine is the reason: a tenth of a second's arrivals to start with, and ten seconds' worth at most.
func (o Options) arrivals() (Scenario, error) {
	if o.Stages == nil && o.Duration == nil {
		return Scenario{}, errors.New("rate needs a duration or stages")
	}
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
	if unit <= 0 {
		return s, nil // Validate says so
	}
	rate := perSecond(peak, unit)
	most := int(min(max(rate*10, 100), 10_000))
	if s.MaxVUs == nil {
		s.MaxVUs = Of(max(most, or(s.PreAllocatedVUs, 0)))
	}
	if s.PreAllocatedVUs == nil {
		s.PreAllocatedVUs = Of(min(int(min(max(rate/10, 10), 500)), *s.MaxVUs))
	}
	return s, nil
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
