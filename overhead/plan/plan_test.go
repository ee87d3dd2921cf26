package plan

import (
	"encoding/json"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPresets(t *testing.T) {
	for _, name := range Presets {
		t.Run(name, func(t *testing.T) {
			p, err := Preset(name, "/somewhere")
			if err != nil {
				t.Fatal(err)
			}
			base, control := p.Case(p.Baseline), p.Case(p.Control)
			if base == nil || control == nil {
				t.Fatal("a preset needs a baseline and a control")
			}
			if !reflect.DeepEqual(base.Env, control.Env) || !reflect.DeepEqual(base.Without, control.Without) {
				t.Error("the control differs from the baseline")
			}
			text, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			var back Plan
			if err := json.Unmarshal(text, &back); err != nil {
				t.Fatal(err)
			}
			if again, _ := json.Marshal(back); string(again) != string(text) {
				t.Errorf("a plan doesn't survive its record:\n%s\n%s", text, again)
			}
		})
	}
	t.Run("FitTheirTime", func(t *testing.T) {
		for name, limit := range map[string]time.Duration{Ladder: 30 * time.Minute, Quick: 3 * time.Minute} {
			p, _ := Preset(name, ".")
			var sum time.Duration
			for _, c := range p.Cases {
				sum += p.RunTime(c)
			}
			if total := sum * time.Duration(p.Rounds); total > limit {
				t.Errorf("%s takes about %s, want at most %s", name, total, limit)
			}
		}
	})
	t.Run("OwnCPUsWhereThereAreEnough", func(t *testing.T) {
		p := quick()
		p.spread(4)
		if p.Services[0].CPUs != "" {
			t.Errorf("on 4 CPUs: %q", p.Services[0].CPUs)
		}
		p.spread(8)
		if got := p.Services[2].CPUs + " " + p.GeneratorCPUs; runtime.GOOS == "linux" && got != "4-5 6-7" {
			t.Errorf("on 8 CPUs: %q", got)
		}
	})
	t.Run("ErrUnknown", func(t *testing.T) {
		if _, err := Preset("quik", "."); err == nil || !strings.Contains(err.Error(), `did you mean "quick"?`) {
			t.Errorf("got %v", err)
		}
	})
}

func TestParse(t *testing.T) {
	t.Run("Example", func(t *testing.T) {
		p, err := Parse(Example)
		if err != nil {
			t.Fatal(err)
		}
		if rate, ok := p.Load.AskedRate(); rate != 100 || !ok {
			t.Errorf("rate: got %v", rate)
		}
		if p.Measured() != "shop" || p.SpansPerTrace() != 2 || p.Margin != 0.05 || p.Timing.Window != Duration(12*time.Second) {
			t.Errorf("got %+v", p)
		}
	})
	replace := func(old, new string) []byte { return []byte(strings.Replace(string(Example), old, new, 1)) }
	t.Run("ZeroIsZero", func(t *testing.T) {
		text := string(replace("warm_up: 3s", "warm_up: 0s"))
		for _, limit := range []string{"drain: 10s", "rate: 1%", "lag: 10ms", "steal: 2%", "throttled: 0.1%", "foreign: 10%"} {
			key, _, _ := strings.Cut(limit, ":")
			text = strings.Replace(text, "  "+limit, "  "+key+": 0", 1)
		}
		p, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if p.Timing.WarmUp != 0 || p.Timing.Drain != 0 || p.Limits != (Limits{Attempts: 3}) {
			t.Errorf("got %+v and %+v, want zeros", p.Timing, p.Limits)
		}
		if p, err = Parse(replace("  warm_up: 3s\n", "")); err != nil || p.Timing.WarmUp != Duration(3*time.Second) {
			t.Errorf("left out: got %v, %v, want the default", p, err)
		}
	})
	t.Run("AsLoadgenReads", func(t *testing.T) {
		for unit, want := range map[string]float64{"1m": 100. / 60, "1d": 100. / 86400, "500ms": 200, "1d12h": 100. / 129600} {
			p, err := Parse(replace("timeUnit: 1s", "timeUnit: "+unit))
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := p.Load.AskedRate(); got != want || !ok {
				t.Errorf("%s: got %v, want %v", unit, got, want)
			}
		}
		var l Load // of a record
		if err := json.Unmarshal([]byte(`{"scenario": {"executor": "constant-arrival-rate", "rate": 600, "timeUnit": 60000}}`), &l); err != nil {
			t.Fatal(err)
		}
		if got, ok := l.AskedRate(); got != 10 || !ok {
			t.Errorf("got %v, want 10 a second", got)
		}
		p, err := Parse(replace("    timeUnit: 1s", "    env: {ZIP: 01234, OFF: no}\n    timeUnit: 1s"))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Load.Scenario.Env; !maps.Equal(got, map[string]string{"ZIP": "01234", "OFF": "no"}) {
			t.Errorf("got %v", got)
		}
		if p, err = Parse(replace("window: 12s", "window: 0d1m")); err != nil || p.Timing.Window != Duration(time.Minute) {
			t.Errorf("got %v, %v", p, err)
		}
	})
	for _, c := range []struct {
		name string
		text []byte
		want string
	}{
		{"ErrKey", replace("margin:", "margine:"), `unknown option "margine": did you mean "margin"?`},
		{"ErrKeyInCase", replace("    sampled: 100%", "    smapled: 100%"), `did you mean "sampled"?`},
		{"ErrDuration", replace("warm_up: 3s", "warm_up: 3"), "write 500ms, 10s or 1m30s"},
		{"ErrShare", replace("sampled: 100%", "sampled: lots"), "write 5% or 0.05"},
		{"ErrShareTooLarge", replace("sampled: 100%", "sampled: 120%"), "at most 100%"},
		{"ErrPlaceholder", replace("http://${shop.http}/healthz", "http://${shop.htp}/healthz"), `did you mean "shop.http"?`},
		{"ErrBaseline", replace("baseline: off", "baseline: of"), `did you mean "off"?`},
		{"ErrOneRound", replace("rounds: 10", "rounds: 1"), "one round has no error bar"},
		{"ErrService", replace("- name: everything\n    env: {shop:", "- name: everything\n    env: {shpo:"), `did you mean "shop"?`},
		{"ErrPrimary", replace("primary: cpu", "primary: cpus"), `did you mean "cpu"?`},
		{"ErrEmpty", nil, "overhead init"},
		{"ErrYAML", []byte("a: [1"), "reading YAML"},
		{"ErrTimeUnit", replace("timeUnit: 1s", "timeUnit: 60000"), "line 50, column 15: load.scenario.timeUnit: 60000 has no unit"},
		{"ErrScenario", replace("    timeUnit: 1s", "    timeUnits: 1s"), `unknown option "timeUnits" in load.scenario: did you mean "timeUnit"?`},
		{"ErrRate", replace("    rate: 100", "    rate: '100'"), `load.scenario.rate: want a whole number such as 10, got the text "100"`},
		{"ErrRounds", replace("rounds: 10", "rounds: 0"), "rounds is 0: write a number from 2 to 1000"},
		{"ErrAttempts", replace("attempts: 3", "attempts: 0"), "limits.attempts is 0: write a number from 1"},
		{"ErrReady", replace("ready: 20s", "ready: 0s"), "timing.ready is 0s"},
		{"ErrMaxRounds", replace("# max_rounds: 40 ", "max_rounds: 5"), "max_rounds is 5: that is below rounds"},
		{"ErrTwice", replace("margin: 5%", "rounds: 5"), `the key "rounds" is there twice`},
		{"ErrSecondDocument", append([]byte("a: 1\n---\n"), Example...), "a second document"},
		{"ErrKind", replace("services:", "services: 5\nx:"), "services: want a list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %s", err, c.want)
			}
		})
	}
}

func TestParseCPUs(t *testing.T) {
	if got, err := ParseCPUs("0-1, 3"); err != nil || !slices.Equal(got, []int{0, 1, 3}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, list := range []string{"", "a", "2-1", "-1", "0-99999", "1,,2"} {
		if _, err := ParseCPUs(list); err == nil {
			t.Errorf("%q was read", list)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Example)
	f.Add([]byte("cases: [{name: a, sampled: 5%}]\nrounds: -1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if err := p.Validate(); err != nil {
			t.Errorf("a plan that was read is not valid: %v", err)
		}
	})
}
