// Command release makes what a release consists of: the modules as the tags will have them, static programs for five
// platforms installed from these, in archives with licences and a bill of materials, and checksums. What comes out depends
// on the commit, the version and go.work's toolchain alone. docs/releasing.md says how it is used.
//
//	release -version vX.Y.Z [-C DIR] [-out DIR] [-programs LIST] [-targets LIST]
//	release -version vX.Y.Z -apply          prepares the commit that the tags are put on
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/semver"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// prefix is what the paths of our modules have in common.
const prefix = "example.com/foobar/"

// programs are the modules whose root is a program, with the name it has in the archives.
var programs = map[string]string{
	"loadgen": "loadgen", "overhead": "overhead", "foo": "foo", "bar": "bar", "collector": "otelcol-foobar",
}

var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64"}

// release is one run.
type release struct {
	dir, out, version string
	apply             bool   // write what the tags need into the checkout, and build nothing
	work              string // for what is thrown away
	time              time.Time
	stdout            io.Writer
}

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	r := release{stdout: stdout}
	flags.StringVar(&r.version, "version", "", "`vX.Y.Z`, the version of all modules")
	flags.StringVar(&r.dir, "C", ".", "the repository's `directory`, a clean checkout")
	flags.StringVar(&r.out, "out", "dist", "the `directory` to fill; it must not exist yet")
	chosen := flags.String("programs", "bar,collector,foo,loadgen,overhead", "which, by `module`")
	targets := flags.String("targets", strings.Join(platforms, ","), "for which `os/arch`")
	flags.BoolVar(&r.apply, "apply", false, "write the go.mod and go.sum of the tags into the checkout, and build nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !semver.IsValid(r.version) || semver.Canonical(r.version) != r.version {
		return fmt.Errorf("-version %q: want vX.Y.Z", r.version)
	}
	return r.run(strings.Split(*chosen, ","), strings.Split(*targets, ","))
}

func (r *release) run(chosen, targets []string) error {
	for _, name := range chosen {
		if programs[name] == "" {
			return fmt.Errorf("-programs: there is no program %q", name)
		}
	}
	remove, err := r.makeFolders()
	if err != nil {
		return err
	}
	defer remove()
	if err := r.checkout(); err != nil {
		return err
	}
	if err := r.modules(); err != nil {
		return fmt.Errorf("the modules: %w", err)
	}
	if r.apply {
		return nil
	}
	for _, name := range chosen {
		for _, target := range targets {
			if err := r.program(name, target); err != nil {
				return fmt.Errorf("%s for %s: %w", name, target, err)
			}
		}
	}
	return r.checksums()
}

// makeFolders makes that for what is released, and one to work in, which remove removes.
func (r *release) makeFolders() (remove func(), err error) {
	for _, dir := range []*string{&r.dir, &r.out} {
		if *dir, err = filepath.Abs(*dir); err != nil {
			return nil, err
		}
	}
	if err := os.Mkdir(r.out, 0o755); err != nil {
		return nil, fmt.Errorf("making the output directory: %w", err)
	}
	if r.work, err = os.MkdirTemp("", "release"); err != nil {
		return nil, err
	}
	return func() {
		r.command(r.dir, nil, "go", "clean", "-modcache").Run() // its files are write-protected
		os.RemoveAll(r.work)
	}, nil
}

// checkout reads the time of the commit, which all files in archives get, and refuses a checkout that isn't that commit.
func (r *release) checkout() error {
	out, err := r.output(r.dir, "git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
	if err != nil {
		return fmt.Errorf("the commit's time: %w", err)
	}
	r.time = time.Unix(seconds, 0).UTC()
	if out, err = r.output(r.dir, "git", "status", "--porcelain"); err == nil && out != "" {
		err = fmt.Errorf("%s is not a clean checkout:\n%s", r.dir, out)
	}
	return err
}

// program installs one program for one platform as its users would, and packs it.
func (r *release) program(name, target string) error {
	goos, goarch, _ := strings.Cut(target, "/")
	env := []string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch, "GOFLAGS=-trimpath"}
	if _, err := r.outputWith(env, r.work, "go", "install", "-ldflags=-s -w", prefix+name+"@"+r.version); err != nil {
		return err
	}
	binary, suffix, err := r.installed(name)
	if err != nil {
		return err
	}
	base := strings.Join([]string{programs[name], strings.TrimPrefix(r.version, "v"), goos, goarch}, "_")
	notices := filepath.Join(r.work, base+".notices")
	if err := r.notices(env, name, notices); err != nil {
		return err
	}
	bill, err := billOfMaterials(binary, programs[name])
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(r.out, base+".cdx.json"), bill, 0o644); err != nil {
		return err
	}
	files := []file{{programs[name] + suffix, binary, 0o755}, {"LICENSE", filepath.Join(r.dir, "LICENSE"), 0o644}, {"NOTICES.txt", notices, 0o644}}
	archive, err := r.pack(base, goos, files)
	if err == nil {
		fmt.Fprintln(r.stdout, filepath.Base(archive))
	}
	return err
}

// installed is the one program that go install has left, and its name's suffix; it is moved out of the way of the next.
func (r *release) installed(name string) (program, suffix string, err error) {
	var found []string
	for _, pattern := range []string{"gopath/bin/" + name + "*", "gopath/bin/*/" + name + "*"} {
		names, _ := filepath.Glob(filepath.Join(r.work, pattern))
		found = append(found, names...)
	}
	if len(found) != 1 {
		return "", "", fmt.Errorf("go install left %q, want one program", found)
	}
	program = filepath.Join(r.work, "program")
	return program, filepath.Ext(found[0]), os.Rename(found[0], program)
}

// notices runs the program beside this one, as the Dockerfiles do.
func (r *release) notices(env []string, name, file string) error {
	program := filepath.Join(r.work, "notices")
	if _, err := os.Stat(program); err != nil {
		sources, err := filepath.Glob(filepath.Join(r.dir, ".ci", "notices", "*.go"))
		if err != nil {
			return err
		}
		sources = slices.DeleteFunc(sources, func(s string) bool { return strings.HasSuffix(s, "_test.go") })
		if _, err := r.output(r.dir, "go", append([]string{"build", "-o", program}, sources...)...); err != nil {
			return err
		}
	}
	_, err := r.outputWith(env, r.dir, program, "-C", name, "-o", file)
	return err
}

func (r *release) output(dir, name string, args ...string) (string, error) {
	return r.outputWith(nil, dir, name, args...)
}

func (r *release) outputWith(env []string, dir, name string, args ...string) (string, error) {
	var stderr bytes.Buffer
	command := r.command(dir, env, name, args...)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}
