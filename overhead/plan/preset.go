package plan

import (
	"fmt"
	"maps"
	"runtime"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/nearest"
)

// The presets measure this project's own foo, with bar behind it and its Collector beside it.
const (
	Seed   = "seed"
	Ladder = "ladder"
	Spec   = "spec"
	Quick  = "quick"
)

// Presets are the names, in the order in which they are explained.
var Presets = []string{Ladder, Quick, Seed, Spec}

// Preset is the plan of that name, for the workspace in folder dir.
func Preset(name, dir string) (*Plan, error) {
	var p *Plan
	switch name {
	case Ladder:
		p = ladder()
	case Quick:
		p = quick()
	case Seed:
		p = seed()
	case Spec:
		p = spec()
	default:
		return nil, fmt.Errorf("-preset: there is no %q%s", name, nearest.Hint("; ", name, Presets))
	}
	p.Dir = dir
	p.fill()
	p.spread(runtime.NumCPU())
	return p, p.Validate()
}

// spread gives every process two CPUs of its own on Linux, where there are enough; the report says when they are shared.
func (p *Plan) spread(cpus int) {
	if runtime.GOOS != "linux" || cpus < 2*len(p.Services)+2 {
		return
	}
	pair := func(i int) string { return fmt.Sprintf("%d-%d", 2*i, 2*i+1) }
	for i := range p.Services {
		p.Services[i].CPUs = pair(i)
	}
	p.GeneratorCPUs = pair(len(p.Services))
}

// ladder goes from no OpenTelemetry to all of it, a step at a time.
func ladder() *Plan {
	return &Plan{
		Name:        Ladder,
		Description: "foo at a fixed rate: without OpenTelemetry, with the SDK and nothing sampled, and with more and more sampled",
		Services:    demonstration(),
		Load:        openLoad(steady),
		Cases: []Case{
			off("off", "no OpenTelemetry installed"),
			off("off-again", "the same once more: what it differs by is noise"),
			traced("sdk", "SDK, middleware and transport installed, nothing sampled", 0),
			traced("head-1", "head sampling, 1 % of the requests", 0.01),
			traced("head-20", "head sampling, 20 %", 0.20),
			traced("head-100", "everything sampled, and stored", 1),
			tail("tail-20", "everything sampled, the Collector keeps 20 % of the traces", 20),
			tail("tail-40", "everything sampled, the Collector keeps 40 % of the traces", 40),
		},
		Control:     "off-again",
		Comparisons: [][]string{{"tail-20", "tail-40"}},
		Rounds:      10,
		Timing:      Timing{Window: Duration(10 * time.Second), WarmUp: Duration(2 * time.Second), DecisionWait: Duration(3 * time.Second)},
	}
}

// quick shows in three minutes that everything works, and tells a large cost from none.
func quick() *Plan {
	return &Plan{
		Name:        Quick,
		Description: "foo without OpenTelemetry, twice, and with all of it: six short rounds",
		Services:    demonstration(),
		Load:        openLoad(steady),
		Cases: []Case{
			off("off", "no OpenTelemetry installed"),
			off("off-again", "the same once more: what it differs by is noise"),
			tail("tail-20", "everything sampled, the Collector keeps 20 % of the traces", 20),
		},
		Control: "off-again",
		Rounds:  6,
		Timing:  Timing{Window: Duration(4 * time.Second), WarmUp: Duration(time.Second), DecisionWait: Duration(2 * time.Second)},
		Caveats: []string{
			"A few short rounds show allocations well, CPU roughly, and latency hardly: intervals are wide, and p99 is noise.",
			"Nothing is said of head sampling, of other rates, or of what happens under load near saturation. Use -preset ladder for that.",
		},
	}
}

