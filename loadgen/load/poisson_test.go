package load

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// mustTake takes all arrivals of a schedule.
func mustTake(tb testing.TB, s schedule) (due []time.Duration, gaps []float64) {
	tb.Helper()
	for at, gap, ok := s.next(); ok; at, gap, ok = s.next() {
		if n := len(due); at < 0 || at > s.duration() || n > 0 && at < due[n-1] {
			tb.Fatalf("arrival %d at %v, after %v of %v", n, at, due[max(n-1, 0):n], s.duration())
		}
		due, gaps = append(due, at), append(gaps, gap)
	}
	return due, gaps
}

// curves are rates with their areas, by name.
func curves() map[string]curve {
	s := func(d time.Duration, target int64) Stage { return Stage{Duration(d), target} }
	return map[string]curve{
		"constant":    constantRate{100, time.Second, 1000 * time.Second},
		"per minute":  constantRate{7, time.Minute, 100 * time.Hour},
		"up":          newRampingRate(0, time.Second, []Stage{s(1000*time.Second, 100)}),
		"down":        newRampingRate(100, time.Second, []Stage{s(1000*time.Second, 0)}),
		"with a rest": newRampingRate(10, time.Second, []Stage{s(333*time.Second, 77), s(0, 0), s(100*time.Second, 0), s(0, 50), s(500*time.Second, 3)}),
	}
}

