// Command notices writes the licences and notices of everything that a program links: Go's standard library and each module
// of which a package is in it. It has no dependencies, so that a Dockerfile can run it by its files.
//
//	notices [-C DIR] [-o FILE] [PACKAGE]
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("notices", flag.ContinueOnError)
	dir := flags.String("C", ".", "the `directory` of the program's module")
	out := flags.String("o", "", "the `file` to write; empty: standard output")
	if err := flags.Parse(args); err != nil {
		return err
	}
	program := "."
	if flags.NArg() > 0 {
		program = flags.Arg(0)
	}
	modules, err := linked(*dir, program)
	if err != nil {
		return err
	}
	text, err := write(modules)
	if err != nil {
		return err
	}
	if *out == "" {
		_, err = stdout.Write(text)
		return err
	}
	return os.WriteFile(*out, text, 0o644)
}

// module is one that the program links packages of.
type module struct {
	name, version, dir string
	packages           []string // directories of packages, below dir; "" is dir itself
}

// linked lists the modules of the program's packages, without ours, Go first.
func linked(dir, program string) ([]*module, error) {
	std, err := standard(dir)
	if err != nil {
		return nil, err
	}
	packages, err := listed(dir, program)
	if err != nil {
		return nil, err
	}
	found := map[string]*module{}
	for _, p := range packages {
		if p.Standard || p.Module == nil || strings.HasPrefix(p.Module.Path, "example.com/foobar/") {
			continue
		}
		m := found[p.Module.Path]
		if m == nil {
			m = &module{name: p.Module.Path, version: p.Module.Version, dir: p.Module.Dir}
			found[p.Module.Path] = m
		}
		below, err := filepath.Rel(m.dir, p.Dir)
		if err != nil {
			return nil, err
		}
		m.packages = append(m.packages, filepath.ToSlash(below))
	}
	modules := slices.SortedFunc(maps.Values(found), func(a, b *module) int { return strings.Compare(a.name, b.name) })
	return append([]*module{std}, modules...), nil
}

// listedPackage is what go list says of a package.
type listedPackage struct {
	Dir      string
	Standard bool
	Module   *struct{ Path, Version, Dir string }
}

// listed are the packages that the program links.
func listed(dir, program string) ([]listedPackage, error) {
	var stderr bytes.Buffer
	list := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Standard,Module", program)
	list.Dir, list.Stderr = dir, &stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("listing what %s links: %w\n%s", program, err, stderr.Bytes())
	}
	var packages []listedPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading what go list printed: %w", err)
		}
		packages = append(packages, p)
	}
}

// standard is Go's own library and run time.
func standard(dir string) (*module, error) {
	env := exec.Command("go", "env", "GOVERSION", "GOROOT")
	env.Dir = dir
	out, err := env.Output()
	if err != nil {
		return nil, fmt.Errorf("asking for Go's own place: %w", err)
	}
	version, root, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return &module{name: "The Go standard library", version: version, dir: root}, nil
}

// legal are the names of files with licences and notices.
var legal = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|copyright|notice|notices|patents|authors|third.party|ftl)([-_.].*)?$|^[^.]*[-_]licen[cs]e(\.txt|\.md)?$`)

// leftOut are licences that the owner offers beside the one that we take: freetype's is the FTL.
var leftOut = map[string]string{"github.com/golang/freetype": "licenses/gpl.txt"}

// files are a module's legal files: at its root, beside each linked package and above it, and in directories named
// licenses beside these.
func (m *module) files() ([]string, error) {
	dirs := map[string]bool{".": true}
	for _, p := range m.packages {
		for ; p != "." && p != "/"; p = path.Dir(p) {
			dirs[p] = true
		}
	}
	var names []string
	for dir := range dirs {
		for _, sub := range []string{"", "licenses", "LICENSES", "LICENSE"} {
			entries, err := os.ReadDir(filepath.Join(m.dir, filepath.FromSlash(dir), sub))
			if err != nil {
				continue // not every module has such directories
			}
			for _, entry := range entries {
				source := strings.HasSuffix(entry.Name(), ".go")
				if entry.Type().IsRegular() && !source && (sub != "" || legal.MatchString(entry.Name())) {
					names = append(names, path.Join(dir, sub, entry.Name()))
				}
			}
		}
	}
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == leftOut[m.name] })
	if len(names) == 0 {
		return nil, fmt.Errorf("%s %s has no licence in %s", m.name, m.version, m.dir)
	}
	return names, nil
}
