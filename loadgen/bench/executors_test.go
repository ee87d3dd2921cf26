package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Both programs read the same file of scenarios; the server sees when their iterations come.

const (
	// hold is how long the server takes for each answer: enough that a program's own speed hardly shows.
	hold = 100 * time.Millisecond
	// bucket is the grain in which arrivals are counted.
	bucket = 50 * time.Millisecond
	// shift is by how many buckets one program may be ahead of the other, and slack by how many iterations more at least.
	shift, slack = 3, 2
)

func TestOracleExecutors(t *testing.T) {
	MustPrograms(t)
	tests := []struct {
		file string
		// off is by how many iterations the totals may differ: by none where the number is given, by one where the end of
		// the schedule falls on an arrival, by one for each user where users loop until the time is over.
		off float64
		// flags make loadgen do as k6 does where it does better by default.
		flags []string
	}{
		{file: "shared-iterations"},
		{file: "per-vu-iterations"},
		{file: "constant-vus", off: 5},
		{file: "ramping-vus", off: 9},
		{file: "constant-arrival-rate", off: 1},
		{file: "ramping-arrival-rate", off: 1},
		{file: "too-few-vus", off: 4, flags: []string{"-on-busy=drop", "-k6-exit-codes"}},
		{file: "one-after-the-other", off: 1},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			config := []string{"--config", filepath.Join("testdata", "scenarios", tt.file+".json")}
			const tries = 3
			for try := 1; ; try++ {
				theirs, ours := MustTarget(t, always(hold)), MustTarget(t, always(hold))
				k6 := MustLoad(t, "k6", theirs, config...)
				loadgen := MustLoad(t, "loadgen", ours, slices.Concat(config, tt.flags)...)
				errs := compareRuns(k6, loadgen, theirs, ours, tt.off)
				if len(errs) == 0 {
					return
				}
				for _, err := range errs {
					t.Logf("try %d of %d: %v", try, tries, err)
				}
				if try == tries {
					t.Fatalf("not what k6 does, %d times", tries)
				}
			}
		})
	}
}

// compareRuns says where two runs differ: in their totals, in dropped iterations, or in when iterations came.
func compareRuns(k6, ours *report, theirServer, ourServer *target, off float64) []error {
	var errs []error
	for _, metric := range []string{"iterations", "http_reqs", "dropped_iterations"} {
		got, want := ours.count(metric, "count"), k6.count(metric, "count")
		if math.Abs(got-want) > off {
			errs = append(errs, fmt.Errorf("%s: got %v, want k6's %v, or %v more or less", metric, got, want, off))
		}
	}
	if got, want := ours.count("iterations", "count"), float64(ourServer.requests()); got != want {
		errs = append(errs, fmt.Errorf("iterations: got %v, want the %v that the server saw", got, want))
	}
	if err := compareCurves(ourServer.curve(bucket), theirServer.curve(bucket), max(slack, int(off))); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// compareCurves says at which instant fewer or more iterations had begun than shift and slack allow.
func compareCurves(got, want []int, slack int) error {
	for i := range max(len(got), len(want)) {
		if least, most := at(want, i-shift)-slack, at(want, i+shift)+slack; at(got, i) < least || at(got, i) > most {
			return fmt.Errorf("iterations begun after %v: got %d, want k6's %d, or what k6 had %v before or after",
				time.Duration(i+1)*bucket, at(got, i), at(want, i), shift*bucket)
		}
	}
	return nil
}

// at is a curve's value at a bucket: 0 before the first, the total after the last.
func at(curve []int, i int) int {
	if len(curve) == 0 || i < 0 {
		return 0
	}
	return curve[min(i, len(curve)-1)]
}

// The comparison sees what it is there to see.
func TestCompareCurves(t *testing.T) {
	steady := []int{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}
	late := slices.Concat(make([]int, shift+1), steady)
	fast := []int{20, 40, 60, 80, 100, 100, 100, 100, 100, 100}
	tests := []struct {
		name  string
		got   []int
		alike bool
	}{
		{"Same", steady, true},
		{"OneBucketLate", late[shift:], true},
		{"TooLate", late, false},
		{"TwiceAsFast", fast, false},
		{"BrokenOff", steady[:4], false},
		{"Nothing", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := compareCurves(tt.got, steady, slack) == nil; got != tt.alike {
				t.Errorf("alike: got %v, want %v", got, tt.alike)
			}
		})
	}
}
