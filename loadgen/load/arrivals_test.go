package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

// All users are free at the start: none of the first arrivals is dropped, and none makes a further user.
func TestArrivalsFirst(t *testing.T) {
	const second = time.Second
	for _, onBusy := range []string{OnBusyDrop, OnBusyWait} {
		for _, users := range [][2]int{{1, 1}, {50, 50}, {50, 60}, {500, 1000}} {
			for name, s := range map[string]Scenario{
				"constant": {Executor: ConstantArrivalRate, Rate: new(int64(200)), Duration: For(2 * second)},
				"one":      {Executor: ConstantArrivalRate, Rate: new(int64(1)), Duration: For(second)},
				"ramping":  {Executor: RampingArrivalRate, StartRate: new(int64(1_000_000)), Stages: []Stage{{Duration(100 * time.Microsecond), 1_000_000}}},
			} {
				if name == "ramping" && users[0] < 500 {
					continue // a hundred at once
				}
				t.Run(fmt.Sprintf("%s, %d to %d, %s", onBusy, users[0], users[1], name), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s.PreAllocatedVUs, s.MaxVUs, s.OnBusy = new(users[0]), new(users[1]), onBusy
						r := MustStart(t, &Test{Options: scenario(s), Exec: works(time.Millisecond)})
						want := r.scenarios[0].executor.(*arrivals).schedule.(*even).total()
						res := r.Wait()
						if got := sum(res, "iterations"); got != float64(want) || sum(res, "dropped_iterations") != 0 {
							t.Errorf("%v iterations, %v dropped; want %d and none", got, sum(res, "dropped_iterations"), want)
						}
						if got := r.progress().MaxVUs; got != users[0] {
							t.Errorf("%d users, want the %d made before", got, users[0])
						}
					})
				})
			}
		}
	}
}

// The same outside of a bubble, where the users' goroutines may come late.
func TestArrivalsFirstForReal(t *testing.T) {
	for range 10 {
		test := &Test{Exec: func(*VU) error { return nil }, Options: scenario(Scenario{Executor: ConstantArrivalRate,
			Rate: new(int64(1)), Duration: For(time.Millisecond), PreAllocatedVUs: new(20), OnBusy: OnBusyDrop})}
		res, err := test.Run(context.Background())
		if err != nil || sum(res, "iterations") != 1 || sum(res, "dropped_iterations") != 0 {
			t.Fatalf("%v iterations, %v dropped, %v; want 1", sum(res, "iterations"), sum(res, "dropped_iterations"), err)
		}
	}
}

// However a scenario ends, no more iterations are cut off than were under way, and none begins after.
func TestArrivalsCutOff(t *testing.T) {
	for name, end := range map[string]func(*Run){
		"abort":         func(r *Run) { r.abort(engine.InterruptedSignal, nil) },
		"stop":          func(r *Run) { r.stop(engine.InterruptedSignal) },
		"stop, abort":   func(r *Run) { r.stop(engine.InterruptedSignal); r.abort(engine.InterruptedSignal, nil) },
		"graceful stop": nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var begun atomic.Int64
				r := MustStart(t, &Test{Options: scenario(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(200)), Duration: For(3 * time.Second),
					PreAllocatedVUs: new(5), GracefulStop: For(100 * time.Millisecond)}),
					Exec: func(vu *VU) error {
						begun.Add(1)
						return works(10 * time.Second)(vu)
					}})
				if time.Sleep(2 * time.Second); end != nil {
					end(r)
				}
				res := r.Wait()
				if res.Interrupted != 5 || begun.Load() != 5 || sum(res, "iterations_interrupted") != 5 {
					t.Errorf("%d interrupted of %d begun, want 5 of 5", res.Interrupted, begun.Load())
				}
				if p := r.progress(); p.VUs != 0 || p.Interrupted != 5 {
					t.Errorf("in the end %d users iterate, %d interrupted; want none and 5", p.VUs, p.Interrupted)
				}
			})
		})
	}
}

// vus counts the users that run an iteration, also when all others go home.
func TestArrivalsBusyUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := MustStart(t, &Test{Exec: works(200 * time.Millisecond), Options: scenario(Scenario{Executor: ConstantArrivalRate,
			Rate: new(int64(10)), Duration: For(3 * time.Second), PreAllocatedVUs: new(50)})})
		var mu sync.Mutex
		most := 0
		look := func() {
			mu.Lock()
			defer mu.Unlock()
			most = max(most, r.progress().VUs, r.scenarios[0].executor.active(r.scenarios[0]))
		}
		e := r.scenarios[0].executor.(*arrivals)
		for range 320 {
			time.Sleep(10 * time.Millisecond)
			look()
			if e.mu.TryLock() { // before goroutines that were sent home have run
				e.mu.Unlock()
				look()
			}
		}
		res := r.Wait()
		if vus := res.Snapshot.Total.Find("vus"); vus.Max > 3 || most > 3 || most < 2 {
			t.Errorf("at most %v users at the seconds, %d at all; want 3", vus.Max, most)
		}
	})
}

