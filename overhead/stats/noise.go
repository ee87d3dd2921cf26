package stats

import "math"

// Assumption of this file: the two baselines differ in nothing, so that whatever is found between them is noise.

// Noise is what an A/A pair shows of the bench.
type Noise struct {
	// Effect is of the second baseline against the first.
	Effect Effect `json:"effect"`
	// Floor is the largest difference between equal cases that the interval leaves open, as a share: an effect below it
	// can't be told from nothing in as many rounds.
	Floor float64 `json:"floor"`
	// Spread is the standard deviation of the log ratio from round to round, as a share.
	Spread float64 `json:"spread"`
}

// NoiseFloor reads the noise from the pairs of two baselines.
func NoiseFloor(pairs []Pair, confidence float64) Noise {
	e := Paired(pairs, confidence)
	if !e.Relative {
		return Noise{Effect: e}
	}
	return Noise{
		Effect: e,
		Floor:  math.Expm1(math.Max(math.Abs(e.LogRatio.Lo), math.Abs(e.LogRatio.Hi))),
		Spread: math.Expm1(e.LogRatio.SD),
	}
}
