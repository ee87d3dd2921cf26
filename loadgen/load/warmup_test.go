package load

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/metrics"
)

func TestWarmup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Exec: sleeps(390 * time.Millisecond), Options: Options{VUs: new(1), Duration: For(10 * time.Second), Warmup: For(4 * time.Second)}})
		// The 11th iteration is under way when the warm-up ends, and the 26th when the load does: both count as a whole.
		if got := sum(res, "iterations"); got != 16 {
			t.Errorf("%v iterations, want 16", got)
		}
		if got := res.Snapshot.Elapsed; got != 6140*time.Millisecond {
			t.Errorf("elapsed %v, want 6.14s", got)
		}
	})
}

func TestWarmupWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Exec: sleeps(390 * time.Millisecond), Options: Options{VUs: new(1), Iterations: new(int64(5)), Warmup: For(4 * time.Second)}})
		if !res.Verdict.NothingMeasured {
			t.Error("want the verdict that nothing was measured")
		}
		if got := sum(res, "iterations"); got != 0 || len(res.Snapshot.Warnings) != 1 || !strings.Contains(res.Snapshot.Warnings[0].Message, "within its warm-up of 4s") {
			t.Errorf("%v iterations, warnings %+v, want none and a warning", got, res.Snapshot.Warnings)
		}
	})
}

// slowStart is a function whose iterations take slow until after has passed, and fast from then on.
func slowStart(after, slow, fast time.Duration) Func {
	begin := time.Now()
	return func(vu *VU) error {
		if time.Since(begin) < after {
			return works(min(slow, after-time.Since(begin)))(vu)
		}
		return works(fast)(vu)
	}
}

// What the arrivals of a warm-up went through is in no number and no verdict.
func TestWarmupOfArrivals(t *testing.T) {
	const second = time.Second
	for name, onBusy := range map[string]string{"wait": OnBusyWait, "drop": OnBusyDrop} {
		for executor, s := range map[string]Scenario{
			"constant": {Executor: ConstantArrivalRate, Rate: new(int64(50)), Duration: For(6 * second)},
			"ramping":  {Executor: RampingArrivalRate, StartRate: new(int64(50)), Stages: []Stage{{Duration(6 * second), 50}}},
		} {
			t.Run(name+", "+executor, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s.PreAllocatedVUs, s.OnBusy = new(2), onBusy
					o := scenario(s)
					o.Warmup = For(2 * second)
					o.Thresholds = Thresholds{"dropped_iterations": {AbortOn("count<1", 0)}}
					res := MustRun(t, &Test{Options: o, Exec: slowStart(1900*time.Millisecond, 2*second, time.Millisecond)})
					if got := sum(res, "dropped_iterations"); got != 0 || res.Verdict.RateMissed || len(res.ThresholdsFailed) != 0 || res.reason != engine.Finished {
						t.Errorf("%v dropped, missed %v, failed %v, %v; want none", got, res.Verdict.RateMissed, res.ThresholdsFailed, res.reason)
					}
					if got := sum(res, "iterations_late"); got != 0 || len(res.Snapshot.Warnings) != 0 {
						t.Errorf("%v late, warnings %+v; want none", got, res.Snapshot.Warnings)
					}
					if got := res.Snapshot.Total.Find("iteration_lag"); got.Count < 199 || got.Count > 201 || got.Max > float64(lateAfter) {
						t.Errorf("%d lags of at most %v, want those of 200 arrivals", got.Count, time.Duration(got.Max))
					}
				})
			})
		}
	}
}

// An arrival that was due in the warm-up and waits still when it ends is late for its reasons.
func TestWarmupLeavesItsBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := scenario(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(100)), Duration: For(4 * time.Second), PreAllocatedVUs: new(1)})
		o.Warmup = For(time.Second)
		res := MustRun(t, &Test{Options: o, Exec: slowStart(time.Second+time.Millisecond, time.Hour, 100*time.Microsecond)})
		if got := sum(res, "iterations"); got != 400 {
			t.Errorf("%v iterations, want all 400, for they were done afterwards", got)
		}
		if got := sum(res, "iterations_late"); got > 1 {
			t.Errorf("%v late, want none of those due in the warm-up", got)
		}
	})
}

