package load

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

var scenarioName = regexp.MustCompile(`^[0-9a-zA-Z_-]+$`)

// optionsOf are the keys that an executor takes beside those that all take. Durations have to be longer than 0 (k6 wants
// 1 s at least, which a test of a handler has no use for).
var optionsOf = map[string][]string{
	SharedIterations:    {"vus", "iterations", "maxDuration"},
	PerVUIterations:     {"vus", "iterations", "maxDuration"},
	ConstantVUs:         {"vus", "duration"},
	RampingVUs:          {"startVUs", "stages", "gracefulRampDown"},
	ConstantArrivalRate: {"rate", "timeUnit", "duration", "preAllocatedVUs", "maxVUs", "onBusy", "maxCatchUpRate"},
	RampingArrivalRate:  {"startRate", "timeUnit", "stages", "preAllocatedVUs", "maxVUs", "onBusy", "maxCatchUpRate"},
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

// Validate says everything that is wrong with the options, each with its key and the accepted form.
func (o Options) Validate() error {
	var errs problems
	scenarios, err := o.scenarios()
	if err != nil {
		errs.add("%w", err)
	}
	if err == nil {
		for _, name := range scenarioNames(scenarios) {
			if !scenarioName.MatchString(name) {
				errs.add("scenario %q: a name is made of letters, digits, _ and -", name)
			}
			scenarios[name].validate("scenarios."+name, &errs)
		}
		errs.addAll(checkOrder(scenarios))
	}
	if len(errs) == 0 {
		errs.addAll(o.checkWarmup())
	}
	o.validateNumbers(&errs)
	o.validateWords(&errs)
	return errors.Join(errs...)
}

// problems collects errors.
type problems []error

func (p *problems) add(format string, args ...any) { *p = append(*p, fmt.Errorf(format, args...)) }

func (p *problems) addAll(err error) {
	if err != nil {
		*p = append(*p, err)
	}
}

// notNegative and positive check an option that is set.
func (p *problems) notNegative(key string, v *int64) {
	if v != nil && *v < 0 {
		p.add("%s is %d: give 0 or more", key, *v)
	}
}

func (p *problems) duration(key string, d *Duration, zero bool) {
	switch {
	case d == nil || *d > 0 || zero && *d == 0:
	case zero:
		p.add("%s is %s: give 0s or more", key, *d)
	default:
		p.add("%s is %s: give a duration longer than 0s, 30s say", key, *d)
	}
}

func (p *problems) between(key string, v *int, low, high int) {
	if v != nil && (*v < low || *v > high) {
		p.add("%s is %d: give a number from %d to %d", key, *v, low, high)
	}
}

func (p *problems) oneOf(key, v string, words ...string) {
	if !slices.Contains(words, v) {
		p.add("%s is %q: give one of %s", key, v, strings.Join(words, ", "))
	}
}

func (s Scenario) validate(path string, errs *problems) {
	takes, known := optionsOf[s.Executor]
	if !known {
		errs.oneOf(path+".executor", s.Executor, ConstantVUs, RampingVUs, SharedIterations, PerVUIterations, ConstantArrivalRate, RampingArrivalRate)
		return
	}
	set := s.keys()
	for _, key := range set {
		if !slices.Contains(commonOptions, key) && !slices.Contains(takes, key) {
			errs.add("%s.%s: %s does not take it; it takes %s", path, key, s.Executor, strings.Join(takes, ", "))
		}
	}
	for _, key := range requiredOf[s.Executor] {
		if !slices.Contains(set, key) {
			errs.add("%s.%s is missing: %s needs it", path, key, s.Executor)
		}
	}
	s.validateValues(path, errs)
	if len(*errs) == 0 {
		s.validateTogether(path, errs)
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

func (s Scenario) validateValues(path string, errs *problems) {
	errs.duration(path+".startTime", s.StartTime, true)
	errs.duration(path+".gracefulStop", s.GracefulStop, true)
	errs.duration(path+".gracefulRampDown", s.GracefulRampDown, true)
	errs.duration(path+".duration", s.Duration, false)
	errs.duration(path+".maxDuration", s.MaxDuration, false)
	errs.duration(path+".timeUnit", s.TimeUnit, false)
	errs.between(path+".vus", s.VUs, 1, maxUsers)
	errs.between(path+".startVUs", s.StartVUs, 0, maxUsers)
	errs.between(path+".preAllocatedVUs", s.PreAllocatedVUs, 0, maxUsers)
	errs.between(path+".maxVUs", s.MaxVUs, 1, maxUsers)
	if s.Iterations != nil && *s.Iterations < 1 {
		errs.add("%s.iterations is %d: give 1 or more", path, *s.Iterations)
	}
	const fastest = 1_000_000_000
	if s.Rate != nil && (*s.Rate < 1 || *s.Rate > fastest) {
		errs.add("%s.rate is %d: give a whole number from 1 to %d", path, *s.Rate, fastest)
	}
	if s.StartRate != nil && (*s.StartRate < 0 || *s.StartRate > fastest) {
		errs.add("%s.startRate is %d: give a whole number from 0 to %d", path, *s.StartRate, fastest)
	}
	most := int64(fastest)
	if s.Executor == RampingVUs {
		most = maxUsers
	}
	for i, stage := range s.Stages {
		if stage.Duration < 0 || stage.Target < 0 || stage.Target > most {
			errs.add("%s.stages[%d] is %s:%d: give a duration of 0s or more and a target from 0 to %d", path, i, stage.Duration, stage.Target, most)
		}
	}
	if s.Stages != nil && stagesDuration(s.Stages) <= 0 {
		errs.add("%s.stages last %s: give at least one stage with a duration", path, stagesDuration(s.Stages))
	}
	if s.OnBusy != "" {
		errs.oneOf(path+".onBusy", s.OnBusy, OnBusyWait, OnBusyDrop)
	}
}

// validateTogether checks what two options say of each other.
func (s Scenario) validateTogether(path string, errs *problems) {
	s = s.withDefaults()
	if s.Executor == SharedIterations && *s.Iterations < int64(*s.VUs) {
		errs.add("%s.iterations is %d for %d vus: give each user one at least", path, *s.Iterations, *s.VUs)
	}
	if s.MaxVUs != nil && *s.MaxVUs < *s.PreAllocatedVUs {
		errs.add("%s.maxVUs is %d, less than the %d of preAllocatedVUs", path, *s.MaxVUs, *s.PreAllocatedVUs)
	}
	if s.MaxVUs != nil && *s.MaxVUs == 0 {
		errs.add("%s.maxVUs is 0: give at least one user", path)
	}
	if most := s.MaxCatchUpRate; most != nil {
		peak := max(or(s.Rate, 0), or(s.StartRate, 0), highest(s.Stages))
		if *most < peak {
			errs.add("%s.maxCatchUpRate is %d: give at least the rate, %d", path, *most, peak)
		}
		if s.OnBusy == OnBusyDrop {
			errs.add("%s.maxCatchUpRate goes with onBusy wait: what is dropped has nothing to catch up with", path)
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
		if s.OnBusy == "" {
			s.OnBusy = OnBusyWait
		}
	}
	return s
}

// checkOrder says whether every "after" names a scenario, and none waits for itself.
func checkOrder(scenarios map[string]Scenario) error {
	for _, name := range scenarioNames(scenarios) {
		seen := map[string]bool{}
		for at := name; scenarios[at].After != ""; at = scenarios[at].After {
			if _, ok := scenarios[scenarios[at].After]; !ok {
				return fmt.Errorf("scenarios.%s.after is %q: no scenario has that name", at, scenarios[at].After)
			}
			if seen[at] {
				return fmt.Errorf("scenarios.%s.after: the scenarios wait for each other", name)
			}
			seen[at] = true
		}
	}
	return nil
}

// checkWarmup says whether something is left of the load after its warm-up.
func (o Options) checkWarmup() error {
	plans, err := o.plans()
	if err != nil {
		return err
	}
	var last time.Duration
	for i := range plans {
		last = max(last, begin(plans, i)+plans[i].lasts())
	}
	if warm := time.Duration(or(o.Warmup, 0)); warm > 0 && warm >= last {
		return fmt.Errorf("warmup is %s: the load lasts %s, and nothing would be measured; give a shorter warm-up or a longer load", warm, last)
	}
	return nil
}

func (o Options) validateNumbers(errs *problems) {
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
	errs.between("vus", o.VUs, fewest, maxUsers)
	errs.between("maxRedirects", o.MaxRedirects, 0, 1000)
	errs.between("batch", o.Batch, 1, 10_000)
	errs.between("batchPerHost", o.BatchPerHost, 0, 10_000)
}

// systemTags are k6's that we know, all set unless Options.SystemTags says otherwise.
var systemTags = []string{"proto", "status", "method", "url", "name", "group", "check", "error", "error_code", "tls_version",
	"scenario", "expected_response"}

// ignoredSystemTags are k6's that mean nothing here.
var ignoredSystemTags = []string{"subproto", "service", "vu", "iter", "ocsp_status", "ip"}

// IsSystemTag says whether every request or check gets a tag of that name, so that one that a user sets is not seen. The
// exception is "name".
func (o Options) IsSystemTag(name string) bool {
	tags := o.SystemTags
	if tags == nil {
		tags = systemTags
	}
	return name != "name" && slices.Contains(tags, name)
}

func (o Options) validateWords(errs *problems) {
	for _, tag := range o.SystemTags {
		errs.oneOf("systemTags", tag, append(slices.Clone(systemTags), ignoredSystemTags...)...)
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
	for key := range o.Tags {
		if key == "" {
			errs.add("tags: a tag needs a name: write it as NAME=VALUE")
		}
	}
	if v := o.UserAgent; v != nil && !validHeader(*v) {
		errs.add("userAgent %q cannot stand in a header: leave out line breaks and control characters", *v)
	}
}

func validHeader(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
