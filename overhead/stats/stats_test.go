package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	gomoremath "github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
	"gonum.org/v1/gonum/stat/distuv"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func logs(pairs []Pair) []float64 {
	var out []float64
	for _, p := range pairs {
		out = append(out, math.Log(p.Case/p.Base))
	}
	return out
}

func randomPairs(rng *rand.Rand, n int, effect, noise, drift float64) []Pair {
	pairs := make([]Pair, n)
	for i := range pairs {
		level := 200 * math.Exp(drift*rng.NormFloat64())
		pairs[i] = Pair{i + 1, level * math.Exp(noise*rng.NormFloat64()), level * math.Exp(effect+noise*rng.NormFloat64())}
	}
	return pairs
}

func TestMeanInterval(t *testing.T) {
	t.Run("AgreesWithBenchmath", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for n := 2; n < 40; n++ {
			values := logs(randomPairs(rng, n, 0.3, 0.1, 0.2))
			got := MeanInterval(values, 0.95)
			want := benchmath.AssumeNormal.Summary(benchmath.NewSample(append([]float64(nil), values...), &benchmath.DefaultThresholds), 0.95)
			near(t, "mean", got.Mean, want.Center, 1e-9)
			near(t, "low", got.Lo, want.Lo, 1e-6)
			near(t, "high", got.Hi, want.Hi, 1e-6)
		}
	})
	t.Run("Textbook", func(t *testing.T) {
		// Student's own data (1908): the extra sleep of ten patients under two drugs.
		differences := []float64{1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4}
		i := MeanInterval(differences, 0.95)
		near(t, "mean", i.Mean, 1.58, 1e-9)
		near(t, "low", i.Lo, 0.7001142, 1e-6)
		near(t, "high", i.Hi, 2.4598858, 1e-6)
	})
	t.Run("TooFew", func(t *testing.T) {
		if i := MeanInterval([]float64{3}, 0.95); i.Bounded || i.Covers(3) || i.Mean != 3 {
			t.Errorf("one value: got %+v, want no limits", i)
		}
		if i := MeanInterval(nil, 0.95); i.N != 0 || i.Bounded {
			t.Errorf("no value: got %+v", i)
		}
	})
}

func TestPaired(t *testing.T) {
	t.Run("AgreesWithPairedTTest", func(t *testing.T) {
		// An interval leaves 0 out exactly when the test at the rest of its confidence calls the two different.
		rng := rand.New(rand.NewPCG(3, 4))
		for n := 2; n < 30; n++ {
			pairs := randomPairs(rng, n, 0.05, 0.1, 0.2)
			zeros := make([]float64, n)
			test, err := gomoremath.PairedTTest(logs(pairs), zeros, 0, gomoremath.LocationDiffers)
			if err != nil {
				t.Fatal(err)
			}
			for _, of := range []struct {
				by   float64
				want bool
			}{{1e-6, true}, {-1e-6, false}} {
				if got := Paired(pairs, 1-test.P-of.by).LogRatio.Covers(0); got == of.want {
					t.Errorf("n = %d, p = %v: at a confidence %v off, the interval covers 0: %v", n, test.P, of.by, got)
				}
			}
		}
	})
	t.Run("DifferenceIsTheSameInterval", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(9, 4))
		for n := 2; n < 30; n++ {
			e := Paired(randomPairs(rng, n, 0.02*rng.NormFloat64(), 0.3, 0.5), 0.95)
			if e.Difference.Lo > 0 != (e.Ratio.Lo > 0) || e.Difference.Hi < 0 != (e.Ratio.Hi < 0) {
				t.Errorf("a difference in %+v and a ratio in %+v say different things", e.Difference, e.Ratio)
			}
		}
	})
	exact := func(n int, base, with float64) Effect {
		pairs := make([]Pair, n)
		for i := range pairs {
			pairs[i] = Pair{i + 1, base, with}
		}
		return Paired(pairs, 0.95)
	}
	t.Run("ExactData", func(t *testing.T) {
		e := exact(MinRounds, 69, 169)
		near(t, "difference", e.Difference.Mean, 100, 1e-9)
		near(t, "half width", e.Difference.Half(), 0, 1e-9)
		if v, why := VerdictOf(e.LogRatio, LogMargin(0.05), 0); v != More {
			t.Errorf("got %q (%s), want %q", v, why, More)
		}
	})
	t.Run("EqualExactData", func(t *testing.T) {
		if v, why := VerdictOf(exact(MinRounds, 69, 69).LogRatio, LogMargin(0.05), 0); v != Within {
			t.Errorf("got %q (%s), want %q", v, why, Within)
		}
	})
	t.Run("FewExactData", func(t *testing.T) {
		if v, why := VerdictOf(exact(MinRounds-1, 69, 169).LogRatio, LogMargin(0.05), 0); v != Inconclusive || why != TooFewRounds {
			t.Errorf("got %q (%s), want none from so few rounds", v, why)
		}
	})
	t.Run("ZeroBaseline", func(t *testing.T) {
		e := Paired([]Pair{{1, 0, 512}, {2, 0, 500}}, 0.95)
		if e.Relative {
			t.Error("a ratio to nothing was formed")
		}
		near(t, "difference", e.Difference.Mean, 506, 1e-9)
	})
}

