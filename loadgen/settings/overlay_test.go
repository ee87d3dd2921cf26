package settings

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
)

func TestParseStage(t *testing.T) {
	for text, want := range map[string]load.Stage{"10s:5": {Duration: load.Duration(10 * time.Second), Target: 5}, "1m:0": {Duration: load.Duration(time.Minute)}, "0s:7": {Target: 7}} {
		if got, err := parseStage(text); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "10s", "10:5", "10s:", "10s:-1", "-1s:5", "10s:5:6", "10s:5,", "x:1"} {
		if got, err := parseStage(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestApplied(t *testing.T) {
	file := load.Options{VUs: new(3), Scenarios: map[string]load.Scenario{"x": {Executor: load.PerVUIterations}}, Tags: map[string]string{"a": "1", "b": "1"}}
	file.UserAgent = new("file")
	cli := load.Options{Duration: load.For(time.Second), Tags: map[string]string{"a": "2"}}
	cli.MaxRedirects = new(3)
	got := applied(file, cli)
	want := load.Options{VUs: new(3), Duration: load.For(time.Second), Tags: map[string]string{"a": "2"}}
	want.UserAgent, want.MaxRedirects = new("file"), new(3)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !overrides(file, cli) || overrides(load.Options{}, cli) {
		t.Error("overrides says the wrong thing")
	}
	if file.Scenarios == nil {
		t.Error("applied changed what lies below")
	}
	looped := applied(load.Options{Duration: load.For(time.Minute)}, load.Options{VUs: new(7)})
	if looped.Duration == nil || *looped.VUs != 7 {
		t.Errorf("got %+v, want 7 users for a minute", looped)
	}
}

func TestAppliedUsers(t *testing.T) {
	file := load.Options{Scenarios: map[string]load.Scenario{
		"loop": {Executor: load.ConstantVUs, VUs: new(3), Duration: load.For(time.Second)}, "ramp": {Executor: load.RampingVUs, Stages: []load.Stage{{Duration: load.Duration(time.Second), Target: 5}}}}}
	got := applied(file, load.Options{VUs: new(7)})
	if *got.Scenarios["loop"].VUs != 7 || got.Scenarios["ramp"].VUs != nil || *file.Scenarios["loop"].VUs != 3 {
		t.Errorf("got %+v, want 7 users in the scenario that takes them", got.Scenarios)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	if overrides(file, load.Options{VUs: new(7)}) {
		t.Error("a number of users replaces the scenarios")
	}
}

func TestAppliedThresholds(t *testing.T) {
	one := func(text load.Threshold) []load.Threshold { return []load.Threshold{text} }
	file := load.Options{Thresholds: load.Thresholds{"checks": one("rate>0.9"), "http_reqs{a:1,b:2}": one("count>1")}}
	over := load.Options{Thresholds: load.Thresholds{"http_reqs{b:2,a:1}": one("count>2"), "vus": one("max<9")}}
	want := load.Thresholds{"checks": one("rate>0.9"), "http_reqs{b:2,a:1}": one("count>2"), "vus": one("max<9")}
	if got := applied(file, over).Thresholds; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := applied(file, load.Options{}).Thresholds; !reflect.DeepEqual(got, file.Thresholds) {
		t.Errorf("got %v, want those of the file", got)
	}
	if got := replaced(file, over); !slices.Equal(got, []string{"thresholds of http_reqs{a:1,b:2}"}) {
		t.Errorf("got %q", got)
	}
}

func TestReplaced(t *testing.T) {
	file := load.Options{Stages: []load.Stage{{Duration: load.Duration(time.Second), Target: 5}}, Rate: new(int64(5))}
	for want, over := range map[string]load.Options{
		"":              {VUs: new(3)},
		"[rate]":        {Stages: file.Stages},
		"[rate stages]": {Duration: load.For(time.Second)},
	} {
		if got := fmt.Sprint(replaced(file, over)); got != want && want+got != "[]" {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
