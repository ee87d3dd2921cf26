package plan

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/nearest"
)

// Metrics that a plan may name as its primary one.
var primaries = []string{"cpu", "allocs", "bytes", "rss", "p50", "mean"}

// MostRounds is how many rounds an experiment that stops on its precision may have.
const MostRounds = 10_000

// defaults is a plan of what is left out of a file.
func defaults() *Plan {
	return &Plan{
		Name: "mine", Rounds: 10, Margin: 0.05, Primary: "cpu",
		Load: Load{Method: "GET", Status: 200},
		Timing: Timing{WarmUp: Duration(3 * time.Second), Window: Duration(12 * time.Second), Drain: Duration(10 * time.Second),
			Ready: Duration(20 * time.Second)},
		Limits: Limits{Rate: 0.01, Lag: Duration(10 * time.Millisecond), Steal: 0.02, Throttled: 0.001, Foreign: 0.10, Attempts: 3},
	}
}

// fill sets what a preset leaves out: all that is zero.
func (p *Plan) fill() {
	d := defaults()
	setDefault(&p.Name, d.Name)
	setDefault(&p.Rounds, d.Rounds)
	setDefault(&p.Margin, d.Margin)
	setDefault(&p.Primary, d.Primary)
	setDefault(&p.Load.Method, d.Load.Method)
	setDefault(&p.Load.Status, d.Load.Status)
	setDefault(&p.Timing.WarmUp, d.Timing.WarmUp)
	setDefault(&p.Timing.Window, d.Timing.Window)
	setDefault(&p.Timing.Drain, d.Timing.Drain)
	setDefault(&p.Timing.Ready, d.Timing.Ready)
	setDefault(&p.Limits.Rate, d.Limits.Rate)
	setDefault(&p.Limits.Lag, d.Limits.Lag)
	setDefault(&p.Limits.Steal, d.Limits.Steal)
	setDefault(&p.Limits.Throttled, d.Limits.Throttled)
	setDefault(&p.Limits.Foreign, d.Limits.Foreign)
	setDefault(&p.Limits.Attempts, d.Limits.Attempts)
	p.complete()
}

