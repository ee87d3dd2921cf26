package compare

import (
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
)

// enough says whether the Mann-Whitney test of so many runs can tell anything from chance: whether the least p-value that there is,
// two orders of all that are possible, is at most 5 %.
func enough(before, after int) bool {
	orders := 1.0 // before + after over before
	for i := 1; i <= before; i++ {
		orders *= float64(after+i) / float64(i)
	}
	return 2/orders <= 1-confidence
}

// ratios are those of each run after to each run before, sorted; nil when a value is not above zero.
func ratios(before, after []float64) []float64 {
	var all []float64
	for _, b := range before {
		for _, a := range after {
			if a <= 0 || b <= 0 {
				return nil
			}
			all = append(all, a/b)
		}
	}
	slices.Sort(all)
	return all
}

// ratio is the median of the ratios, less 1 (Hodges and Lehmann 1963, on logarithms).
func ratio(before, after []float64) float64 {
	all := ratios(before, after)
	if all == nil {
		return math.NaN()
	}
	n := len(all)
	return math.Sqrt(all[(n-1)/2]*all[n/2]) - 1
}

// limits are the limits of that median: those ratios that the Mann-Whitney test would not reject (Moses; Hollander and Wolfe, Nonparametric
// Statistical Methods, section 4.3). They leave 1 out when the test tells a difference.
func limits(before, after []float64) (lo, hi float64) {
	all := ratios(before, after)
	d := stats.UDist{N1: len(before), N2: len(after)}
	k := 0 // as many ratios are cut off at each end
	for k < len(all)/2 && d.CDF(float64(k)) <= (1-confidence)/2 {
		k++
	}
	if k == 0 {
		return math.NaN(), math.NaN()
	}
	return all[k-1] - 1, all[len(all)-k] - 1
}
