package load

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

func TestConstantRate(t *testing.T) {
	for _, tt := range []struct {
		rate         int64
		unit, length time.Duration
		total        int64
		n            int64
		at           time.Duration
	}{
		{200, time.Second, 6 * time.Second, 1200, 1199, 5995 * time.Millisecond},
		{3, time.Second, time.Second, 3, 1, 333333334},
		{3, time.Second, 100 * time.Hour, 1080000, 3 * 3600, time.Hour},
		{20000, time.Second, time.Hour, 72000000, 71999999, time.Hour - 50*time.Microsecond},
		{1, time.Minute, 90 * time.Second, 2, 1, time.Minute},
		{7, time.Second, 500 * time.Millisecond, 4, 3, 428571429},
		{1_000_000_000, time.Second, time.Hour, 3_600_000_000_000, 5, 5},
	} {
		c := constantRate{tt.rate, tt.unit, tt.length}
		if got := c.total(); got != tt.total {
			t.Errorf("%+v: total %d, want %d", c, got, tt.total)
		}
		if got := c.due(tt.n); got != tt.at {
			t.Errorf("%+v: at(%d) = %d, want %d", c, tt.n, got, tt.at)
		}
		if got := c.due(0); got != 0 {
			t.Errorf("%+v: first arrival at %v, want 0", c, got)
		}
	}
}

// The number of arrivals by t is floor(t x rate / unit) + 1: the integral, and the one at 0.
func TestConstantRateIsItsIntegral(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		c := constantRate{1 + rnd.Int64N(100_000), time.Duration(1 + rnd.Int64N(int64(time.Hour))), time.Duration(1 + rnd.Int64N(int64(24*time.Hour)))}
		n := rnd.Int64N(c.total())
		at := c.due(n)
		by := func(d time.Duration) int64 {
			q := new(big.Int).Mul(big.NewInt(int64(d)), big.NewInt(c.rate))
			return q.Div(q, big.NewInt(int64(c.unit))).Int64() + 1
		}
		if by(at) < n+1 || at > 0 && by(at-1) > n {
			t.Fatalf("%+v: arrival %d at %d: %d due by then and %d a nanosecond before", c, n, at, by(at), by(at-1))
		}
	}
}

// area is the integral of the rate up to t, exactly.
func area(start int64, unit time.Duration, stages []Stage, t time.Duration) *big.Rat {
	sum, from := new(big.Rat), big.NewRat(start, 1)
	for _, s := range stages {
		to, d := big.NewRat(s.Target, 1), big.NewRat(int64(s.Duration), 1)
		if s.Duration > 0 {
			x := big.NewRat(min(int64(t), int64(s.Duration)), 1)
			slope := new(big.Rat).Quo(new(big.Rat).Sub(to, from), d)
			end := new(big.Rat).Add(from, slope.Mul(slope, x))
			mean := end.Add(end, from)
			sum.Add(sum, mean.Mul(mean, x.Mul(x, big.NewRat(1, 2))))
		}
		if from, t = to, t-time.Duration(s.Duration); t <= 0 && s.Duration > 0 {
			break
		}
	}
	return sum.Quo(sum, big.NewRat(int64(unit), 1))
}