// at is an interval over n values with the given mean and 95 % half width.
func at(n int, mean, half float64) Interval {
	sd := half / quantileT(n, 0.975) * math.Sqrt(float64(n))
	return Interval{N: n, Mean: mean, SD: sd, Lo: mean - half, Hi: mean + half, Bounded: true}
}

func TestVerdictOf(t *testing.T) {
	margin := LogMargin(0.05)
	for _, c := range []struct {
		name       string
		n          int
		mean, half float64
		floor      float64
		want       Verdict
		why        Reason
	}{
		{"FarAbove", 10, 0.5, 0.1, 0, More, ""},
		{"FarBelow", 10, -0.5, 0.1, 0, Less, ""},
		{"Tight", 10, 0.001, 0.01, 0, Within, ""},
		{"Wide", 10, 0.001, 0.2, 0, Inconclusive, TooWide},
		{"OnTheMargin", 10, margin, 0.01, 0, Inconclusive, TooWide},
		{"SignificantButSmall", 10, 0.02, 0.005, 0, Within, ""},
		{"AboveTheNoise", 10, 0.5, 0.1, 0.3, More, ""},
		{"BelowTheNoise", 10, -0.5, 0.1, 0.3, Less, ""},
		{"HalfInTheNoise", 10, 0.5, 0.1, 0.45, Inconclusive, WithinNoise},
		{"InTheNoise", 10, 0.08, 0.002, 2.4, Inconclusive, WithinNoise},
		{"BelowInTheNoise", 10, -0.08, 0.002, 2.4, Inconclusive, WithinNoise},
		{"EqualInTheNoise", 10, 0, 0.002, 0.06, Inconclusive, WithinNoise},
		{"NoiseNotKnown", 10, 0.5, 0.1, math.Inf(1), Inconclusive, WithinNoise},
		{"FewestRounds", MinRounds, 0.5, 0.1, 0, More, ""},
		{"TooFewRounds", MinRounds - 1, 0.5, 0.1, 0, Inconclusive, TooFewRounds},
		{"TwoRounds", 2, 0.081, 0.002, 0, Inconclusive, TooFewRounds},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, why := VerdictOf(at(c.n, c.mean, c.half), margin, c.floor); got != c.want || why != c.why {
				t.Errorf("got %q (%s), want %q (%s)", got, why, c.want, c.why)
			}
		})
	}
	t.Run("NoRounds", func(t *testing.T) {
		if got, why := VerdictOf(Interval{}, margin, 0); got != Inconclusive || why != TooFewRounds {
			t.Errorf("got %q (%s)", got, why)
		}
	})
	t.Run("VerdictAndIntervalAgree", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for range 2000 {
			i := MeanInterval(logs(randomPairs(rng, 2+rng.IntN(9), 0.1*rng.NormFloat64(), 0.06*rng.Float64(), 0)), 0.95)
			floor := 0.1 * rng.Float64()
			got, why := VerdictOf(i, margin, floor)
			switch {
			case got == More && (i.Lo <= margin || i.Lo <= floor),
				got == Less && (i.Hi >= -margin || i.Hi >= -floor),
				got == Within && (i.Lo <= -margin || i.Hi >= margin || floor >= margin),
				got != Inconclusive && i.N < MinRounds,
				got == Inconclusive != (why != ""):
				t.Fatalf("%+v, floor %v: got %q (%s)", i, floor, got, why)
			}
		}
	})
}

