package command

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"example.com/foobar/loadgen/settings"
)

// mustNewTest writes a load test into a folder of its own, and reads it and its schema.
func mustNewTest(tb testing.TB) (text string, schema *jsonschema.Schema) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.yaml")
	var stdout, stderr strings.Builder
	if code := Run(tb.Context(), nil, []string{"init", path}, nil, &stdout, &stderr); code != exitOK {
		tb.Fatalf("got exit code %d: %s", code, &stderr)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	schema, err = jsonschema.NewCompiler().Compile(filepath.Join(filepath.Dir(path), schemaFile))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b), schema
}

// mustTake wants a file to be read, and to be valid.
func mustTake(tb testing.TB, text string, schema *jsonschema.Schema) {
	tb.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		tb.Fatalf("%v:\n%s", err, text)
	}
	if err := schema.Validate(value); err != nil {
		tb.Errorf("%v:\n%s", err, text)
	}
	path := filepath.Join(tb.TempDir(), "test.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	args := []string{"-config", path, "-env", "PASSWORD=pw"}
	s, err := settings.Read(program(nil), args, nil)
	if err == nil {
		_, err = s.Inspect()
	}
	if err != nil {
		tb.Errorf("%v:\n%s", err, text)
	}
}

var (
	// proposed are lines that are commented out: "#" with no space behind it.
	proposed = regexp.MustCompile(`(?m)^( *)#([^\s#])`)
	inside   = regexp.MustCompile(`(?m)^( *)#( +\S)`)
)

// uncommented is a block of lines that are commented out as it stands without that, and whether it is one.
func uncommented(block string) (string, bool) {
	lines, is := strings.Split(block, "\n"), false
	for i, line := range lines {
		switch {
		case proposed.MatchString(line):
			lines[i], is = proposed.ReplaceAllString(line, "$1$2"), true
		case is && inside.MatchString(line):
			lines[i] = inside.ReplaceAllString(line, "$1$2")
		}
	}
	return strings.Join(lines, "\n"), is
}

// The file that init writes is valid, and stays so with each of its proposals, and with all that go together.
func TestNewTest(t *testing.T) {
	t.Parallel()
	text, schema := mustNewTest(t)
	mustTake(t, text, schema)
	blocks := strings.Split(text, "\n\n")
	all, proposals := slices.Clone(blocks), 0
	for i, block := range blocks {
		taken, is := uncommented(block)
		if !is {
			continue
		}
		proposals++
		one := slices.Clone(blocks)
		one[i] = taken
		changed := strings.Join(one, "\n\n")
		switch {
		case strings.Contains(taken, "\nstages:"):
			changed = strings.Replace(changed, "\nduration: 10s", "", 1)
		case strings.Contains(taken, "\nrate:"):
			changed = strings.Replace(changed, "\nvus: 5", "", 1)
		default:
			all[i] = taken
		}
		if !strings.Contains(taken, "${token}\n") { // which the login extracts
			mustTake(t, changed, schema)
		}
	}
	mustTake(t, strings.Join(all, "\n\n"), schema)
	if proposals < 7 {
		t.Errorf("got %d proposals, want more", proposals)
	}
}

// The examples of -h can be read, the file among them too.
func TestHelpExamples(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(synopsis, "Examples:\n")
	examples, _, _ := strings.Cut(rest, "\nIn URL, -H")
	file := regexp.MustCompile(`(?s)        test\.yaml:\n(.*)`).FindStringSubmatch(examples)
	if file == nil {
		t.Fatal("want a file among the examples")
	}
	_, schema := mustNewTest(t)
	mustTake(t, regexp.MustCompile(`(?m)^ {10}`).ReplaceAllString(file[1], ""), schema)
	count := 0
	for _, line := range regexp.MustCompile(`(?m)^  (?:loadgen|go run \./loadgen) (.*)$`).FindAllStringSubmatch(examples, -1) {
		count++
		var args []string
		for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line[1], -1) {
			args = append(args, strings.Trim(word, "'"))
		}
		if args[0] == "init" {
			if _, err := readNewTest(args[1:]); err != nil {
				t.Errorf("%q: %v", args, err)
			}
			continue
		}
		if args[0] == "-config" {
			continue // it was read above
		}
		if _, err := settings.Read(program(nil), args, nil); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
	if count < 8 {
		t.Errorf("got %d examples, want more", count)
	}
}
