package stats

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// rounds is how many rounds most simulated experiments have.
const rounds = 10

// experiments is how many whole experiments each simulation runs; FOOBAR_LONG=1 makes them many.
func experiments(few int) int {
	if os.Getenv("FOOBAR_LONG") == "1" {
		return 20 * few
	}
	return few
}

// bench is a simulated machine that drifts: its speed wanders from run to run and trends over the experiment, and each
// run has noise of its own.
type bench struct {
	rng   *rand.Rand
	speed float64
	trend float64
	// noise is one run's own, as a logarithm; place is the run's place in its round, from 0.
	noise func(rng *rand.Rand, place int) float64
}

func calm(rng *rand.Rand, _ int) float64 { return 0.06 * rng.NormFloat64() }

func newBench(rng *rand.Rand, noise func(*rand.Rand, int) float64) *bench {
	return &bench{rng: rng, trend: 0.004 * rng.NormFloat64(), noise: noise}
}

// run measures a case that costs factor times the baseline's 200 µs.
func (b *bench) run(factor float64, place int) float64 {
	b.speed += b.trend + 0.01*b.rng.NormFloat64()
	return 200 * factor * math.Exp(b.speed+b.noise(b.rng, place))
}

// interleaved runs the baseline, its repetition and a case once in each round, in a shuffled order.
func (b *bench) interleaved(n int, factor float64) (pairs, control []Pair) {
	for round := 1; round <= n; round++ {
		var v [3]float64
		for place, which := range b.rng.Perm(3) {
			v[which] = b.run([]float64{1, 1, factor}[which], place)
		}
		pairs = append(pairs, Pair{round, v[0], v[2]})
		control = append(control, Pair{round, v[0], v[1]})
	}
	return pairs, control
}

// blocked runs all of the baseline first and all of the case after it.
func (b *bench) blocked(n int, factor float64) []Pair {
	pairs := make([]Pair, n)
	for i := range pairs {
		pairs[i] = Pair{Round: i + 1, Base: b.run(1, 0)}
	}
	for i := range pairs {
		pairs[i].Case = b.run(factor, 0)
	}
	return pairs
}

func count(t *testing.T, seed uint64, n int, noise func(*rand.Rand, int) float64, of func(*bench) bool) int {
	t.Helper()
	k := 0
	rng := rand.New(rand.NewPCG(seed, 17))
	for range n {
		if of(newBench(rng, noise)) {
			k++
		}
	}
	t.Logf("%d of %d", k, n)
	return k
}

func differs(pairs []Pair) bool { return !Paired(pairs, 0.95).LogRatio.Covers(0) }

func TestSimulatedAA(t *testing.T) {
	n := experiments(1000)
	t.Run("FalsePositivesAreFivePercent", func(t *testing.T) {
		got := count(t, 1, n, calm, func(b *bench) bool { pairs, _ := b.interleaved(rounds, 1); return differs(pairs) })
		if lo, hi := Binomial(n, 0.05, 0.99); got < lo || got > hi {
			t.Errorf("%d of %d equal pairs were called different, want %d to %d", got, n, lo, hi)
		}
	})
	t.Run("BlockedOrderWouldFail", func(t *testing.T) {
		// The reason for interleaving: the same machine and the same test, with the cases run one after the other.
		got := count(t, 3, n, calm, func(b *bench) bool { return differs(b.blocked(rounds, 1)) })
		if _, hi := Binomial(n, 0.05, 0.99); got <= hi {
			t.Errorf("only %d of %d: the simulated drift is too weak to show anything", got, n)
		}
	})
	t.Run("IntervalsOfAFamilyHoldTogether", func(t *testing.T) {
		const members = 12
		got := count(t, 4, n, calm, func(b *bench) bool {
			for range members {
				if pairs, _ := b.interleaved(rounds, 1); !Paired(pairs, 1-0.05/members).LogRatio.Covers(0) {
					return true
				}
			}
			return false
		})
		if _, hi := Binomial(n, 0.05, 0.99); got > hi {
			t.Errorf("%d of %d families of twelve equal pairs had a false claim, want at most %d", got, n, hi)
		}
	})
}

// noises are what runs may suffer, as the logarithm of a factor.
var noises = map[string]func(rng *rand.Rand, place int) float64{
	"calm": calm,
	// Now and then a run takes up to several times as long.
	"spikes": func(rng *rand.Rand, place int) float64 {
		if rng.IntN(8) == 0 {
			return calm(rng, place) + 1.5*rng.Float64()
		}
		return calm(rng, place)
	},
	// Student's t with two degrees of freedom: no variance, runs of a tenth and of ten times are ordinary.
	"heavy": func(rng *rand.Rand, _ int) float64 {
		return 0.3 * rng.NormFloat64() / math.Sqrt(rng.ExpFloat64())
	},
	// The machine is fast or slow, with little between.
	"two speeds": func(rng *rand.Rand, _ int) float64 {
		return 0.7*float64(rng.IntN(2)) + 0.002*rng.NormFloat64()
	},
	// The first run of a round is slow, whichever it is.
	"order": func(rng *rand.Rand, place int) float64 {
		return map[bool]float64{true: 0.4}[place == 0] + 0.002*rng.NormFloat64()
	},
	// Lateness adds up on one side only.
	"skewed": func(rng *rand.Rand, _ int) float64 { return 0.5 * rng.ExpFloat64() },
}