// A scenario that was over when its warm-up ended is forgotten as a whole: this is how overhead warms up.
func TestForgetScenario(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := func(after, exec string) Scenario {
			return Scenario{Executor: ConstantArrivalRate, Rate: new(int64(10)), Duration: For(2 * time.Second), PreAllocatedVUs: new(1), GracefulStop: For(0), After: after, Exec: exec}
		}
		res := MustRun(t, &Test{Exec: works(time.Millisecond), Functions: map[string]Func{"slow": works(time.Hour)},
			Hold: func(_ context.Context, r *Run, scenario string) {
				if scenario == "second" {
					r.Forget()
				}
			}, Options: Options{Scenarios: map[string]Scenario{"first": one("", "slow"), "second": one("first", "")}}})
		if res.Verdict.RateMissed || sum(res, "dropped_iterations") != 0 || res.Interrupted != 0 || sum(res, "iterations") != 20 {
			t.Errorf("missed %v, %d interrupted, %v dropped, %v iterations; want 20 and nothing of the first scenario",
				res.Verdict.RateMissed, res.Interrupted, sum(res, "dropped_iterations"), sum(res, "iterations"))
		}
	})
}

// A warm-up that goes wrong in every way leaves a test that went right.
func TestWarmupGoesWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		begin := time.Now()
		r := MustStart(t, &Test{Handler: answers, Options: Options{VUs: new(1), Duration: For(10 * time.Second), Warmup: For(5 * time.Second),
			Thresholds: Thresholds{"checks": {AbortOn("rate>0.9", 0)}}},
			Exec: func(vu *VU) error {
				vu.Sleep(130 * time.Millisecond) // no iteration ends at the very instant of the warm-up
				if time.Since(begin) > 5*time.Second {
					vu.Check("late", true)
					return nil
				}
				vu.Check("early", false)
				switch n.Add(1) % 3 {
				case 0:
					return errTest
				case 1:
					panic("oh dear")
				}
				return nil
			}})
		time.Sleep(4500 * time.Millisecond)
		if s := r.Snapshot().Total.Find("checks"); s.Passes != 0 || len(s.Thresholds) != 0 {
			t.Errorf("in the warm-up: %+v, want it not judged", s.Thresholds)
		}
		time.Sleep(2 * time.Second)
		if p := r.progress(); p.Complete == 0 || p.Complete > 15 || p.Interrupted != 0 {
			t.Errorf("after the warm-up: %d complete, want those since", p.Complete)
		}
		if s := r.Snapshot().Total.Find("checks"); len(s.Thresholds) != 1 || !s.Thresholds[0].OK {
			t.Errorf("after the warm-up: %+v, want it judged", s.Thresholds)
		}
		res := r.Wait()
		if res.reason != engine.Finished || res.Failed != 0 || res.Panicked != 0 || len(res.ThresholdsFailed) != 0 || len(res.Snapshot.Failures) != 0 {
			t.Errorf("%v, %d failed, %d panicked, %v, %v; want all well", res.reason, res.Failed, res.Panicked, res.ThresholdsFailed, res.Snapshot.Failures)
		}
		if c := res.Snapshot.Total.Checks; len(c) != 1 || c[0].Name != "late" || len(res.Verdict.ChecksNeverPassed) != 0 {
			t.Errorf("checks %+v, never passed %v; want the late one", c, res.Verdict.ChecksNeverPassed)
		}
	})
}

// A load that can't last longer than its warm-up is refused.
func TestWarmupTooLong(t *testing.T) {
	for name, tt := range map[string]struct {
		o    Options
		want bool
	}{
		"longer":       {Options{Duration: For(time.Second), Warmup: For(2 * time.Second)}, true},
		"as long":      {Options{Duration: For(time.Second), Warmup: For(time.Second)}, true},
		"shorter":      {Options{Duration: For(time.Second), Warmup: For(999 * time.Millisecond)}, false},
		"stages":       {Options{Stages: []Stage{{Duration(time.Second), 2}}, Warmup: For(time.Second)}, true},
		"iterations":   {Options{Iterations: new(int64(5)), Warmup: For(time.Second)}, false},
		"starts later": {Options{Scenarios: map[string]Scenario{"s": {Executor: ConstantVUs, Duration: For(time.Second), StartTime: For(time.Second)}}, Warmup: For(time.Second)}, false},
		"another scenario": {Options{Scenarios: map[string]Scenario{"s": {Executor: ConstantVUs, Duration: For(time.Second)},
			"t": {Executor: ConstantVUs, Duration: For(3 * time.Second)}}, Warmup: For(2 * time.Second)}, false},
	} {
		if err := tt.o.Validate(); (err != nil) != tt.want || err != nil && !strings.Contains(err.Error(), "warmup") {
			t.Errorf("%s: got %v, want an error: %v", name, err, tt.want)
		}
	}
}

