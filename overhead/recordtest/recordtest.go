// Package recordtest makes records of experiments that never ran, with known costs, for tests.
// Nothing in them was measured.
package recordtest

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// Cost is what a case costs, for one request, on top of the baseline.
type Cost struct {
	CPU, Objects, Bytes, Wire float64
	// Spans leave the services for a share of the requests.
	Share float64
}

// Costs of the presets' cases; the baseline is 200 µs, 70 objects, 9,000 B.
var Costs = map[string]Cost{
	"off": {}, "off-again": {},
	"sdk":      {CPU: 40, Objects: 46, Bytes: 4000},
	"head-1":   {CPU: 41, Objects: 47, Bytes: 4100, Wire: 6, Share: 0.01},
	"head-20":  {CPU: 70, Objects: 61, Bytes: 6000, Wire: 120, Share: 0.2},
	"head-100": {CPU: 120, Objects: 123, Bytes: 14000, Wire: 600, Share: 1},
	"tail-20":  {CPU: 120, Objects: 123, Bytes: 14000, Wire: 600, Share: 1},
	"tail-40":  {CPU: 120, Objects: 123, Bytes: 14000, Wire: 600, Share: 1},
	"case_1":   {CPU: 120, Objects: 123, Bytes: 14000, Wire: 600, Share: 1},
	"case_2":   {CPU: 120, Objects: 123, Bytes: 14000, Wire: 600, Share: 1},
	"case_3":   {}, "case_3-again": {},
}

// Noise is the spread of CPU time from run to run.
const Noise = 0.04

// MustRecord makes the record of a preset with so many rounds in a temporary folder.
func MustRecord(tb testing.TB, preset string, rounds int) *record.Folder {
	tb.Helper()
	kept := InMemory(tb, preset, rounds)
	f, err := record.Create(tb.TempDir(), kept.Experiment)
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range kept.Runs {
		if err := f.Add(r); err != nil {
			tb.Fatal(err)
		}
	}
	return f
}

// InMemory is the same record without a folder, for tests that read and write no file: each file of a folder waits for the disk.
func InMemory(tb testing.TB, preset string, rounds int) *record.Folder {
	tb.Helper()
	p, err := plan.Preset(preset, "/workspace")
	if err != nil {
		tb.Fatal(err)
	}
	for i := range p.Services { // the same on every machine
		p.Services[i].CPUs = ""
	}
	p.GeneratorCPUs = ""
	f := &record.Folder{Experiment: record.Experiment{
		Schema: record.Schema,
		Plan:   *p, Seed: 42, Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Command: []string{"overhead", "-preset", preset},
		Environment: record.Environment{OS: "linux", Arch: "amd64", Kernel: "6.1.0", CPU: "Example CPU", Cores: 2, MemoryBytes: 8e9,
			Go: "go1.26", CPUAccount: "process CPU clocks", WireAccount: "the kernel's TCP counters"},
	}}
	rng := rand.New(rand.NewPCG(42, 1))
	for round := 1; round <= rounds; round++ {
		for i, at := range rng.Perm(len(p.Cases)) {
			r := Run(rng, p, p.Cases[at], round, i+1)
			r.Schema = record.Schema
			f.Runs = append(f.Runs, r)
		}
	}
	return f
}

// Run is one run of a case that kept to every gate.
func Run(rng *rand.Rand, p *plan.Plan, c plan.Case, round, position int) *record.Run {
	cost, noise := Costs[c.Name], func() float64 { return math.Exp(Noise * rng.NormFloat64()) }
	const requests = 3000
	n := float64(requests)
	cpu := (200 + cost.CPU) * noise() * n / 1e6
	objects, bytes, wire := (70+cost.Objects)*n+4*rng.NormFloat64(), (9000+cost.Bytes)*n, cost.Wire*n
	gcs, live, switches := 20.0, 3e6, uint64(3*requests)
	window := p.Timing.Window.Seconds()
	process := record.Process{User: 0.7 * cpu, System: 0.3 * cpu, Background: 0.01 * cpu * cost.Share, Busy: cpu * 0.99, RSSMean: 24e6 * noise(),
		RSSPeak: 27e6 * noise(), Objects: &objects, Bytes: &bytes, GCs: &gcs, LiveHeap: &live, Switches: &switches}
	if cost.Wire > 0 {
		process.Wire = &wire
	}
	other := record.Process{User: 0.2 * n / 1e3, System: 0.05 * n / 1e3, RSSMean: 40e6, RSSPeak: 44e6}
	r := &record.Run{
		Round: round, Position: position, Attempt: 1, Case: c.Name, Started: time.Date(2026, 1, 2, 3, round, position, 0, time.UTC),
		Gates: []record.Gate{{Name: "checks", OK: true, Shown: "all 6000 passed"}},
		Load: record.Load{Window: window, Requests: requests, ChecksPassed: 2 * requests, AskedRate: n / window, AchievedRate: n / window,
			LagP99: 300, Response: distribution(noise(), requests), Duration: distribution(noise(), requests)},
		Processes: map[string]record.Process{p.Measured(): process, "generator": other},
		Ledger:    ledger(p, c, cost, requests),
		Machine:   record.Machine{Known: true, Foreign: 0.01},
	}
	for _, s := range p.Services {
		if !s.Measured && c.Starts(s.Name) {
			r.Processes[s.Name] = other
		}
	}
	for at := -2.0; at < window+1; at += 0.5 {
		point := record.Point{At: at, CPU: map[string]float64{}, RSS: map[string]float64{}}
		for _, name := range slices.Sorted(maps.Keys(r.Processes)) {
			q := r.Processes[name]
			point.CPU[name], point.RSS[name] = (q.User+q.System)/window*noise(), q.RSSMean*noise()
		}
		r.Series = append(r.Series, point)
	}
	return r
}

func distribution(scale float64, n uint64) record.Distribution {
	d := record.Distribution{Count: n, Mean: 900 * scale, P50: 800 * scale, P90: 1200 * scale, P95: 1500 * scale, P99: 4000 * scale, Max: 9000 * scale}
	for _, q := range record.CurveQuantiles {
		d.Curve = append(d.Curve, scale*(400+300*-math.Log(math.Max(1-q, 1e-4))))
	}
	return d
}

func ledger(p *plan.Plan, c plan.Case, cost Cost, requests uint64) record.Ledger {
	l := record.Ledger{Requests: requests}
	sampled := int64(cost.Share * float64(requests))
	var spans int64
	for _, s := range p.Services {
		if s.Spans == 0 {
			continue
		}
		n := sampled * int64(s.Spans)
		spans += n
		l.Services = append(l.Services, record.Account{Service: s.Name, Known: true, ExpectedLow: n, ExpectedHigh: n, Started: n, Ended: n, Exported: n})
	}
	if collector := p.Collector(); collector != nil && c.Starts(collector.Name) {
		kept := int64(c.KeptShare() * float64(sampled))
		l.Collector = &record.Collector{Received: spans, Decided: -1, Kept: -1, Sent: kept * 3, ArrivedSpans: kept * 3, ArrivedTraces: kept, CompleteTraces: kept}
		if c.Kept != nil {
			l.Collector.Decided, l.Collector.Kept = sampled, kept
		}
	}
	return l
}
