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
	t.Run("PAgreesWithPairedTTest", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for n := 2; n < 30; n++ {
			pairs := randomPairs(rng, n, 0.05, 0.1, 0.2)
			zeros := make([]float64, n)
			want, err := gomoremath.PairedTTest(logs(pairs), zeros, 0, gomoremath.LocationDiffers)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "p", Paired(pairs, 0.95).P(), want.P, 1e-9)
		}
	})
	t.Run("ExactData", func(t *testing.T) {
		e := Paired([]Pair{{1, 69, 169}, {2, 69, 169}, {3, 69, 169}}, 0.95)
		near(t, "difference", e.Difference.Mean, 100, 0)
		near(t, "half width", e.Difference.Half(), 0, 0)
		near(t, "p", e.P(), 0, 0)
		if v := Judge(e.LogRatio, LogMargin(0.05)).Verdict(0.05); v != More {
			t.Errorf("got %q, want %q", v, More)
		}
	})
	t.Run("EqualExactData", func(t *testing.T) {
		e := Paired([]Pair{{1, 69, 69}, {2, 69, 69}}, 0.95)
		near(t, "p", e.P(), 1, 0)
		if v := Judge(e.LogRatio, LogMargin(0.05)).Verdict(0.05); v != Within {
			t.Errorf("got %q, want %q", v, Within)
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

func TestJudge(t *testing.T) {
	margin := LogMargin(0.05)
	at := func(mean, half float64) Interval { // an interval over 10 values with the given 95 % half width
		sd := half / quantileT(10, 0.975) * math.Sqrt(10)
		return Interval{N: 10, Mean: mean, SD: sd, Lo: mean - half, Hi: mean + half, Bounded: true}
	}
	for _, c := range []struct {
		name       string
		mean, half float64
		want       Verdict
	}{
		{"FarAbove", 0.5, 0.1, More},
		{"FarBelow", -0.5, 0.1, Less},
		{"Tight", 0.001, 0.01, Within},
		{"Wide", 0.001, 0.2, Inconclusive},
		{"OnTheMargin", margin, 0.01, Inconclusive},
		{"SignificantButSmall", 0.02, 0.005, Within},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Judge(at(c.mean, c.half), margin).Verdict(0.05); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("SameAsNinetyPercentInterval", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for range 500 {
			values := logs(randomPairs(rng, 8, 0.05*rng.NormFloat64(), 0.03, 0))
			i90 := MeanInterval(values, 0.90)
			got := Judge(i90, margin).Verdict(0.05)
			want := Inconclusive
			switch {
			case i90.Lo > margin:
				want = More
			case i90.Hi < -margin:
				want = Less
			case i90.Lo > -margin && i90.Hi < margin:
				want = Within
			}
			if got != want {
				t.Fatalf("%+v: got %q, want %q", i90, got, want)
			}
		}
	})
	t.Run("MoreRounds", func(t *testing.T) {
		few, many := MoreRounds(at(0, 0.06), margin, 0.05, 1000), MoreRounds(at(0, 0.2), margin, 0.05, 1000)
		if few < 1 || few > 10 || many <= few || many >= 1000 {
			t.Errorf("got %d rounds for a narrow and %d for a wide interval", few, many)
		}
		if got := MoreRounds(at(margin, 0.2), margin, 0.05, 1000); got != 1000 {
			t.Errorf("on the margin: got %d, want the limit", got)
		}
	})
}

func TestHolm(t *testing.T) {
	// R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
	got, want := Holm([]float64{0.01, 0.04, 0.03, 0.005}), []float64{0.03, 0.06, 0.06, 0.02}
	for i := range want {
		near(t, "adjusted", got[i], want[i], 1e-12)
	}
	if len(Holm(nil)) != 0 {
		t.Error("something came of nothing")
	}
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
