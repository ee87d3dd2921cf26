package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
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

// Validate reports everything that is wrong with the plan, each with what to write instead.
func (p *Plan) Validate() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.Rounds < 2 || p.Rounds > 1000 {
		add("rounds: %d: write a number from 2 to 1000 (one round has no error bar)", p.Rounds)
	}
	if p.MaxRounds < p.Rounds {
		add("max_rounds: %d is below rounds (%d)", p.MaxRounds, p.Rounds)
	}
	if p.MaxRounds > MostRounds {
		add("max_rounds: %d: write a number up to %d", p.MaxRounds, MostRounds)
	}
	if p.Margin <= 0 || p.Margin >= 1 {
		add("margin: %s: write a share above 0 and below 100%%, such as 5%%", p.Margin)
	}
	if p.Precision >= 1 {
		add("precision: %s: write a share below 100%%, such as 2%%", p.Precision)
	}
	if !slices.Contains(primaries, p.Primary) {
		add("primary: %q is no metric to judge by%s", p.Primary, near(p.Primary, primaries))
	}
	if p.Table != "" && p.Table != "demonstration" {
		add("table: %q: write demonstration or leave it out", p.Table)
	}
	if p.Limits.Attempts < 1 || p.Limits.Attempts > 20 {
		add("limits: attempts: %d: write a number from 1 to 20", p.Limits.Attempts)
	}
	if p.TraceSpans < 0 {
		add("spans_per_trace: %d: write a number above 0", p.TraceSpans)
	}
	if p.GeneratorCPUs != "" {
		if _, err := ParseCPUs(p.GeneratorCPUs); err != nil {
			add("generator_cpus: %w", err)
		}
	}
	p.validateTiming(add)
	p.validateServices(add)
	p.validateCases(add)
	p.validateComparisons(add)
	p.validateLoad(add)
	return errors.Join(errs...)
}

func (p *Plan) validateTiming(add func(string, ...any)) {
	t := p.Timing
	if t.Window < Duration(time.Second) || t.Window > Duration(time.Hour) {
		add("timing: window: %s: write a duration from 1s to 1h", t.Window)
	}
	if t.Ready <= 0 {
		add("timing: ready: %s: write how long a service may take to come up, such as 20s", t.Ready)
	}
	if asked := func(s Service) bool { return s.Flush != "" }; t.Drain == 0 && slices.ContainsFunc(p.Services, asked) {
		add("timing: drain: 0s: write how long a service that is asked to flush may take, such as 10s")
	}
	if t.WarmUp > 0 && t.WarmUp < Duration(time.Second) {
		add("timing: warm_up: %s: write 0s, or a duration from 1s", t.WarmUp)
	}
	for _, v := range []struct {
		name string
		d    Duration
	}{{"warm_up", t.WarmUp}, {"drain", t.Drain}, {"decision_wait", t.DecisionWait}, {"ready", t.Ready}} {
		if v.d > Duration(10*time.Minute) {
			add("timing: %s: %s: write at most 10m", v.name, v.d)
		}
	}
}

// word is what names of services, ports and cases may look like: they become parts of file names and of benchmark names.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$`)

func (p *Plan) validateServices(add func(string, ...any)) {
	if len(p.Services) == 0 {
		add("services: none: name at least the one to measure")
	}
	measured, collectors := 0, 0
	seen := map[string]bool{"generator": true, "sink": true}
	for i, s := range p.Services {
		at := fmt.Sprintf("services[%d] (%s)", i, s.Name)
		if !word.MatchString(s.Name) || strings.Contains(s.Name, ".") {
			add("%s: name: write letters, digits, _ and -", at)
		}
		if seen[s.Name] {
			add("%s: the name is taken", at)
		}
		seen[s.Name] = true
		if s.Build == "" && len(s.Command) == 0 {
			add("%s: write a command, or build: with the folder of a Go program", at)
		}
		if s.Ready == "" {
			add("%s: ready: write the URL that answers 200 when the service is up", at)
		}
		if s.Spans < 0 || s.Spans > 10_000 {
			add("%s: spans: %d: write how many spans one request makes here, 0 to 10000", at, s.Spans)
		}
		if s.GOMAXPROCS < 0 {
			add("%s: gomaxprocs: %d: write a number above 0, or leave it out", at, s.GOMAXPROCS)
		}
		if s.CPUs != "" {
			if _, err := ParseCPUs(s.CPUs); err != nil {
				add("%s: cpus: %w", at, err)
			}
		}
		if s.Measured {
			measured++
		}
		if s.Collector {
			collectors++
		}
	}
	if measured != 1 {
		add("services: %d are marked measured: true; mark the one that the question is about", measured)
	}
	if collectors > 1 {
		add("services: %d are marked collector: true; at most one can be", collectors)
	}
	p.validatePlaceholders(add)
}

