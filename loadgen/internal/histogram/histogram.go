// Package histogram is a distribution of values with three significant digits. It knows no metrics.
package histogram

import (
	"math"
	"math/bits"

	"example.com/foobar/loadgen/internal/numbers"
)

// The layout is HdrHistogram's (lowest value 1, 3 significant digits): 2,048 steps of 1, then 1,024 steps for every further
// power of two. It is kept here in pages of one power of two, made when first touched, because a flat one takes 264 kB
// whatever it holds; hdrhistogram-go writes and reads its encoded form (encoding.go).
const (
	pageBits  = 10
	pageSize  = 1 << pageBits
	pageCount = 54

	// highestTime is 1 h in nanoseconds, the highest time that has a place in a Histogram.
	highestTime = int64(3600e9)
	// highestValue is the same for other values, in steps of the histogram.
	highestValue = int64(1) << 62
)

type page [pageSize]uint64

// Histogram is a distribution with 3 significant digits (quantiles are within 0.1 %), beside the exact count, sum, minimum
// and maximum. Times reach from 1 ns to 1 h and bytes from 1 to 2^62, both in whole steps; other values are any
// finite numbers, negative ones and fractions too, and whole numbers up to 2,048 that have no others beside them stay exact.
//
// Times and bytes below zero and above the highest are out of range: they count into count, sum, minimum and maximum, and stand at the
// lower or upper end of the distribution; a quantile that falls among them is the exact minimum or maximum.
// NaN and infinities are counted as invalid, and nowhere else.
//
// It is not safe for use by several goroutines, unless none of them changes it.
type Histogram struct {
	highest int64   // of times and bytes
	floats  *floats // of other values, which have no pages

	all                   numbers.Summary // of the values, exactly
	below, above, invalid uint64
	pages                 [pageCount]*page
}

// New makes an empty Histogram for values that mean what metrics.Contains says: "time", "data", or anything else.
func New(contains string) *Histogram {
	switch contains {
	case "time":
		return &Histogram{highest: highestTime}
	case "data":
		return &Histogram{highest: highestValue}
	}
	return &Histogram{floats: &floats{}}
}

// Record adds one value.
func (h *Histogram) Record(v float64) {
	if h.floats != nil {
		h.recordFloat(v)
		return
	}
	if !(v >= 0) || v > float64(h.highest) {
		h.recordOutside(v)
		return
	}
	h.all.Add(v)
	n := uint64(v + 0.5)
	shift := bits.Len64(n|(2*pageSize-1)) - (pageBits + 1)
	sub := n >> shift
	i := (uint64(shift) + sub>>pageBits) % pageCount
	p := h.pages[i]
	if p == nil {
		p = new(page)
		h.pages[i] = p
	}
	p[sub%pageSize]++
}

func (h *Histogram) recordFloat(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		h.invalid++
		return
	}
	h.all.Add(v)
	h.floats.add(v)
}

// IsLike says whether h and other are for values of the same meaning.
func (h *Histogram) IsLike(other *Histogram) bool {
	return h.highest == other.highest && (h.floats == nil) == (other.floats == nil)
}

func (h *Histogram) recordOutside(v float64) {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		h.invalid++
		return
	case v < 0:
		h.below++
	default:
		h.above++
	}
	h.all.Add(v)
}

// Count is the number of values, without the invalid ones.
func (h *Histogram) Count() uint64 { return h.all.Count }

// OutOfRange is the number of values that have no place in the distribution: negative, above the highest, or invalid.
func (h *Histogram) OutOfRange() uint64 { return h.below + h.above + h.invalid }

// Sum, Min and Max are exact; they are 0 when there is no value.
func (h *Histogram) Sum() float64 { return h.all.Sum }

// Min is the lowest value.
func (h *Histogram) Min() float64 { return h.all.Min }

// Max is the highest value.
func (h *Histogram) Max() float64 { return h.all.Max }

// Mean is the exact average, 0 when there is no value.
func (h *Histogram) Mean() float64 { return h.all.Mean() }

// Merge adds all values of other, which stays as it is. Both must be for values of the same meaning.
func (h *Histogram) Merge(other *Histogram) {
	if other == nil {
		return
	}
	h.invalid += other.invalid
	h.all.Merge(other.all)
	h.below += other.below
	h.above += other.above
	if h.floats != nil && other.floats != nil {
		h.floats.merge(other.floats)
	}
	for i, from := range &other.pages {
		if from == nil {
			continue
		}
		if h.pages[i] == nil {
			p := *from
			h.pages[i] = &p
			continue
		}
		to := h.pages[i]
		for j := range from {
			to[j] += from[j]
		}
	}
}

// Reset forgets all values and keeps the memory.
func (h *Histogram) Reset() {
	pages := h.pages
	for _, p := range pages {
		if p != nil {
			clear(p[:])
		}
	}
	if h.floats != nil {
		h.floats.reset()
	}
	*h = Histogram{highest: h.highest, floats: h.floats, pages: pages}
}
