package load

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

var scenarioName = regexp.MustCompile(`^[0-9a-zA-Z_-]+$`)

// optionsOf are the keys that an executor takes beside those that all take. Durations have to be longer than 0 (k6 wants
// 1 s at least, which a test of a handler has no use for).
var optionsOf = map[string][]string{
	SharedIterations:    {"vus", "iterations", "maxDuration"},
	PerVUIterations:     {"vus", "iterations", "maxDuration"},
	ConstantVUs:         {"vus", "duration"},
	RampingVUs:          {"startVUs", "stages", "gracefulRampDown"},
	ConstantArrivalRate: {"rate", "timeUnit", "duration", "preAllocatedVUs", "maxVUs", "arrivals", "onBusy", "maxCatchUpRate"},
	RampingArrivalRate:  {"startRate", "timeUnit", "stages", "preAllocatedVUs", "maxVUs", "arrivals", "onBusy", "maxCatchUpRate"},
}

// requiredOf are the keys without which an executor cannot run.
var requiredOf = map[string][]string{
	ConstantVUs:         {"duration"},
	RampingVUs:          {"stages"},
	ConstantArrivalRate: {"rate", "duration", "preAllocatedVUs"},
	RampingArrivalRate:  {"stages", "preAllocatedVUs"},
}

var commonOptions = []string{"executor", "startTime", "after", "gracefulStop", "exec", "env", "tags"}

// maxUsers bounds the users of one scenario, so that a slip of the keyboard is an error and not the end of the memory.
const maxUsers = 1_000_000

// maxRate bounds a rate, in arrivals per time unit.
const maxRate = 1_000_000_000

// Validate says everything that is wrong with the options, as OptionErrors.
func (o Options) Validate() error {
	var errs OptionErrors
	scenarios := o.scenarios(&errs)
	for _, name := range scenarioNames(scenarios) {
		scenarios[name].validate(o.pathOf(name), &errs)
	}
	checkOrder(scenarios, &errs)
	if len(errs) == 0 {
		o.checkWarmup(&errs)
	}
	o.validateNumbers(&errs)
	o.validateWords(&errs)
	return errs.err()
}

// scenarioPath is the path of a key of one scenario.
type scenarioPath func(key string) string

// shortcuts are the options of a test that stand for another key of the one scenario they make.
var shortcuts = map[string]string{"startVUs": "vus", "startRate": "rate", "maxDuration": "duration"}

// pathOf is where the keys of a scenario are found in the options: under its name, or at the top when shortcuts stand for it.
func (o Options) pathOf(name string) scenarioPath {
	if o.Scenarios != nil {
		return func(key string) string { return strings.TrimSuffix("scenarios."+name+"."+key, ".") }
	}
	return func(key string) string { return cmp.Or(shortcuts[key], key) }
}

func (s Scenario) validate(at scenarioPath, errs *OptionErrors) {
	takes, known := optionsOf[s.Executor]
	if !known {
		errs.oneOf(at("executor"), s.Executor, ConstantVUs, RampingVUs, SharedIterations, PerVUIterations, ConstantArrivalRate, RampingArrivalRate)
		return
	}
	set := s.keys()
	for _, key := range set {
		if !slices.Contains(commonOptions, key) && !slices.Contains(takes, key) {
			errs.add(at(key), "%s does not take it; it takes %s", s.Executor, strings.Join(takes, ", "))
		}
	}
	for _, key := range requiredOf[s.Executor] {
		if !slices.Contains(set, key) {
			errs.addValue(at(key), "missing", "%s needs it", s.Executor)
		}
	}
	s.validateValues(at, errs)
	if len(*errs) == 0 {
		s.validateTogether(at, errs)
	}
}

// keys are the JSON keys of the options that are set.
func (s Scenario) keys() []string {
	v := reflect.ValueOf(s)
	var set []string
	for i := range v.NumField() {
		if key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); !v.Field(i).IsZero() {
			set = append(set, key)
		}
	}
	return set
}

