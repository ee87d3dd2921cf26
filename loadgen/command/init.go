package command

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"example.com/foobar/loadgen/settings"
)

// templates are the files of new load tests, each with .txt behind its name.
//
//go:embed template
var templates embed.FS

// oldestGo is what a program with loadgen in it needs.
const oldestGo = "1.26.0"

// loadgenModule is the module of this package.
const loadgenModule = "example.com/foobar/loadgen"

// init writes a load test: into a file, or with init go DIR in Go.
func (s *session) init(args []string) int {
	if len(args) == 0 || args[0] != "go" {
		return s.initFile(args)
	}
	if len(args) != 2 || strings.HasPrefix(args[1], "-") {
		return s.complain(&settings.UsageError{Err: errors.New("want loadgen init go DIR: it writes a load test in Go into the folder DIR")})
	}
	dir := args[1]
	files, err := newProgram(dir)
	if err == nil {
		err = writeNew(dir, files)
	}
	if err != nil {
		return s.complain(&codedError{exitOutputFailed, fmt.Errorf("init go %s: %w", dir, err)})
	}
	next := ""
	if files["go.sum"] == "" {
		next = "  go mod tidy\n"
	}
	fmt.Fprintf(s.stdout, "A load test in Go is in %[1]s. Next:\n\n  cd %[1]s\n%[2]s  go run . -h\n  go run . -env URL=http://localhost:8080/\n  go test -v .\n"+
		"  go test -run '^$' -bench . -count 10\n", dir, next)
	return exitOK
}

// newProgram are the files of a load test in dir, by name.
func newProgram(dir string) (map[string]string, error) {
	goMod, goSum, err := modFiles(dir)
	files := map[string]string{"go.mod": goMod, "go.sum": goSum}
	for _, name := range []string{"main.go", "main_test.go"} {
		text, err := templates.ReadFile("template/" + name + ".txt")
		if err != nil {
			return nil, err
		}
		files[name] = string(text)
	}
	return files, err
}

// modFiles are go.mod and go.sum of a program in dir. Of a loadgen that was built from a checkout they lead to it and are
// complete; of one that has a version, go mod tidy completes them.
func modFiles(dir string) (goMod, goSum string, err error) {
	goMod = fmt.Sprintf("module %s\n\ngo %s\n\n", moduleName(dir), oldestGo)
	if v := settings.Version(); strings.HasPrefix(v, "v") {
		return goMod + fmt.Sprintf("require %s %s\n", loadgenModule, v), "", nil
	}
	root, err := checkout()
	if err != nil {
		return "", "", err
	}
	theirs, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", "", err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return "", "", err
	}
	goMod += fmt.Sprintf("replace %s => %s\n\nrequire %s v0.0.0\n\nrequire (\n", loadgenModule, root, loadgenModule)
	for _, m := range requirement.FindAllStringSubmatch(string(theirs), -1) {
		goMod += m[0] + " // indirect\n"
	}
	return goMod + ")\n", string(sums), nil
}

// requirement is a line of go.mod with a module and its version.
var requirement = regexp.MustCompile(`(?m)^\t\S+ v\S+`)

// checkout is the folder of the module from which this program was built.
func checkout() (string, error) {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(file))
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if !filepath.IsAbs(file) || err != nil || !strings.HasPrefix(string(text), "module "+loadgenModule+"\n") {
		return "", errors.New("this loadgen has no version, and the checkout that it was built from is not there: build it anew (go build ./loadgen)")
	}
	return root, nil
}

var plainModule = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// moduleName is that of the folder where it can be.
func moduleName(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil && plainModule.MatchString(filepath.Base(abs)) {
		return filepath.Base(abs)
	}
	return "loadtest"
}

// writeNew writes the files into dir, and none of them when one is there already.
func writeNew(dir string, files map[string]string) error {
	for name := range files {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, fmt.Errorf("%s is there already: name a new one", filepath.Join(dir, name)))
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, text := range files {
		if text == "" {
			continue
		}
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}
