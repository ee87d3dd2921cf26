package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

// parsed is the options that flags make, and the plan of a preset that they choose and change.
func parsed(t *testing.T, args ...string) (*options, *plan.Plan, error) {
	t.Helper()
	o, err := parseFlags(args, &bytes.Buffer{})
	if err != nil {
		return nil, nil, err
	}
	p, err := o.plan()
	return o, p, err
}

func mustPlan(t *testing.T, args ...string) *plan.Plan {
	t.Helper()
	_, p, err := parsed(t, args...)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return p
}

// wantUsage reports an error that isn't the user's, or that doesn't say what to write.
func wantUsage(t *testing.T, err error, text string) {
	t.Helper()
	var usage usageError
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want a usage error with %s", err, text)
	}
}

// Each flag changes its own part of the plan, and nothing else.
func TestFlagsChangeThePlan(t *testing.T) {
	second := plan.Duration(time.Second)
	for _, c := range []struct {
		name   string
		args   []string
		change func(*plan.Plan)
	}{
		{"None", nil, func(*plan.Plan) {}},
		{"Rounds", []string{"-rounds", "3"}, func(p *plan.Plan) { p.Rounds = 3 }},
		{"RoundsMoreThanTheMost", []string{"-rounds", "60"}, func(p *plan.Plan) { p.Rounds, p.MaxRounds = 60, 60 }},
		{"Precision", []string{"-precision", "2%"}, func(p *plan.Plan) { p.Precision = 0.02 }},
		{"MaxRounds", []string{"-precision", "2%", "-max-rounds", "30"}, func(p *plan.Plan) { p.Precision, p.MaxRounds = 0.02, 30 }},
		{"MaxRoundsBelowThePlans", []string{"-precision", "2%", "-max-rounds", "4"}, func(p *plan.Plan) { p.Precision, p.Rounds, p.MaxRounds = 0.02, 4, 4 }},
		{"MaxRoundsBelowRounds", []string{"-rounds", "20", "-max-rounds", "12"}, func(p *plan.Plan) { p.Rounds, p.MaxRounds = 12, 12 }},
		{"Margin", []string{"-margin", "0.1"}, func(p *plan.Plan) { p.Margin = 0.1 }},
		{"Window", []string{"-window", "1m"}, func(p *plan.Plan) { p.Timing.Window = 60 * second }},
		{"WarmUp", []string{"-warm-up", "5s"}, func(p *plan.Plan) { p.Timing.WarmUp = 5 * second }},
		{"NoWarmUp", []string{"-warm-up", "0s"}, func(p *plan.Plan) { p.Timing.WarmUp = 0 }},
		{"Rate", []string{"-rate", "50"}, func(p *plan.Plan) { p.Load.Scenario.Rate = new(int64(50)) }},
		{"Limits", []string{"-limit", "rate=2%", "-limit", "lag=1s", "-limit", "steal=3%", "-limit", "throttled=4%", "-limit", "foreign=50%", "-limit", "attempts=1"},
			func(p *plan.Plan) {
				p.Limits = plan.Limits{Rate: 0.02, Lag: second, Steal: 0.03, Throttled: 0.04, Foreign: 0.5, Attempts: 1}
			}},
		{"LimitOfNothing", []string{"-limit", "steal=0"}, func(p *plan.Plan) { p.Limits.Steal = 0 }},
		{"LimitTwice", []string{"-limit", "steal=1%", "-limit", "steal=9%"}, func(p *plan.Plan) { p.Limits.Steal = 0.09 }},
		{"Cases", []string{"-cases", "tail-20, sdk"}, func(p *plan.Plan) { p.Keep(map[string]bool{"off": true, "sdk": true, "tail-20": true}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := mustPlan(t)
			c.change(want)
			if got := mustPlan(t, c.args...); recorded(t, got) != recorded(t, want) {
				t.Errorf("got\n%s\nwant\n%s", recorded(t, got), recorded(t, want))
			}
		})
	}
}

// recorded is a plan as its record holds it.
func recorded(t *testing.T, p *plan.Plan) string {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A mistake names the flag and what to write; it is found before anything is built.
func TestFlagsThatCantBeUsed(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-rounds 0", "-rounds 0: write a number above 0"},
		{"-rounds -3", "-rounds -3: write a number above 0"},
		{"-rounds 1", "-rounds 1: write a number from 2 to 1000"},
		{"-rounds 1001", "-rounds 1001: write a number from 2 to 1000"},
		{"-max-rounds 0", "-max-rounds 0: write a number above 0"},
		{"-max-rounds 10001", "-max-rounds 10001: write a number up to 10000"},
		{"-rate 0", "-rate 0: write a number above 0"},
		{"-rate 5 -preset seed", "-rate 5: the load of this plan is no constant-arrival-rate"},
		{"-margin 0", "-margin 0%: write a share above 0"},
		{"-margin -5%", `"-5%" is no share: write 5% or 0.05`},
		{"-precision 150%", "-precision 150%: write a share below 100%"},
		{"-window 0s", "-window 0s: write a duration from 1s to 1h"},
		{"-window 10", `"10" is no duration: write 500ms, 10s or 1m30s`},
		{"-warm-up 20ms", "-warm-up 20ms: write 0s, or a duration from 1s"},
		{"-seed -1", `invalid value "-1" for flag -seed`},
		{"-limit attempts=0", "limits.attempts is 0: write a number from 1 to 20"},
		{"-limit attempts=2x", `-limit attempts=2x: "2x" is no whole number: write one from 1 to 20`},
		{"-limit attempts=2.5", `"2.5" is no whole number`},
		{"-limit attempts", `"" is no whole number`},
		{"-limit steal", `-limit steal: "" is no share: write 5% or 0.05`},
		{"-limit =5%", "there is no such limit; there are rate, lag"},
		{"-cases off", "cases: 1: at least two are needed to compare"},
		{"-cases off,,sdk", `-cases: there is no ""; it can be off, off-again, sdk`},
		{"-cases sdkk", `-cases: there is no "sdkk"`},
		{"-config a.yaml -resume b", "-preset, -config and -resume exclude each other"},
		{"-preset quick -resume b", "-preset, -config and -resume exclude each other"},
		{"-resume b -out c", "-out can't be changed with -resume"},
		{"-resume b -window 5s", "-window can't be changed with -resume"},
		{"-quiet loud", `"loud" is no flag: see overhead -h`},
		{"-speed 5", "flag provided but not defined: -speed; see overhead -h"},
		{"-config", "flag needs an argument: -config; see overhead -h"},
		{"-budget cpu", `-budget: "cpu" is no limit: write cpu<=+60%`},
		{"-format PDF", `-format "PDF": write text, markdown, brief, json, bench or html`},
		{"-preset Quick", "-preset: there is no"},
	} {
		_, _, err := parsed(t, strings.Fields(c.args)...)
		t.Run(c.args, func(t *testing.T) { wantUsage(t, err, c.want) })
	}
}

// A record is resumed by its own plan; what would make that one that can't be opened again is refused, and nothing is written.
func TestResumeChangesThePlan(t *testing.T) {
	dir := recordtest.MustRecord(t, "quick", 6).Dir
	resumed := func(args string) (*record.Folder, error) {
		o, err := parseFlags(append([]string{"-resume", dir}, strings.Fields(args)...), &bytes.Buffer{})
		if err != nil {
			return nil, err
		}
		return o.record()
	}
	for _, c := range []struct {
		args           string
		rounds, most   int
		precision, lag string
	}{
		{"", 6, 40, "0%", "10ms"},
		{"-rounds 5", 11, 40, "0%", "10ms"},
		{"-rounds 60", 66, 66, "0%", "10ms"},
		{"-precision 2%", 6, 40, "2%", "10ms"},
		{"-precision 2% -max-rounds 12", 6, 12, "2%", "10ms"},
		{"-precision 2% -max-rounds 3", 6, 6, "2%", "10ms"}, // six are done
		{"-limit lag=1s", 6, 40, "0%", "1s"},
	} {
		f, err := resumed(c.args)
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
			continue
		}
		p := f.Experiment.Plan
		if p.Rounds != c.rounds || p.MaxRounds != c.most || p.Precision.String() != c.precision || p.Limits.Lag.String() != c.lag || f.Dir != dir {
			t.Errorf("%q: got %d of %d rounds, precision %s, lag %s, want %+v", c.args, p.Rounds, p.MaxRounds, p.Precision, p.Limits.Lag, c)
		}
	}
	for args, want := range map[string]string{
		"-rounds 995":       "-resume: rounds is 1001: write a number from 2 to 1000",
		"-limit attempts=0": "-resume: limits.attempts is 0",
		"-precision 200%":   "-resume: precision is 200%",
		"-limit speed=1":    "there is no such limit",
	} {
		_, err := resumed(args)
		wantUsage(t, err, want)
	}
	if f, err := record.Open(dir); err != nil || f.Experiment.Plan.Limits.Attempts != 3 {
		t.Errorf("got %v, want the record as it was", err)
	}
}