// seed is the demonstration that the project began with: five users, 30 s, one second of think time, three cases.
func seed() *Plan {
	none := off("case_3", "no OpenTelemetry")
	again := off("case_3-again", "the same once more: what it differs by is noise")
	return &Plan{
		Name:        Seed,
		Description: "five users for 30 s with a second of think time: tail sampling at 20 %, at 40 %, and no OpenTelemetry",
		Services:    demonstration(),
		Load: Load{URL: "http://${foo.http}/foo", Answer: "foobar", Sleep: Duration(time.Second),
			Scenario: load.Scenario{Executor: load.ConstantVUs, VUs: new(5)}},
		Cases: []Case{
			tail("case_1", "tail sampling, 20 %", 20),
			tail("case_2", "tail sampling, 40 %", 40),
			none,
			again,
		},
		Baseline:    none.Name,
		Control:     again.Name,
		Comparisons: [][]string{{"case_1", "case_2"}},
		Rounds:      6,
		Table:       "demonstration",
		Timing:      Timing{Window: Duration(30 * time.Second), WarmUp: Duration(3 * time.Second), DecisionWait: Duration(6 * time.Second)},
		Caveats: []string{
			"Five requests a second are too few to see what a request costs: most of the CPU time here is idle work. Use -preset ladder for the cost.",
		},
	}
}

// spec is the load that OpenTelemetry's specification asks for in "Performance Benchmark of OpenTelemetry API": 10,000
// spans a second for 15 s, each without parent, with one integer attribute and one event, ended at once, to a receiver
// out of the process that drops them.
func spec() *Plan {
	const spans, rate = 100, 100
	service := Service{
		Name: "synthetic", Build: "overhead/synthetic", Ports: []string{"http", "admin"}, Measured: true, Spans: spans,
		Command: []string{"-addr", "${synthetic.http}", "-admin", "${synthetic.admin}", "-spans", fmt.Sprint(spans)},
		Env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://${sink}", "OTEL_TRACES_SAMPLER": "always_on",
			"OTEL_RESOURCE_ATTRIBUTES": "service.version=1234567890,service.instance.id=9f2c1f2e-7a43-4b0c-9d62-1f0a5f6f3c11"},
		Ready: "http://${synthetic.http}/healthz",
	}
	admin(&service)
	cases := []Case{
		{Name: "off", Description: "no OpenTelemetry installed", Env: map[string]map[string]string{"synthetic": {"OTEL_SDK_DISABLED": "true"}}},
		{Name: "off-again", Description: "the same once more: what it differs by is noise", Env: map[string]map[string]string{"synthetic": {"OTEL_SDK_DISABLED": "true"}}},
		{Name: "batch", Description: "always_on, batch processor, OTLP over gRPC", Sampled: 1},
	}
	asked := openLoad(rate)
	asked.URL, asked.Answer = "http://${synthetic.http}/work", "done"
	return &Plan{
		Name:        Spec,
		Description: fmt.Sprintf("the load of OpenTelemetry's specification: %d spans a second, %d in each request", spans*rate, spans),
		Services:    []Service{service},
		Load:        asked,
		Cases:       cases,
		Control:     "off-again",
		TraceSpans:  1,
		Rounds:      6,
		Timing:      Timing{Window: Duration(15 * time.Second), WarmUp: Duration(3 * time.Second)},
		Caveats: []string{fmt.Sprintf("One request makes %d spans: divide by %d for the cost of a span.", spans, spans),
			"The receiver counts what arrives before it drops it, in a process of its own."},
	}
}

// steady is a rate, in requests a second, at which foo has enough to do that its idle work hardly counts, and two
// processors are still far from busy.
const steady = 1000

func openLoad(rate int) Load {
	return Load{URL: "http://${foo.http}/foo", Answer: "foobar", Scenario: load.Scenario{
		Executor: load.ConstantArrivalRate, Rate: new(int64(rate)), TimeUnit: load.For(time.Second), PreAllocatedVUs: new(20), MaxVUs: new(200)}}
}