// placeholder is ${service.port}, ${sink} or ${dir}.
var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func (p *Plan) validatePlaceholders(add func(string, ...any)) {
	known := []string{"sink", "dir", "decision_wait"}
	for _, s := range p.Services {
		for i, port := range s.Ports {
			if !word.MatchString(port) || strings.Contains(port, ".") {
				add("service %s: ports: %q: write letters, digits, _ and -", s.Name, port)
			}
			if slices.Contains(s.Ports[:i], port) {
				add("service %s: ports: %q: the name is taken", s.Name, port)
			}
			known = append(known, s.Name+"."+port, s.Name+"."+port+".port")
		}
	}
	for where, text := range p.texts() {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known, m[1]) {
				add("%s: %s stands for nothing%s", where, m[0], near(m[1], known))
			}
		}
	}
}

// texts yields every text in which placeholders are replaced, with where it stands.
func (p *Plan) texts() func(yield func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for _, s := range p.Services {
			texts := append([]string{s.Ready, s.Metrics, s.Flush, s.GC}, s.Command...)
			texts = append(texts, sortedValues(s.Env)...)
			for _, v := range texts {
				if !yield("service "+s.Name, v) {
					return
				}
			}
		}
		for _, c := range p.Cases {
			var texts []string
			for _, env := range sortedValues(c.Env) {
				texts = append(texts, sortedValues(env)...)
			}
			texts = append(texts, slices.Concat(sortedValues(c.Args)...)...)
			for _, v := range texts {
				if !yield("case "+c.Name, v) {
					return
				}
			}
		}
		yield("load: url", p.Load.URL)
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

func (p *Plan) validateCases(add func(string, ...any)) {
	if len(p.Cases) < 2 {
		add("cases: %d: at least two are needed to compare", len(p.Cases))
	}
	names := []string{}
	for i, c := range p.Cases {
		at := fmt.Sprintf("cases[%d] (%s)", i, c.Name)
		if !word.MatchString(c.Name) {
			add("%s: name: write letters, digits, _, - and .", at)
		}
		if slices.Contains(names, c.Name) {
			add("%s: the name is taken", at)
		}
		names = append(names, c.Name)
		if c.Sampled > 1 || c.KeptShare() > 1 {
			add("%s: sampled and kept are shares, at most 100%%", at)
		}
		p.validateServiceNames(at, c, add)
	}
	if p.Case(p.Baseline) == nil {
		add("baseline: there is no case %q%s", p.Baseline, near(p.Baseline, names))
	}
	if p.Control != "" && (p.Case(p.Control) == nil || p.Control == p.Baseline) {
		add("control: %q must be another case that repeats the baseline%s", p.Control, near(p.Control, names))
	}
}

func (p *Plan) validateComparisons(add func(string, ...any)) {
	for _, pair := range p.Comparisons {
		if len(pair) != 2 || p.Case(pair[0]) == nil || p.Case(pair[1]) == nil || pair[0] == pair[1] {
			add("comparisons: %q: write two names of cases, such as [tail-20, tail-40]", pair)
		}
	}
}

func (p *Plan) validateServiceNames(at string, c Case, add func(string, ...any)) {
	names := append([]string{}, c.Without...)
	names = append(names, slices.Sorted(maps.Keys(c.Env))...)
	names = append(names, slices.Sorted(maps.Keys(c.Args))...)
	var known []string
	for _, s := range p.Services {
		known = append(known, s.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			add("%s: there is no service %q%s", at, name, near(name, known))
		}
	}
	if slices.Contains(c.Without, p.Measured()) {
		add("%s: without: the measured service can't be left out", at)
	}
}

func (p *Plan) validateLoad(add func(string, ...any)) {
	sample := placeholder.ReplaceAllString(p.Load.URL, "127.0.0.1:1")
	if u, err := url.Parse(sample); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		add("load: url: %q: write http://${service.port}/path", p.Load.URL)
	}
	if p.Load.Status < 100 || p.Load.Status > 599 {
		add("load: status: %d is no HTTP status", p.Load.Status)
	}
	if _, ok := p.Load.Scenario["executor"].(string); !ok {
		add("load: scenario: executor: write constant-arrival-rate, constant-vus or another of loadgen's")
	}
}

// AskedRate is how many requests a second an open-model scenario asks for; false for closed models and ramps. It reads the
// scenario as loadgen does.
func (l Load) AskedRate() (float64, bool) {
	text, err := json.Marshal(l.Scenario)
	var s load.Scenario
	if err != nil || json.Unmarshal(text, &s) != nil || s.Executor != load.ConstantArrivalRate || s.Rate == nil {
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
