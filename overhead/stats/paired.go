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
	// Difference is of Case - Base, in the metric's unit.
	Difference Interval `json:"difference"`
	// LogRatio is of ln(Case / Base), and Ratio the same as a share: 0.57 is 57 % more. Both are empty unless Relative.
	LogRatio Interval `json:"log_ratio"`
	Ratio    Interval `json:"ratio"`
	// Relative says that every value was above 0, so that ratios exist.
	Relative bool `json:"relative"`
}

// Paired estimates the effect from pairs at the given confidence.
func Paired(pairs []Pair, confidence float64) Effect {
	differences, logs := make([]float64, 0, len(pairs)), make([]float64, 0, len(pairs))
	for _, p := range pairs {
		differences = append(differences, p.Case-p.Base)
		if p.Base > 0 && p.Case > 0 {
			logs = append(logs, math.Log(p.Case/p.Base))
		}
	}
	e := Effect{Difference: MeanInterval(differences, confidence)}
	if len(logs) == len(pairs) && len(pairs) > 0 {
		e.Relative = true
		e.LogRatio = MeanInterval(logs, confidence)
		e.Ratio = e.LogRatio.transform(math.Expm1)
	}
	return e
}

// P is the two-sided p-value of the paired t test of "no difference", on log ratios where they exist.
func (e Effect) P() float64 {
	i := e.Difference
	if e.Relative {
		i = e.LogRatio
	}
	if !i.Bounded {
		return 1
	}
	return math.Min(1, 2*upperTailT(i.N, math.Abs(tStatistic(i, 0))))
}

// tStatistic is how many standard errors the mean lies above x; exact data (no spread) give an infinite one.
func tStatistic(i Interval, x float64) float64 {
	d := i.Mean - x
	if s := i.standardError(); s > 0 {
		return d / s
	}
	if d == 0 {
		return 0
	}
	return math.Inf(int(math.Copysign(1, d)))
}
