package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
)

// mustWrite writes a file of the test's own folder and returns its name.
func mustWrite(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLoadFile(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		name := mustWrite(t, "mine.yaml", string(Example))
		p, err := LoadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Dir != filepath.Dir(name) || p.Name != "shop" {
			t.Errorf("got plan %q of %s, want shop of %s", p.Name, p.Dir, filepath.Dir(name))
		}
	})
	t.Run("RelativeNameAbsoluteFolder", func(t *testing.T) {
		dir := filepath.Dir(mustWrite(t, "mine.yaml", string(Example)))
		t.Chdir(dir)
		p, err := LoadFile("mine.yaml")
		if err != nil {
			t.Fatal(err)
		}
		here, err := os.Getwd()
		if err != nil || p.Dir != here {
			t.Errorf("got %s, want %s (%v)", p.Dir, here, err)
		}
	})
	t.Run("ErrNoFile", func(t *testing.T) {
		if _, err := LoadFile(filepath.Join(t.TempDir(), "nowhere.yaml")); err == nil || !strings.Contains(err.Error(), "reading the plan: ") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrTooLarge", func(t *testing.T) {
		name := mustWrite(t, "large.yaml", "")
		if err := os.Truncate(name, maxFile+1); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadFile(name); err == nil || !strings.Contains(err.Error(), "is larger than") {
			t.Errorf("got %v", err)
		}
	})
	for name, c := range map[string]struct{ text, want string }{
		"ErrKey":     {"name: mine\nservces: []\n", `wrong.yaml:2:1: unknown option "servces": did you mean "services"?`},
		"ErrInvalid": {strings.Replace(string(Example), "rounds: 10", "rounds: 1", 1), "wrong.yaml:76:9: rounds is 1: write a number from 2"},
		"ErrShare":   {strings.Replace(string(Example), "margin: 5%", "margin: much", 1), `"much" is no share: write 5% or 0.05`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := LoadFile(mustWrite(t, "wrong.yaml", c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// minimal is the least that is a plan: all else is filled in.
const minimal = `
services: [{name: shop, command: [./shop], ready: "http://${shop.http}/", ports: [http]}]
load: {url: "http://${shop.http}/", scenario: {executor: constant-vus, vus: 1}}
cases: [{name: without}, {name: with, sampled: 100%}]
`

// What docs and the example promise of a key that is left out.
func TestDefaults(t *testing.T) {
	p, err := Parse([]byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	second := Duration(time.Second)
	for _, c := range []struct {
		key       string
		got, want any
	}{
		{"name", p.Name, "mine"},
		{"rounds", p.Rounds, 10},
		{"max_rounds", p.MaxRounds, 40},
		{"margin", p.Margin, Percent(0.05)},
		{"primary", p.Primary, "cpu"},
		{"precision", p.Precision, Percent(0)},
		{"baseline", p.Baseline, "without"},
		{"control", p.Control, ""},
		{"measured", p.Measured(), "shop"},
		{"kept", p.Cases[1].KeptShare(), 1.0},
		{"sampled", p.Cases[0].Sampled, Percent(0)},
		{"load.method", p.Load.Method, "GET"},
		{"load.status", p.Load.Status, 200},
		{"timing", p.Timing, Timing{WarmUp: 3 * second, Window: 12 * second, Drain: 10 * second, Ready: 20 * second}},
		{"limits", p.Limits, Limits{Rate: 0.01, Lag: second / 100, Steal: 0.02, Throttled: 0.001, Foreign: 0.10, Attempts: 3}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", c.key, c.got, c.want)
		}
	}
	if p.Collector() != nil || p.SpansPerTrace() != 0 {
		t.Errorf("got a Collector or %d spans that nobody declared", p.SpansPerTrace())
	}
	if p, err = Parse([]byte(minimal + "rounds: 50\n")); err != nil || p.MaxRounds != 50 {
		t.Errorf("more rounds than 40: got %+v, %v, want at most 50", p, err)
	}
}

// The example says what the defaults are: taking a line of it out changes nothing.
func TestExampleShowsDefaults(t *testing.T) {
	whole := mustExample(t)
	for _, line := range []string{"rounds: 10", "margin: 5%", "primary: cpu", "  warm_up: 3s", "  window: 12s", "  drain: 10s", "  decision_wait: 0s",
		"  ready: 20s", "  rate: 1%", "  lag: 10ms", "  steal: 2%", "  throttled: 0.1%", "  foreign: 10%", "  attempts: 3", "  status: 200",
		"baseline: off", "    measured: true"} {
		key, _, _ := strings.Cut(line, ":")
		text := strings.Replace(string(Example), "\n"+line, "\n"+strings.Repeat(" ", len(key)-len(strings.TrimLeft(key, " ")))+"# "+strings.TrimSpace(line), 1)
		if text == string(Example) {
			t.Errorf("the example has no %q", line)
			continue
		}
		p, err := Parse([]byte(text))
		if err != nil || !reflect.DeepEqual(p, whole) {
			t.Errorf("without %q: got %+v, %v", line, p, err)
		}
	}
}

// A plan that was read, recorded and read again is the same plan, and sound.
func TestPlanSurvivesItsRecord(t *testing.T) {
	plans := map[string]*Plan{"example": mustExample(t)}
	for _, name := range Presets {
		p, err := Preset(name, "/workspace")
		if err != nil {
			t.Fatal(err)
		}
		plans[name] = p
	}
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		text, err := json.Marshal(plans[name])
		if err != nil {
			t.Fatal(err)
		}
		var back Plan
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if err := back.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		was, wasOpen := plans[name].Load.AskedRate()
		if is, isOpen := back.Load.AskedRate(); is != was || isOpen != wasOpen {
			t.Errorf("%s: asks for %v (%v), want %v (%v)", name, is, isOpen, was, wasOpen)
		}
		if !reflect.DeepEqual(&back, plans[name]) {
			t.Errorf("%s: got %+v, want %+v", name, back, plans[name])
		}
	}
}

func TestAskedRate(t *testing.T) {
	rate := func(n int64) load.Scenario { return load.Scenario{Executor: load.ConstantArrivalRate, Rate: &n} }
	aMinute := rate(90)
	aMinute.TimeUnit = load.For(time.Minute)
	for _, c := range []struct {
		name string
		s    load.Scenario
		want float64
		open bool
	}{
		{"ASecond", rate(7), 7, true},
		{"AMinute", aMinute, 1.5, true},
		{"NoRate", load.Scenario{Executor: load.ConstantArrivalRate}, 0, false},
		{"Closed", load.Scenario{Executor: load.ConstantVUs, VUs: new(5)}, 0, false},
		{"Ramp", load.Scenario{Executor: load.RampingArrivalRate, StartRate: new(int64(5))}, 0, false},
		{"None", load.Scenario{}, 0, false},
	} {
		if got, open := (Load{Scenario: c.s}).AskedRate(); got != c.want || open != c.open {
			t.Errorf("%s: got %v, %v, want %v, %v", c.name, got, open, c.want, c.open)
		}
	}
}

func TestSample(t *testing.T) {
	l := Load{URL: "http://${shop.http}/a?b=${shop.http.port}", Status: 204}
	got := l.Sample()
	if want := "http://127.0.0.1:1/a?b=127.0.0.1:1"; got.URL != want || got.Status != 204 {
		t.Errorf("got %+v, want %s", got, want)
	}
	if l.URL != "http://${shop.http}/a?b=${shop.http.port}" {
		t.Errorf("the load itself is changed: %s", l.URL)
	}
}

// A list of CPUs is read as it is written.
func FuzzParseCPUs(f *testing.F) {
	for _, list := range []string{"0", "0-1,3", "1023", "1024", "0-", "-", "7-3", " 1 , 2 ", "+1", "99999999999999999999"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		cpus, err := ParseCPUs(list)
		if err != nil {
			if !strings.Contains(err.Error(), "write 0-1,3") {
				t.Errorf("%q: %v doesn't say what to write", list, err)
			}
			return
		}
		written := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(cpus)), ","), "[]")
		if again, err := ParseCPUs(written); err != nil || !slices.Equal(again, cpus) {
			t.Errorf("%q: got %v, and %v (%v) of %s", list, cpus, again, err, written)
		}
		for _, cpu := range cpus {
			if cpu < 0 || cpu >= maxCPU {
				t.Errorf("%q: CPU %d", list, cpu)
			}
		}
	})
}

// A duration that is written can be read, and is the same; so is a share.
func FuzzTexts(f *testing.F) {
	for _, n := range []int64{0, 1, 999, 1500, 1e9, 90e9, 36e11, 864e11, 1<<63 - 1} {
		f.Add(n, float64(n)/1e11)
	}
	f.Fuzz(func(t *testing.T, n int64, share float64) {
		if n >= 0 {
			var d Duration
			if err := d.UnmarshalText([]byte(Duration(n).String())); err != nil || d != Duration(n) {
				t.Errorf("%d: got %v, %v", n, d, err)
			}
		}
		text, err := json.Marshal(Percent(share))
		if err != nil || share < 0 {
			return
		}
		var p Percent
		if err := json.Unmarshal(text, &p); err != nil || p != Percent(share) {
			t.Errorf("%s: got %v, %v", text, p, err)
		}
	})
}
