package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// What is wrong has the path of the option as it was set: that of a shortcut, or of a key of a scenario.
func TestOptionErrorPaths(t *testing.T) {
	loop := Scenario{Executor: ConstantVUs, VUs: new(0), Duration: For(-1), Rate: new(int64(1)), After: "nobody"}
	for name, tt := range map[string]struct {
		options Options
		paths   []string
	}{
		"users":          {Options{VUs: new(-3)}, []string{"vus"}},
		"users of stage": {Options{VUs: new(-3), Stages: []Stage{{Duration(time.Second), -1}}}, []string{"vus", "stages[0]"}},
		"rate":           {Options{Rate: new(int64(0)), TimeUnit: For(-1), Duration: For(time.Second)}, []string{"timeUnit", "rate"}},
		"time of shared": {Options{Iterations: new(int64(5)), Duration: For(0)}, []string{"duration"}},
		"scenario": {Options{Scenarios: map[string]Scenario{"buy": loop}}, []string{"scenarios.buy.rate", "scenarios.buy.duration",
			"scenarios.buy.vus", "scenarios.buy.after"}},
		"name":  {Options{Scenarios: map[string]Scenario{"a b": {Executor: PerVUIterations}}}, []string{"scenarios.a b"}},
		"lists": {Options{SystemTags: []string{"url", "colour"}}, []string{"systemTags[1]"}},
	} {
		t.Run(name, func(t *testing.T) {
			var errs OptionErrors
			errors.As(tt.options.Validate(), &errs)
			var paths []string
			for _, e := range errs {
				paths = append(paths, e.Path)
			}
			if !slices.Equal(paths, tt.paths) {
				t.Errorf("got %q, want %q", paths, tt.paths)
			}
		})
	}
}

func TestOptionErrorText(t *testing.T) {
	var errs OptionErrors
	errs.addValue("scenarios.buy.vus", 0, "give 1 or more")
	errs.addValue("scenarios.buy.vus", 0, "give 1 or more")
	errs.add("rate", "needs a duration: %w", context.Canceled)
	if got, want := errs.Error(), "scenarios.buy.vus is 0: give 1 or more\nrate: needs a duration: context canceled"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	var first *OptionError
	if err := fmt.Errorf("starting: %w", errs); !errors.As(err, &first) || first.Path != "scenarios.buy.vus" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %+v, want the first error and what the last one wraps", first)
	}
}

func TestStartTellsPaths(t *testing.T) {
	test := &Test{Options: Options{HTTPOptions: HTTPOptions{BlacklistIPs: []string{"10.0.0.0/8", "x"}, Proxy: new("nowhere")}}, Exec: func(*VU) error { return nil }}
	_, err := test.Start(t.Context())
	var errs OptionErrors
	if !errors.As(err, &errs) || len(errs) != 2 || errs[0].Path != "blacklistIPs[1]" || errs[1].Path != "proxy" {
		t.Errorf("got %v, want what is wrong with blacklistIPs[1] and proxy", err)
	}
}
