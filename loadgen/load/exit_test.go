package load

import (
	"errors"
	"testing"

	"example.com/foobar/loadgen/internal/engine"
)

func TestExitCode(t *testing.T) {
	failed := Verdict{NothingSucceeded: true, ChecksNeverPassed: []string{"is status 200"}}
	for _, test := range []struct {
		name string
		of   Result
		want int
	}{
		{"OK", Result{}, 0},
		{"ThresholdsFailed", Result{ThresholdsFailed: []string{"checks"}, Verdict: failed}, 99},
		{"ThresholdAborted", Result{reason: engine.ThresholdAborted}, 99},
		{"SetupTimedOut", Result{reason: engine.SetupTimedOut}, 100},
		{"TeardownTimedOut", Result{reason: engine.TeardownTimedOut}, 101},
		{"StoppedByAPI", Result{reason: engine.StoppedByAPI}, 103},
		{"InterruptedBeforeThresholds", Result{reason: engine.InterruptedSignal, ThresholdsFailed: []string{"checks"}}, 105},
		{"SetupFailed", Result{reason: engine.SetupFailed}, 107},
		{"TeardownFailed", Result{reason: engine.TeardownFailed}, 107},
		{"Aborted", Result{reason: engine.TestAborted}, 108},
		{"MarkedFailed", Result{MarkedFailed: errors.New("no")}, 110},
		{"NothingSucceeded", Result{Verdict: failed}, 120},
		{"AllIterationsFailed", Result{Verdict: Verdict{AllIterationsFailed: true}}, 121},
		{"RateMissed", Result{Verdict: Verdict{RateMissed: true}}, 122},
		{"CheckNeverPassed", Result{Verdict: Verdict{ChecksNeverPassed: []string{"a"}}}, 123},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.of.ExitCode(); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
			if err := test.of.Err(); (err == nil) != (test.want == 0) {
				t.Errorf("got %v for exit code %d", err, test.want)
			}
		})
	}
}
