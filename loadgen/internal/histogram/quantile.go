package histogram

import (
	"math"
	"sort"
)

// Quantile is the value below which p percent of the values lie, interpolated as k6 does (type 7 of Hyndman and Fan,
// "Sample Quantiles in Statistical Packages", 1996): the value at rank p/100*(n-1), linear between the two nearest ranks.
// p is limited to 0..100; 0 is the exact minimum and 100 the exact maximum. It is 0 when there is no value.
func (h *Histogram) Quantile(p float64) float64 {
	return h.Quantiles(p)[0]
}

// Quantiles are those of each p, in one pass over the distribution.
func (h *Histogram) Quantiles(ps ...float64) []float64 {
	values := make([]float64, len(ps))
	if h.all.Count == 0 {
		return values
	}
	ranks := make([]uint64, 0, 2*len(ps))
	for _, p := range ps {
		lower, _ := h.rank(p)
		ranks = append(ranks, lower, min(lower+1, h.all.Count-1))
	}
	sort.Slice(ranks, func(i, j int) bool { return ranks[i] < ranks[j] })
	at := h.valuesAt(ranks)
	for i, p := range ps {
		lower, fraction := h.rank(p)
		low, high := at[lower], at[min(lower+1, h.all.Count-1)]
		values[i] = low + fraction*(high-low)
	}
	return values
}

// rank splits the rank of percentile p into its whole part and its fraction.
func (h *Histogram) rank(p float64) (uint64, float64) {
	if !(p > 0) {
		return 0, 0
	}
	if p >= 100 {
		return h.all.Count - 1, 0
	}
	whole, fraction := math.Modf(p / 100 * float64(h.all.Count-1))
	return min(uint64(whole), h.all.Count-1), fraction
}

// valuesAt are the values at ascending ranks.
func (h *Histogram) valuesAt(ranks []uint64) map[uint64]float64 {
	at := make(map[uint64]float64, len(ranks))
	next := 0
	for ; next < len(ranks) && ranks[next] < max(h.below, 1); next++ {
		at[ranks[next]] = h.all.Min
	}
	seen := h.below
	h.each(func(low, high float64, count uint64) bool {
		seen += count
		middle := max(h.all.Min, min(h.all.Max, low+(high-low)/2))
		for ; next < len(ranks) && ranks[next] < seen; next++ {
			at[ranks[next]] = middle
		}
		return next < len(ranks)
	})
	for _, rank := range ranks[next:] {
		at[rank] = h.all.Max
	}
	at[h.all.Count-1] = h.all.Max
	return at
}

// each calls f with the bounds (in the unit of the values) and the count of every step that is not empty, in ascending
// order, until f returns false.
func (h *Histogram) each(f func(low, high float64, count uint64) bool) {
	if h.floats != nil {
		h.floats.each(f)
		return
	}
	for i, p := range &h.pages {
		if p == nil {
			continue
		}
		for j, count := range p {
			if count == 0 {
				continue
			}
			low, high := stepBounds(i, j)
			if !f(low, high, count) {
				return
			}
		}
	}
}

// stepBounds are the lowest and the highest whole value that fall into step j of page i.
func stepBounds(i, j int) (low, high float64) {
	if i == 0 {
		return float64(j), float64(j)
	}
	low = math.Ldexp(float64(pageSize+j), i-1)
	return low, low + math.Ldexp(1, i-1) - 1
}
