// Package plan describes an experiment: which services, under which load, in which cases, judged how.
// It runs nothing.
package plan

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
)

// Plan is an experiment as a value. Presets are plans; a YAML file is one of one's own.
type Plan struct {
	Name        string `yaml:"name" json:"name"`
	Description string `yaml:"description" json:"description,omitempty"`
	// Services are started afresh for each run, in this order, and stopped in the opposite one.
	Services []Service `yaml:"services" json:"services"`
	Load     Load      `yaml:"load" json:"load"`
	// GeneratorCPUs binds the load generator to a list such as "6-7" (Linux).
	GeneratorCPUs string `yaml:"generator_cpus" json:"generator_cpus,omitempty"`
	// Cases are compared with the one named by Baseline.
	Cases    []Case `yaml:"cases" json:"cases"`
	Baseline string `yaml:"baseline" json:"baseline"`
	// Control names the case that repeats the baseline: whatever is found between the two is noise.
	Control string `yaml:"control" json:"control,omitempty"`
	// Comparisons are pairs of cases that are compared with each other beside the baseline.
	Comparisons [][]string `yaml:"comparisons" json:"comparisons,omitempty"`
	// TraceSpans is how many spans a whole trace has, when that isn't the sum of the services' spans.
	TraceSpans int `yaml:"spans_per_trace" json:"spans_per_trace,omitempty"`
	Rounds     int `yaml:"rounds" json:"rounds"`
	// MaxRounds bounds an experiment that stops on Precision.
	MaxRounds int     `yaml:"max_rounds" json:"max_rounds,omitempty"`
	Precision Percent `yaml:"precision" json:"precision,omitempty"`
	// Margin is what counts as a cost worth talking about; Primary is the one metric that the verdict rests on.
	Margin  Percent `yaml:"margin" json:"margin"`
	Primary string  `yaml:"primary" json:"primary"`
	Timing  Timing  `yaml:"timing" json:"timing"`
	Limits  Limits  `yaml:"limits" json:"limits"`
	// Table chooses the layout of the first table: "" or "demonstration" (http_req_duration, CPU %, memory).
	Table string `yaml:"table" json:"table,omitempty"`
	// Caveats say what this plan can't tell; they are printed under its results.
	Caveats []string `yaml:"caveats" json:"caveats,omitempty"`
	// Dir is where relative directories of services start: the file's folder, or the workspace for presets.
	Dir string `yaml:"-" json:"dir,omitempty"`
}

// Service is one process, in any language.
type Service struct {
	Name string `yaml:"name" json:"name"`
	// Build is the folder of a Go main package, built once before the first run, as our images are; its program is the
	// command then.
	Build string `yaml:"build" json:"build,omitempty"`
	// Command is the program and its arguments (with Build: arguments only). ${foo.http} stands for the address of port
	// "http" of service foo, ${sink} for the trace sink's, ${dir} for the plan's folder.
	Command []string          `yaml:"command" json:"command,omitempty"`
	Dir     string            `yaml:"dir" json:"dir,omitempty"`
	Env     map[string]string `yaml:"env" json:"env,omitempty"`
	// Ports are names; each gets a free loopback port for every run.
	Ports []string `yaml:"ports" json:"ports,omitempty"`
	// Ready is asked until it answers 200 to 299.
	Ready string `yaml:"ready" json:"ready"`
	// Metrics is where the service tells its counters in the Prometheus text format; Flush and GC are asked by POST to
	// send out what waits and to collect garbage. All three may be empty: then that part of the report is.
	Metrics string `yaml:"metrics" json:"metrics,omitempty"`
	Flush   string `yaml:"flush" json:"flush,omitempty"`
	GC      string `yaml:"gc" json:"gc,omitempty"`
	// Measured marks the service that the question is about. Collector marks the one that receives the spans.
	Measured  bool `yaml:"measured" json:"measured,omitempty"`
	Collector bool `yaml:"collector" json:"collector,omitempty"`
	// Spans is how many spans this service makes of one sampled request.
	Spans int `yaml:"spans" json:"spans,omitempty"`
	// CPUs binds the process to a list such as "0-1,3" (Linux). GOMAXPROCS is set for Go services when above 0; with CPUs
	// it is their number unless it is set.
	GOMAXPROCS int    `yaml:"gomaxprocs" json:"gomaxprocs,omitempty"`
	CPUs       string `yaml:"cpus" json:"cpus,omitempty"`
}

