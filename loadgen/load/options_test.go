package load

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/file"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10s": 10 * time.Second, "1m30s": 90 * time.Second, "1d2h": 26 * time.Hour, "2d": 48 * time.Hour, "0s": 0, "-1s": -time.Second,
		"1.5h": 90 * time.Minute, "0": 0, "100us": 100 * time.Microsecond,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "10", "s", "1x", "d", "1dd", "--1s", "1d-2h", "+1s", "999999999d", "106751d24h1s", " 1s"} {
		if got, err := parseDuration(text); err == nil || !strings.Contains(err.Error(), "10s, 1m30s or 1d2h") {
			t.Errorf("%q: got %v, %v, want an error that says the form", text, got, err)
		}
	}
}

func TestDurationJSON(t *testing.T) {
	for text, want := range map[string]time.Duration{`"10s"`: 10 * time.Second, `1500`: 1500 * time.Millisecond, `0.5`: 500 * time.Microsecond, `"250"`: 250 * time.Millisecond} {
		var d Duration
		if err := json.Unmarshal([]byte(text), &d); err != nil || time.Duration(d) != want {
			t.Errorf("%s: got %v, %v, want %v", text, d, err, want)
		}
	}
	for _, text := range []string{`"x"`, `true`, `1e300`, `{}`, `"NaN"`} {
		var d Duration
		if err := json.Unmarshal([]byte(text), &d); err == nil {
			t.Errorf("%s: got %v, want an error", text, d)
		}
	}
	if b, err := json.Marshal(Duration(90 * time.Second)); err != nil || string(b) != `"1m30s"` {
		t.Errorf("got %s, %v", b, err)
	}
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"10s", "1d2h", "-1m", "1.5h", "99999999999d", "1e3", "+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDuration(s)
		if err != nil {
			return
		}
		if again, err := parseDuration(d.String()); err != nil || again != d {
			t.Errorf("%q: %v, and again %v, %v", s, d, again, err)
		}
	})
}

const k6Options = `{"scenarios":{"x":{"executor":"constant-arrival-rate","rate":5,"duration":"1s","preAllocatedVUs":2}},
"thresholds":{"iterations":["count>3",{"threshold":"rate<100","abortOnFail":true,"delayAbortEval":"5s"}]},
"summaryTrendStats":["med","p(99)","count"],"tags":{"a":"b"},"out":["json=cfg.json"],"userAgent":"ua","discardResponseBodies":true,
"minIterationDuration":"50ms","tlsVersion":{"min":"tls1.2"},"dns":{"ttl":"1m"}}`

const yamlOptions = `
scenarios:
  x: {executor: constant-arrival-rate, rate: 5, duration: 1s, preAllocatedVUs: 2}
thresholds:
  iterations:
    - count>3
    - threshold: rate<100
      abortOnFail: true
      delayAbortEval: 5s
summaryTrendStats: [med, p(99), count]
tags: {a: b}
out: [json=cfg.json]
userAgent: ua
discardResponseBodies: true
minIterationDuration: 50ms
tlsVersion: {min: tls1.2}
dns: {ttl: 1m}
`

// parseOptions reads options from a text.
func parseOptions(text []byte) (Options, error) {
	n, err := file.Parse("", text)
	if err != nil {
		return Options{}, err
	}
	var o Options
	return o, n.Decode(&o)
}

func TestReadOptions(t *testing.T) {
	want := Options{
		Scenarios:            map[string]Scenario{"x": {Executor: ConstantArrivalRate, Rate: new(int64(5)), Duration: For(time.Second), PreAllocatedVUs: new(2)}},
		Thresholds:           Thresholds{"iterations": {"count>3", AbortOn("rate<100", 5*time.Second)}},
		SummaryTrendStats:    []string{"med", "p(99)", "count"},
		Tags:                 map[string]string{"a": "b"},
		MinIterationDuration: For(50 * time.Millisecond),
	}
	want.UserAgent, want.DiscardResponseBodies = new("ua"), new(true)
	want.TLSVersion, want.DNS = &TLSVersion{Min: "tls1.2"}, &DNS{TTL: "1m"}
	for name, text := range map[string]string{"JSON": k6Options, "YAML": yamlOptions} {
		t.Run(name, func(t *testing.T) {
			got, err := parseOptions([]byte(text)) // with a key that is none
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
			if err := got.Validate(); err != nil {
				t.Errorf("not valid: %v", err)
			}
		})
	}
	if b, err := json.Marshal(want); err != nil {
		t.Error(err)
	} else if again, err := parseOptions(b); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("written and read again: %+v, %v", again, err)
	}
}

func TestReadOptionsErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"vus": "five"}`:                            `line 1, column 9: vus: want a whole number such as 10, got the text "five"`,
		`{"duration": "x"}`:                          `duration: "x" is no duration`,
		`{"duration": []}`:                           `duration: want a duration such as 10s`,
		"{\n\"vus\": 1,\n}":                          "line 3",
		`{"stages": [{"target": 1, "bogus": 2}]}`:    `unknown option "bogus" in stages[0]: it can be duration, target`,
		`{"thresholds": {"checks": 5}}`:              `thresholds.checks: want a list`,
		`{"thresholds": {"checks": [[]]}}`:           `thresholds.checks[0]: want an expression such as "p(95)<500"`,
		`{"thresholds": {"checks": [{"abort":1}]}}`:  `unknown option "abort" in thresholds.checks[0]`,
		`{"scenarios": 5}`:                           `scenarios: want keys with values, got 5`,
		`{"discardResponseBodies": "yes"}`:           `want true or false, got the text "yes"`,
		`{"timeout": 10}`:                            `timeout: 10 has no unit: write it as 10s, or 10ms`,
		`{"warmup": "10"}`:                           `warmup: 10 has no unit`,
		"duration: 10":                               `line 1, column 11: duration: 10 has no unit: write it as 10s, or 10ms`,
		"stages: [{duration: 10, target: 1}]":        `stages[0].duration: 10 has no unit`,
		"setupTimeout: '10'":                         `setupTimeout: 10 has no unit`,
		"scenarios: {a: {executor: x, timeUnit: 1}}": `scenarios.a.timeUnit: 1 has no unit`,
		"thresholds: {checks: [{threshold: rate>0, delayAbortEval: 10}]}": `delayAbortEval: 10 has no unit`,
		"tlsVersion: [tls1.2]":      `tlsVersion: want a version such as tls1.2`,
		"vus: 1\nvus: 2":            `line 2, column 1: the key "vus" is there twice, first in line 1`,
		"vus: 1\n---\nvus: 2":       "line 2, column 1: a second document",
		"vus: 010":                  "010 begins with a zero",
		"discardResponseBodies: no": `want true or false, got the text "no"`,
		"[1]":                       "want keys with values, got a list",
	} {
		if _, err := parseOptions([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
	_, err := parseOptions([]byte(`{"scenarios": {"buy": {"executor": "constant-vus", "vuz": 1}}}`))
	var unknown *file.UnknownKeyError
	if !errors.As(err, &unknown) || unknown.Key != "vuz" || unknown.Path != "scenarios.buy" || !slices.Contains(unknown.Known, "vus") {
		t.Errorf("got %v, want an UnknownKeyError", err)
	}
}

// k6 counts durations without a unit in milliseconds, in its options in JSON.
func TestMilliseconds(t *testing.T) {
	n, err := file.Parse("test.json", []byte(`{"duration": 10, "setupTimeout": "250", "minIterationDuration": 1500, "warmup": 0,
"scenarios": {"a": {"executor": "x", "timeUnit": 60000, "gracefulStop": 0}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var o Options
	err = n.Decode(&o)
	if err != nil || *o.Duration != Duration(10*time.Millisecond) || *o.SetupTimeout != Duration(250*time.Millisecond) ||
		*o.MinIterationDuration != Duration(1500*time.Millisecond) || *o.Warmup != 0 || *o.Scenarios["a"].TimeUnit != Duration(time.Minute) {
		t.Errorf("got %+v, %v", o, err)
	}
	want := []string{`test.json:1:14: duration: 10 is taken as 10ms, as k6 takes it: write "10s" if seconds were meant`,
		`test.json:1:34: setupTimeout: 250 is taken as 250ms, as k6 takes it: write "250s" if seconds were meant`}
	if got := n.Notices(); !slices.Equal(got, want) {
		t.Errorf("got the notices %q, want %q", got, want)
	}
	if n, err = file.Parse("test.yaml", []byte(`{"duration": 10}`)); err != nil {
		t.Fatal(err)
	}
	if err := n.Decode(new(Options)); err == nil {
		t.Error("in a file named .yaml: no error")
	}
}

func FuzzReadOptions(f *testing.F) {
	for _, s := range []string{k6Options, yamlOptions, `{"vus":1}`, `{"scenarios":{"":{}}}`, "a: &a [*a]", `{"tlsVersion":"x","duration":-1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseOptions(b)
		if err != nil || o.Validate() != nil {
			return
		}
		if _, err := o.plan(); err != nil {
			t.Errorf("%q is valid, and has no plan: %v", b, err)
		}
	})
}

func TestValidate(t *testing.T) {
	sec := For(time.Second)
	one := func(s Scenario) Options { return scenario(s) }
	for name, tt := range map[string]struct {
		options Options
		want    string // "" is valid
	}{
		"nothing":                    {Options{}, ""},
		"zero users ramp":            {Options{VUs: new(0), Stages: []Stage{{*sec, 5}}}, ""},
		"no users":                   {Options{VUs: new(0)}, "vus is 0: give a number from 1"},
		"duration and stages":        {Options{Duration: sec, Stages: []Stage{{*sec, 5}}}, "duration: cannot stand beside stages"},
		"iterations and stages":      {Options{Iterations: new(int64(5)), Stages: []Stage{{*sec, 5}}}, "cannot stand beside"},
		"scenarios and duration":     {Options{Duration: sec, Scenarios: map[string]Scenario{"x": {Executor: PerVUIterations}}}, "cannot stand beside"},
		"no scenarios":               {Options{Scenarios: map[string]Scenario{}}, "empty"},
		"bad name":                   {Options{Scenarios: map[string]Scenario{"a b": {Executor: PerVUIterations}}}, "a name is made of"},
		"rate alone":                 {Options{Rate: new(int64(5))}, "needs a duration"},
		"rate":                       {Options{Rate: new(int64(5)), Duration: sec}, ""},
		"rate in no time":            {Options{Rate: new(int64(5)), Duration: sec, TimeUnit: For(0)}, "timeUnit is 0s"},
		"unknown executor":           {one(Scenario{Executor: "externally-controlled"}), `"externally-controlled": give one of constant-vus`},
		"missing duration":           {one(Scenario{Executor: ConstantVUs}), "scenarios.s.duration is missing"},
		"missing preAllocatedVUs":    {one(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(1)), Duration: sec}), "preAllocatedVUs is missing"},
		"foreign option":             {one(Scenario{Executor: ConstantVUs, Duration: sec, Rate: new(int64(1))}), "scenarios.s.rate: constant-vus does not take it; it takes vus, duration"},
		"no duration":                {one(Scenario{Executor: ConstantVUs, Duration: For(0)}), "longer than 0s"},
		"fewer iterations than vus":  {one(Scenario{Executor: SharedIterations, VUs: new(3), Iterations: new(int64(2))}), "each user one at least"},
		"maxVUs below":               {one(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(1)), Duration: sec, PreAllocatedVUs: new(5), MaxVUs: new(2)}), "less than the 5"},
		"no user at all":             {one(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(1)), Duration: sec, PreAllocatedVUs: new(0)}), "at least one user"},
		"rate 0":                     {one(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(0)), Duration: sec, PreAllocatedVUs: new(5)}), "rate is 0"},
		"onBusy":                     {one(Scenario{Executor: ConstantArrivalRate, Rate: new(int64(1)), Duration: sec, PreAllocatedVUs: new(5), OnBusy: "cry"}), "give one of wait, drop"},
		"negative stage":             {one(Scenario{Executor: RampingVUs, Stages: []Stage{{-1, 5}}}), "stages[0]"},
		"stages without time":        {one(Scenario{Executor: RampingVUs, Stages: []Stage{{0, 5}}}), "at least one stage with a duration"},
		"negative gracefulStop":      {one(Scenario{Executor: PerVUIterations, GracefulStop: For(-1)}), "gracefulStop"},
		"after nobody":               {one(Scenario{Executor: PerVUIterations, After: "x"}), "no scenario has that name"},
		"after itself":               {one(Scenario{Executor: PerVUIterations, After: "s"}), "wait for each other"},
		"too many users":             {one(Scenario{Executor: PerVUIterations, VUs: new(1 << 30)}), "from 1 to"},
		"system tag":                 {Options{SystemTags: []string{"colour"}}, "systemTags"},
		"system tag of k6":           {Options{SystemTags: []string{"vu", "url"}}, ""},
		"time unit of the summary":   {Options{SummaryTimeUnit: new("min")}, "summaryTimeUnit"},
		"user agent with line break": {Options{HTTPOptions: HTTPOptions{UserAgent: new("a\r\nb")}}, "userAgent"},
		"rps":                        {Options{RPS: new(int64(-1))}, "rps is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.options.Validate()
			if tt.want == "" && err != nil {
				t.Errorf("got %v, want it to be valid", err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestDescriptions(t *testing.T) {
	d := func(text string) *Duration {
		var d Duration
		if err := d.Set(text); err != nil {
			t.Fatal(err)
		}
		return &d
	}
	two := []Stage{{*d("1s"), 5}, {*d("1s"), 0}}
	for want, s := range map[string]Scenario{
		"9 iterations shared among 2 VUs (maxDuration: 5s, gracefulStop: 30s)":              {Executor: SharedIterations, VUs: new(2), Iterations: new(int64(9)), MaxDuration: d("5s")},
		"5 iterations for each of 1 VUs (maxDuration: 10m0s, exec: buy, gracefulStop: 30s)": {Executor: PerVUIterations, Iterations: new(int64(5)), Exec: "buy"},
		"2 looping VUs for 2s (gracefulStop: 1s)":                                           {Executor: ConstantVUs, VUs: new(2), Duration: d("2s"), GracefulStop: d("1s")},
		"1 looping VUs for 2s": {Executor: ConstantVUs, Duration: d("2s"), GracefulStop: d("0s")},
		"Up to 5 looping VUs for 2s over 2 stages (gracefulRampDown: 2s, gracefulStop: 30s)":         {Executor: RampingVUs, Stages: two, GracefulRampDown: d("2s")},
		"20.00 iterations/s for 2s (maxVUs: 2-5, gracefulStop: 30s)":                                 {Executor: ConstantArrivalRate, Rate: new(int64(20)), Duration: d("2s"), PreAllocatedVUs: new(2), MaxVUs: new(5)},
		"0.50 iterations/s for 2s (maxVUs: 2, startTime: 1s, gracefulStop: 30s)":                     {Executor: ConstantArrivalRate, Rate: new(int64(30)), TimeUnit: d("1m"), Duration: d("2s"), PreAllocatedVUs: new(2), StartTime: d("1s")},
		"Up to 30.00 iterations/s for 2s over 2 stages (maxVUs: 3, after: other, gracefulStop: 30s)": {Executor: RampingArrivalRate, StartRate: new(int64(30)), Stages: two, PreAllocatedVUs: new(3), After: "other"},
	} {
		if got := (plan{"s", s.withDefaults()}).describe(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestPlan(t *testing.T) {
	users := func(n int) Scenario {
		return Scenario{Executor: ConstantVUs, VUs: new(n), Duration: For(10 * time.Second)}
	}
	after, late := users(3), users(4)
	after.After, late.StartTime = "a", For(time.Minute)
	p, err := Options{Scenarios: map[string]Scenario{"a": users(5), "b": users(2), "c": after, "d": late}}.plan()
	// a and b play together until 40 s, c from 40 s to 80 s, d from 60 s to 100 s.
	if err != nil || p.MaxVUs != 7 || p.MaxDuration != 100*time.Second || len(p.Scenarios) != 4 {
		t.Errorf("got %+v, %v, want 7 users and 1m40s", p, err)
	}
	rate, err := Options{Rate: new(int64(2000)), Duration: For(time.Second)}.plan()
	if err != nil || rate.MaxVUs != 10_000 || rate.Scenarios[0].Description != "2000.00 iterations/s for 1s (maxVUs: 200-10000, gracefulStop: 30s)" {
		t.Errorf("got %+v, %v", rate, err)
	}
	secret := users(5)
	secret.Env, secret.Tags = map[string]string{"TOKEN": "t0psecret"}, map[string]string{"token": "t0psecret"}
	hidden, err := Options{Scenarios: map[string]Scenario{"a": secret}}.plan()
	want := `{"executor":"constant-vus","startTime":"0s","gracefulStop":"30s","vus":5,"duration":"10s"}`
	if err != nil || string(hidden.Scenarios[0].Options) != want {
		t.Errorf("got options %s, %v, want %s", hidden.Scenarios[0].Options, err, want)
	}
}