func TestNothingMeasured(t *testing.T) {
	for name, tt := range map[string]struct {
		o    Options
		exec func(*Metric[float64]) Func
		want bool
	}{
		"a rate of none": {Options{Rate: new(int64(0)), Stages: []Stage{{Duration(time.Second), 0}}}, nil, true},
		"no users":       {Options{VUs: new(0), Stages: []Stage{{Duration(time.Second), 0}}}, nil, true},
		"all cut off":    {scenario(Scenario{Executor: ConstantVUs, Duration: For(time.Second), GracefulStop: For(0)}), func(*Metric[float64]) Func { return works(time.Hour) }, true},
		"a custom metric": {scenario(Scenario{Executor: ConstantVUs, Duration: For(time.Second), GracefulStop: For(0)}), func(m *Metric[float64]) Func {
			return func(vu *VU) error { m.Add(vu, 1); vu.Sleep(time.Hour); return nil }
		}, false},
		"a check": {scenario(Scenario{Executor: ConstantVUs, Duration: For(time.Second), GracefulStop: For(0)}), func(*Metric[float64]) Func {
			return func(vu *VU) error { vu.Check("c", true); vu.Sleep(time.Hour); return nil }
		}, false},
		"an iteration": {Options{}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test := &Test{Options: tt.o, Exec: sleeps(0)}
				if m := test.NewCounter("mine"); tt.exec != nil {
					test.Exec = tt.exec(m)
				}
				res := MustRun(t, test)
				if res.Verdict.NothingMeasured != tt.want || res.reason != engine.Finished {
					t.Errorf("nothing measured: %v, %v, want %v", res.Verdict.NothingMeasured, res.reason, tt.want)
				}
			})
		})
	}
}

// Groups, checks and scenarios of the warm-up alone are not in the report.
func TestWarmupGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		in := func(vu *VU, name string) {
			_ = vu.Group(name, func() error {
				return vu.Group("inner", func() error { vu.Sleep(53 * time.Millisecond); return nil })
			})
		}
		res := MustRun(t, &Test{Exec: func(vu *VU) error {
			if in(vu, "always"); time.Since(begin) < 900*time.Millisecond {
				in(vu, "early")
			} else {
				in(vu, "late")
			}
			return nil
		}, Functions: map[string]Func{"brief": func(vu *VU) error { vu.Check("brief", true); return nil }}, Options: Options{
			Sections: new(true), Warmup: For(time.Second), Scenarios: map[string]Scenario{
				"brief": {Executor: PerVUIterations, Exec: "brief"}, "long": {Executor: ConstantVUs, Duration: For(2 * time.Second)}}}})
		names := func(sections []metrics.Section) (all []string) {
			for _, s := range sections {
				all = append(all, s.Name)
				if s.Name != "long" && (len(s.Groups) != 1 || s.Groups[0].Name != "inner") {
					t.Errorf("group %s: got %+v, want inner in it", s.Name, s.Groups)
				}
			}
			slices.Sort(all)
			return all
		}
		if got := names(res.Snapshot.Total.Groups); !slices.Equal(got, []string{"always", "late"}) {
			t.Errorf("groups %v, want always and late", got)
		}
		for _, s := range res.Snapshot.Scenarios {
			if s.Name == "brief" || s.Name == "long" && !slices.Equal(names(s.Groups), []string{"always", "late"}) {
				t.Errorf("scenario %s with groups %v, want long alone with two groups", s.Name, names(s.Groups))
			}
		}
	})
}
