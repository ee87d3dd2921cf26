package plan

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/foobar/loadgen/load"
)

func mustPreset(t *testing.T, name string) *Plan {
	t.Helper()
	p, err := Preset(name, "../..") // the workspace, as seen from here
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What every preset builds and names is in the workspace, and its load is one that loadgen runs.
func TestPresetsFitTheWorkspace(t *testing.T) {
	for _, name := range Presets {
		t.Run(name, func(t *testing.T) {
			p := mustPreset(t, name)
			if p.Name != name || p.Description == "" || p.Primary != "cpu" || p.Margin != 0.05 {
				t.Errorf("got %q, %q, primary %s, margin %s", p.Name, p.Description, p.Primary, p.Margin)
			}
			for _, s := range p.Services {
				if files, err := filepath.Glob(filepath.Join(p.Dir, s.Build, "*.go")); s.Build == "" || err != nil || len(files) == 0 {
					t.Errorf("%s: no Go files in %q", s.Name, s.Build)
				}
				for _, word := range s.Command {
					if file, found := strings.CutPrefix(word, "${dir}/"); found {
						if _, err := os.Stat(filepath.Join(p.Dir, file)); err != nil {
							t.Errorf("%s: %v", s.Name, err)
						}
					}
				}
			}
			text, err := json.Marshal(p.Load.Scenario)
			if err != nil {
				t.Fatal(err)
			}
			var s load.Scenario
			if err := json.Unmarshal(text, &s); err != nil {
				t.Errorf("loadgen can't read the scenario: %v", err)
			}
		})
	}
}

// A case is what its name and its shares say: the environment that it sets makes the services sample so.
func TestPresetsSampleAsTheySay(t *testing.T) {
	for _, name := range Presets {
		p := mustPreset(t, name)
		for _, c := range p.Cases {
			env := c.Env[p.Measured()]
			disabled, sampler := env["OTEL_SDK_DISABLED"] == "true", env["OTEL_TRACES_SAMPLER"]
			if own := p.Service(p.Measured()).Env["OTEL_TRACES_SAMPLER"]; sampler == "" {
				sampler = own
			}
			want := map[string]Percent{"always_off": 0, "always_on": 1, "parentbased_always_on": 1}[sampler]
			if sampler == "parentbased_traceidratio" {
				if err := want.UnmarshalText([]byte(env["OTEL_TRACES_SAMPLER_ARG"])); err != nil {
					t.Errorf("%s: %s: %v", name, c.Name, err)
				}
			}
			if disabled {
				want = 0
			}
			if c.Sampled != want {
				t.Errorf("%s: %s: sampled %s, want %s of %v", name, c.Name, c.Sampled, want, env)
			}
			if disabled && p.Collector() != nil && c.Starts(p.Collector().Name) {
				t.Errorf("%s: %s: starts a Collector that nobody sends to", name, c.Name)
			}
			if percent := c.Env["collector"]["SAMPLING_PERCENTAGE"]; c.Kept != nil && fmt.Sprintf("%s%%", percent) != c.Kept.String() {
				t.Errorf("%s: %s: the Collector keeps %s %%, the case says %s", name, c.Name, percent, c.Kept)
			}
			if c.Kept == nil && c.Sampled > 0 && p.Collector() != nil && len(c.Args["collector"]) == 0 {
				t.Errorf("%s: %s: head sampling behind the tail sampler", name, c.Name)
			}
		}
	}
}

// Every service of the demonstration samples alike in a case, and cases share no map that a change to one would reach.
func TestPresetsShareNothing(t *testing.T) {
	for _, name := range []string{Ladder, Quick, Seed} {
		p := mustPreset(t, name)
		for i, c := range p.Cases {
			if fmt.Sprint(c.Env["foo"]) != fmt.Sprint(c.Env["bar"]) {
				t.Errorf("%s: %s: foo has %v, bar %v", name, c.Name, c.Env["foo"], c.Env["bar"])
			}
			before := fmt.Sprint(p.Cases[:i], p.Cases[i+1:], c.Env["bar"])
			c.Env["foo"]["CHANGED"] = "yes"
			if after := fmt.Sprint(p.Cases[:i], p.Cases[i+1:], c.Env["bar"]); after != before {
				t.Errorf("%s: a change to foo in %s is seen elsewhere", name, c.Name)
			}
		}
		if again := mustPreset(t, name); strings.Contains(fmt.Sprint(again.Cases), "CHANGED") {
			t.Errorf("%s: a change to one plan is seen in the next", name)
		}
	}
}

func TestPresetNumbers(t *testing.T) {
	for _, c := range []struct {
		name          string
		cases, rounds int
		spans         int
		rate          float64
		table         string
	}{
		{Ladder, 8, 10, 3, 1000, ""},
		{Quick, 3, 6, 3, 1000, ""},
		{Seed, 4, 6, 3, 0, "demonstration"},
		{Spec, 3, 6, 1, 100, ""},
	} {
		p := mustPreset(t, c.name)
		rate, _ := p.Load.AskedRate()
		if len(p.Cases) != c.cases || p.Rounds != c.rounds || p.SpansPerTrace() != c.spans || rate != c.rate || p.Table != c.table {
			t.Errorf("%s: got %d cases, %d rounds, %d spans, rate %v, table %q, want %+v", c.name, len(p.Cases), p.Rounds, p.SpansPerTrace(), rate, p.Table, c)
		}
	}
	s := mustPreset(t, Spec) // 10,000 spans a second, as its description says
	if rate, _ := s.Load.AskedRate(); rate*float64(s.Service("synthetic").Spans) != 10_000 || !strings.Contains(s.Description, "10000 spans a second") {
		t.Errorf("got %v requests a second of %d spans: %s", rate, s.Service("synthetic").Spans, s.Description)
	}
}

func TestSpread(t *testing.T) {
	for cpus, want := range map[int]string{2: "", 7: "", 8: "6-7", 64: "6-7"} {
		p := quick()
		p.spread(cpus)
		if want != p.GeneratorCPUs && p.GeneratorCPUs != "" {
			t.Errorf("on %d CPUs: %q, want %q", cpus, p.GeneratorCPUs, want)
		}
		seen := map[int]bool{}
		for _, list := range []string{p.Services[0].CPUs, p.Services[1].CPUs, p.Services[2].CPUs, p.GeneratorCPUs} {
			if list == "" {
				continue
			}
			own, err := ParseCPUs(list)
			if err != nil || slices.Max(own) >= cpus {
				t.Errorf("on %d CPUs: %q, %v", cpus, list, err)
			}
			for _, cpu := range own {
				if seen[cpu] {
					t.Errorf("on %d CPUs: two processes on CPU %d", cpus, cpu)
				}
				seen[cpu] = true
			}
		}
	}
}

// -h names every preset, the default one first, each on a line of its own.
func TestExplain(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(Explain(), "\n"), "\n")
	if len(lines) != len(Presets) {
		t.Fatalf("got %q, want a line for each of %v", lines, Presets)
	}
	for i, name := range Presets {
		p := mustPreset(t, name)
		if got, want := lines[i], fmt.Sprintf("  %-8s %s (%d rounds)", name, p.Description, p.Rounds); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if Presets[0] != Ladder {
		t.Errorf("the first is %s, want the default", Presets[0])
	}
}
