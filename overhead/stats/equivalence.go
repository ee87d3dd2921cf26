package stats

import "math"

// Assumption of this file: the margin was set before the measurement. Two one-sided t tests (Schuirmann 1987) then say
// "within", and one each says "more" or "less", every claim with an error probability of alpha.

// Verdict is what can be said about a case.
type Verdict string

// The verdicts. Inconclusive is an answer: the rounds so far can't tell.
const (
	More         Verdict = "costs more than"
	Less         Verdict = "costs less than"
	Within       Verdict = "within"
	Inconclusive Verdict = "inconclusive"
)

// Claims holds the p-value of each claim about an effect against a margin.
type Claims struct {
	// More is of "above +margin", Less of "below -margin", Within of "between the two".
	More   float64 `json:"more"`
	Less   float64 `json:"less"`
	Within float64 `json:"within"`
}

// Judge tests the three claims. The margin is in the scale of i: for log ratios, LogMargin(0.05).
func Judge(i Interval, margin float64) Claims {
	if !i.Bounded {
		return Claims{More: 1, Less: 1, Within: 1}
	}
	above, below := tStatistic(i, margin), tStatistic(i, -margin)
	return Claims{
		More:   upperTailT(i.N, above),
		Less:   upperTailT(i.N, -below),
		Within: math.Max(upperTailT(i.N, -above), upperTailT(i.N, below)),
	}
}

// LogMargin is a margin given as a share (0.05 is 5 %) on the scale of log ratios: the same distance up and down.
func LogMargin(share float64) float64 { return math.Log1p(share) }

// Verdict is the claim that holds at alpha, or Inconclusive.
func (c Claims) Verdict(alpha float64) Verdict {
	switch {
	case c.More <= alpha:
		return More
	case c.Less <= alpha:
		return Less
	case c.Within <= alpha:
		return Within
	}
	return Inconclusive
}

// P is a p-value for the best of the three claims. At most two of them can be false at once, so twice the smallest is
// valid; it is what Holm's procedure is given.
func (c Claims) P() float64 { return math.Min(1, 2*math.Min(c.More, math.Min(c.Less, c.Within))) }

// MoreRounds estimates how many rounds beyond those of i are needed until one of the claims can be expected to hold,
// if mean and spread stay as they are. It is at least 1 and at most limit.
func MoreRounds(i Interval, margin, alpha float64, limit int) int {
	if !i.Bounded {
		return min(limit, 2)
	}
	distance := math.Abs(math.Abs(i.Mean) - margin)
	for extra := 1; extra < limit; extra++ {
		n := i.N + extra
		if quantileT(n, 1-alpha)*i.SD/math.Sqrt(float64(n)) < distance {
			return extra
		}
	}
	return limit
}

// Beyond gives the p-values of "the mean lies above limit" and "at or below limit", a one-sided t test each.
// Exact data that meet the limit are not above it.
func Beyond(i Interval, limit float64) (above, below float64) {
	if !i.Bounded {
		return 1, 1
	}
	if i.SD == 0 && i.Mean == limit {
		return 1, 0
	}
	t := tStatistic(i, limit)
	return upperTailT(i.N, t), upperTailT(i.N, -t)
}