// complete sets what follows from the rest of the plan.
func (p *Plan) complete() {
	setDefault(&p.MaxRounds, max(40, p.Rounds))
	if p.Baseline == "" && len(p.Cases) > 0 {
		p.Baseline = p.Cases[0].Name
	}
	if len(p.Services) == 1 {
		p.Services[0].Measured = true
	}
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// problems are what is wrong with a plan.
type problems load.OptionErrors

// add says what is wrong with what a path leads to, and what to write instead.
func (all *problems) add(path, format string, args ...any) {
	*all = append(*all, &load.OptionError{Path: path, Err: fmt.Errorf(format, args...)})
}

// addValue says it of what is written there.
func (all *problems) addValue(path string, value any, format string, args ...any) {
	*all = append(*all, &load.OptionError{Path: path, Value: fmt.Sprint(value), Err: fmt.Errorf(format, args...)})
}

// addCPUs says what is wrong with a list of CPUs, if there is one.
func (all *problems) addCPUs(path, list string) {
	if list == "" {
		return
	}
	if _, err := ParseCPUs(list); err != nil {
		all.add(path, "%w", err)
	}
}

// Validate reports everything that is wrong with the plan, as load.OptionErrors with the paths of its keys.
func (p *Plan) Validate() error {
	var all problems
	p.validateRounds(&all)
	p.validateTiming(&all)
	p.validateServices(&all)
	p.validateCases(&all)
	p.validateComparisons(&all)
	p.validateLoad(&all)
	if len(all) == 0 {
		return nil
	}
	return load.OptionErrors(all)
}

func (p *Plan) validateRounds(all *problems) {
	if p.Rounds < 2 || p.Rounds > 1000 {
		all.addValue("rounds", p.Rounds, "write a number from 2 to 1000 (one round has no error bar)")
	}
	if p.MaxRounds < p.Rounds {
		all.addValue("max_rounds", p.MaxRounds, "that is below rounds (%d)", p.Rounds)
	}
	if p.MaxRounds > MostRounds {
		all.addValue("max_rounds", p.MaxRounds, "write a number up to %d", MostRounds)
	}
	if p.Margin <= 0 || p.Margin >= 1 {
		all.addValue("margin", p.Margin, "write a share above 0 and below 100%%, such as 5%%")
	}
	if p.Precision >= 1 {
		all.addValue("precision", p.Precision, "write a share below 100%%, such as 2%%")
	}
	if !slices.Contains(primaries, p.Primary) {
		all.addValue("primary", strconv.Quote(p.Primary), "that is no metric to judge by%s", nearest.Hint("; ", p.Primary, primaries))
	}
	if p.Table != "" && p.Table != "demonstration" {
		all.addValue("table", strconv.Quote(p.Table), "write demonstration or leave it out")
	}
	if p.Limits.Attempts < 1 || p.Limits.Attempts > 20 {
		all.addValue("limits.attempts", p.Limits.Attempts, "write a number from 1 to 20")
	}
	if p.TraceSpans < 0 {
		all.addValue("spans_per_trace", p.TraceSpans, "write a number above 0")
	}
	all.addCPUs("generator_cpus", p.GeneratorCPUs)
}

func (p *Plan) validateTiming(all *problems) {
	t := p.Timing
	if t.Window < Duration(time.Second) || t.Window > Duration(time.Hour) {
		all.addValue("timing.window", t.Window, "write a duration from 1s to 1h")
	}
	if t.Ready <= 0 {
		all.addValue("timing.ready", t.Ready, "write how long a service may take to come up, such as 20s")
	}
	if asked := func(s Service) bool { return s.Flush != "" }; t.Drain == 0 && slices.ContainsFunc(p.Services, asked) {
		all.addValue("timing.drain", t.Drain, "write how long a service that is asked to flush may take, such as 10s")
	}
	if t.WarmUp > 0 && t.WarmUp < Duration(time.Second) {
		all.addValue("timing.warm_up", t.WarmUp, "write 0s, or a duration from 1s")
	}
	for _, v := range []struct {
		name string
		d    Duration
	}{{"warm_up", t.WarmUp}, {"drain", t.Drain}, {"decision_wait", t.DecisionWait}, {"ready", t.Ready}} {
		if v.d > Duration(10*time.Minute) {
			all.addValue("timing."+v.name, v.d, "write at most 10m")
		}
	}
}

// word is what names of services, ports and cases may look like: they become parts of file names and of benchmark names.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$`)

func (p *Plan) validateServices(all *problems) {
	if len(p.Services) == 0 {
		all.add("services", "none: name at least the one to measure")
	}
	measured, collectors := 0, 0
	seen := map[string]bool{"generator": true, "sink": true}
	for i, s := range p.Services {
		at := fmt.Sprintf("services[%d]", i)
		if seen[s.Name] {
			all.addValue(at+".name", strconv.Quote(s.Name), "the name is taken")
		}
		seen[s.Name] = true
		s.validate(at, all)
		if s.Measured {
			measured++
		}
		if s.Collector {
			collectors++
		}
	}
	if measured != 1 {
		all.add("services", "%d are marked measured: true; mark the one that the question is about", measured)
	}
	if collectors > 1 {
		all.add("services", "%d are marked collector: true; at most one can be", collectors)
	}
	p.validatePlaceholders(all)
}

func (s Service) validate(at string, all *problems) {
	if !word.MatchString(s.Name) || strings.Contains(s.Name, ".") {
		all.addValue(at+".name", strconv.Quote(s.Name), "write letters, digits, _ and -")
	}
	if s.Build == "" && len(s.Command) == 0 {
		all.add(at, "write a command, or build: with the folder of a Go program")
	}
	if s.Ready == "" {
		all.add(at+".ready", "write the URL that answers 200 when the service is up")
	}
	if s.Spans < 0 || s.Spans > 10_000 {
		all.addValue(at+".spans", s.Spans, "write how many spans one request makes here, 0 to 10000")
	}
	if s.GOMAXPROCS < 0 {
		all.addValue(at+".gomaxprocs", s.GOMAXPROCS, "write a number above 0, or leave it out")
	}
	all.addCPUs(at+".cpus", s.CPUs)
}

// placeholder is ${service.port}, ${sink} or ${dir}.
var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func (p *Plan) validatePlaceholders(all *problems) {
	known := []string{"sink", "dir", "decision_wait"}
	for n, s := range p.Services {
		for i, port := range s.Ports {
			at := fmt.Sprintf("services[%d].ports[%d]", n, i)
			if !word.MatchString(port) || strings.Contains(port, ".") {
				all.addValue(at, strconv.Quote(port), "write letters, digits, _ and -")
			}
			if slices.Contains(s.Ports[:i], port) {
				all.addValue(at, strconv.Quote(port), "the name is taken")
			}
			known = append(known, s.Name+"."+port, s.Name+"."+port+".port")
		}
	}
	for where, text := range p.texts() {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known, m[1]) {
				all.add(where, "%s stands for nothing%s", m[0], nearest.Hint("; ", m[1], known))
			}
		}
	}
}

// texts yields every text in which placeholders are replaced, with the path of its service or case.
func (p *Plan) texts() func(yield func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for i, s := range p.Services {
			texts := append([]string{s.Ready, s.Metrics, s.Flush, s.GC}, s.Command...)
			texts = append(texts, sortedValues(s.Env)...)
			for _, v := range texts {
				if !yield(fmt.Sprintf("services[%d]", i), v) {
					return
				}
			}
		}
		for i, c := range p.Cases {
			var texts []string
			for _, env := range sortedValues(c.Env) {
				texts = append(texts, sortedValues(env)...)
			}
			texts = append(texts, slices.Concat(sortedValues(c.Args)...)...)
			for _, v := range texts {
				if !yield(fmt.Sprintf("cases[%d]", i), v) {
					return
				}
			}
		}
		yield("load.url", p.Load.URL)
	}
}