// areaBefore is the area up to an instant, found from the other side.
func areaBefore(c curve, t time.Duration) float64 {
	low, high := 0.0, c.area()
	for range 60 {
		if middle := (low + high) / 2; c.reach(middle) <= t {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// reach and due agree where both are defined, for all areas that are whole.
func TestReachIsDue(t *testing.T) {
	for name, c := range curves() {
		first := 1.0 // arrival 0 of a ramp is where the area is one
		if _, ok := c.(constantRate); ok {
			first = 0
		}
		for _, n := range []int64{0, 1, 2, c.total() / 3, c.total() / 2, c.total() - 1} {
			if got, want := c.reach(float64(n)+first), c.due(n); got < want-time.Microsecond || got > want+time.Microsecond {
				t.Errorf("%s: area %d is reached at %v, and arrival due at %v", name, n, got, want)
			}
		}
		if got := c.area(); got < float64(c.total())-1 || got > float64(c.total())+1 {
			t.Errorf("%s: area %v, and %d arrivals", name, got, c.total())
		}
	}
}

// The gaps, in area under the rate, are exponential: Kolmogorov and Smirnov's distance to 1-exp(-x) is below what one in a
// thousand samples exceeds.
func TestPoissonGaps(t *testing.T) {
	for name, c := range curves() {
		t.Run(name, func(t *testing.T) {
			due, _ := mustTake(t, newPoisson(c, 7, "default"))
			gaps := make([]float64, 0, len(due))
			before := 0.0
			for _, at := range due {
				area := areaBefore(c, at)
				gaps = append(gaps, area-before)
				before = area
			}
			slices.Sort(gaps)
			n, distance, sum := float64(len(gaps)), 0.0, 0.0
			for i, gap := range gaps {
				f := -math.Expm1(-gap)
				distance = max(distance, f-float64(i)/n, float64(i+1)/n-f)
				sum += gap
			}
			if critical := 1.95 / math.Sqrt(n); distance > critical {
				t.Errorf("distance %v of %v gaps, want less than %v", distance, n, critical)
			}
			if mean := sum / n; math.Abs(mean-1) > 3.3/math.Sqrt(n) {
				t.Errorf("mean gap %v, want 1", mean)
			}
		})
	}
}

// Counts in windows of time have the area as their mean and variance, and are independent: Pearson's chi-square, and the
// correlation of neighbours.
func TestPoissonCounts(t *testing.T) {
	for name, c := range curves() {
		t.Run(name, func(t *testing.T) {
			const windows = 500
			due, _ := mustTake(t, newPoisson(c, 11, "default"))
			var chi, product, before float64
			used := 0
			for i := range windows {
				from, to := c.duration()*time.Duration(i)/windows, c.duration()*time.Duration(i+1)/windows
				want := areaBefore(c, to) - areaBefore(c, from)
				begin, _ := slices.BinarySearch(due, from)
				end, _ := slices.BinarySearch(due, to)
				if want < 5 { // which chi-square needs
					before = 0
					continue
				}
				is := (float64(end-begin) - want) / math.Sqrt(want)
				chi, product, used = chi+is*is, product+is*before, used+1
				before = is
			}
			// chi-square has mean n and variance 2n, the sum of products mean 0 and variance n.
			n := float64(used)
			if math.Abs(chi-n) > 3.3*math.Sqrt(2*n) {
				t.Errorf("chi-square %v of %v windows", chi, n)
			}
			if math.Abs(product) > 3.3*math.Sqrt(n) {
				t.Errorf("neighbours have correlation %v", product/n)
			}
		})
	}
}

// The number of arrivals has the area as its mean and its variance, over seeds.
func TestPoissonTotal(t *testing.T) {
	const seeds = 2000
	c := newRampingRate(0, time.Second, []Stage{{Duration(2 * time.Second), 40}, {Duration(3 * time.Second), 20}}) // 130
	var sum, squares float64
	for seed := range uint64(seeds) {
		due, _ := mustTake(t, newPoisson(c, seed, "buy"))
		n := float64(len(due))
		sum, squares = sum+n, squares+(n-130)*(n-130)
	}
	if mean := sum / seeds; math.Abs(mean-130) > 3.3*math.Sqrt(130.0/seeds) {
		t.Errorf("mean %v, want 130", mean)
	}
	if variance := squares / seeds; math.Abs(variance-130) > 3.3*130*math.Sqrt(2.0/seeds) {
		t.Errorf("variance %v, want 130", variance)
	}
}

// The seed and the scenario's name make the arrivals, and nothing else does.
func TestPoissonSeed(t *testing.T) {
	c := constantRate{100, time.Second, time.Second}
	take := func(seed uint64, name string) []time.Duration {
		due, _ := mustTake(t, newPoisson(c, seed, name))
		return due
	}
	if !slices.Equal(take(1, "a"), take(1, "a")) {
		t.Error("the same seed makes other arrivals")
	}
	if slices.Equal(take(1, "a"), take(2, "a")) || slices.Equal(take(1, "a"), take(1, "b")) {
		t.Error("another seed or another scenario makes the same arrivals")
	}
}

// Counting ahead changes nothing, and agrees with what comes.
func TestPoissonDueBefore(t *testing.T) {
	for name, c := range curves() {
		p := newPoisson(c, 3, "default")
		due, _ := mustTake(t, newPoisson(c, 3, "default"))
		for range 100 {
			p.next()
		}
		for _, instant := range []time.Duration{0, c.duration() / 3, c.duration() / 2, c.duration() + 1} {
			before, _ := slices.BinarySearch(due, instant)
			if got, want := p.dueBefore(instant), int64(max(before-100, 0)); got != want {
				t.Errorf("%s: %d before %v, want %d", name, got, instant, want)
			}
		}
		if got, want := p.expectedBefore(c.duration()), c.area()-p.at; math.Abs(got-want) > 0.001*want {
			t.Errorf("%s: %v expected, want %v", name, got, want)
		}
	}
}

// An empty rate has no arrivals.
func TestPoissonOfNothing(t *testing.T) {
	due, _ := mustTake(t, newPoisson(newRampingRate(0, time.Second, []Stage{{Duration(time.Second), 0}}), 1, ""))
	if len(due) > 0 {
		t.Errorf("got %v, want none", due)
	}
}

func TestPoissonAllocatesNothing(t *testing.T) {
	for name, c := range curves() {
		p := newPoisson(c, 1, "default")
		if got := testing.AllocsPerRun(1000, func() { p.next() }); got != 0 {
			t.Errorf("%s: %v allocations for each arrival, want none", name, got)
		}
	}
}

// begins runs a test and returns when its iterations began.
func begins(t *testing.T, test *Test) (*Result, []time.Duration) {
	var mu sync.Mutex
	var at []time.Duration
	begin, exec := time.Now(), test.Exec
	test.Exec = func(vu *VU) error {
		mu.Lock()
		at = append(at, time.Since(begin))
		mu.Unlock()
		return exec(vu)
	}
	res := MustRun(t, test)
	slices.Sort(at)
	return res, at
}

// An iteration begins for each arrival of the schedule, when it is due; a catch-up rate does not hold back punctual ones.
func TestPoissonRun(t *testing.T) {
	for name, s := range map[string]Scenario{
		"constant":  {Executor: ConstantArrivalRate, Rate: new(int64(200)), Duration: For(10 * time.Second)},
		"ramping":   {Executor: RampingArrivalRate, Stages: []Stage{{Duration(5 * time.Second), 200}, {Duration(5 * time.Second), 100}}},
		"catch up":  {Executor: ConstantArrivalRate, Rate: new(int64(200)), Duration: For(10 * time.Second), MaxCatchUpRate: new(int64(201))},
		"with drop": {Executor: ConstantArrivalRate, Rate: new(int64(200)), Duration: For(10 * time.Second), OnBusy: OnBusyDrop},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s.PreAllocatedVUs, s.Arrivals = new(50), ArrivalsPoisson
				res, at := begins(t, &Test{Seed: 5, Exec: works(time.Millisecond), Options: scenario(s)})
				want, _ := mustTake(t, newPoisson(plan{conf: s.withDefaults()}.conf.curve(), 5, "s"))
				if len(at) != len(want) || sum(res, "dropped_iterations") != 0 || res.Verdict.RateMissed {
					t.Fatalf("%d iterations, %v dropped, want %d and none", len(at), sum(res, "dropped_iterations"), len(want))
				}
				for i := range at {
					if late := at[i] - want[i]; late < 0 || late > quantum {
						t.Fatalf("iteration %d at %v, and it was due at %v", i, at[i], want[i])
					}
				}
			})
		})
	}
}

