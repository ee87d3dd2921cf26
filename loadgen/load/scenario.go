package load

import (
	"slices"
	"time"
)

// The executors, by k6's names.
const (
	SharedIterations    = "shared-iterations"
	PerVUIterations     = "per-vu-iterations"
	ConstantVUs         = "constant-vus"
	RampingVUs          = "ramping-vus"
	ConstantArrivalRate = "constant-arrival-rate"
	RampingArrivalRate  = "ramping-arrival-rate"
)

// What an arrival does that finds no free user (Scenario.OnBusy).
const (
	// OnBusyWait starts it late, as soon as a user is free; its wait counts in http_req_response_time.
	OnBusyWait = "wait"
	// OnBusyDrop drops it and counts it in dropped_iterations, as k6 does.
	OnBusyDrop = "drop"
)

// How the arrivals of a rate are spread (Scenario.Arrivals).
const (
	// ArrivalsEven has the same gap between all of them, as k6 does.
	ArrivalsEven = "even"
	// ArrivalsPoisson has them come independently of each other: the gaps are exponential, and how many there are is chance,
	// with what the rate says as its mean. They follow from Test.Seed.
	ArrivalsPoisson = "poisson"
)

// Scenario is one executor with its options, under k6's keys. An option that its executor does not take is an error.
type Scenario struct {
	Executor string `json:"executor"`
	// StartTime is when it starts, after the load's begin; After (ours) names the scenario whose end it waits for first.
	StartTime *Duration `json:"startTime,omitempty"`
	After     string    `json:"after,omitempty"`
	// GracefulStop is how long iterations may go on when the scenario is over (30 s).
	GracefulStop *Duration         `json:"gracefulStop,omitempty"`
	Exec         string            `json:"exec,omitempty"`
	Env          map[string]string `json:"env,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`

	// VUs is the number of users (1), Iterations the number they share, or that each of them does (1), MaxDuration the
	// time they have for it (10 m).
	VUs         *int      `json:"vus,omitempty"`
	Iterations  *int64    `json:"iterations,omitempty"`
	MaxDuration *Duration `json:"maxDuration,omitempty"`

	// Duration is how long the users loop, or arrivals go on.
	Duration *Duration `json:"duration,omitempty"`

	// Stages are the ramp, from StartVUs users (1) or StartRate arrivals per TimeUnit (0).
	StartVUs  *int    `json:"startVUs,omitempty"`
	StartRate *int64  `json:"startRate,omitempty"`
	Stages    []Stage `json:"stages,omitempty"`
	// GracefulRampDown is how long the iteration of a user that is ramped down may go on (30 s).
	GracefulRampDown *Duration `json:"gracefulRampDown,omitempty"`

	// Rate is arrivals per TimeUnit (1 s), done by PreAllocatedVUs users and up to MaxVUs when those are busy.
	Rate            *int64    `json:"rate,omitempty"`
	TimeUnit        *Duration `json:"timeUnit,omitempty"`
	PreAllocatedVUs *int      `json:"preAllocatedVUs,omitempty"`
	MaxVUs          *int      `json:"maxVUs,omitempty"`
	// Arrivals (ours) is ArrivalsEven or ArrivalsPoisson.
	Arrivals string `json:"arrivals,omitempty"`
	// OnBusy (ours) is OnBusyWait or OnBusyDrop.
	OnBusy string `json:"onBusy,omitempty"`
	// MaxCatchUpRate (ours) is how many arrivals per TimeUnit may begin, on average, while late ones catch up after a stall. Without it
	// they begin as fast as users become free.
	MaxCatchUpRate *int64 `json:"maxCatchUpRate,omitempty"`
}

// The defaults of k6.
const (
	defaultGracefulStop = 30 * time.Second
	defaultMaxDuration  = 10 * time.Minute
	minDuration         = time.Second
)

// Stage is one leg of a ramp: over its Duration the number of users, or the rate, moves in a line to its Target.
// A Duration of 0 is a jump.
type Stage struct {
	Duration Duration `json:"duration"`
	Target   int64    `json:"target"`
}

// stagesDuration is the length of all stages together.
func stagesDuration(stages []Stage) time.Duration {
	var sum time.Duration
	for _, s := range stages {
		sum += time.Duration(s.Duration)
	}
	return sum
}

// defaultScenario is the name of the scenario that the shortcuts stand for.
const defaultScenario = "default"

// scenarios are those of the options, or the one that the shortcuts stand for. What they can't be made of is added to errs.
func (o Options) scenarios(errs *OptionErrors) map[string]Scenario {
	if o.Scenarios == nil {
		if s, ok := o.shortcut(errs); ok {
			return map[string]Scenario{defaultScenario: s}
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
	s := Scenario{TimeUnit: o.TimeUnit, PreAllocatedVUs: o.PreAllocatedVUs, MaxVUs: o.MaxVUs, OnBusy: or(o.OnBusy, ""), Arrivals: or(o.Arrivals, ""), MaxCatchUpRate: o.MaxCatchUpRate}
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
