package load

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

// MustRun runs a test in the synthetic time of a synctest bubble.
func MustRun(tb testing.TB, test *Test) *Result {
	tb.Helper()
	return MustStart(tb, test).Wait()
}

// MustStart starts a test that sleeps by timers, which synctest knows.
func MustStart(tb testing.TB, test *Test) *Run {
	tb.Helper()
	test.sleeper = newTimerSleeper
	r, err := test.Start(context.Background())
	if err != nil {
		tb.Fatalf("starting: %v", err)
	}
	return r
}

// sum is the total of a counter in a result.
func sum(res *Result, name string) float64 {
	s := res.Snapshot.Total.Find(name)
	if s == nil {
		return 0
	}
	return s.Sum
}

// sleeps is a function of a user that takes d.
func sleeps(d time.Duration) Func {
	return func(vu *VU) error {
		vu.Sleep(d)
		return nil
	}
}

func scenario(s Scenario) Options { return Options{Scenarios: map[string]Scenario{"s": s}} }

func TestConstantVUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		res := MustRun(t, &Test{Options: Options{VUs: new(5), Duration: For(30 * time.Second)}, Exec: sleeps(1001 * time.Millisecond)})
		if got, want := sum(res, "iterations"), 150.0; got != want {
			t.Errorf("%v iterations, want %v", got, want)
		}
		// The last iterations begin at 29.029 s and end by themselves.
		if got, want := time.Since(begin), 30030*time.Millisecond; got != want {
			t.Errorf("took %v, want %v", got, want)
		}
		if res.reason != engine.Finished || res.Interrupted != 0 {
			t.Errorf("ended with %v, %d interrupted", res.reason, res.Interrupted)
		}
		vus := res.Snapshot.Total.Find("vus")
		if vus == nil || vus.Min != 5 || vus.Max != 5 || vus.Count != 30 {
			t.Errorf("vus: got %+v, want 30 samples of 5", vus)
		}
		if d := res.Snapshot.Total.Find("iteration_duration"); d.Count != 150 || d.Min != 1001e6 || d.Max != 1001e6 {
			t.Errorf("iteration_duration: got %+v, want 150 of 1.001 s", d)
		}
	})
}

func TestGracefulStop(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		grace                 time.Duration
		complete, interrupted float64
		took                  time.Duration
	}{
		{"long enough", 3 * time.Second, 2, 0, 3 * time.Second},
		{"too short", time.Second, 0, 2, 2 * time.Second},
		{"none", 0, 0, 2, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				res := MustRun(t, &Test{Exec: sleeps(3 * time.Second), Options: scenario(Scenario{
					Executor: ConstantVUs, VUs: new(2), Duration: For(time.Second), GracefulStop: For(tt.grace)})})
				if got := sum(res, "iterations"); got != tt.complete {
					t.Errorf("%v iterations, want %v", got, tt.complete)
				}
				if got := sum(res, "iterations_interrupted"); got != tt.interrupted || float64(res.Interrupted) != got {
					t.Errorf("%v interrupted (%d in the result), want %v", got, res.Interrupted, tt.interrupted)
				}
				if got := time.Since(begin); got != tt.took {
					t.Errorf("took %v, want %v", got, tt.took)
				}
			})
		})
	}
}

func TestIterations(t *testing.T) {
	slow := func(vu *VU) error {
		vu.Sleep(time.Duration(vu.ID) * 100 * time.Millisecond)
		return nil
	}
	for _, tt := range []struct {
		name                      string
		scenario                  Scenario
		exec                      Func
		complete, dropped, cutOff float64
		took                      time.Duration
	}{
		{"shared", Scenario{Executor: SharedIterations, VUs: new(2), Iterations: new(int64(9))}, slow, 9, 0, 0, 600 * time.Millisecond},
		{"shared, out of time", Scenario{Executor: SharedIterations, VUs: new(2), Iterations: new(int64(9)), MaxDuration: For(3 * time.Second)},
			sleeps(2 * time.Second), 4, 5, 0, 4 * time.Second},
		{"per user", Scenario{Executor: PerVUIterations, VUs: new(2), Iterations: new(int64(5))}, slow, 10, 0, 0, time.Second},
		{"per user, out of time", Scenario{Executor: PerVUIterations, VUs: new(2), Iterations: new(int64(5)), MaxDuration: For(3 * time.Second), GracefulStop: For(0)},
			sleeps(2 * time.Second), 2, 6, 2, 3 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				res := MustRun(t, &Test{Exec: tt.exec, Options: scenario(tt.scenario)})
				for name, want := range map[string]float64{"iterations": tt.complete, "dropped_iterations": tt.dropped, "iterations_interrupted": tt.cutOff} {
					if got := sum(res, name); got != want {
						t.Errorf("%s: got %v, want %v", name, got, want)
					}
				}
				if got := time.Since(begin); got != tt.took {
					t.Errorf("took %v, want %v", got, tt.took)
				}
			})
		})
	}
}