// After a stall late arrivals of a Poisson schedule begin at the catch-up rate on average.
func TestPoissonCatchUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		res, at := begins(t, &Test{Seed: 5, Exec: func(*VU) error {
			if now := time.Since(begin); now >= time.Second && now < 3*time.Second {
				time.Sleep(3*time.Second - now)
			}
			return nil
		}, Options: scenario(Scenario{Executor: ConstantArrivalRate, Arrivals: ArrivalsPoisson, Rate: new(int64(200)), Duration: For(20 * time.Second),
			PreAllocatedVUs: new(20), MaxCatchUpRate: new(int64(300))})})
		first, _ := slices.BinarySearch(at, 3*time.Second)
		end, _ := slices.BinarySearch(at, 5*time.Second)
		if got := end - first; got < 600-80 || got > 600+80 { // 3.3 standard deviations
			t.Errorf("%d begun in the 2 s after the stall, want about 600", got)
		}
		want, _ := mustTake(t, newPoisson(constantRate{200, time.Second, 20 * time.Second}, 5, "s"))
		if len(at) != len(want) || sum(res, "dropped_iterations") != 0 {
			t.Errorf("%d iterations, %v missed; want all %d", len(at), sum(res, "dropped_iterations"), len(want))
		}
		if late := at[len(at)-1] - want[len(want)-1]; late > quantum {
			t.Errorf("the last one is %v late, want it caught up", late)
		}
	})
}

// What is due in a warm-up, and what is never begun, is counted by the schedule.
func TestPoissonAccount(t *testing.T) {
	for _, onBusy := range []string{OnBusyWait, OnBusyDrop} {
		t.Run(onBusy, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := scenario(Scenario{Executor: ConstantArrivalRate, Arrivals: ArrivalsPoisson, Rate: new(int64(100)), Duration: For(4 * time.Second),
					PreAllocatedVUs: new(1), OnBusy: onBusy, GracefulStop: For(0)})
				o.Warmup = For(time.Second)
				res := MustRun(t, &Test{Seed: 9, Options: o, Exec: works(time.Hour)})
				all, _ := mustTake(t, newPoisson(constantRate{100, time.Second, 4 * time.Second}, 9, "s"))
				warm, _ := slices.BinarySearch(all, time.Second)
				if got, want := sum(res, "dropped_iterations"), float64(len(all)-warm); got != want || !res.Verdict.RateMissed {
					t.Errorf("%v dropped, rate missed %v; want the %v due after the warm-up", got, res.Verdict.RateMissed, want)
				}
			})
		})
	}
}

func TestArrivalsRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"arrivals is \"random\": give one of even, poisson": {Rate: new(int64(10)), Duration: For(time.Second), Arrivals: new("random")},
		"scenarios.s.arrivals is \"random\": give one of":   scenario(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(10)), Duration: For(time.Second), PreAllocatedVUs: new(1), Arrivals: "random"}),
		"scenarios.s.arrivals: constant-vus does not take":  scenario(Scenario{Executor: ConstantVUs, Duration: For(time.Second), Arrivals: ArrivalsPoisson}),
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
	// The option serves for the scenarios that say nothing of it.
	o := scenario(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(10)), Duration: For(time.Second), PreAllocatedVUs: new(1)})
	o.Arrivals = new(ArrivalsPoisson)
	p, err := o.plan()
	if err != nil || p.Scenarios[0].Description != "10.00 iterations/s for 1s (arrivals: poisson, maxVUs: 1, gracefulStop: 30s)" {
		t.Errorf("got %+v, %v", p, err)
	}
}
