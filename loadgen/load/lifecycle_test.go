package load

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

func TestStartTimeAndAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var starts [3]atomic.Int64
		mark := func(i int) Func {
			return func(vu *VU) error {
				starts[i].CompareAndSwap(0, int64(time.Since(begin)))
				vu.Sleep(1500 * time.Millisecond)
				return nil
			}
		}
		one := func(exec string, after string, start time.Duration) Scenario {
			return Scenario{Executor: ConstantVUs, Duration: For(time.Second), Exec: exec, After: after, StartTime: For(start)}
		}
		MustRun(t, &Test{Functions: map[string]Func{"a": mark(0), "b": mark(1), "c": mark(2)}, Options: Options{Scenarios: map[string]Scenario{
			"a": one("a", "", 100*time.Millisecond), "b": one("b", "a", time.Second), "c": one("c", "b", 0)}}})
		// a plays from 0.1 s to 1.6 s, b waits a second after it and plays to 4.1 s.
		for i, want := range []time.Duration{100 * time.Millisecond, 2600 * time.Millisecond, 4100 * time.Millisecond} {
			if got := time.Duration(starts[i].Load()); got != want {
				t.Errorf("scenario %d started at %v, want %v", i, got, want)
			}
		}
	})
}

func TestHold(t *testing.T) {
	two := func(hold func(context.Context, *Run, string)) *Test {
		one := func(after string) Scenario {
			return Scenario{Executor: ConstantVUs, VUs: new(2), Duration: For(time.Second), After: after}
		}
		return &Test{Hold: hold, Exec: sleeps(400 * time.Millisecond), Options: Options{Scenarios: map[string]Scenario{
			"first": one(""), "second": one("first")}}}
	}
	t.Run("Forget", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			res := MustRun(t, two(func(_ context.Context, r *Run, scenario string) {
				if scenario == "second" {
					time.Sleep(5 * time.Second)
					r.Forget()
				}
			}))
			if got, want := time.Since(begin), 7400*time.Millisecond; got != want {
				t.Errorf("took %v, want %v", got, want)
			}
			if got, want := res.Snapshot.Elapsed, 1200*time.Millisecond; got != want {
				t.Errorf("measured for %v, want %v", got, want)
			}
			if got := sum(res, "iterations"); got != 6 {
				t.Errorf("%v iterations, want the second scenario's 6", got)
			}
			if s := res.Snapshot.Total.Find("vus_max"); s != nil && s.Max > 2 {
				t.Errorf("%v users, want the first scenario's 2 again", s.Max)
			}
		})
	})
	t.Run("Stop", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			r := MustStart(t, two(func(ctx context.Context, _ *Run, scenario string) {
				if scenario == "second" {
					<-ctx.Done()
				}
			}))
			time.Sleep(3 * time.Second)
			r.stop(engine.StoppedByAPI)
			res := r.Wait()
			if got, want := time.Since(begin), 3*time.Second; got != want {
				t.Errorf("took %v, want %v", got, want)
			}
			if got := sum(res, "iterations"); got != 6 || res.reason != engine.StoppedByAPI {
				t.Errorf("%v iterations, %v; want the first scenario's 6", got, res.reason)
			}
		})
	})
}

// works is a function of a user that does something for d, which is not thinking, and notices when it is cut off.
func works(d time.Duration) Func {
	return func(vu *VU) error {
		select {
		case <-time.After(d):
			return nil
		case <-vu.Context().Done():
			return vu.Context().Err()
		}
	}
}

func TestStop(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		end                   func(*Run)
		complete, interrupted float64
		took                  time.Duration
	}{
		{"stop lets iterations end", func(r *Run) { r.stop(engine.InterruptedSignal) }, 1, 0, 3 * time.Second},
		{"abort cuts them off", func(r *Run) { r.abort(engine.InterruptedSignal, nil) }, 0, 1, time.Second},
		{"stop, then abort", func(r *Run) {
			r.stop(engine.InterruptedSignal)
			time.Sleep(time.Second)
			r.abort(engine.StoppedByAPI, nil)
		}, 0, 1, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				torn := false
				r := MustStart(t, &Test{Exec: works(3 * time.Second), Options: Options{VUs: new(1), Duration: For(time.Minute)},
					Teardown: func(*VU) error { torn = true; return nil }})
				time.Sleep(time.Second)
				tt.end(r)
				res := r.Wait()
				if got := sum(res, "iterations"); got != tt.complete {
					t.Errorf("%v complete, want %v", got, tt.complete)
				}
				if got := sum(res, "iterations_interrupted"); got != tt.interrupted {
					t.Errorf("%v interrupted, want %v", got, tt.interrupted)
				}
				if got := time.Since(begin); got != tt.took {
					t.Errorf("took %v, want %v", got, tt.took)
				}
				if res.reason != engine.InterruptedSignal || !torn {
					t.Errorf("reason %v, torn down %v, want the first reason and a tear-down", res.reason, torn)
				}
			})
		})
	}
}

func TestContextEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		test := &Test{Exec: sleeps(time.Hour), Options: Options{VUs: new(3), Duration: For(time.Minute)}}
		res, err := test.Run(ctx)
		if err != nil || res.reason != engine.InterruptedSignal || res.Interrupted != 3 {
			t.Errorf("got %+v, %v, want 3 interrupted", res, err)
		}
	})
}

// A function that waits for something of its own sees the end by VU.Context.
func TestVUContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Options: scenario(Scenario{Executor: ConstantVUs, Duration: For(time.Second), GracefulStop: For(0)}), Exec: func(vu *VU) error {
			<-vu.Context().Done()
			return vu.Context().Err()
		}})
		if res.Interrupted != 1 || res.Failed != 0 {
			t.Errorf("%d interrupted, %d failed, want 1 and 0", res.Interrupted, res.Failed)
		}
	})
}

// A function that never notices is left behind, and the report says so.
func TestDeafFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Options: scenario(Scenario{Executor: ConstantVUs, Duration: For(time.Second), GracefulStop: For(0)}), Exec: func(vu *VU) error {
			time.Sleep(time.Hour)
			return nil
		}})
		if res.Interrupted != 1 || len(res.Snapshot.Warnings) != 1 || !strings.Contains(res.Snapshot.Warnings[0].Message, "left behind") {
			t.Errorf("%d interrupted, warnings %+v, want 1 left behind", res.Interrupted, res.Snapshot.Warnings)
		}
		if got := res.Snapshot.Elapsed; got != time.Second+patience {
			t.Errorf("took %v, want %v", got, time.Second+patience)
		}
		time.Sleep(time.Hour) // a bubble wants all goroutines ended
	})
}

func TestSetupAndTeardown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{
			Options: Options{VUs: new(2), Duration: For(time.Second)},
			Setup: func(vu *VU) (any, error) {
				vu.Sleep(5 * time.Second)
				vu.Check("not counted", false)
				return "data", nil
			},
			Exec: func(vu *VU) error {
				vu.Check("has data", Data[string](vu) == "data")
				vu.Sleep(1500 * time.Millisecond)
				return nil
			},
			Teardown: func(vu *VU) error {
				if Data[string](vu) != "data" {
					return errTest
				}
				return nil
			},
		})
		if res.reason != engine.Finished || res.Cause != nil || res.Snapshot.Elapsed != 1500*time.Millisecond {
			t.Errorf("reason %v, error %v, load of %v, want finished after 1.5 s of load", res.reason, res.Cause, res.Snapshot.Elapsed)
		}
		if c := res.Snapshot.Total.Checks; len(c) != 1 || c[0].Name != "has data" || c[0].Passes != 2 {
			t.Errorf("checks %+v, want one that passed twice", c)
		}
	})
}

func TestSetupFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		setup  func(*VU) (any, error)
		reason engine.StopReason
		want   string
	}{
		{"error", func(*VU) (any, error) { return nil, errTest }, engine.SetupFailed, "set-up: no luck"},
		{"panic", func(*VU) (any, error) { panic("oh dear") }, engine.SetupFailed, "set-up: panic: oh dear"},
		{"time-out", func(vu *VU) (any, error) { vu.Sleep(time.Hour); return nil, nil }, engine.SetupTimedOut, "set-up: timed out after 1m0s"},
		{"abort", func(vu *VU) (any, error) { vu.Abort("no database"); return nil, nil }, engine.TestAborted, "no database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ran := false
				res := MustRun(t, &Test{Setup: tt.setup, Exec: func(*VU) error { ran = true; return nil }})
				if res.reason != tt.reason || res.Cause == nil || !strings.HasPrefix(res.Cause.Error(), tt.want) {
					t.Errorf("got %v, %v, want %v, %q", res.reason, res.Cause, tt.reason, tt.want)
				}
				if ran {
					t.Error("the load ran nevertheless")
				}
			})
		})
	}
}

func TestTeardownFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Exec: sleeps(0), Teardown: func(vu *VU) error { vu.Sleep(2 * time.Minute); return nil }})
		if res.reason != engine.TeardownTimedOut || sum(res, "iterations") != 1 {
			t.Errorf("got %v, %v, want a time-out after one iteration", res.reason, res.Cause)
		}
	})
}

