package load

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

// plan is what a scenario comes to with all defaults filled in.
type plan struct {
	Name string
	conf Scenario
}

// plans are the scenarios of valid options, in the order of their names.
func (o Options) plans() []plan {
	scenarios := o.scenarios(&OptionErrors{})
	var plans []plan
	for _, name := range scenarioNames(scenarios) {
		conf := scenarios[name]
		conf.OnBusy = cmp.Or(conf.OnBusy, or(o.OnBusy, "")) // so that a flag serves for the scenarios of a file
		conf.Arrivals = cmp.Or(conf.Arrivals, or(o.Arrivals, ""))
		plans = append(plans, plan{name, conf.withDefaults()})
	}
	return plans
}

// plan is what the options come to; the error is Validate's.
func (o Options) plan() (engine.Plan, error) {
	if err := o.Validate(); err != nil {
		return engine.Plan{}, err
	}
	plans := o.plans()
	p := engine.Plan{MaxVUs: mostUsers(plans, plan.maxVUs)}
	for i := range plans {
		options, err := plans[i].options()
		if err != nil {
			return engine.Plan{}, err
		}
		p.Scenarios = append(p.Scenarios, engine.ScenarioPlan{Name: plans[i].Name, Description: plans[i].describe(), Options: options})
		p.MaxDuration = max(p.MaxDuration, end(plans, i))
	}
	return p, nil
}

// options are those of the scenario in JSON, without what is no load.
func (p plan) options() ([]byte, error) {
	conf := p.conf
	conf.Env, conf.Tags = nil, nil
	return json.Marshal(conf)
}

// begin is when scenario i begins at the latest: scenarios it comes after take all the time they can.
func begin(plans []plan, i int) time.Duration {
	start := time.Duration(*plans[i].conf.StartTime)
	if after := plans[i].conf.After; after != "" {
		start += end(plans, slices.IndexFunc(plans, func(p plan) bool { return p.Name == after }))
	}
	return start
}

// end is when it has ended at the latest.
func end(plans []plan, i int) time.Duration {
	return begin(plans, i) + plans[i].lasts() + time.Duration(*plans[i].conf.GracefulStop)
}

// mostUsers is the most users that play at once, with so many in each scenario.
func mostUsers(plans []plan, users func(plan) int) int {
	most := 0
	for i := range plans {
		at, sum := begin(plans, i), 0
		for j := range plans {
			if begin(plans, j) <= at && at < max(end(plans, j), begin(plans, j)+1) {
				sum += users(plans[j])
			}
		}
		most = max(most, sum)
	}
	return most
}

// lasts is the regular length, without graceful stop.
func (p plan) lasts() time.Duration {
	switch c := p.conf; c.Executor {
	case SharedIterations, PerVUIterations:
		return time.Duration(*c.MaxDuration)
	case ConstantVUs, ConstantArrivalRate:
		return time.Duration(*c.Duration)
	}
	return stagesDuration(p.conf.Stages)
}

// startVUs is the number of users made before the start, maxVUs the most there will be.
func (p plan) startVUs() int {
	if p.conf.PreAllocatedVUs != nil {
		return *p.conf.PreAllocatedVUs
	}
	return p.maxVUs()
}

func (p plan) maxVUs() int {
	switch c := p.conf; {
	case c.MaxVUs != nil:
		return *c.MaxVUs
	case c.VUs != nil:
		return *c.VUs
	case c.StartVUs != nil:
		return int(max(int64(*c.StartVUs), highest(c.Stages)))
	}
	return 1
}

// highest is the highest target.
func highest(stages []Stage) int64 {
	var most int64
	for _, s := range stages {
		most = max(most, s.Target)
	}
	return most
}

// executor makes the scenario's executor; seed is what its random numbers follow from.
func (p plan) executor(seed uint64) executor {
	switch c := p.conf; c.Executor {
	case SharedIterations:
		return &sharedIterations{vus: *c.VUs, total: *c.Iterations, most: p.lasts()}
	case PerVUIterations:
		return &perVUIterations{vus: *c.VUs, each: *c.Iterations, most: p.lasts()}
	case ConstantVUs:
		return &constantVUs{vus: *c.VUs, length: p.lasts()}
	case RampingVUs:
		return newRampingVUs(c)
	}
	return newArrivals(p.conf, p.Name, seed)
}

// describe is k6's line for the plan.
func (p plan) describe() string {
	c := p.conf
	switch c.Executor {
	case SharedIterations:
		return fmt.Sprintf("%d iterations shared among %d VUs%s", *c.Iterations, *c.VUs, p.facts("maxDuration: "+c.MaxDuration.String()))
	case PerVUIterations:
		return fmt.Sprintf("%d iterations for each of %d VUs%s", *c.Iterations, *c.VUs, p.facts("maxDuration: "+c.MaxDuration.String()))
	case ConstantVUs:
		return fmt.Sprintf("%d looping VUs for %s%s", *c.VUs, p.lasts(), p.facts())
	case RampingVUs:
		down := []string{}
		if *c.GracefulRampDown > 0 {
			down = append(down, "gracefulRampDown: "+c.GracefulRampDown.String())
		}
		return fmt.Sprintf("Up to %d looping VUs for %s over %d stages%s", p.maxVUs(), p.lasts(), len(c.Stages), p.facts(down...))
	case ConstantArrivalRate:
		return fmt.Sprintf("%.2f iterations/s for %s%s", perSecond(*c.Rate, time.Duration(*c.TimeUnit)), p.lasts(), p.facts(p.pattern(), p.users()))
	}
	peak := perSecond(max(*c.StartRate, highest(c.Stages)), time.Duration(*c.TimeUnit))
	return fmt.Sprintf("Up to %.2f iterations/s for %s over %d stages%s", peak, p.lasts(), len(c.Stages), p.facts(p.pattern(), p.users()))
}

// pattern is "arrivals: poisson", or empty where they are even as k6's.
func (p plan) pattern() string {
	if p.conf.Arrivals == ArrivalsPoisson {
		return "arrivals: " + ArrivalsPoisson
	}
	return ""
}

// users is "maxVUs: 2-5", or "maxVUs: 5" when there will be no more.
func (p plan) users() string {
	if pre, most := *p.conf.PreAllocatedVUs, *p.conf.MaxVUs; pre != most {
		return fmt.Sprintf("maxVUs: %d-%d", pre, most)
	}
	return fmt.Sprintf("maxVUs: %d", *p.conf.MaxVUs)
}

// facts is what stands in brackets: those given that aren't empty, then those that all executors have.
func (p plan) facts(facts ...string) string {
	facts = slices.DeleteFunc(facts, func(fact string) bool { return fact == "" })
	if c := p.conf; c.Exec != "" {
		facts = append(facts, "exec: "+c.Exec)
	}
	if p.conf.After != "" {
		facts = append(facts, "after: "+p.conf.After)
	}
	if *p.conf.StartTime > 0 {
		facts = append(facts, "startTime: "+p.conf.StartTime.String())
	}
	if *p.conf.GracefulStop > 0 {
		facts = append(facts, "gracefulStop: "+p.conf.GracefulStop.String())
	}
	if len(facts) == 0 {
		return ""
	}
	return " (" + strings.Join(facts, ", ") + ")"
}
