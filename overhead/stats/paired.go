package stats

import "math"

// Assumption of this file: within a round both cases met the same machine, so that what the machine did to both cancels
// in their ratio. What is left over is independent from round to round, because the order was shuffled in each.

// Pair is what one round measured: the baseline's value and the case's.
type Pair struct {
	Round int     `json:"round"`
	Base  float64 `json:"base"`
	Case  float64 `json:"case"`
}

// Effect is what a case costs on top of the baseline.
type Effect struct {
	// LogRatio is of ln(Case / Base): the interval that is judged. Ratio is the same as a share (0.57 is 57 % more).
	// Both are empty unless Relative.
	LogRatio Interval `json:"log_ratio"`
	Ratio    Interval `json:"ratio"`
	// Difference is in the metric's unit: the same interval once more, applied to the baseline's geometric mean. Where
	// there is no ratio, it is of Case - Base. SD is that of the logarithms in all three where there is one.
	Difference Interval `json:"difference"`
	// Relative says that every value was above 0, so that ratios exist.
	Relative bool `json:"relative"`
}

// Paired estimates the effect from pairs at the given confidence.
func Paired(pairs []Pair, confidence float64) Effect {
	differences, logs, base := make([]float64, 0, len(pairs)), make([]float64, 0, len(pairs)), 0.0
	for _, p := range pairs {
		differences = append(differences, p.Case-p.Base)
		if p.Base > 0 && p.Case > 0 {
			logs = append(logs, math.Log(p.Case/p.Base))
			base += math.Log(p.Base) / float64(len(pairs))
		}
	}
	e := Effect{Difference: MeanInterval(differences, confidence)}
	if len(logs) < len(pairs) || len(pairs) == 0 {
		return e
	}
	e.Relative = true
	e.LogRatio = MeanInterval(logs, confidence)
	e.Ratio = e.LogRatio.transform(math.Expm1)
	e.Difference = e.LogRatio.transform(func(l float64) float64 { return math.Exp(base) * math.Expm1(l) })
	return e
}
