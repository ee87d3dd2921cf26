package stats

import "slices"

// Assumption of this file: none about how the p-values hang together (Holm 1979).

// Holm adjusts p-values for having asked len(p) questions: a claim whose adjusted p is at most alpha stands, with a
// probability of at most alpha that any of those that stand is false. The result is in the order of p.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	adjusted, floor := make([]float64, len(p)), 0.0
	for rank, i := range order {
		floor = max(floor, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = floor
	}
	return adjusted
}