// A user that is left behind in its iteration is counted once, also when it comes back while the test goes on.
func TestLeftBehindCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, &Test{Functions: map[string]Func{"deaf": func(*VU) error { time.Sleep(20 * time.Second); return errTest }, "other": works(time.Second)},
			Options: Options{Scenarios: map[string]Scenario{
				"deaf":  {Executor: ConstantVUs, VUs: new(3), Duration: For(time.Second), GracefulStop: For(0), Exec: "deaf"},
				"other": {Executor: ConstantVUs, Duration: For(29500 * time.Millisecond), Exec: "other"}}}})
		if res.Interrupted != 3 || res.Failed != 0 || sum(res, "iterations") != 30 {
			t.Errorf("%d interrupted, %d failed, %v iterations; want 3, 0 and the other scenario's 30", res.Interrupted, res.Failed, sum(res, "iterations"))
		}
	})
}

// After a stall late arrivals begin as fast as users are free, or no faster than MaxCatchUpRate.
func TestCatchUp(t *testing.T) {
	for _, tt := range []struct {
		name              string
		most              *int64
		least, mostAtOnce int // begun within 250 ms of the end of the stall
		late              float64
	}{
		{"unbounded", nil, 400, 500, 1000},
		{"bounded", new(int64(300)), 60, 80, 1000},
		{"as fast as the rate", new(int64(200)), 45, 55, 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				var within atomic.Int64
				res := MustRun(t, &Test{Options: scenario(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(200)), Duration: For(10 * time.Second),
					PreAllocatedVUs: new(20), MaxCatchUpRate: tt.most}), Exec: func(vu *VU) error {
					at := time.Since(begin)
					if at >= time.Second && at < 3*time.Second {
						return works(3*time.Second - at)(vu)
					}
					if at >= 3*time.Second && at < 3250*time.Millisecond {
						within.Add(1)
					}
					return works(time.Millisecond)(vu)
				}})
				if got := int(within.Load()); got < tt.least || got > tt.mostAtOnce {
					t.Errorf("%d begun within 250 ms of the stall's end, want %d to %d", got, tt.least, tt.mostAtOnce)
				}
				if got := sum(res, "iterations") + sum(res, "dropped_iterations"); got != 2000 {
					t.Errorf("%v iterations and dropped ones, want 2000", got)
				}
				// Those that the bound kept waiting in the end are missed: that is the price, and it is told.
				if missed := sum(res, "dropped_iterations"); (missed > 0) != (tt.most != nil && *tt.most == 200) {
					t.Errorf("%v missed", missed)
				}
			})
		})
	}
}

func TestCatchUpRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"less than the rate": {Rate: new(int64(10)), Duration: For(time.Second), MaxCatchUpRate: new(int64(9))},
		"less than the peak": {Rate: new(int64(1)), Stages: []Stage{{Duration(time.Second), 20}}, MaxCatchUpRate: new(int64(10))},
		"nothing waits":      {Rate: new(int64(10)), Duration: For(time.Second), MaxCatchUpRate: new(int64(20)), OnBusy: new(OnBusyDrop)},
		"negative":           {Rate: new(int64(10)), Duration: For(time.Second), MaxCatchUpRate: new(int64(-1))},
		"another executor":   scenario(Scenario{Executor: ConstantVUs, Duration: For(time.Second), MaxCatchUpRate: new(int64(20))}),
	} {
		if err := o.Validate(); err == nil {
			t.Errorf("%s: want an error", name)
		}
		if _, err := o.plan(); err == nil {
			t.Errorf("%s: want an error of Plan", name)
		}
	}
}

// Thinking ends with the first stop, whatever the executor; work under way goes on.
func TestStopEndsThinking(t *testing.T) {
	for _, s := range []Scenario{
		{Executor: ConstantVUs, VUs: new(2), Duration: For(time.Hour)},
		{Executor: RampingVUs, StartVUs: new(2), Stages: []Stage{{Duration(time.Hour), 2}}},
		{Executor: SharedIterations, VUs: new(2), Iterations: new(int64(100))},
		{Executor: PerVUIterations, VUs: new(2), Iterations: new(int64(100))},
		{Executor: ConstantArrivalRate, Rate: new(int64(1)), Duration: For(time.Hour), PreAllocatedVUs: new(2)},
	} {
		t.Run(s.Executor, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				var worked atomic.Int64
				r := MustStart(t, &Test{Options: scenario(s), Exec: func(vu *VU) error {
					if vu.ID == 1 {
						vu.Sleep(30 * time.Second)
					}
					if err := works(5 * time.Second)(vu); err != nil {
						return err
					}
					worked.Add(1)
					vu.Sleep(30 * time.Second)
					return nil
				}})
				time.Sleep(2 * time.Second)
				r.stop(engine.InterruptedSignal)
				res := r.Wait()
				if took := time.Since(begin); took > 6*time.Second || worked.Load() != 1 {
					t.Errorf("gone after %v with %d having worked, want the one that worked to end that after 5 s", took, worked.Load())
				}
				if res.Interrupted != 2 || res.reason != engine.InterruptedSignal {
					t.Errorf("%d interrupted, %v; want both in their thinking", res.Interrupted, res.reason)
				}
			})
		})
	}
}

func TestPlanOfInvalidOptions(t *testing.T) {
	for executor := range optionsOf {
		if _, err := scenario(Scenario{Executor: executor, OnBusy: "never"}).plan(); err == nil {
			t.Errorf("%s: want an error", executor)
		}
		if _, err := scenario(Scenario{Executor: executor}).plan(); (err == nil) != (requiredOf[executor] == nil) {
			t.Errorf("%s without options: got %v", executor, err)
		}
	}
	if _, err := (Options{Rate: new(int64(1))}).plan(); err == nil {
		t.Error("a rate without a duration: want an error")
	}
}
