// Package record keeps what was measured: one plain folder for an experiment, one file for each run, with the gates that it met
// or failed. It compares nothing.
package record

import (
	"time"

	"example.com/foobar/overhead/plan"
)

// Schema is the version of the files. A reader refuses those of another version.
const Schema = 1

// Experiment is the folder's first file: what was planned, and where it ran.
type Experiment struct {
	Schema      int         `json:"schema"`
	Plan        plan.Plan   `json:"plan"`
	Seed        uint64      `json:"seed"`
	Started     time.Time   `json:"started"`
	Command     []string    `json:"command"`
	Environment Environment `json:"environment"`
}

// Environment is what the machine and the programs were.
type Environment struct {
	OS           string            `json:"os"`
	Arch         string            `json:"arch"`
	Kernel       string            `json:"kernel"`
	CPU          string            `json:"cpu"`
	Cores        int               `json:"cores"`
	MemoryBytes  uint64            `json:"memory_bytes"`
	Go           string            `json:"go"`
	Revision     string            `json:"revision,omitempty"`
	Virtualized  string            `json:"virtualized,omitempty"`
	CPUAccount   string            `json:"cpu_account"`
	WireAccount  string            `json:"wire_account"`
	SharedCPUs   string            `json:"shared_cpus"`
	ProgramSHA   map[string]string `json:"program_sha256,omitempty"`
	ProgramBuild map[string]string `json:"program_build,omitempty"`
}

// Run is one case, run once in fresh processes.
type Run struct {
	Schema int `json:"schema"`
	// Round counts from 1, Position is the place in the round's order, Attempt counts from 1.
	Round    int       `json:"round"`
	Position int       `json:"position"`
	Attempt  int       `json:"attempt"`
	Case     string    `json:"case"`
	Started  time.Time `json:"started"`
	// Gates are the conditions of validity; a run that fails one is void: shown, and not averaged.
	Gates []Gate `json:"gates"`
	Load  Load   `json:"load"`
	// Processes are by service name, and "generator".
	Processes map[string]Process `json:"processes"`
	Ledger    Ledger             `json:"ledger"`
	Machine   Machine            `json:"machine"`
	Series    []Point            `json:"series,omitempty"`
}

// Void reports whether a gate failed.
func (r *Run) Void() bool {
	for _, g := range r.Gates {
		if !g.OK {
			return true
		}
	}
	return len(r.Gates) == 0
}

// Gate is one condition that a run must meet to count.
type Gate struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Shown is what was found and what is asked, in words.
	Shown string `json:"shown"`
}

// Generator is the name under which the load generator's own process is recorded.
const Generator = "generator"

// GateStarted is the gate that a run fails whose services didn't come up.
const GateStarted = "started"

// Load is what the generator saw.
type Load struct {
	// Window is the time of load in seconds; Requests those that were sent in it, Failed those without the right answer.
	Window   float64 `json:"window_seconds"`
	Requests uint64  `json:"requests"`
	Failed   uint64  `json:"failed"`
	// ChecksPassed and ChecksFailed count single checks. Dropped counts arrivals that found no user.
	ChecksPassed uint64 `json:"checks_passed"`
	ChecksFailed uint64 `json:"checks_failed"`
	Dropped      uint64 `json:"dropped"`
	// AskedRate is 0 for closed models. Both are requests per second.
	AskedRate    float64 `json:"asked_rate"`
	AchievedRate float64 `json:"achieved_rate"`
	// LagP99 is how late the generator began a request that was due, in microseconds; -1 when it isn't known.
	LagP99 float64 `json:"lag_p99_us"`
	// Response is from the intended start (the actual one in closed models), Duration is http_req_duration. Microseconds.
	Response Distribution `json:"response"`
	Duration Distribution `json:"duration"`
	// Errors are the most frequent failures in words.
	Errors []string `json:"errors,omitempty"`
}

