package recorder

import (
	"math"
	"sync"
	"sync/atomic"

	"example.com/foobar/loadgen/internal/histogram"
	"example.com/foobar/loadgen/internal/numbers"
	"example.com/foobar/loadgen/metrics"
)

// cell holds what one shard has recorded of one series.
type cell struct {
	kind   kindCode
	values metrics.Contains
	all    numbers.Summary // of the values; of a Rate, their number only
	passes uint64
	last   float64
	// order tells which of several shards' last values came last.
	order   uint64
	invalid uint64
	// histogram keeps all of the above for a Trend; it is made for the first value.
	histogram *histogram.Histogram
}

// kindCode is a Kind that compares in one instruction.
type kindCode uint8

const (
	counterCode kindCode = iota
	gaugeCode
	rateCode
	trendCode
)

var kindCodes = map[metrics.Kind]kindCode{metrics.Counter: counterCode, metrics.Gauge: gaugeCode, metrics.Rate: rateCode, metrics.Trend: trendCode}

// newCell is the empty cell of a metric.
func newCell(d metrics.Desc) cell { return cell{kind: kindCodes[d.Kind], values: d.Contains} }

// add records one value; gauges counts upwards over all shards for the values of gauges.
func (c *cell) add(v float64, gauges *atomic.Uint64) {
	switch c.kind {
	case trendCode:
		if c.histogram == nil {
			c.histogram = histogram.New(string(c.values))
		}
		c.histogram.Record(v)
	case rateCode:
		c.all.Count++
		if v != 0 {
			c.passes++
		}
	case counterCode:
		c.addNumber(v, 0)
	case gaugeCode:
		c.addNumber(v, gauges.Add(1))
	}
}

// addNumber records a value of a Counter or a Gauge.
func (c *cell) addNumber(v float64, order uint64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		c.invalid++
		return
	}
	c.all.Add(v)
	c.last, c.order = v, order
}

// merge adds what another shard has recorded of the same series.
func (c *cell) merge(other *cell) {
	c.passes += other.passes
	c.invalid += other.invalid
	if other.histogram != nil {
		if c.histogram == nil {
			c.histogram = histogram.New(string(c.values))
		}
		c.histogram.Merge(other.histogram)
	}
	if other.all.Count > 0 && (c.all.Count == 0 || other.order > c.order) {
		c.last, c.order = other.last, other.order
	}
	c.all.Merge(other.all)
}

// samples is how many values were recorded.
func (c *cell) samples() uint64 {
	if c.histogram != nil {
		return c.histogram.Count()
	}
	return c.all.Count
}

// total is the sum of the values.
func (c *cell) total() float64 {
	if c.histogram != nil {
		return c.histogram.Sum()
	}
	return c.all.Sum
}

// reset forgets the values and keeps the memory.
func (c *cell) reset() {
	h := c.histogram
	*c = cell{kind: c.kind, values: c.values, histogram: h}
	if h != nil {
		h.Reset()
	}
}

// rowCell holds what one shard has recorded of one row of the breakdown.
type rowCell struct {
	count, failed uint64
	times         numbers.Summary
}

func (c *rowCell) merge(other *rowCell) {
	c.count += other.count
	c.failed += other.failed
	c.times.Merge(other.times)
}

// shard is one part of a Recorder that one goroutine at a time records into. The padding keeps the locks of two shards out of
// each other's cache lines.
type shard struct {
	mu    sync.Mutex
	cells []cell
	rows  []rowCell
	_     [128]byte
}

// grow makes room for all series and rows that labels know of. The shard is locked.
func (s *shard) grow(series []cell, rows int) {
	if n := len(s.cells); n < len(series) {
		s.cells = append(s.cells, series[n:]...)
	}
	if n := rows - len(s.rows); n > 0 {
		s.rows = append(s.rows, make([]rowCell, n)...)
	}
}