// A second Ctrl-C ends a tear-down that hangs.
func TestAbortInTeardown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		r := MustStart(t, &Test{Exec: sleeps(0), Teardown: func(vu *VU) error { vu.Sleep(time.Hour); return nil }})
		time.Sleep(time.Second)
		if got := r.progress().State; got != "teardown" {
			t.Errorf("state %q, want teardown", got)
		}
		r.stop(engine.InterruptedSignal)
		time.Sleep(time.Second)
		r.abort(engine.InterruptedSignal, nil)
		if res := r.Wait(); res.reason != engine.InterruptedSignal || time.Since(begin) != 2*time.Second {
			t.Errorf("%v after %v, want interrupted after 2 s", res.reason, time.Since(begin))
		}
	})
}

func TestAbortAndMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Options: Options{VUs: new(3), Duration: For(time.Minute)}, Exec: func(vu *VU) error {
			vu.MarkTestFailed("as expected")
			vu.Sleep(time.Duration(vu.ID) * time.Second)
			vu.Abort("enough")
			return nil
		}})
		if res.reason != engine.TestAborted || res.Cause == nil || res.Cause.Error() != "enough" || res.Interrupted != 3 {
			t.Errorf("got %v, %v, %d interrupted, want an abort of 3", res.reason, res.Cause, res.Interrupted)
		}
		if res.MarkedFailed == nil || res.MarkedFailed.Error() != "as expected" {
			t.Errorf("marked %v", res.MarkedFailed)
		}
	})
}

func TestPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := MustStart(t, &Test{Exec: sleeps(time.Second), Options: Options{Paused: new(true)}})
		time.Sleep(time.Hour)
		if got := r.progress().State; got != "paused" {
			t.Errorf("state %q, want paused", got)
		}
		r.lifecycle.resume()
		r.lifecycle.resume()
		if res := r.Wait(); sum(res, "iterations") != 1 || res.Snapshot.Elapsed != time.Second {
			t.Errorf("%v iterations in %v, want 1 in 1 s", sum(res, "iterations"), res.Snapshot.Elapsed)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := MustStart(t, &Test{Exec: sleeps(time.Second), Options: Options{Paused: new(true)}})
		r.stop(engine.StoppedByAPI)
		if res := r.Wait(); res.reason != engine.StoppedByAPI || sum(res, "iterations") != 0 {
			t.Errorf("%v, %v iterations, want none", res.reason, sum(res, "iterations"))
		}
	})
}

func TestThresholds(t *testing.T) {
	failing := func(vu *VU) error {
		vu.Check("ok", false)
		vu.Sleep(100 * time.Millisecond)
		return nil
	}
	run := func(t *testing.T, thresholds Thresholds, k6 bool) *Result {
		return MustRun(t, &Test{Exec: failing, Options: Options{VUs: new(1), Duration: For(10 * time.Second), Thresholds: thresholds, K6Semantics: new(k6)}})
	}
	t.Run("fails at the end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			res := run(t, Thresholds{"checks": {"rate>0.9"}, "iterations{scenario:default}": {"count>=100"}}, false)
			if !slices.Equal(res.ThresholdsFailed, []string{"checks"}) || res.reason != engine.Finished {
				t.Errorf("failed %v, reason %v", res.ThresholdsFailed, res.reason)
			}
			if !slices.Equal(res.Verdict.ChecksNeverPassed, []string{"ok"}) {
				t.Errorf("never passed: %v, want ok", res.Verdict.ChecksNeverPassed)
			}
		})
	})
	t.Run("abortOnFail", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			res := run(t, Thresholds{"checks": {AbortOn("rate>0.9", 5*time.Second)}}, false)
			if res.reason != engine.ThresholdAborted || res.Snapshot.Elapsed != 6*time.Second {
				t.Errorf("%v after %v, want an abort at the first look after 5 s", res.reason, res.Snapshot.Elapsed)
			}
		})
	})
	t.Run("without samples", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			empty := Thresholds{"http_req_duration": {AbortOn("p(95)<100", 0)}}
			if res := run(t, empty, false); len(res.ThresholdsFailed) != 1 || res.reason != engine.Finished {
				t.Errorf("failed %v, %v, want one", res.ThresholdsFailed, res.reason)
			}
			if res := run(t, empty, true); len(res.ThresholdsFailed) != 0 {
				t.Errorf("k6's way: failed %v, want none", res.ThresholdsFailed)
			}
		})
	})
	t.Run("unknown metric", func(t *testing.T) {
		test := &Test{Exec: failing, Options: Options{Thresholds: Thresholds{"nosuch": {"rate>0.9"}}}}
		if _, err := test.Start(context.Background()); err == nil || !strings.Contains(err.Error(), `"nosuch"`) {
			t.Errorf("got %v, want an error that names it", err)
		}
	})
}

func TestMinIterationDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Exec: sleeps(100 * time.Millisecond), Options: Options{VUs: new(1), Duration: For(9500 * time.Millisecond), MinIterationDuration: For(time.Second)}})
		if got := sum(res, "iterations"); got != 10 {
			t.Errorf("%v iterations, want 10", got)
		}
		if d := res.Snapshot.Total.Find("iteration_duration"); d.Max != 100e6 {
			t.Errorf("iteration_duration %v, want it without the padding", time.Duration(d.Max))
		}
		if got := res.Snapshot.Elapsed; got != 9500*time.Millisecond {
			t.Errorf("took %v, want no padding after the end", got)
		}
	})
}

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last atomic.Int64
		begin := time.Now()
		l := newLimiter(10)
		MustRun(t, &Test{Options: Options{VUs: new(5), Iterations: new(int64(50))}, Exec: func(vu *VU) error {
			l.wait(vu)
			last.Store(int64(time.Since(begin)))
			return nil
		}})
		if got := time.Duration(last.Load()); got != 4900*time.Millisecond {
			t.Errorf("the last of 50 came after %v, want 4.9 s", got)
		}
	})
}

func TestScenarioFunctionsEnvAndTags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		test := &Test{Env: map[string]string{"A": "1", "B": "1"}, Options: Options{
			Tags: map[string]string{"team": "blue"},
			Scenarios: map[string]Scenario{
				"buy":    {Executor: PerVUIterations, Exec: "buy", Env: map[string]string{"B": "2"}, Tags: map[string]string{"kind": "write"}},
				"browse": {Executor: PerVUIterations, Iterations: new(int64(3))},
			},
			Thresholds: Thresholds{
				"iterations{scenario:buy,kind:write,team:blue}": {"count==1"},
				"iterations{scenario:browse,team:blue}":         {"count==3"},
				"iterations{kind:write}":                        {"count==1"},
				"things{group:::one::two}":                      {"avg==7"},
				"waits":                                         {"max==1500"},
				"share{color:red}":                              {"rate==0.5"},
				"level":                                         {"value==3"},
				"done{color:}":                                  {"count==0"},
			},
		}}
		things, waits, share, level := test.NewTrend("things"), test.NewTimeTrend("waits"), test.NewRate("share"), test.NewGauge("level")
		test.NewCounter("done")
		test.Exec = func(vu *VU) error {
			if vu.Env["A"] != "1" || vu.Env["B"] != "1" {
				return errTest
			}
			return vu.Group("one", func() error {
				return vu.Group("two", func() error {
					things.Add(vu, 7)
					return nil
				})
			})
		}
		test.Functions = map[string]Func{"buy": func(vu *VU) error {
			if vu.Env["A"] != "1" || vu.Env["B"] != "2" {
				return errTest
			}
			waits.Add(vu, 1500*time.Millisecond)
			vu.Tag("color", "red")
			share.Add(vu, true)
			share.Add(vu, false)
			vu.Tag("color", "")
			share.Add(vu, false)
			level.Add(vu, 3)
			return nil
		}}
		res := MustRun(t, test)
		if res.Failed != 0 || len(res.ThresholdsFailed) != 0 {
			t.Errorf("%d failed, thresholds failed: %v", res.Failed, res.ThresholdsFailed)
		}
		if g := res.Snapshot.Total.Groups; len(g) != 1 || g[0].Name != "one" || len(g[0].Groups) != 1 || g[0].Groups[0].Name != "two" {
			t.Errorf("groups %+v, want one with two in it", g)
		}
		if d := res.Snapshot.Total.Find("group_duration"); d.Count != 6 {
			t.Errorf("%d of group_duration, want 6", d.Count)
		}
	})
}

func TestAllIterationsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Options: Options{VUs: new(2), Iterations: new(int64(4))}, Exec: func(*VU) error { panic(errors.New("x")) }})
		if !res.Verdict.AllIterationsFailed || res.Panicked != 4 {
			t.Errorf("verdict %+v, %d panicked, want all", res.Verdict, res.Panicked)
		}
	})
}

// Each user does its own iterations, however soon the first ones are done.
func TestPerVUIterationsOfFastUsers(t *testing.T) {
	const vus, each = 300, 2
	var mu sync.Mutex
	done := map[int64]int{}
	s := Scenario{Executor: PerVUIterations, VUs: new(vus), Iterations: new(int64(each))}
	res := MustFinish(t, &Test{Options: scenario(s), Exec: func(vu *VU) error {
		mu.Lock()
		defer mu.Unlock()
		done[vu.ID]++
		return nil
	}})
	if got := sum(res, "iterations"); got != vus*each || sum(res, "dropped_iterations") != 0 || len(done) != vus {
		t.Errorf("%v iterations of %d users, %v dropped; want %d of %d and none", got, len(done), sum(res, "dropped_iterations"), vus*each, vus)
	}
	for id, n := range done {
		if n != each {
			t.Errorf("user %d did %d iterations, want %d", id, n, each)
		}
	}
}
