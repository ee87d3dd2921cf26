package command

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/foobar/loadgen/secret"
	"example.com/foobar/loadgen/settings"
)

// What init writes unless it is told otherwise.
const (
	newTestFile = "test.yaml"
	newTestURL  = "http://localhost:8080/"
)

const initForms = "want loadgen init [FILE.yaml] [URL], which writes a file with a load test that runs, or loadgen init go DIR, " +
	"which writes one in Go into the folder DIR"

// newTest is a file with a load test that is to be written.
type newTest struct{ path, url string }

// readNewTest reads what follows init: a file, a URL, both or neither.
func readNewTest(args []string) (newTest, error) {
	var t newTest
	for _, arg := range args {
		isFile := slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(filepath.Ext(arg))) && !strings.Contains(arg, "://")
		switch {
		case strings.HasPrefix(arg, "-"), isFile && t.path != "", !isFile && t.url != "":
			return t, errors.New(initForms)
		case isFile:
			t.path = arg
			continue
		}
		url, err := settings.ParseURL(arg)
		if err != nil {
			return t, errors.New(initForms)
		}
		t.url = url
	}
	t.path, t.url = cmp.Or(t.path, newTestFile), cmp.Or(t.url, newTestURL)
	return t, nil
}

// files are what is written, by name: the test, and the schema that it names unless there is one.
func (t newTest) files(p settings.Program) (map[string]string, error) {
	text, err := templates.ReadFile("template/test.yaml.txt")
	if err != nil {
		return nil, err
	}
	origin, path := splitURL(t.url)
	name := filepath.Base(t.path)
	files := map[string]string{name: strings.NewReplacer("ORIGIN_HERE", quoted(origin), "PATH_HERE", quoted(path), "FILE", name).Replace(string(text))}
	if _, err := os.Lstat(filepath.Join(filepath.Dir(t.path), schemaFile)); errors.Is(err, fs.ErrNotExist) {
		schema, err := p.Schema()
		if err != nil {
			return nil, err
		}
		files[schemaFile] = string(schema)
	}
	return files, nil
}

// splitURL is the URL up to its path, and what follows: as a text of a file, in which ${ would begin an expression.
func splitURL(url string) (origin, path string) {
	scheme, rest, _ := strings.Cut(url, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		return url, "/"
	}
	path = strings.ReplaceAll(rest[end:], "${", "$${")
	if rest[end] != '/' {
		path = "/" + path
	}
	return scheme + "://" + rest[:end], path
}

// quoted is a text of YAML.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// initFile writes a file with a load test: init [FILE] [URL].
func (s *session) initFile(args []string) int {
	t, err := readNewTest(args)
	if err != nil {
		return s.complain(&settings.UsageError{Err: err})
	}
	files, err := t.files(s.program)
	if err == nil {
		err = writeNew(filepath.Dir(t.path), files)
	}
	if err != nil {
		return s.complain(&codedError{exitOutputFailed, fmt.Errorf("init: %w", err)})
	}
	fmt.Fprintf(s.stdout, "A load test of %[1]s is in %[2]s. Next:\n\n  loadgen -config %[2]s\n  loadgen inspect -config %[2]s\n\n"+
		"%[3]s beside it tells editors its keys; loadgen -h has all flags.\n", secret.URL(t.url), t.path, schemaFile)
	return exitOK
}
