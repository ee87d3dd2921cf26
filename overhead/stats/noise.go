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

// NoiseFloor reads the noise from what the second baseline seems to cost.
func NoiseFloor(e Effect) Noise {
	if !e.Relative {
		return Noise{Effect: e}
	}
	return Noise{Effect: e, Floor: math.Min(math.Expm1(e.LogRatio.reach()), largest), Spread: math.Min(math.Expm1(e.LogRatio.SD), largest)}
}

// Floor is how far the effect's interval reaches from nothing: on the scale of log ratios, and as a difference in the
// metric's unit. Without limits, nothing is known, and both are infinite.
func (e Effect) Floor() (logRatio, difference float64) {
	logRatio, difference = math.Inf(1), math.Inf(1)
	if e.LogRatio.Bounded {
		logRatio = e.LogRatio.reach()
	}
	if e.Difference.Bounded {
		difference = e.Difference.reach()
	}
	return logRatio, difference
}
