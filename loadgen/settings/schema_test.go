package settings

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"example.com/foobar/loadgen/internal/schema"
	"example.com/foobar/loadgen/load"
)

// mustCompile is the schema as an independent validator understands it, or a part of it.
func mustCompile(tb testing.TB, part string) *jsonschema.Schema {
	tb.Helper()
	text, err := own.Schema()
	if err != nil {
		tb.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		tb.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", value); err != nil {
		tb.Fatal(err)
	}
	s, err := c.Compile("schema.json" + part)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// validate reads a text as YAML and says what the schema says of it.
func validate(s *jsonschema.Schema, text string) error {
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return err
	}
	return s.Validate(value)
}

// read reads the text as a file, and what its requests come to if they are to be looked at too.
func read(tb testing.TB, text string, compiled bool) error {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	s, err := Read(own, []string{"-config", path}, nil)
	if err == nil && compiled {
		_, err = s.Inspect()
	}
	return err
}

// Every key says what it means, and nothing is said of a key that isn't there.
func TestSchemaTellsEveryKey(t *testing.T) {
	texts, err := keyTexts()
	if err != nil {
		t.Fatal(err)
	}
	b := schema.Builder{Forms: forms(), Shared: shared()}
	told := map[string]bool{"file": true, "file.ignored": true}
	look := func(path string) {
		told[path] = true
		if texts[path].Text == "" {
			t.Errorf("keys.yaml says nothing of %s", path)
		}
	}
	s := b.Build("file", reflect.TypeFor[inspection]())
	for _, p := range s.Properties {
		if !slices.Contains(derivedKeys, p.Key) {
			look("file." + p.Key)
		}
	}
	for name, def := range s.Defs {
		if shared()[name] != nil {
			continue
		}
		look(name)
		for _, p := range def.Properties {
			look(name + "." + p.Key)
		}
	}
	for path := range texts {
		if !told[path] {
			t.Errorf("keys.yaml tells of %s, and there is no such key", path)
		}
	}
	for path := range own.words() {
		if !told[path] {
			t.Errorf("there are words for %s, and there is no such key", path)
		}
	}
	for path := range patterns {
		if !told[path] {
			t.Errorf("there is a pattern for %s, and there is no such key", path)
		}
	}
}

// Every example is valid where it stands.
func TestSchemaExamples(t *testing.T) {
	texts, err := keyTexts()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for path, key := range texts {
		if strings.Contains(key.Text, "For example") {
			t.Errorf("%s: an example could not be read: %s", path, key.Text)
		}
		of, name, _ := strings.Cut(path, ".")
		part := "#/$defs/" + of + "/properties/" + name
		if of == "file" {
			part = "#/properties/" + name
		}
		for _, example := range key.Examples {
			count++
			if err := validate(mustCompile(t, part), fmt.Sprintf("%s", example)); err != nil {
				t.Errorf("%s: %s: %v", path, example, err)
			}
		}
	}
	if count < 30 {
		t.Errorf("got %d examples, want more", count)
	}
}

// Every example of a step can be read where it stands, as the language has it.
func TestStepExamples(t *testing.T) {
	texts, err := keyTexts()
	if err != nil {
		t.Fatal(err)
	}
	for path, key := range texts {
		of, name, _ := strings.Cut(path, ".")
		for _, example := range key.Examples {
			step := map[string]string{
				"Step":    `{url: "http://h/", %s: %s}`,
				"Check":   `{url: "http://h/", checks: [{%s: %s}]}`,
				"Extract": `{url: "http://h/", extract: {x: {%s: %s}}}`,
			}[of]
			switch {
			case name == "repeat" || name == "each":
				step = `{%s: %s, requests: [{url: "http://h/"}]}`
			case name == "url" || name == "set":
				step = `{%s: %s}`
			case step == "" || name == "multipart": // which has a file
				continue
			}
			text := `
baseURL: http://h
data: {users: {rows: [{name: ann, password: pw}]}}
metrics: {orders: counter}
requests:
  - url: http://h/
    extract: {token: {json: token}, id: {json: id}}
  - ` + fmt.Sprintf(step, name, example)
			if err := read(t, text, true); err != nil {
				t.Errorf("%s: %v\n%s", path, err, text)
			}
		}
	}
}

// documented are the blocks of YAML in a page.
var documented = regexp.MustCompile("(?s)```ya?ml\n(.*?)```")

// examples are all files in the repository that loadgen can read: in its pages and in its tests.
func examples(tb testing.TB) map[string]string {
	tb.Helper()
	all := map[string]string{}
	for _, glob := range []string{"../../README*.md", "../../docs/*.md", "../../docs/zh/*.md", "../*/testdata/*.txtar", "../*/testdata/*/*.txtar", "../*/testdata/*.yaml", "../examples/*.yaml", "../bench/testdata/scenarios/*.json"} {
		names, err := filepath.Glob(glob)
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				tb.Fatal(err)
			}
			switch filepath.Ext(name) {
			case ".txtar":
				for _, f := range txtar.Parse(text).Files {
					if slices.Contains(configs, filepath.Ext(f.Name)) {
						all[name+" "+f.Name] = string(f.Data)
					}
				}
			case ".md":
				for i, m := range documented.FindAllStringSubmatch(string(text), -1) {
					block := m[1]
					if strings.HasPrefix(block, "- ") { // steps alone
						block = "requests:\n" + block
					}
					all[fmt.Sprintf("%s %d", name, i+1)] = block
				}
			default:
				all[name] = string(text)
			}
		}
	}
	return all
}