func TestDefaultIsOneIteration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		res := MustRun(t, &Test{Exec: func(vu *VU) error { calls.Add(1); return nil }})
		if calls.Load() != 1 || sum(res, "iterations") != 1 {
			t.Errorf("%d calls, %v iterations, want 1", calls.Load(), sum(res, "iterations"))
		}
	})
}

// active samples the number of users at instants after the start, which end the run too.
func active(r *Run, at ...time.Duration) []int {
	var got []int
	begin := time.Now()
	for _, d := range at {
		time.Sleep(d - time.Since(begin))
		synctest.Wait()
		got = append(got, r.progress().VUs)
	}
	return got
}

func TestRampingVUs(t *testing.T) {
	s := func(d time.Duration, target int64) Stage { return Stage{Duration(d), target} }
	ms := func(n ...int) (at []time.Duration) {
		for _, n := range n {
			at = append(at, time.Duration(n)*time.Millisecond)
		}
		return at
	}
	for _, tt := range []struct {
		name     string
		scenario Scenario
		think    time.Duration
		at       []time.Duration
		want     []int
		cutOff   uint64
	}{
		{"up, level and down", Scenario{StartVUs: new(0), Stages: []Stage{s(4*time.Second, 4), s(2*time.Second, 4), s(2*time.Second, 0)}}, 10 * time.Millisecond,
			ms(500, 1100, 2100, 3100, 4100, 6100, 6600, 7100, 7600, 8100), []int{0, 1, 2, 3, 4, 4, 3, 2, 1, 0}, 0},
		{"iterations end while ramped down", Scenario{StartVUs: new(2), Stages: []Stage{s(time.Second, 2), s(0, 0), s(5*time.Second, 0)}}, 3 * time.Second,
			ms(100, 2900, 3100), []int{2, 2, 0}, 0},
		{"gracefulRampDown cuts off", Scenario{StartVUs: new(2), GracefulRampDown: For(time.Second), Stages: []Stage{s(time.Second, 2), s(0, 0), s(5*time.Second, 0)}}, 3 * time.Second,
			ms(100, 1900, 2100), []int{2, 2, 0}, 2},
		{"gracefulStop bounds gracefulRampDown", Scenario{StartVUs: new(2), GracefulStop: For(time.Second), Stages: []Stage{s(2*time.Second, 1)}}, 20 * time.Second,
			ms(100, 2900, 3100), []int{2, 2, 0}, 2},
		{"a user still leaving stays when the ramp turns", Scenario{StartVUs: new(1), Stages: []Stage{s(time.Second, 1), s(0, 0), s(time.Second, 0), s(0, 1), s(3*time.Second, 1)}}, 3 * time.Second,
			ms(100, 1100, 2900, 3100, 4900), []int{1, 1, 1, 1, 1}, 0},
		{"a user cut off comes back", Scenario{StartVUs: new(1), GracefulRampDown: For(0), Stages: []Stage{s(time.Second, 1), s(0, 0), s(time.Second, 0), s(0, 1), s(3*time.Second, 1)}}, 2 * time.Second,
			ms(100, 1100, 2100, 4900), []int{1, 0, 1, 1}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.scenario.Executor = RampingVUs
				r := MustStart(t, &Test{Exec: sleeps(tt.think), Options: scenario(tt.scenario)})
				got := active(r, tt.at...)
				for i := range got {
					if got[i] != tt.want[i] {
						t.Errorf("at %v: %d users, want %d", tt.at[i], got[i], tt.want[i])
					}
				}
				if res := r.Wait(); res.Interrupted != tt.cutOff {
					t.Errorf("%d iterations cut off, want %d", res.Interrupted, tt.cutOff)
				}
			})
		})
	}
}

func TestArrivalsOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Exec: sleeps(30 * time.Millisecond), Options: Options{Rate: new(int64(200)), Duration: For(6 * time.Second)}})
		if got := sum(res, "iterations"); got != 1200 {
			t.Errorf("%v iterations, want 1200", got)
		}
		if got := sum(res, "dropped_iterations"); got != 0 {
			t.Errorf("%v dropped, want 0", got)
		}
		if got := res.Snapshot.Elapsed; got != 6*time.Second+25*time.Millisecond {
			t.Errorf("load took %v, want 6.025s", got)
		}
		if lag := res.Snapshot.Total.Find("iteration_lag"); lag == nil || lag.Count != 1200 || lag.Max > float64(quantum) {
			t.Errorf("lag: got %+v, want 1200 of at most %v", lag, quantum)
		}
	})
}

var errTest = errors.New("no luck")

func TestOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Options: Options{VUs: new(1), Iterations: new(int64(8))}, Exec: func(vu *VU) error {
			switch vu.Iteration % 4 {
			case 0:
				return errTest
			case 1:
				panic("oh dear")
			case 2:
				vu.Fail("gave up")
			}
			return nil
		}})
		if res.Failed != 4 || res.Panicked != 2 || res.Interrupted != 0 {
			t.Errorf("%d failed, %d panicked, %d interrupted, want 4, 2, 0", res.Failed, res.Panicked, res.Interrupted)
		}
		if got := sum(res, "iterations"); got != 6 {
			t.Errorf("%v iterations, want 6: all but those that panicked", got)
		}
		want := map[string]uint64{"no luck": 2, "gave up": 2, "panic: oh dear (executor_test.go:": 2}
		for _, f := range res.Snapshot.Failures {
			if message, _, _ := strings.Cut(f.Message, ".go:"); want[f.Message] != f.Count && want[message+".go:"] != f.Count {
				t.Errorf("failure %+v, want one of %v", f, want)
			}
		}
		if len(res.Snapshot.Failures) != len(want) {
			t.Errorf("failures %+v, want %v", res.Snapshot.Failures, want)
		}
		if res.Verdict.AllIterationsFailed {
			t.Error("not all iterations failed")
		}
	})
}

// 100 arrivals a second for a second, whose iterations take 100 ms each: 5 users can do 50 of them.
func TestArrivalsShortOfUsers(t *testing.T) {
	for _, tt := range []struct {
		name             string
		onBusy           string
		max              int
		complete, missed float64
		lag              time.Duration // the greatest is at least
		rateMissed       bool
	}{
		{"enough", OnBusyWait, 20, 100, 0, 0, false},
		{"wait", OnBusyWait, 5, 50, 50, 450 * time.Millisecond, true},
		{"drop", OnBusyDrop, 5, 50, 50, 0, true},
		{"drop, growing", OnBusyDrop, 20, 100, 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				res := MustRun(t, &Test{Exec: sleeps(100 * time.Millisecond), Options: scenario(Scenario{Executor: ConstantArrivalRate,
					Rate: new(int64(100)), Duration: For(time.Second), PreAllocatedVUs: new(5), MaxVUs: new(tt.max), OnBusy: tt.onBusy})})
				complete, missed := sum(res, "iterations"), sum(res, "dropped_iterations")
				if complete+missed != 100 || complete < tt.complete-5 || complete > tt.complete+5 {
					t.Errorf("%v iterations and %v missed, want about %v and %v", complete, missed, tt.complete, tt.missed)
				}
				if lag := time.Duration(res.Snapshot.Total.Find("iteration_lag").Max); lag < tt.lag || tt.lag == 0 && lag > 10*time.Millisecond {
					t.Errorf("greatest lag %v, want %v", lag, tt.lag)
				}
				if res.Verdict.RateMissed != tt.rateMissed {
					t.Errorf("RateMissed is %v", res.Verdict.RateMissed)
				}
				if warned := len(res.Snapshot.Warnings) > 0; warned != tt.rateMissed {
					t.Errorf("warnings %+v", res.Snapshot.Warnings)
				}
			})
		})
	}
}

func TestRampingArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		var mu sync.Mutex
		begin := time.Now()
		stages := []Stage{{Duration(2 * time.Second), 20}, {Duration(time.Second), 20}, {Duration(2 * time.Second), 0}}
		res := MustRun(t, &Test{Options: scenario(Scenario{Executor: RampingArrivalRate, Stages: stages, PreAllocatedVUs: new(3)}), Exec: func(vu *VU) error {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Since(begin))
			return nil
		}})
		want := newRampingRate(0, time.Second, stages)
		if got := sum(res, "iterations"); got != 60 || want.total() != 60 {
			t.Fatalf("%v iterations, want 60", got)
		}
		for n, got := range at {
			if due := want.due(int64(n)); got < due || got > due+quantum {
				t.Errorf("arrival %d came at %v, was due at %v", n, got, due)
			}
		}
	})
}

// A user that is free takes the next arrival, the one that came last first: one user does all the work of a quick server.
func TestArrivalsReuseTheLastUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		did := map[int64]int{}
		MustRun(t, &Test{Options: Options{Rate: new(int64(50)), Duration: For(2 * time.Second), PreAllocatedVUs: new(10)}, Exec: func(vu *VU) error {
			mu.Lock()
			defer mu.Unlock()
			did[vu.ID]++
			return nil
		}})
		most := 0
		for _, n := range did {
			most = max(most, n)
		}
		if most < 99 {
			t.Errorf("iterations by user: %v, want one to do nearly all", did)
		}
	})
}

func TestArrivalsEndWithTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := MustStart(t, &Test{Exec: sleeps(time.Millisecond), Options: Options{Rate: new(int64(100)), Duration: For(time.Hour)}})
		time.Sleep(995 * time.Millisecond)
		r.stop(engine.InterruptedSignal)
		res := r.Wait()
		if got := sum(res, "iterations"); got != 100 || res.Verdict.RateMissed {
			t.Errorf("%v iterations, missed %v, want 100 and none", got, res.Verdict.RateMissed)
		}
	})
}
