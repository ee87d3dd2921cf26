package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// experiments is how many whole experiments each simulation runs, every one of rounds rounds.
const (
	experiments = 1000
	rounds      = 10
)

// bench is a simulated machine that drifts: its speed wanders from run to run and trends over the experiment, and each
// run has noise of its own.
type bench struct {
	rng   *rand.Rand
	speed float64
	trend float64
}

func newBench(rng *rand.Rand) *bench { return &bench{rng: rng, trend: 0.004 * rng.NormFloat64()} }

// run measures a case that costs factor times the baseline's 200 µs.
func (b *bench) run(factor float64) float64 {
	b.speed += b.trend + 0.01*b.rng.NormFloat64()
	return 200 * factor * math.Exp(b.speed+0.06*b.rng.NormFloat64())
}

// interleaved runs both cases once in each round, in a shuffled order.
func (b *bench) interleaved(n int, factor float64) []Pair {
	pairs := make([]Pair, n)
	for i := range pairs {
		p := Pair{Round: i + 1}
		if b.rng.IntN(2) == 0 {
			p.Base, p.Case = b.run(1), b.run(factor)
		} else {
			p.Case, p.Base = b.run(factor), b.run(1)
		}
		pairs[i] = p
	}
	return pairs
}

// blocked runs all of the baseline first and all of the case after it.
func (b *bench) blocked(n int, factor float64) []Pair {
	pairs := make([]Pair, n)
	for i := range pairs {
		pairs[i] = Pair{Round: i + 1, Base: b.run(1)}
	}
	for i := range pairs {
		pairs[i].Case = b.run(factor)
	}
	return pairs
}

func count(t *testing.T, seed uint64, of func(*bench) bool) int {
	t.Helper()
	k := 0
	rng := rand.New(rand.NewPCG(seed, 17))
	for range experiments {
		if of(newBench(rng)) {
			k++
		}
	}
	t.Logf("%d of %d", k, experiments)
	return k
}

func TestSimulatedAA(t *testing.T) {
	t.Run("FalsePositivesAreFivePercent", func(t *testing.T) {
		got := count(t, 1, func(b *bench) bool { return Paired(b.interleaved(rounds, 1), 0.95).P() <= 0.05 })
		lo, hi := Binomial(experiments, 0.05, 0.99)
		if got < lo || got > hi {
			t.Errorf("%d of %d equal pairs were called different, want %d to %d", got, experiments, lo, hi)
		}
	})
	t.Run("MarginVerdictIsRarelyACost", func(t *testing.T) {
		got := count(t, 2, func(b *bench) bool {
			return Judge(Paired(b.interleaved(rounds, 1), 0.95).LogRatio, LogMargin(0.05)).Verdict(0.05) == More
		})
		if _, hi := Binomial(experiments, 0.05, 0.99); got > hi {
			t.Errorf("%d of %d equal pairs were called a cost, want at most %d", got, experiments, hi)
		}
	})
	t.Run("BlockedOrderWouldFail", func(t *testing.T) {
		// The reason for interleaving: the same machine and the same test, with the cases run one after the other.
		got := count(t, 3, func(b *bench) bool { return Paired(b.blocked(rounds, 1), 0.95).P() <= 0.05 })
		if _, hi := Binomial(experiments, 0.05, 0.99); got <= hi {
			t.Errorf("only %d of %d: the simulated drift is too weak to show anything", got, experiments)
		}
	})
	t.Run("HolmKeepsTheFamily", func(t *testing.T) {
		got := count(t, 4, func(b *bench) bool {
			p := make([]float64, 12)
			for i := range p {
				p[i] = Paired(b.interleaved(rounds, 1), 0.95).P()
			}
			for _, adjusted := range Holm(p) {
				if adjusted <= 0.05 {
					return true
				}
			}
			return false
		})
		if _, hi := Binomial(experiments, 0.05, 0.99); got > hi {
			t.Errorf("%d of %d families of twelve equal pairs had a false claim, want at most %d", got, experiments, hi)
		}
	})
}

func TestSimulatedEffect(t *testing.T) {
	const factor = 1.57
	covers := func(seed uint64, run func(*bench) []Pair, truth func(Effect) bool) func(t *testing.T) {
		return func(t *testing.T) {
			got := count(t, seed, func(b *bench) bool { return truth(Paired(run(b), 0.95)) })
			lo, hi := Binomial(experiments, 0.95, 0.99)
			if got < lo || got > hi {
				t.Errorf("%d of %d intervals cover the known effect, want %d to %d", got, experiments, lo, hi)
			}
		}
	}
	fixed := func(b *bench) []Pair { return b.interleaved(rounds, factor) }
	ratio := func(e Effect) bool { return e.Ratio.Covers(factor - 1) }
	t.Run("RatioIsCoveredIn95Percent", covers(5, fixed, ratio))
	t.Run("NoEffectIsCoveredIn95Percent", covers(6, func(b *bench) []Pair { return b.interleaved(rounds, 1) },
		func(e Effect) bool { return e.Ratio.Covers(0) }))
	t.Run("IsCalledACost", func(t *testing.T) {
		got := count(t, 7, func(b *bench) bool {
			return Judge(Paired(fixed(b), 0.95).LogRatio, LogMargin(0.05)).Verdict(0.05) == More
		})
		if got < experiments*99/100 {
			t.Errorf("an effect of 57 %% was called a cost in %d of %d experiments only", got, experiments)
		}
	})
	t.Run("StoppingOnPrecisionKeepsCoverage", func(t *testing.T) {
		// Stopping on the width is not free of bias; the loss stays within a point.
		got := count(t, 8, func(b *bench) bool {
			pairs := b.interleaved(MinRounds, factor)
			for !Precise([]Effect{Paired(pairs, 0.95)}, 0.05) && len(pairs) < 60 {
				pairs = append(pairs, b.interleaved(1, factor)...)
			}
			return ratio(Paired(pairs, 0.95))
		})
		if lo, _ := Binomial(experiments, 0.94, 0.99); got < lo {
			t.Errorf("%d of %d intervals cover the known effect, want at least %d", got, experiments, lo)
		}
	})
}