func (s Scenario) validateValues(at scenarioPath, errs *OptionErrors) {
	errs.duration(at("startTime"), s.StartTime, true)
	errs.duration(at("gracefulStop"), s.GracefulStop, true)
	errs.duration(at("gracefulRampDown"), s.GracefulRampDown, true)
	errs.duration(at("duration"), s.Duration, false)
	errs.duration(at("maxDuration"), s.MaxDuration, false)
	errs.duration(at("timeUnit"), s.TimeUnit, false)
	between(errs, at("vus"), s.VUs, 1, maxUsers)
	between(errs, at("startVUs"), s.StartVUs, 0, maxUsers)
	between(errs, at("preAllocatedVUs"), s.PreAllocatedVUs, 0, maxUsers)
	between(errs, at("maxVUs"), s.MaxVUs, 1, maxUsers)
	if s.Iterations != nil && *s.Iterations < 1 {
		errs.addValue(at("iterations"), *s.Iterations, "give 1 or more")
	}
	between(errs, at("rate"), s.Rate, 1, maxRate)
	between(errs, at("startRate"), s.StartRate, 0, maxRate)
	s.validateStages(at, errs)
	if s.Arrivals != "" {
		errs.oneOf(at("arrivals"), s.Arrivals, ArrivalsEven, ArrivalsPoisson)
	}
	if s.OnBusy != "" {
		errs.oneOf(at("onBusy"), s.OnBusy, OnBusyWait, OnBusyDrop)
	}
}

func (s Scenario) validateStages(at scenarioPath, errs *OptionErrors) {
	most := int64(maxRate)
	if s.Executor == RampingVUs {
		most = maxUsers
	}
	for i, stage := range s.Stages {
		if stage.Duration < 0 || stage.Target < 0 || stage.Target > most {
			errs.addValue(fmt.Sprintf("%s[%d]", at("stages"), i), fmt.Sprintf("%s:%d", stage.Duration, stage.Target),
				"give a duration of 0s or more and a target from 0 to %d", most)
		}
	}
	if s.Stages != nil && stagesDuration(s.Stages) <= 0 {
		errs.add(at("stages"), "they last %s: give at least one stage with a duration", stagesDuration(s.Stages))
	}
}

// validateTogether checks what two options say of each other.
func (s Scenario) validateTogether(at scenarioPath, errs *OptionErrors) {
	s = s.withDefaults()
	if s.Executor == SharedIterations && *s.Iterations < int64(*s.VUs) {
		errs.addValue(at("iterations"), *s.Iterations, "there are %d vus; give each user one at least", *s.VUs)
	}
	if s.MaxVUs != nil && *s.MaxVUs < *s.PreAllocatedVUs {
		errs.addValue(at("maxVUs"), *s.MaxVUs, "it is less than the %d of preAllocatedVUs", *s.PreAllocatedVUs)
	}
	if s.MaxVUs != nil && *s.MaxVUs == 0 {
		errs.addValue(at("maxVUs"), 0, "give at least one user")
	}
	if most := s.MaxCatchUpRate; most != nil {
		peak := max(or(s.Rate, 0), or(s.StartRate, 0), highest(s.Stages))
		if *most < peak {
			errs.addValue(at("maxCatchUpRate"), *most, "give at least the rate, %d", peak)
		}
		if s.OnBusy == OnBusyDrop {
			errs.add(at("maxCatchUpRate"), "goes with onBusy wait: what is dropped has nothing to catch up with")
		}
	}
}

