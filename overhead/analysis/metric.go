// Package analysis turns a record into estimates, verdicts and answers. It measures nothing and draws nothing.
package analysis

import (
	"example.com/foobar/overhead/record"
)

// Metric is one thing measured in each run.
type Metric struct {
	// Key is how budgets and primaries name it, Unit how benchmark lines do (cpu-ns/op).
	Key, Title, Unit, BenchUnit string
	// BenchScale turns the value into BenchUnit.
	BenchScale float64
	// Decimals is how many are printed.
	Decimals int
	// PerProcess metrics exist for each process, the others once for a run.
	PerProcess bool
	// value is what the run measured; false when it didn't.
	value func(*record.Run, record.Process) (float64, bool)
}

// Value is what run r measured of process, which is ignored unless PerProcess.
func (m Metric) Value(r *record.Run, process string) (float64, bool) {
	p, ok := r.Processes[process]
	if m.PerProcess && !ok || r.Load.Requests == 0 {
		return 0, false
	}
	return m.value(r, p)
}

// Find is the metric with that key.
func Find(key string) (Metric, bool) {
	for _, m := range Metrics {
		if m.Key == key {
			return m, true
		}
	}
	return Metric{}, false
}

// Metrics are all that are analysed, in the order of the report.
var Metrics = []Metric{
	process("cpu", "CPU", "µs/request", "cpu-ns/op", 1e3, 1, perRequest(1e6, func(p record.Process) *float64 {
		v := p.User + p.System
		return &v
	})),
	process("user", "CPU user", "µs/request", "user-ns/op", 1e3, 1, perRequest(1e6, func(p record.Process) *float64 { return &p.User })),
	process("system", "CPU system", "µs/request", "system-ns/op", 1e3, 1, perRequest(1e6, func(p record.Process) *float64 { return &p.System })),
	process("background", "CPU after the window", "µs/request", "background-ns/op", 1e3, 1,
		perRequest(1e6, func(p record.Process) *float64 { return &p.Background })),
	process("allocs", "allocations", "objects/request", "allocs/op", 1, 1, perRequest(1, func(p record.Process) *float64 { return p.Objects })),
	process("bytes", "allocated", "B/request", "B/op", 1, 0, perRequest(1, func(p record.Process) *float64 { return p.Bytes })),
	process("gc", "GC cycles", "per 1,000 requests", "gc/1000op", 1, 2, perRequest(1e3, func(p record.Process) *float64 { return p.GCs })),
	process("live", "live heap", "MB", "live-B", 1e6, 2, megabytes(func(p record.Process) *float64 { return p.LiveHeap })),
	process("rss", "memory (RSS mean)", "MB", "rss-B", 1e6, 1, megabytes(func(p record.Process) *float64 { return &p.RSSMean })),
	process("peak", "memory (RSS peak)", "MB", "peak-rss-B", 1e6, 1, megabytes(func(p record.Process) *float64 { return &p.RSSPeak })),
	process("wire", "sent to the Collector", "B/request", "wire-B/op", 1, 0, perRequest(1, func(p record.Process) *float64 { return p.Wire })),
	process("switches", "context switches", "per request", "switches/op", 1, 2, perRequest(1, func(p record.Process) *float64 {
		if p.Switches == nil {
			return nil
		}
		v := float64(*p.Switches)
		return &v
	})),
	process("percent", "CPU of one core", "%", "cpu-%", 1, 2, func(r *record.Run, p record.Process) (float64, bool) {
		return 100 * p.Busy / r.Load.Window, r.Load.Window > 0
	}),
	whole("p50", "latency p50", "ms", "p50-ns", 3, response(func(d record.Distribution) float64 { return d.P50 })),
	whole("p90", "latency p90", "ms", "p90-ns", 3, response(func(d record.Distribution) float64 { return d.P90 })),
	whole("p95", "latency p95", "ms", "p95-ns", 3, response(func(d record.Distribution) float64 { return d.P95 })),
	whole("p99", "latency p99", "ms", "p99-ns", 3, response(func(d record.Distribution) float64 { return d.P99 })),
	whole("mean", "latency mean", "ms", "mean-ns", 3, response(func(d record.Distribution) float64 { return d.Mean })),
	whole("duration", "http_req_duration (avg)", "ms", "http-req-duration-ns", 3, func(r *record.Run, _ record.Process) (float64, bool) {
		return r.Load.Duration.Mean / 1e3, r.Load.Duration.Count > 0
	}),
	{Key: "rate", Title: "requests", Unit: "1/s", BenchUnit: "req/s", BenchScale: 1, Decimals: 2,
		value: func(r *record.Run, _ record.Process) (float64, bool) { return r.Load.AchievedRate, true }},
}

func process(key, title, unit, bench string, scale float64, decimals int, v func(*record.Run, record.Process) (float64, bool)) Metric {
	return Metric{Key: key, Title: title, Unit: unit, BenchUnit: bench, BenchScale: scale, Decimals: decimals, PerProcess: true, value: v}
}

func whole(key, title, unit, bench string, decimals int, v func(*record.Run, record.Process) (float64, bool)) Metric {
	return Metric{Key: key, Title: title, Unit: unit, BenchUnit: bench, BenchScale: 1e6, Decimals: decimals, value: v}
}

func perRequest(scale float64, of func(record.Process) *float64) func(*record.Run, record.Process) (float64, bool) {
	return func(r *record.Run, p record.Process) (float64, bool) {
		v := of(p)
		if v == nil {
			return 0, false
		}
		return scale * *v / float64(r.Load.Requests), true
	}
}

func megabytes(of func(record.Process) *float64) func(*record.Run, record.Process) (float64, bool) {
	return func(_ *record.Run, p record.Process) (float64, bool) {
		v := of(p)
		if v == nil {
			return 0, false
		}
		return *v / 1e6, true
	}
}

func response(of func(record.Distribution) float64) func(*record.Run, record.Process) (float64, bool) {
	return func(r *record.Run, _ record.Process) (float64, bool) {
		return of(r.Load.Response) / 1e3, r.Load.Response.Count > 0
	}
}