// Case is one way of running the same programs.
type Case struct {
	Name        string `yaml:"name" json:"name"`
	Description string `yaml:"description" json:"description,omitempty"`
	// Env is laid over the services' environment by service name; Args are appended to their commands.
	Env  map[string]map[string]string `yaml:"env" json:"env,omitempty"`
	Args map[string][]string          `yaml:"args" json:"args,omitempty"`
	// Without names services that this case doesn't start.
	Without []string `yaml:"without" json:"without,omitempty"`
	// Sampled is the share of requests whose spans leave the services (head sampling), Kept the share of those that the
	// Collector passes on (tail sampling; 1 when it isn't set).
	Sampled Percent  `yaml:"sampled" json:"sampled"`
	Kept    *Percent `yaml:"kept" json:"kept,omitempty"`
}

// KeptShare is Kept, or 1 when it isn't set.
func (c Case) KeptShare() float64 {
	if c.Kept == nil {
		return 1
	}
	return float64(*c.Kept)
}

// Load says what is asked, how often, and what counts as an answer.
type Load struct {
	URL     string            `yaml:"url" json:"url"`
	Method  string            `yaml:"method" json:"method,omitempty"`
	Headers map[string]string `yaml:"headers" json:"headers,omitempty"`
	Body    string            `yaml:"body" json:"body,omitempty"`
	// Scenario is a scenario of loadgen in its own keys. Its duration is set to the window's where its executor has one.
	Scenario load.Scenario `yaml:"scenario" json:"scenario"`
	// Sleep is the think time after each request.
	Sleep Duration `yaml:"sleep" json:"sleep,omitempty"`
	// Status and Answer are checked on each response; an empty Answer accepts any body.
	Status int    `yaml:"status" json:"status"`
	Answer string `yaml:"answer" json:"answer,omitempty"`
}

// Timing is how long each part of a run takes.
type Timing struct {
	WarmUp Duration `yaml:"warm_up" json:"warm_up"`
	Window Duration `yaml:"window" json:"window"`
	// Drain is the longest wait for spans under way. A service that can't be asked to flush is given all of it where the
	// number of its spans isn't known: head sampling draws, or no spans are declared.
	Drain Duration `yaml:"drain" json:"drain"`
	// DecisionWait is what the Collector's tail sampler is set to; it is waited out before kept traces are counted.
	DecisionWait Duration `yaml:"decision_wait" json:"decision_wait"`
	// Ready is the longest wait for a service to come up.
	Ready Duration `yaml:"ready" json:"ready"`
}

// Limits are what a run must keep to count.
type Limits struct {
	// Rate is by how much the achieved rate may miss the asked one; Lag the generator's p99 behind its own schedule.
	Rate Percent  `yaml:"rate" json:"rate"`
	Lag  Duration `yaml:"lag" json:"lag"`
	// Steal, Throttled and Foreign are shares of the machine's CPU time: taken by the hypervisor, withheld by a quota,
	// used by processes that are no part of the run.
	Steal     Percent `yaml:"steal" json:"steal"`
	Throttled Percent `yaml:"throttled" json:"throttled"`
	Foreign   Percent `yaml:"foreign" json:"foreign"`
	// Attempts is how often one run of one case is tried before its round goes on without it.
	Attempts int `yaml:"attempts" json:"attempts"`
}

// Service is the service of that name, nil when there is none.
func (p *Plan) Service(name string) *Service {
	for i := range p.Services {
		if p.Services[i].Name == name {
			return &p.Services[i]
		}
	}
	return nil
}