// sortedValues are the values in the order of their keys, so that mistakes are told in the same order each time.
func sortedValues[T any](m map[string]T) []T {
	out := make([]T, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[key])
	}
	return out
}

func (p *Plan) validateCases(all *problems) {
	if len(p.Cases) < 2 {
		all.add("cases", "%d: at least two are needed to compare", len(p.Cases))
	}
	names := []string{}
	for i, c := range p.Cases {
		at := fmt.Sprintf("cases[%d]", i)
		if !word.MatchString(c.Name) {
			all.addValue(at+".name", strconv.Quote(c.Name), "write letters, digits, _, - and .")
		}
		if slices.Contains(names, c.Name) {
			all.addValue(at+".name", strconv.Quote(c.Name), "the name is taken")
		}
		names = append(names, c.Name)
		if c.Sampled > 1 || c.KeptShare() > 1 {
			all.add(at, "sampled and kept are shares, at most 100%%")
		}
		p.validateServiceNames(at, c, all)
	}
	if p.Case(p.Baseline) == nil {
		all.addValue("baseline", strconv.Quote(p.Baseline), "there is no such case%s", nearest.Hint("; ", p.Baseline, names))
	}
	if p.Control != "" && (p.Case(p.Control) == nil || p.Control == p.Baseline) {
		all.addValue("control", strconv.Quote(p.Control), "it must be another case that repeats the baseline%s", nearest.Hint("; ", p.Control, names))
	}
}

func (p *Plan) validateComparisons(all *problems) {
	for i, pair := range p.Comparisons {
		if len(pair) != 2 || p.Case(pair[0]) == nil || p.Case(pair[1]) == nil || pair[0] == pair[1] {
			all.addValue(fmt.Sprintf("comparisons[%d]", i), fmt.Sprintf("%q", pair), "write two names of cases, such as [tail-20, tail-40]")
		}
	}
}

func (p *Plan) validateServiceNames(at string, c Case, all *problems) {
	names := append([]string{}, c.Without...)
	names = append(names, slices.Sorted(maps.Keys(c.Env))...)
	names = append(names, slices.Sorted(maps.Keys(c.Args))...)
	var known []string
	for _, s := range p.Services {
		known = append(known, s.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			all.add(at, "there is no service %q%s", name, nearest.Hint("; ", name, known))
		}
	}
	if slices.Contains(c.Without, p.Measured()) {
		all.add(at+".without", "the measured service can't be left out")
	}
}

func (p *Plan) validateLoad(all *problems) {
	sample := placeholder.ReplaceAllString(p.Load.URL, "127.0.0.1:1")
	if u, err := url.Parse(sample); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		all.addValue("load.url", strconv.Quote(p.Load.URL), "write http://${service.port}/path")
	}
	if p.Load.Status < 100 || p.Load.Status > 599 {
		all.addValue("load.status", p.Load.Status, "that is no HTTP status")
	}
	p.validateScenario(all)
}

// validateScenario has load say what is wrong with the scenario.
func (p *Plan) validateScenario(all *problems) {
	options := load.Options{Scenarios: map[string]load.Scenario{"scenario": p.Load.ScenarioFor(p.Timing.Window)}}
	var found load.OptionErrors
	errors.As(options.Validate(), &found)
	for _, one := range found {
		one.Path = "load." + strings.TrimPrefix(one.Path, "scenarios.")
		*all = append(*all, one)
	}
}

// Timed says whether the scenario goes on for as long as it is told; others end by their own stages or iterations.
func (l Load) Timed() bool {
	return l.Scenario.Executor == load.ConstantVUs || l.Scenario.Executor == load.ConstantArrivalRate
}

// ScenarioFor is the scenario, going on for so long if it is Timed.
func (l Load) ScenarioFor(length Duration) load.Scenario {
	s := l.Scenario
	if l.Timed() {
		s.Duration = load.For(time.Duration(length))
	}
	return s
}

// AskedRate is how many requests a second an open-model scenario asks for; false for closed models and ramps.
func (l Load) AskedRate() (float64, bool) {
	s := l.Scenario
	if s.Executor != load.ConstantArrivalRate || s.Rate == nil {
		return 0, false
	}
	unit := time.Second
	if s.TimeUnit != nil && *s.TimeUnit > 0 {
		unit = time.Duration(*s.TimeUnit)
	}
	return float64(*s.Rate) / unit.Seconds(), true
}

// Sample is the load with an address in place of each placeholder, to try it out without services.
func (l Load) Sample() Load {
	l.URL = placeholder.ReplaceAllString(l.URL, "127.0.0.1:1")
	return l
}