func off(name, description string) Case {
	disabled := map[string]string{"OTEL_SDK_DISABLED": "true"}
	return Case{Name: name, Description: description, Without: []string{"collector"},
		Env: map[string]map[string]string{"foo": disabled, "bar": maps.Clone(disabled)}}
}

// traced samples a share of the requests at the head; the Collector passes everything on.
func traced(name, description string, share float64) Case {
	sampler := map[string]string{"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": fmt.Sprint(share)}
	switch share {
	case 0:
		sampler = map[string]string{"OTEL_TRACES_SAMPLER": "always_off"}
	case 1:
		sampler = map[string]string{"OTEL_TRACES_SAMPLER": "parentbased_always_on"}
	}
	return Case{Name: name, Description: description, Sampled: Percent(share),
		Env:  map[string]map[string]string{"foo": sampler, "bar": maps.Clone(sampler)},
		Args: map[string][]string{"collector": {"--config", "yaml:service::pipelines::traces/sampled::processors: [batch]"}}}
}

// tail samples everything in the services; the Collector keeps a share of the traces.
func tail(name, description string, percent int) Case {
	c := traced(name, description, 1)
	kept := Percent(float64(percent) / 100)
	c.Kept, c.Args = &kept, nil
	c.Env["collector"] = map[string]string{"SAMPLING_PERCENTAGE": fmt.Sprint(percent)}
	return c
}

// demonstration is foo, bar and the Collector, in the order in which they are started.
func demonstration() []Service {
	collector := Service{
		Name: "collector", Build: "collector", Collector: true,
		Command: []string{"--config", "${dir}/collector/config/collector.yaml"},
		Ports:   []string{"grpc", "http", "health", "spans", "metrics", "pprof", "zpages"},
		Env: map[string]string{
			"COLLECTOR_OTLP_GRPC": "${collector.grpc}", "COLLECTOR_OTLP_HTTP": "${collector.http}",
			"COLLECTOR_HEALTH": "${collector.health}", "COLLECTOR_SPAN_METRICS": "${collector.spans}",
			"COLLECTOR_METRICS_PORT": "${collector.metrics.port}", "COLLECTOR_PPROF": "${collector.pprof}",
			"COLLECTOR_ZPAGES": "${collector.zpages}", "COLLECTOR_LOG_LEVEL": "warn",
			"TEMPO_ENDPOINT": "${sink}", "DECISION_WAIT": "${decision_wait}",
		},
		Ready: "http://${collector.health}/", Metrics: "http://${collector.metrics}/metrics",
	}
	bar := Service{
		Name: "bar", Build: "bar", Ports: []string{"http", "admin"}, Spans: 1,
		Command: []string{"-addr", "${bar.http}", "-admin", "${bar.admin}"},
		Env:     map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://${collector.grpc}"},
		Ready:   "http://${bar.http}/healthz",
	}
	foo := Service{
		Name: "foo", Build: "foo", Ports: []string{"http", "admin"}, Spans: 2, Measured: true,
		Command: []string{"-addr", "${foo.http}", "-admin", "${foo.admin}", "-bar-endpoint", "http://${bar.http}/bar"},
		Env:     map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://${collector.grpc}"},
		Ready:   "http://${foo.http}/readyz",
	}
	admin(&bar)
	admin(&foo)
	return []Service{collector, bar, foo}
}

// admin fills in where a service of this project tells its counters.
func admin(s *Service) {
	at := fmt.Sprintf("http://${%s.admin}", s.Name)
	s.Metrics, s.Flush, s.GC = at+"/metrics", at+"/flush", at+"/gc"
}

// Explain describes every preset in a line each, for -h.
func Explain() string {
	var b strings.Builder
	for _, name := range Presets {
		if p, err := Preset(name, "."); err == nil {
			fmt.Fprintf(&b, "  %-8s %s (%d rounds)\n", name, p.Description, p.Rounds)
		}
	}
	return b.String()
}