// Distribution is of times in microseconds.
type Distribution struct {
	Count uint64  `json:"count"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
	// Curve is the value at each of CurveQuantiles, to draw it.
	Curve []float64 `json:"curve,omitempty"`
}

// CurveQuantiles are those at which a Distribution's Curve is kept.
var CurveQuantiles = []float64{0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.965,
	0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999, 1}

// Process is what one process used from the window's begin until its spans were drained. Pointers are nil where the
// process or the system doesn't tell.
type Process struct {
	// User and System are CPU seconds, Background the part of both that fell after the window (the last exports).
	User       float64 `json:"user_seconds"`
	System     float64 `json:"system_seconds"`
	Background float64 `json:"background_seconds"`
	// Busy is CPU seconds of the window alone, for "CPU %".
	Busy     float64 `json:"busy_seconds"`
	Switches *uint64 `json:"context_switches,omitempty"`
	RSSMean  float64 `json:"rss_mean_bytes"`
	RSSPeak  float64 `json:"rss_peak_bytes"`
	// Objects and Bytes are heap allocations, GCs completed cycles, LiveHeap what a collection at the end left.
	Objects  *float64 `json:"alloc_objects,omitempty"`
	Bytes    *float64 `json:"alloc_bytes,omitempty"`
	GCs      *float64 `json:"gc_cycles,omitempty"`
	LiveHeap *float64 `json:"live_heap_bytes,omitempty"`
	// Wire is what it sent to the Collector, TCP payload bytes.
	Wire *float64 `json:"wire_bytes,omitempty"`
	// WireClosed says that Wire is nil because a connection was closed or reset within the window.
	WireClosed bool `json:"wire_connections_closed,omitempty"`
}

// Ledger follows the spans from the requests to what the Collector put out. Counts are of the window and its drain.
type Ledger struct {
	Requests uint64    `json:"requests"`
	Services []Account `json:"services,omitempty"`
	// Collector is nil when the case starts none.
	Collector *Collector `json:"collector,omitempty"`
}

// Account is one service's part.
type Account struct {
	Service string `json:"service"`
	// ExpectedLow and ExpectedHigh bound the spans that Requests should make; they are equal unless head sampling draws.
	ExpectedLow  int64 `json:"expected_low"`
	ExpectedHigh int64 `json:"expected_high"`
	// Known is false when the service tells no counters.
	Known    bool             `json:"known"`
	Started  int64            `json:"started"`
	Ended    int64            `json:"ended"`
	Exported int64            `json:"exported"`
	Pending  int64            `json:"pending"`
	Dropped  map[string]int64 `json:"dropped,omitempty"`
	Failed   map[string]int64 `json:"failed,omitempty"`
}

// Collector is the Collector's part.
type Collector struct {
	Received int64 `json:"received"`
	Refused  int64 `json:"refused"`
	// Decided and Kept are traces of the tail sampler, -1 without one; DroppedEarly and Late are its ways to lose some.
	Decided      int64 `json:"traces_decided"`
	Kept         int64 `json:"traces_kept"`
	DroppedEarly int64 `json:"traces_dropped_too_early"`
	Sent         int64 `json:"sent"`
	SendFailed   int64 `json:"send_failed"`
	// ArrivedSpans and the rest are what came out at the other end; -1 when nobody counted.
	ArrivedSpans   int64 `json:"arrived_spans"`
	ArrivedTraces  int64 `json:"arrived_traces"`
	CompleteTraces int64 `json:"complete_traces"`
}

// Machine is what the machine did during the window, as shares of all its CPU time.
type Machine struct {
	Steal     float64 `json:"steal"`
	Foreign   float64 `json:"foreign"`
	Throttled float64 `json:"throttled"`
	// Known is false where the system doesn't tell.
	Known bool `json:"known"`
}

// Point is one instant of a run.
type Point struct {
	// At is seconds since the window began; below 0 is warm-up.
	At float64 `json:"at"`
	// CPU is in cores since the last point, RSS in bytes, by process.
	CPU map[string]float64 `json:"cpu"`
	RSS map[string]float64 `json:"rss"`
}