func TestRampingRateIsItsIntegral(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		start, unit := rnd.Int64N(1000), []time.Duration{time.Millisecond, time.Second, time.Minute, 7 * time.Second}[rnd.IntN(4)]
		stages := make([]Stage, 1+rnd.IntN(5))
		for i := range stages {
			stages[i] = Stage{Duration(rnd.Int64N(int64(time.Minute))), []int64{0, rnd.Int64N(10), rnd.Int64N(20000)}[rnd.IntN(3)]}
			if rnd.IntN(5) == 0 {
				stages[i].Duration = 0
			}
		}
		r := newRampingRate(start, unit, stages)
		whole := area(start, unit, stages, stagesDuration(stages))
		want := new(big.Int).Div(whole.Num(), whole.Denom()).Int64()
		if got := r.total(); got != want {
			t.Fatalf("%d/%v %v: %d arrivals, the integral is %s", start, unit, stages, got, whole.FloatString(3))
		}
		if want == 0 {
			continue
		}
		last := time.Duration(-1)
		for _, n := range []int64{0, rnd.Int64N(want), want - 1} {
			at := r.due(n)
			k := big.NewRat(n+1, 1)
			const slack = 2 // nanoseconds of rounding
			if at < r.duration() && area(start, unit, stages, at+slack).Cmp(k) < 0 {
				t.Fatalf("%d/%v %v: arrival %d at %v is early", start, unit, stages, n, at)
			}
			if at > slack && area(start, unit, stages, at-slack).Cmp(k) > 0 {
				t.Fatalf("%d/%v %v: arrival %d at %v is late", start, unit, stages, n, at)
			}
			if at < last {
				t.Fatalf("arrival %d at %v, before an earlier one at %v", n, at, last)
			}
			last = at
		}
	}
}

func TestRampingRate(t *testing.T) {
	s := func(d time.Duration, target int64) Stage { return Stage{Duration(d), target} }
	for _, tt := range []struct {
		name   string
		start  int64
		stages []Stage
		total  int64
		n      int64
		at     time.Duration
	}{
		{"up", 0, []Stage{s(10*time.Second, 100)}, 500, 499, 10 * time.Second},
		{"the first is where the area is one", 0, []Stage{s(2*time.Second, 1)}, 1, 0, 2 * time.Second},
		{"constant, none at 0", 10, []Stage{s(time.Second, 10)}, 10, 0, 100 * time.Millisecond},
		{"halves add up over stages", 1, []Stage{s(1500*time.Millisecond, 1), s(1500*time.Millisecond, 1)}, 3, 1, 2 * time.Second},
		{"down to nothing", 100, []Stage{s(10*time.Second, 0)}, 500, 499, 10 * time.Second},
		{"jump", 0, []Stage{s(0, 50), s(2*time.Second, 50)}, 100, 49, time.Second},
		{"nothing", 0, []Stage{s(time.Second, 0)}, 0, 0, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRampingRate(tt.start, time.Second, tt.stages)
			if got := r.total(); got != tt.total {
				t.Errorf("total %d, want %d", got, tt.total)
			}
			if got := r.due(tt.n); got != tt.at {
				t.Errorf("at(%d) = %v, want %v", tt.n, got, tt.at)
			}
		})
	}
	r := newRampingRate(0, time.Second, []Stage{s(10*time.Second, 100)})
	if got := r.perSecond(5 * time.Second); got != 50 {
		t.Errorf("rate half-way %v, want 50", got)
	}
}

func TestVUSteps(t *testing.T) {
	s := func(d time.Duration, target int64) Stage { return Stage{Duration(d), target} }
	sec := time.Second
	for _, tt := range []struct {
		name   string
		start  int
		stages []Stage
		want   []vuStep
	}{
		{"up", 0, []Stage{s(4*sec, 2)}, []vuStep{{0, 0}, {2 * sec, 1}, {4 * sec, 2}}},
		{"down is late", 3, []Stage{s(3*sec, 0)}, []vuStep{{0, 3}, {sec, 2}, {2 * sec, 1}, {3 * sec, 0}}},
		{"jump", 1, []Stage{s(0, 5), s(sec, 5)}, []vuStep{{0, 1}, {0, 5}}},
		{"up and down", 1, []Stage{s(2*sec, 3), s(sec, 3), s(2*sec, 2)}, []vuStep{{0, 1}, {sec, 2}, {2 * sec, 3}, {5 * sec, 2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := vuSteps(tt.start, tt.stages)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("step %d: got %v, want %v", i, got[i], tt.want[i])
				}
			}
		})
	}
}
