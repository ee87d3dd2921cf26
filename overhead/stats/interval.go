// Package stats judges paired measurements: how much more one case uses than another, and whether that can be told.
// It knows nothing of processes, telemetry or files.
//
// Each file rests on one assumption, and says which.
package stats

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Assumption of this file: the values are independent and roughly normal, so that their mean follows Student's t.

// Interval is an estimate of a mean with its confidence limits.
type Interval struct {
	// N is the number of values, Mean and SD their mean and sample standard deviation.
	N    int     `json:"n"`
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
	// Lo and Hi are the limits. Both equal Mean when Bounded is false.
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
	// Bounded is false when there are fewer than two values: nothing is known of the spread, and no limit exists.
	Bounded bool `json:"bounded"`
}

// MeanInterval is the mean of values with its two-sided t interval at the given confidence (0.95, say).
func MeanInterval(values []float64, confidence float64) Interval {
	n := len(values)
	if n == 0 {
		return Interval{}
	}
	if n == 1 {
		return Interval{N: 1, Mean: values[0], Lo: values[0], Hi: values[0]}
	}
	mean, sd := stat.MeanStdDev(values, nil)
	half := quantileT(n, (1+confidence)/2) * sd / math.Sqrt(float64(n))
	return Interval{N: n, Mean: mean, SD: sd, Lo: mean - half, Hi: mean + half, Bounded: true}
}

// Half is half the width of the interval: how far the mean may be off.
func (i Interval) Half() float64 { return (i.Hi - i.Lo) / 2 }

// Covers reports whether x lies within the limits.
func (i Interval) Covers(x float64) bool { return i.Bounded && i.Lo <= x && x <= i.Hi }

// largest is where numbers end: limits from two rounds may lie beyond what can be counted with, or written as JSON.
const largest = 1e300

// transform applies a rising function to the estimate and its limits, which stay within largest.
func (i Interval) transform(f func(float64) float64) Interval {
	within := func(v float64) float64 { return math.Max(-largest, math.Min(f(v), largest)) }
	i.Mean, i.Lo, i.Hi = within(i.Mean), within(i.Lo), within(i.Hi)
	return i
}

// quantiles are those of Student's t that were asked for: each takes a search, and an analysis asks for the same ones
// again and again.
var quantiles sync.Map

type quantile struct {
	n int
	p float64
}

// quantileT is the p quantile of Student's t for n values (n - 1 degrees of freedom).
func quantileT(n int, p float64) float64 {
	key := quantile{n, p}
	if q, ok := quantiles.Load(key); ok {
		return q.(float64)
	}
	q := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile(p)
	quantiles.Store(key, q)
	return q
}