func TestFolderName(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, want := range map[string]string{
		"ladder":                "overhead-ladder-20260102-030405",
		"my shop":               "overhead-my-shop-20260102-030405",
		"../../PWNED":           "overhead-------PWNED-20260102-030405",
		"\x1b[2J":               "overhead---2J-20260102-030405",
		"":                      "overhead--20260102-030405",
		strings.Repeat("ä", 90): "overhead-" + strings.Repeat("ä", 40) + "-20260102-030405",
	} {
		if got := (&options{}).recordDir(name, now); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if got := (&options{out: "mine"}).recordDir("ladder", now); got != "mine" {
		t.Errorf("got %q, want what -out says", got)
	}
}

func TestSeed(t *testing.T) {
	o, _, err := parsed(t, "-seed", "0")
	if err != nil || o.seedOrRandom() != 0 {
		t.Errorf("-seed 0: got %d, %v", o.seedOrRandom(), err)
	}
	if o, _, err = parsed(t, "-seed", "18446744073709551615"); err != nil || o.seedOrRandom() != 1<<64-1 {
		t.Errorf("the largest: got %d, %v", o.seedOrRandom(), err)
	}
	if a, b, c := (&options{}).seedOrRandom(), (&options{}).seedOrRandom(), (&options{}).seedOrRandom(); a == b && b == c {
		t.Errorf("three random seeds are %d", a)
	}
}
