package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Assumption of this file: each of n things was kept or not by an independent draw with the same probability.

// Binomial gives the limits between which the number kept of n lies with at least the given probability when each is
// kept with probability p: the tails beyond each limit have at most half of the rest.
func Binomial(n int, p, probability float64) (lo, hi int) {
	switch {
	case n <= 0 || p <= 0:
		return 0, 0
	case p >= 1:
		return n, n
	}
	tail := (1 - probability) / 2
	lo = search(n, func(k int) bool { return binomialCDF(n, p, k) > tail })
	hi = search(n, func(k int) bool { return binomialCDF(n, p, k) >= 1-tail })
	return lo, hi
}

// binomialCDF is P(X <= k), by the regularised incomplete beta function (Abramowitz and Stegun 26.5.24).
func binomialCDF(n int, p float64, k int) float64 {
	if k < 0 {
		return 0
	}
	if k >= n {
		return 1
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}

// search is the smallest k from 0 to n for which the rising ok holds.
func search(n int, ok func(k int) bool) int {
	lo, hi := 0, n
	for lo < hi {
		mid := lo + (hi-lo)/2
		if ok(mid) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// Proportion is the share that k of n is, with its Wilson score limits at the given confidence.
func Proportion(k, n int, confidence float64) (share, lo, hi float64) {
	if n == 0 {
		return 0, 0, 1
	}
	z := math.Sqrt2 * math.Erfinv(confidence)
	share = float64(k) / float64(n)
	nf, z2 := float64(n), z*z
	centre := (share + z2/(2*nf)) / (1 + z2/nf)
	half := z / (1 + z2/nf) * math.Sqrt(share*(1-share)/nf+z2/(4*nf*nf))
	return share, math.Max(0, centre-half), math.Min(1, centre+half)
}
