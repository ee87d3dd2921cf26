package command

import (
	"errors"
	"testing"

	"example.com/foobar/loadgen/load"
)

func TestExitCode(t *testing.T) {
	failed := load.Verdict{NothingSucceeded: true, ChecksNeverPassed: []string{"is status 200"}}
	for _, test := range []struct {
		name string
		of   load.Result
		k6   bool
		want int
	}{
		{"OK", load.Result{}, false, 0},
		{"ThresholdsFailed", load.Result{ThresholdsFailed: []string{"checks"}, Verdict: failed}, false, 99},
		{"ThresholdAborted", load.Result{Reason: load.ThresholdAborted}, false, 99},
		{"SetupTimedOut", load.Result{Reason: load.SetupTimedOut}, false, 100},
		{"TeardownTimedOut", load.Result{Reason: load.TeardownTimedOut}, false, 101},
		{"StoppedByAPI", load.Result{Reason: load.StoppedByAPI}, false, 103},
		{"InterruptedBeforeThresholds", load.Result{Reason: load.InterruptedSignal, ThresholdsFailed: []string{"checks"}}, false, 105},
		{"SetupFailed", load.Result{Reason: load.SetupFailed}, false, 107},
		{"TeardownFailed", load.Result{Reason: load.TeardownFailed}, false, 107},
		{"Aborted", load.Result{Reason: load.TestAborted}, false, 108},
		{"MarkedFailed", load.Result{MarkedFailed: errors.New("no")}, true, 110},
		{"NothingSucceeded", load.Result{Verdict: failed}, false, 120},
		{"AllIterationsFailed", load.Result{Verdict: load.Verdict{AllIterationsFailed: true}}, false, 121},
		{"RateMissed", load.Result{Verdict: load.Verdict{RateMissed: true}}, false, 122},
		{"CheckNeverPassed", load.Result{Verdict: load.Verdict{ChecksNeverPassed: []string{"a"}}}, false, 123},
		{"K6", load.Result{Verdict: failed}, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := exitCode(&test.of, test.k6); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
			if test.want != 0 && len(reasons(&test.of, test.k6)) == 0 {
				t.Errorf("nothing says why the exit code is %d", test.want)
			}
		})
	}
}
