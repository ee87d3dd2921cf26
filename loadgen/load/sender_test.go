package load

import (
	"testing"
	"testing/synctest"
	"time"
)

// blocked is a test of users whose every request fails at once.
func blocked(o Options) *Test {
	o.BlockHostnames = []string{"blocked.test"}
	return &Test{Options: o, Exec: func(vu *VU) error {
		vu.Get("http://blocked.test/")
		return nil
	}}
}

func TestHoldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := MustRun(t, blocked(Options{VUs: new(50), Duration: For(10 * time.Second)}))
		got := sum(res, "iterations")
		if least, most := 10*unreachedRate-50.0, 10*unreachedRate+unreachedBurst+50.0; got < least || got > most {
			t.Errorf("got %v iterations in 10 s, want %v to %v", got, least, most)
		}
		if d := res.Snapshot.Total.Find("iteration_duration"); d == nil || d.Max > 1e6 {
			t.Errorf("iteration_duration: got %+v, want none to hold the wait", d)
		}
		warned := 0
		for _, w := range res.Snapshot.Warnings {
			if w.Metric == "iterations" {
				warned++
			}
		}
		if warned != 1 {
			t.Errorf("got warnings %v, want one about iterations", res.Snapshot.Warnings)
		}
	})
}

// TestHoldBackKeepsCounts: a number of iterations that was asked for is done.
func TestHoldBackKeepsCounts(t *testing.T) {
	for name, o := range map[string]Options{
		"shared-iterations": {VUs: new(5), Iterations: new(int64(1000))},
		"per-vu-iterations": scenario(Scenario{Executor: PerVUIterations, VUs: new(5), Iterations: new(int64(200))}),
		"constant-arrival-rate": scenario(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(5000)), Duration: For(200 * time.Millisecond),
			PreAllocatedVUs: new(5)}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				res := MustRun(t, blocked(o))
				if got := sum(res, "iterations"); got != 1000 {
					t.Errorf("got %v iterations, want 1000", got)
				}
			})
		})
	}
}

// TestHoldBackOfSlowIterations: think time paces by itself, and one connection is enough to be no trouble.
func TestHoldBackOfSlowIterations(t *testing.T) {
	v := &VU{sender: &sender{}, unreached: 1}
	v.sender.holdback.next.Store(int64(time.Hour))
	v.holdBack(unreachedSlow)
	v.reached = true
	v.holdBack(0)
	v.reached, v.paced = false, true
	v.holdBack(0)
	if got := v.sender.holdback.next.Load(); got != int64(time.Hour) {
		t.Errorf("got %v, want nothing taken", time.Duration(got))
	}
}