// The claim of the whole program: with few rounds or many, on a calm machine and on a sick one, a verdict is false in at most
// the nominal 5 % of the experiments.
func TestSimulatedVerdictsAreRarelyFalse(t *testing.T) {
	const margin = 0.05
	n := experiments(400)
	truths := []struct {
		name   string
		factor float64
		wrong  []Verdict
	}{
		{"equal", 1, []Verdict{More, Less}},
		{"on the margin", 1 + margin, []Verdict{More, Less, Within}},
		{"at minus the margin", 1 / (1 + margin), []Verdict{More, Less, Within}},
		{"a cost", 1.2, []Verdict{Less, Within}},
	}
	for name, noise := range noises {
		for _, truth := range truths {
			t.Run(name+"/"+truth.name, func(t *testing.T) {
				for rounds := 2; rounds <= 10; rounds++ {
					var wrong, alone int // with a control, and without one
					count(t, uint64(rounds), n, noise, func(b *bench) bool {
						with, without := b.verdicts(rounds, truth.factor, margin)
						if slices.Contains(truth.wrong, with) {
							wrong++
						}
						if slices.Contains(truth.wrong, without) {
							alone++
						}
						return with != Inconclusive || without != Inconclusive
					})
					if _, hi := Binomial(n, 0.05, 0.999); wrong > hi || alone > hi {
						t.Errorf("%d rounds: %d verdicts of %d are false, %d without a control, want at most %d", rounds, wrong, n, alone, hi)
					}
				}
			})
		}
	}
}

// verdicts are those of one experiment, with the control's noise floor and without.
func (b *bench) verdicts(rounds int, factor, margin float64) (with, without Verdict) {
	pairs, equal := b.interleaved(rounds, factor)
	floor, _ := Paired(equal, 0.95).Floor()
	effect := Paired(pairs, 0.95).LogRatio
	with, _ = VerdictOf(effect, LogMargin(margin), floor)
	without, _ = VerdictOf(effect, LogMargin(margin), 0)
	return with, without
}

func TestSimulatedEffect(t *testing.T) {
	const factor = 1.57
	n := experiments(1000)
	covers := func(seed uint64, run func(*bench) []Pair, truth func(Effect) bool) func(t *testing.T) {
		return func(t *testing.T) {
			got := count(t, seed, n, calm, func(b *bench) bool { return truth(Paired(run(b), 0.95)) })
			if lo, hi := Binomial(n, 0.95, 0.99); got < lo || got > hi {
				t.Errorf("%d of %d intervals cover the known effect, want %d to %d", got, n, lo, hi)
			}
		}
	}
	of := func(factor float64) func(b *bench) []Pair {
		return func(b *bench) []Pair { pairs, _ := b.interleaved(rounds, factor); return pairs }
	}
	ratio := func(e Effect) bool { return e.Ratio.Covers(factor - 1) }
	t.Run("RatioIsCoveredIn95Percent", covers(5, of(factor), ratio))
	t.Run("NoEffectIsCoveredIn95Percent", covers(6, of(1), func(e Effect) bool { return e.Ratio.Covers(0) }))
	t.Run("IsCalledACost", func(t *testing.T) {
		for rounds, share := range map[int]int{MinRounds: 95, 10: 99} {
			got := count(t, 7, n, calm, func(b *bench) bool { with, _ := b.verdicts(rounds, factor, 0.05); return with == More })
			if got < n*share/100 {
				t.Errorf("an effect of 57 %% was called a cost in %d of %d experiments of %d rounds only", got, n, rounds)
			}
		}
	})
	t.Run("StoppingOnPrecisionKeepsCoverage", func(t *testing.T) {
		// Stopping on the width is not free of bias; the loss stays within a point.
		got := count(t, 8, n, calm, func(b *bench) bool {
			pairs, _ := b.interleaved(PreciseRounds, factor)
			for !Precise([]Effect{Paired(pairs, 0.95)}, 0.05) && len(pairs) < 60 {
				more, _ := b.interleaved(1, factor)
				pairs = append(pairs, more...)
			}
			return ratio(Paired(pairs, 0.95))
		})
		if lo, _ := Binomial(n, 0.94, 0.99); got < lo {
			t.Errorf("%d of %d intervals cover the known effect, want at least %d", got, n, lo)
		}
	})
}