// milliseconds are durations as k6's options in JSON may have them, and the schema doesn't.
var milliseconds = regexp.MustCompile(`(?i)"(?:duration|delayAbortEval|\w+Duration|gracefulStop|startTime|timeUnit|warmup)": *"?[1-9][0-9]*(?:[",}\s]|$)`)

// What is read is valid, in all examples.
func TestSchemaTakesExamples(t *testing.T) {
	s := mustCompile(t, "")
	count := 0
	for name, text := range examples(t) {
		if strings.Contains(name, "-errors.txtar") {
			continue // of which much is read, and then refused
		}
		if read(t, text, false) != nil || milliseconds.MatchString(text) {
			if strings.Contains(name, "loadgen.md ") {
				t.Errorf("%s can't be read", name)
			}
			continue
		}
		count++
		if err := validate(s, text); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	if count < 30 {
		t.Errorf("got %d examples, want more", count)
	}
}

// What inspect prints is valid too.
func TestSchemaTakesInspected(t *testing.T) {
	s := mustCompile(t, "")
	for _, args := range [][]string{
		{"-vus", "5", "-d", "10s", "-threshold", "http_req_duration:p(95)<5", "-think", "1s", "-H", "A: b", "-H", "A: c", "http://h/"},
		{"-rate", "5", "-stage", "10s:20", "-arrivals", "poisson", "-seed", "7", "-basic-auth", "ann:pw", "-check-status", "200", "http://h/"},
		{"-stack", "case_1"},
	} {
		text, _ := MustInspect(t, args)
		if err := validate(s, text); err != nil {
			t.Errorf("%q: %v\n%s", args, err, text)
		}
	}
}

// What is wrong in a file is wrong for the schema, and the other way round.
func TestSchemaRefuses(t *testing.T) {
	s := mustCompile(t, "")
	for name, text := range map[string]string{
		"an unknown key":            "iteratons: 4",
		"an unknown key of a step":  "requests: [{url: 'http://h/', header: {a: b}}]",
		"of a scenario":             "scenarios: {a: {executor: constant-vus, durations: 1s}}",
		"of a check":                "requests: [{url: 'http://h/', checks: [{statuss: 200}]}]",
		"of the defaults":           "defaults: {headerss: {a: b}}",
		"a step of no kind":         "requests: [{headers: {a: b}}]",
		"in a group":                "requests: [{group: g, requests: [{nosuch: 1}]}]",
		"a text for a number":       "vus: many",
		"half a user":               "vus: 1.5",
		"a list for a map":          "tags: [a]",
		"a map for a list":          "requests: {url: 'http://h/'}",
		"a number for a truth":      "quiet: 12",
		"a duration without a unit": "duration: 10",
		"in words":                  "duration: ten seconds",
		"below zero":                "warmup: -1s",
		"a think without a unit":    "requests: [{url: 'http://h/', think: 3}]",
		"a status that is none":     "requests: [{url: 'http://h/', checks: [{status: ok}]}]",
		"expected":                  "requests: [{url: 'http://h/', expected: [2x]}]",
		"an order that is none":     "{data: {users: {file: a.csv, order: sometimes}}, requests: [{url: 'http://h/'}]}",
		"an executor":               "scenarios: {a: {executor: constant-users}}",
		"no executor":               "scenarios: {a: {duration: 1s}}",
		"arrivals":                  "arrivals: sometimes",
		"a summary mode":            "summaryMode: pretty",
		"a threshold":               "thresholds: {http_reqs: [{expression: count>1}]}",
		"one that is no list":       "thresholds: {http_reqs: count>1}",
		"a version of TLS":          "tlsVersion: ssl3",
		"basic":                     "requests: [{url: 'http://h/', basic: ann}]",
		"a coding":                  "requests: [{url: 'http://h/', compress: lzw}]",
		"a bound":                   "requests: [{url: 'http://h/', checks: [{duration: 200ms}]}]",
		"not a map":                 "- url: http://h/",
	} {
		if err := validate(s, text); err == nil {
			t.Errorf("%s: %s is valid", name, text)
		}
		if name == "a version of TLS" { // which only shows when the test begins
			continue
		}
		if err := read(t, text, true); err == nil {
			t.Errorf("%s: %s is read", name, text)
		}
	}
}

// A Go program's file has options alone.
func TestSchemaOfAProgram(t *testing.T) {
	text, err := Program{Name: "visits", Test: &load.Test{}}.Schema()
	if err != nil || strings.Contains(string(text), `"requests"`) || !strings.Contains(string(text), `"vus"`) {
		t.Errorf("got %v and %.200s", err, text)
	}
}

// FuzzDurationPattern compares the pattern of durations with what reads them.
func FuzzDurationPattern(f *testing.F) {
	pattern := regexp.MustCompile(`^` + durationPattern + `$`)
	for _, s := range []string{"", "0", "1", "10s", "1m30s", "1d2h", "1d", "d", "1.5s", ".5s", "5.s", "1µs", "1μs", "-1s", "+1s", "1 s", "1dx", "0d", "1h1", "1d0", "s", ".s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var d load.Duration
		err := d.Set(s)
		if strings.HasPrefix(s, "-") || len(s) > 15 || strings.Contains(s, "d") && (err != nil || strings.HasSuffix(s, "d0")) { // below zero, too long, too many days
			return
		}
		if want := err == nil && d >= 0; pattern.MatchString(s) != want {
			t.Errorf("%q: the pattern says %v, and it is read as %v, %v", s, !want, d, err)
		}
	})
}
