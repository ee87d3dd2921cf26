package stats

import "math"

// Assumption of this file: whether to stop is decided by the width of the intervals alone, never by where they lie.

// PreciseRounds is the fewest rounds after which Precise may say yes: with fewer, a small spread may be
// luck, and intervals that stopped on it cover too rarely (the simulation: 91 % with five rounds, 94 % with ten).
const PreciseRounds = 10

// Precise reports whether every effect is known to within target (0.02: plus or minus 2 %).
func Precise(effects []Effect, target float64) bool {
	for _, e := range effects {
		if !e.Relative || e.LogRatio.N < PreciseRounds || math.Expm1(e.LogRatio.Half()) > target {
			return false
		}
	}
	return len(effects) > 0
}
