package stats

import "math"

// Assumption of this file: margin, confidence and control were chosen before the measurement. A verdict follows from one
// interval alone, the one that is printed: a claim is made when the whole interval bears it.

// Verdict is what can be said about a case.
type Verdict string

// The verdicts. Inconclusive is an answer: the rounds so far can't tell.
const (
	More         Verdict = "costs more than"
	Less         Verdict = "saves more than"
	Within       Verdict = "within"
	Inconclusive Verdict = "inconclusive"
)

// Reason says why there is no verdict.
type Reason string

// The reasons. BaselinesDiffer is never found by VerdictOf: it is for the caller who knows that the control failed.
const (
	TooFewRounds    Reason = "too few rounds"
	WithinNoise     Reason = "within the noise floor"
	TooWide         Reason = "the interval is too wide"
	BaselinesDiffer Reason = "the equal baselines differ"
)

// MinRounds is the fewest rounds from which a verdict is given. In n rounds, noise of any shape puts every difference on
// the same side with a probability of 2/2^n (sign test); only from six on that is less than 5 %. With fewer rounds an
// interval rests on the shape that Student's t assumes, and on nothing that was seen.
const MinRounds = 6

// VerdictOf says what interval i of an effect bears: More or Less when all of it lies beyond both the margin and the noise
// floor, Within when all of it and the noise floor lie inside the margin. Otherwise the verdict is Inconclusive, and the
// reason says why. Margin and floor are in the scale of i, for log ratios those of LogMargin; the floor is 0 when
// none is known.
func VerdictOf(i Interval, margin, floor float64) (Verdict, Reason) {
	above, below := i.Lo > margin, i.Hi < -margin
	inside := i.Lo > -margin && i.Hi < margin
	switch {
	case !i.Bounded || i.N < MinRounds:
		return Inconclusive, TooFewRounds
	case above && i.Lo > floor:
		return More, ""
	case below && i.Hi < -floor:
		return Less, ""
	case inside && floor < margin:
		return Within, ""
	case above || below || inside:
		return Inconclusive, WithinNoise
	}
	return Inconclusive, TooWide
}

// LogMargin is a margin given as a share (0.05 is 5 %) on the scale of log ratios: the same distance up and down.
func LogMargin(share float64) float64 { return math.Log1p(share) }

// MoreRounds estimates how many rounds beyond those of i are needed until VerdictOf can be expected to give a verdict, if
// means and spreads stay as they are. Noise is the control's interval, in the scale of i, and the zero value when there is
// none. The result is at least 1 and at most limit.
func MoreRounds(i, noise Interval, margin, confidence float64, limit int) int {
	return 1 + search(limit-1, func(k int) bool {
		n := i.N + 1 + k
		v, _ := VerdictOf(i.with(n, confidence), margin, noise.with(n, confidence).reach())
		return v != Inconclusive
	})
}

// with is the interval that n values of the same mean and spread would have.
func (i Interval) with(n int, confidence float64) Interval {
	if i.N == 0 || n < 2 {
		return i
	}
	half := quantileT(n, (1+confidence)/2) * i.SD / math.Sqrt(float64(n))
	return Interval{N: n, Mean: i.Mean, SD: i.SD, Lo: i.Mean - half, Hi: i.Mean + half, Bounded: true}
}

// reach is how far the interval reaches from 0.
func (i Interval) reach() float64 { return math.Max(math.Abs(i.Lo), math.Abs(i.Hi)) }