// Case is the case of that name, nil when there is none.
func (p *Plan) Case(name string) *Case {
	for i := range p.Cases {
		if p.Cases[i].Name == name {
			return &p.Cases[i]
		}
	}
	return nil
}

// Measured is the name of the measured service.
func (p *Plan) Measured() string {
	for _, s := range p.Services {
		if s.Measured {
			return s.Name
		}
	}
	return ""
}

// Collector is the service that receives the spans, nil when there is none.
func (p *Plan) Collector() *Service {
	for i := range p.Services {
		if p.Services[i].Collector {
			return &p.Services[i]
		}
	}
	return nil
}

// SpansPerTrace is how many spans a whole trace has.
func (p *Plan) SpansPerTrace() int {
	if p.TraceSpans > 0 {
		return p.TraceSpans
	}
	n := 0
	for _, s := range p.Services {
		n += s.Spans
	}
	return n
}

// Starts reports whether case c starts the service of that name.
func (c Case) Starts(name string) bool {
	for _, w := range c.Without {
		if w == name {
			return false
		}
	}
	return true
}

// RunTime estimates how long one run of case c takes.
func (p *Plan) RunTime(c Case) time.Duration {
	t := p.Timing
	d := time.Duration(t.WarmUp+t.Window) + 3*time.Second
	if c.Kept != nil {
		d += 2 * time.Duration(t.DecisionWait)
	}
	if s := p.Service(p.Measured()); s != nil && s.Flush == "" && c.Sampled > 0 {
		// Until the spans have arrived, which batch processors send every five seconds; a draw is given all of the time.
		wait := time.Duration(t.Drain)
		if c.Sampled == 1 && s.Spans > 0 {
			wait = min(wait, 5*time.Second)
		}
		d += 2 * wait
	}
	return d
}

// Duration reads what loadgen reads, "10s" or "1d2h", and writes "10s".
type Duration time.Duration

// UnmarshalText reads a duration with its unit.
func (d *Duration) UnmarshalText(b []byte) error {
	var v load.Duration
	if v.Set(string(b)) != nil {
		return fmt.Errorf("%q is no duration: write 500ms, 10s or 1m30s", b)
	}
	if v < 0 {
		return fmt.Errorf("%q is negative", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes "10s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// String writes "10s".
func (d Duration) String() string { return time.Duration(d).String() }

// Seconds is the duration in seconds.
func (d Duration) Seconds() float64 { return time.Duration(d).Seconds() }

// Percent is a share (0.05) that is read as "5%" or 0.05.
type Percent float64

// UnmarshalText reads "5%" or "0.05".
func (p *Percent) UnmarshalText(b []byte) error {
	text, percent := strings.CutSuffix(string(b), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if percent {
		v /= 100
	}
	if err != nil || v < 0 || v != v || math.IsInf(v, 0) {
		return fmt.Errorf("%q is no share: write 5%% or 0.05", b)
	}
	*p = Percent(v)
	return nil
}

// UnmarshalJSON reads a number or a text.
func (p *Percent) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err == nil {
		return p.UnmarshalText([]byte(text))
	}
	return p.UnmarshalText(b)
}

// MarshalJSON writes a number.
func (p Percent) MarshalJSON() ([]byte, error) { return json.Marshal(float64(p)) }

// String writes "5%".
func (p Percent) String() string { return fmt.Sprintf("%.4g%%", 100*float64(p)) }

// Keep drops every case whose name isn't in names, and what referred to it.
func (p *Plan) Keep(names map[string]bool) {
	p.Cases = slices.DeleteFunc(p.Cases, func(c Case) bool { return !names[c.Name] })
	p.Comparisons = slices.DeleteFunc(p.Comparisons, func(pair []string) bool { return !names[pair[0]] || !names[pair[1]] })
	if !names[p.Control] {
		p.Control = ""
	}
}
