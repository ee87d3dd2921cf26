// Package recorder keeps the samples of a running test, in shards of histograms and counters, and makes snapshots of them.
// Its memory does not grow with their number.
package recorder

import (
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// Sample is one value of one metric: nanoseconds for Time, bytes for Data, 0 or 1 for a Rate.
type Sample struct {
	ID    ID
	Value float64
}

// Recorder keeps all metrics of a test in an amount of memory that does not grow with the number of samples. All methods may
// be called from any goroutine.
type Recorder struct {
	config Config
	shards []shard
	mask   uint32
	// gauges orders the values of gauges over the shards.
	gauges atomic.Uint64
	// full says that there is no room for a further set of tags.
	full atomic.Bool
	// rated says that rows count the samples of Config.BreakdownFailed.
	rated bool

	seed     maphash.Seed
	interned [internParts]internPart

	mu         sync.Mutex // guards what follows
	series     []cell     // what a fresh shard begins with: the kinds of all series
	rows       [][]metrics.Tag
	rowIndex   map[string]int32
	placements map[string]*placement
	rest       map[restKey]*Labels
	// sets and folds count the keys of interned.
	sets, folds ledger
	scenarios   map[string]bool
	trees       map[string]*tree // by scenario; "" is the total
	failures    failures
	warnings    []metrics.Warning
}

// New makes a Recorder.
func New(c Config) (*Recorder, error) {
	c, err := c.normalize()
	if err != nil {
		return nil, fmt.Errorf("making a recorder: %w", err)
	}
	r := &Recorder{
		config: c, shards: make([]shard, c.Shards), mask: uint32(c.Shards - 1),
		rated: c.failedRate(), seed: maphash.MakeSeed(),
		rowIndex: map[string]int32{}, placements: map[string]*placement{}, rest: map[restKey]*Labels{},
		scenarios: map[string]bool{}, trees: map[string]*tree{"": newTree()}, failures: failures{counts: map[failureKey]uint64{}},
	}
	for i := range r.interned {
		r.interned[i].labels, r.interned[i].folded = map[string]*Labels{}, map[string]*Labels{}
	}
	for _, d := range c.Metrics {
		r.series = append(r.series, newCell(d))
	}
	for _, s := range c.Submetrics {
		r.series = append(r.series, newCell(c.Metrics[r.id(s.Metric)]))
	}
	return r, nil
}

// id is the ID of the metric of that name, which is declared.
func (r *Recorder) id(name string) ID {
	for i, d := range r.config.Metrics {
		if d.Name == name {
			return ID(i)
		}
	}
	return -1
}

// Record adds samples under one short lock of the given shard (any number; reduced to the shards there are), so that no
// Snapshot and no Reset sees a part of them. It does not allocate once the series have been touched, and does not keep the
// slice. A sample of an ID that was not declared is left out, with a Warning.
func (r *Recorder) Record(shard uint32, l *Labels, samples []Sample) {
	if len(samples) == 0 {
		return
	}
	undeclared := false
	s := &r.shards[shard&r.mask]
	s.mu.Lock()
	if len(s.cells) < l.series || len(s.rows) < l.rows {
		r.grow(s)
	}
	for i := range samples {
		id, v := samples[i].ID, samples[i].Value
		if uint(id) >= uint(len(l.slots)) {
			undeclared = true
			continue
		}
		for _, slot := range l.slots[id] {
			s.cells[slot].add(v, &r.gauges)
		}
		if l.row >= 0 {
			r.addToRow(&s.rows[l.row], l, id, v)
		}
	}
	s.mu.Unlock()
	for _, n := range l.nodes {
		if n.forgotten.Load() {
			n.forgotten.Store(false)
		}
	}
	if undeclared {
		r.Warn(metrics.Warning{Message: "samples of a metric that was not declared were left out: declare it before the test starts"})
	}
}

func (r *Recorder) addToRow(row *rowCell, l *Labels, id ID, v float64) {
	if id == r.config.Breakdown {
		row.times.Add(v)
		if !r.rated {
			row.count++
			if l.unexpected {
				row.failed++
			}
		}
	}
	if r.rated && id == r.config.BreakdownFailed {
		row.count++
		if v != 0 {
			row.failed++
		}
	}
}

// grow makes room in s, which is locked, for everything that is interned. Nobody locks a shard while holding r.mu.
func (r *Recorder) grow(s *shard) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.grow(r.series, len(r.rows))
}

// Sum is the live total of a Counter or a Trend.
func (r *Recorder) Sum(id ID) float64 {
	var sum float64
	r.eachTotal(id, func(c *cell) { sum += c.total() })
	return sum
}

// Count is the live number of samples of any metric.
func (r *Recorder) Count(id ID) uint64 {
	var count uint64
	r.eachTotal(id, func(c *cell) { count += c.samples() })
	return count
}

// Passes is the live number of non-zero samples of a Rate.
func (r *Recorder) Passes(id ID) uint64 {
	var passes uint64
	r.eachTotal(id, func(c *cell) { passes += c.passes })
	return passes
}

// eachTotal calls f with each shard's part of a metric's total.
func (r *Recorder) eachTotal(id ID, f func(*cell)) {
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		if uint(id) < uint(len(s.cells)) {
			f(&s.cells[id])
		}
		s.mu.Unlock()
	}
}

// Reset forgets all samples, results of checks and failures (the end of a warm-up); Labels, checks and warnings stay valid.
// Groups and sections come back when something is recorded in them.
// What one call of Record adds is forgotten as a whole or kept as a whole.
func (r *Recorder) Reset() {
	r.mu.Lock()
	for _, t := range r.trees {
		t.reset()
	}
	r.failures.reset()
	r.mu.Unlock()
	for i := range r.shards {
		r.shards[i].mu.Lock()
	}
	for i := range r.shards {
		s := &r.shards[i]
		for j := range s.cells {
			s.cells[j].reset()
		}
		clear(s.rows)
		s.mu.Unlock()
	}
}

// Snapshot merges the shards into an immutable Snapshot; elapsed is the time of load so far.
func (r *Recorder) Snapshot(elapsed time.Duration) *metrics.Snapshot {
	m := r.merge()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.assemble(m, elapsed)
}

// merged is the sum of all shards.
type merged struct {
	cells []cell
	rows  []rowCell
}

func (r *Recorder) merge() merged {
	r.mu.Lock()
	m := merged{cells: append([]cell(nil), r.series...), rows: make([]rowCell, len(r.rows))}
	r.mu.Unlock()
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		for j := range s.cells[:min(len(s.cells), len(m.cells))] {
			m.cells[j].merge(&s.cells[j])
		}
		for j := range s.rows[:min(len(s.rows), len(m.rows))] {
			m.rows[j].merge(&s.rows[j])
		}
		s.mu.Unlock()
	}
	return m
}
