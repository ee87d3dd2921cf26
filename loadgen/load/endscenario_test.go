package load

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

// EndScenario ends its scenario alone, is no iteration, and leaves nothing that was missed.
func TestEndScenario(t *testing.T) {
	for name, s := range map[string]Scenario{
		"shared":    {Executor: SharedIterations, VUs: new(2), Iterations: new(int64(100))},
		"per user":  {Executor: PerVUIterations, VUs: new(2), Iterations: new(int64(100))},
		"looping":   {Executor: ConstantVUs, VUs: new(2), Duration: For(time.Minute)},
		"arrivals":  {Executor: ConstantArrivalRate, Rate: new(int64(500)), PreAllocatedVUs: new(2), MaxVUs: new(2), Duration: For(time.Minute)},
		"dropping":  {Executor: ConstantArrivalRate, Rate: new(int64(500)), PreAllocatedVUs: new(1), MaxVUs: new(1), OnBusy: OnBusyDrop, Duration: For(time.Minute)},
		"ramping":   {Executor: RampingVUs, StartVUs: new(2), Stages: []Stage{{Duration: Duration(time.Minute), Target: 2}}},
		"iterating": {Executor: SharedIterations, VUs: new(1), Iterations: new(int64(3))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var begun atomic.Int64
			test := &Test{Options: Options{Scenarios: map[string]Scenario{"a": s}}, Exec: func(vu *VU) error {
				if begun.Add(1) > 3 {
					vu.EndScenario()
				}
				return nil
			}}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			r, err := test.Run(ctx)
			if err != nil {
				t.Fatal(err)
			}
			dropped := r.Counter("dropped_iterations").Sum
			busy := name == "dropping" && dropped > 0 // the one user of a busy machine may not be back for an arrival
			if got := r.Iterations().Sum; got != 3 || !busy && (r.ExitCode() != 0 || dropped != 0) {
				t.Errorf("got %v iterations, exit code %d, %v dropped (%v)", got, r.ExitCode(), dropped, r.Err())
			}
		})
	}
}

// There is no scenario to end before the load.
func TestEndScenarioInSetup(t *testing.T) {
	r, err := (&Test{Setup: func(vu *VU) (any, error) { vu.EndScenario(); return nil, nil }, Exec: func(*VU) error { return nil }}).Run(t.Context())
	if err != nil || r.ExitCode() == 0 {
		t.Errorf("got exit code %d, %v", r.ExitCode(), err)
	}
}