func TestMoreRounds(t *testing.T) {
	margin := LogMargin(0.05)
	for _, c := range []struct {
		name     string
		i, noise Interval
		lo, hi   int
	}{
		{"Narrow", at(10, 0, 0.06), Interval{}, 1, 10},
		{"Wide", at(10, 0, 0.2), Interval{}, 100, 999},
		{"OnTheMargin", at(10, margin, 0.2), Interval{}, 1000, 1000},
		{"ToTheFewestRounds", at(2, 0.5, 0.01), Interval{}, MinRounds - 2, MinRounds - 2},
		{"VeryWide", at(3, 0.456, 1.13), Interval{}, 4, 8}, // [-49 %, +388 %] is not one round from an answer
		{"Noise", at(10, 0.3, 0.05), at(10, 0.1, 0.3), 3, 30},
		{"NoiseThatStays", at(10, 0.3, 0.05), at(10, 0.4, 0.1), 1000, 1000},
		{"OneRound", MeanInterval([]float64{0.5}, 0.95), Interval{}, 1, 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := MoreRounds(c.i, c.noise, margin, 0.95, 1000); got < c.lo || got > c.hi {
				t.Errorf("got %d, want %d to %d", got, c.lo, c.hi)
			}
		})
	}
}

func TestNoiseFloor(t *testing.T) {
	e := Paired([]Pair{{1, 100, 110}, {2, 100, 90}, {3, 100, 101}}, 0.95)
	n := NoiseFloor(e)
	log, difference := e.Floor()
	near(t, "floor", n.Floor, math.Expm1(math.Max(-e.LogRatio.Lo, e.LogRatio.Hi)), 1e-12)
	near(t, "floor on the log scale", log, math.Log1p(n.Floor), 1e-12)
	near(t, "floor in the unit", difference, math.Max(-e.Difference.Lo, e.Difference.Hi), 1e-12)
	t.Run("NotKnown", func(t *testing.T) {
		for name, pairs := range map[string][]Pair{"nothing": nil, "one round": {{1, 100, 101}}} {
			if log, difference := Paired(pairs, 0.95).Floor(); !math.IsInf(log, 1) || !math.IsInf(difference, 1) {
				t.Errorf("%s: floors %v and %v are claimed", name, log, difference)
			}
		}
	})
}

func TestBinomial(t *testing.T) {
	for _, c := range []struct {
		n int
		p float64
	}{{20, 0.2}, {2000, 0.2}, {6000, 0.4}, {100, 0.01}} {
		d := distuv.Binomial{N: float64(c.n), P: c.p}
		lo, hi := Binomial(c.n, c.p, 0.999)
		if outside := d.CDF(float64(lo - 1)); outside > 0.0005+1e-9 {
			t.Errorf("n=%d p=%v: %v lies below %d", c.n, c.p, outside, lo)
		}
		if outside := 1 - d.CDF(float64(hi)); outside > 0.0005+1e-9 {
			t.Errorf("n=%d p=%v: %v lies above %d", c.n, c.p, outside, hi)
		}
		if d.CDF(float64(lo)) <= 0.0005 || 1-d.CDF(float64(hi-1)) <= 0.0005 {
			t.Errorf("n=%d p=%v: limits %d and %d are wider than needed", c.n, c.p, lo, hi)
		}
	}
	for _, c := range []struct {
		n      int
		p      float64
		lo, hi int
	}{{100, 0, 0, 0}, {100, 1, 100, 100}, {0, 0.5, 0, 0}} {
		if lo, hi := Binomial(c.n, c.p, 0.99); lo != c.lo || hi != c.hi {
			t.Errorf("n=%d p=%v: got %d and %d", c.n, c.p, lo, hi)
		}
	}
	share, lo, hi := Proportion(20, 100, 0.95) // Wilson, from R's prop.test(20, 100, correct=FALSE)
	near(t, "share", share, 0.2, 1e-12)
	near(t, "low", lo, 0.1333669, 1e-6)
	near(t, "high", hi, 0.2888292, 1e-6)
}