// withDefaults fills in k6's defaults for the options of the executor.
func (s Scenario) withDefaults() Scenario {
	s.GracefulStop = new(or(s.GracefulStop, Duration(defaultGracefulStop)))
	s.StartTime = new(or(s.StartTime, 0))
	switch s.Executor {
	case SharedIterations, PerVUIterations:
		s.VUs, s.Iterations = new(or(s.VUs, 1)), new(or(s.Iterations, 1))
		s.MaxDuration = new(or(s.MaxDuration, Duration(defaultMaxDuration)))
	case ConstantVUs:
		s.VUs = new(or(s.VUs, 1))
	case RampingVUs:
		s.StartVUs = new(or(s.StartVUs, 1))
		s.GracefulRampDown = new(or(s.GracefulRampDown, Duration(defaultGracefulStop)))
	case ConstantArrivalRate, RampingArrivalRate:
		s.TimeUnit = new(or(s.TimeUnit, Duration(time.Second)))
		s.StartRate = new(or(s.StartRate, 0))
		s.MaxVUs = new(or(s.MaxVUs, or(s.PreAllocatedVUs, 0)))
		s.OnBusy = cmp.Or(s.OnBusy, OnBusyWait)
		s.Arrivals = cmp.Or(s.Arrivals, ArrivalsEven)
	}
	return s
}

// checkOrder says whether every "after" names a scenario, and none waits for itself.
func checkOrder(scenarios map[string]Scenario, errs *OptionErrors) {
	for _, name := range scenarioNames(scenarios) {
		seen := map[string]bool{}
		for one := name; scenarios[one].After != ""; one = scenarios[one].After {
			path, after := "scenarios."+one+".after", scenarios[one].After
			if _, ok := scenarios[after]; !ok {
				errs.addValue(path, fmt.Sprintf("%q", after), "no scenario has that name")
				break
			}
			if seen[one] {
				errs.add("scenarios."+name+".after", "the scenarios wait for each other")
				return
			}
			seen[one] = true
		}
	}
}

// checkWarmup says whether something is left of the load after its warm-up.
func (o Options) checkWarmup(errs *OptionErrors) {
	plans := o.plans()
	var last time.Duration
	for i := range plans {
		last = max(last, begin(plans, i)+plans[i].lasts())
	}
	if warm := time.Duration(or(o.Warmup, 0)); warm > 0 && warm >= last {
		errs.addValue("warmup", warm, "the load lasts %s, and nothing would be measured; give a shorter warm-up or a longer load", last)
	}
}

func (o Options) validateNumbers(errs *OptionErrors) {
	errs.duration("setupTimeout", o.SetupTimeout, false)
	errs.duration("teardownTimeout", o.TeardownTimeout, false)
	errs.duration("minIterationDuration", o.MinIterationDuration, true)
	errs.duration("warmup", o.Warmup, true)
	errs.duration("timeout", o.Timeout, false)
	errs.notNegative("rps", o.RPS)
	fewest := 1
	if o.Stages != nil {
		fewest = 0 // they are those to start from
	}
	between(errs, "vus", o.VUs, fewest, maxUsers)
	between(errs, "maxRedirects", o.MaxRedirects, 0, 1000)
	between(errs, "batch", o.Batch, 1, 10_000)
	between(errs, "batchPerHost", o.BatchPerHost, 0, 10_000)
}

func (o Options) validateWords(errs *OptionErrors) {
	for i, tag := range o.SystemTags {
		errs.oneOf(fmt.Sprintf("systemTags[%d]", i), tag, slices.Concat(engine.SystemTags, engine.IgnoredSystemTags)...)
	}
	if o.SummaryTimeUnit != nil {
		errs.oneOf("summaryTimeUnit", *o.SummaryTimeUnit, "", "s", "ms", "us")
	}
	if o.HTTPDebug != nil {
		errs.oneOf("httpDebug", *o.HTTPDebug, "", "headers", "full")
	}
	if o.OnBusy != nil {
		errs.oneOf("onBusy", *o.OnBusy, OnBusyWait, OnBusyDrop)
	}
	if o.Arrivals != nil {
		errs.oneOf("arrivals", *o.Arrivals, ArrivalsEven, ArrivalsPoisson)
	}
	if _, nameless := o.Tags[""]; nameless {
		errs.add("tags", "a tag needs a name: write it as NAME=VALUE")
	}
	if v := o.UserAgent; v != nil && !validHeader(*v) {
		errs.addValue("userAgent", fmt.Sprintf("%q", *v), "it cannot stand in a header: leave out line breaks and control characters")
	}
}

func validHeader(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
