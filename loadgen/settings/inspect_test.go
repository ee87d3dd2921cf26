package settings

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// own is loadgen itself.
var own = Program{Name: "loadgen", Cases: []string{"case_1", "case_3"}}

// MustInspect is what inspect prints of a command line.
func MustInspect(tb testing.TB, args []string) (string, *Settings) {
	tb.Helper()
	s, err := Read(own, args, nil)
	if err != nil {
		tb.Fatalf("%q: %v", args, err)
	}
	text, err := s.Inspect()
	if err != nil {
		tb.Fatalf("%q: %v", args, err)
	}
	return string(text), s
}

// What inspect prints means the same when it is read as a configuration, from any folder.
func TestInspectCanBeRead(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"users.csv": "id,name\n1,a\n", "body": "x",
		"test.yaml": `
vus: 3
iterations: 30
thresholds: {http_req_duration: ["p(95)<500", {threshold: avg<9, abortOnFail: true, delayAbortEval: 10s}], "http_reqs{a:b}": [count>1]}
tags: {zip: 01234}
systemTags: []
summaryMode: full
summaryExport: out.json
env: {HOST: h.test, ZIP: 01234}
data: {users: {file: users.csv, order: random}}
requests:
  - url: http://${env.HOST}/<${users.id}>?a=1&b=2
    headers: {A: NO}
    json: {z: 1.10, a: [NO, ~, "<&>"], big: 12345678901234567890}
    bearer: ${env.TOKEN ?? 'none'}
    timeout: 3s
    redirects: 0
    expected: []
    checks: [{body: ""}, {status: 200, name: ok}]
    extract: {t: {json: token}}
    think: 1500ms
  - group: g
    requests: [{batch: [{url: http://h/, bodyFile: body}]}]
`,
		"scenarios.yaml": `
scenarios:
  a: {executor: ramping-arrival-rate, stages: [{duration: 1d, target: 5}], preAllocatedVUs: 1, env: {A: NO}, exec: buy, startTime: 0}
  b: {executor: constant-vus, duration: 1s, after: a, gracefulStop: 0, exec: buy}
functions: {buy: [{url: http://h/, discard: true}]}
tlsVersion: tls1.2
hosts: {h: 127.0.0.1}
dns: {ttl: 0}
noThresholds: true
paused: true
address: localhost:6565
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, args := range map[string][]string{
		"File":         {"-config", at("test.yaml")},
		"FileAndFlags": {"-config", at("test.yaml"), "-env", "TOKEN=${x}", "-vus", "5", "-tag", "a=b", "-no-color"},
		"Scenarios":    {"-config", at("scenarios.yaml")},
		"URL":          {"-rate", "5", "-d", "10s", "-max-vus", "9", "-check-status", "200", "-X", "PUT", "-body-file", at("body"), "http://h/?a=<&>"},
		"Stages":       {"-stage", "1s:5", "-quiet", "-k6-exit-codes", "http://h/"},
		"Embedded":     {},
		"EmbeddedRate": {"-rate", "5", "-d", "1s", "-stack", "case_1", "-check-body", "foobar", "-H", "A: b"},
		"NoThink":      {"-think", "0s"},
	} {
		t.Run(name, func(t *testing.T) {
			printed, first := MustInspect(t, args)
			for _, escaped := range []string{`\u003c`, `\u0026`, `\u003e`} {
				if strings.Contains(printed, escaped) {
					t.Errorf("%s is in it", escaped)
				}
			}
			file := filepath.Join(other, name)
			if err := os.WriteFile(file, []byte(printed), 0o600); err != nil {
				t.Fatal(err)
			}
			again, second := MustInspect(t, []string{"-config", file})
			if !reflect.DeepEqual(first.Load, second.Load) {
				t.Errorf("got  %+v\nwant %+v", second.Load, first.Load)
			}
			if first.Embedded() != second.Embedded() || first.thinkTime() != second.thinkTime() && first.Embedded() {
				t.Errorf("got embedded %t with a pause of %s, want %t, %s", second.Embedded(), second.thinkTime(), first.Embedded(), first.thinkTime())
			}
			a, b := withoutTarget(t, printed), withoutTarget(t, again)
			if a != b {
				t.Errorf("got  %s\nwant %s", b, a)
			}
		})
	}
}

// withoutTarget is the output of inspect without the name of the file.
func withoutTarget(tb testing.TB, text string) string {
	tb.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		tb.Fatal(err)
	}
	delete(all, "target")
	out, err := json.Marshal(all)
	if err != nil {
		tb.Fatal(err)
	}
	return string(out)
}

// A secret that inspect hid is not sent as it was printed.
func TestInspectHides(t *testing.T) {
	printed, _ := MustInspect(t, []string{"-bearer", "hunter2", "-H", "A: ***", "-env", "TOKEN=hunter2", "http://h/"})
	if strings.Contains(printed, "hunter2") {
		t.Errorf("got %s", printed)
	}
	file := filepath.Join(t.TempDir(), "y")
	for _, step := range []struct{ old, new, want string }{
		{"", "", ": env.TOKEN: inspect has hidden a secret here"},
		{`"TOKEN": "***"`, `"TOKEN": "secret"`, ": requests[0].bearer: inspect has hidden a secret here"},
		{`"bearer": "***"`, `"bearer": "${env.TOKEN}"`, ""},
	} {
		printed = strings.Replace(printed, step.old, step.new, 1)
		if err := os.WriteFile(file, []byte(printed), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(own, []string{"-config", file}, nil)
		if (err == nil) != (step.want == "") || err != nil && !strings.Contains(err.Error(), step.want) {
			t.Errorf("got %v, want %q in it", err, step.want)
		}
	}
}

// Every key of a file for the command is in what inspect prints.
func TestInspectHasTheCommandsKeys(t *testing.T) {
	keys := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Command]()) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		keys[key] = true
	}
	for key := range commandKeys {
		if !keys[key] {
			t.Errorf("%s is missing in Command", key)
		}
	}
}

// "k6 inspect --execution-requirements" of k6 1.8.1, shortened by what is alike.
func TestK6InspectCanBeRead(t *testing.T) {
	const common = `"executionSegment": null, "executionSegmentSequence": null, "noSetup": null, "setupTimeout": null, "rps": null,
"dns": {"ttl": null, "select": null, "policy": null}, "maxRedirects": null, "userAgent": null, "tlsCipherSuites": null, "tlsVersion": null,
"tlsAuth": null, "thresholds": null, "hosts": null, "ext": null, "summaryTrendStats": ["avg", "p(95)"], "summaryTimeUnit": null,
"systemTags": ["check", "service", "status", "subproto", "url"], "tags": null, "metricSamplesBufferSize": null, "totalDuration": "40s", "maxVUs": 3}`
	const scenario = `"startTime": null, "gracefulStop": null, "env": null, "exec": null, "tags": null`
	for name, test := range map[string]struct{ text, plan string }{
		"Duration": {`{"paused": null, "vus": 3, "duration": "10s", "iterations": null, "stages": null, "scenarios": {"default": {"executor": "constant-vus", ` +
			scenario + `, "vus": 3, "duration": "10s"}}, `, "3 looping VUs for 10s (gracefulStop: 30s)"},
		"Iterations": {`{"vus": 2, "duration": "5s", "iterations": 4, "scenarios": {"default": {"executor": "shared-iterations", ` + scenario +
			`, "vus": 2, "iterations": 4, "maxDuration": "5s"}}, `, "4 iterations shared among 2 VUs (maxDuration: 5s, gracefulStop: 30s)"},
		"Stages": {`{"stages": [{"duration": "1s", "target": 3}], "scenarios": {"default": {"executor": "ramping-vus", ` + scenario +
			`, "startVUs": null, "stages": [{"duration": "1s", "target": 3}], "gracefulRampDown": null}}, `, "Up to 3 looping VUs for 1s over 1 stages"},
		"VUs": {`{"vus": 4, "scenarios": {"default": {"executor": "per-vu-iterations", ` + scenario + `, "vus": null, "iterations": null, "maxDuration": null}}, `,
			"1 iterations for each of 1 VUs"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "k6.json")
			if err := os.WriteFile(file, []byte(test.text+common), 0o600); err != nil {
				t.Fatal(err)
			}
			printed, s := MustInspect(t, []string{"-config", file, "http://h/"})
			if !strings.Contains(printed, test.plan) || len(s.Notices) > 0 {
				t.Errorf("got the notices %q and %s", s.Notices, printed)
			}
		})
	}
}
