package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

// published are our modules in an order in which each comes after those it requires. The others are not for use from outside.
var published = []string{"telemetry", "loadgen", "foo", "bar", "overhead", "collector"}

// modules writes the modules as their tags will have them in the form of a module proxy: without replace lines, with this
// version of each of ours that they require, and its checksum.
func (r *release) modules() error {
	var sums []string // lines for go.sum, of the modules written so far
	for _, name := range published {
		files, err := r.tagged(name, sums)
		if err != nil {
			return err
		}
		if r.apply {
			if err := r.write(name, files); err != nil {
				return err
			}
		}
		lines, err := r.publish(module.Version{Path: prefix + name, Version: r.version}, files)
		if err != nil {
			return err
		}
		sums = append(sums, lines...)
	}
	return nil
}

// publish writes what a module proxy has of a version, and returns its lines for go.sum.
func (r *release) publish(version module.Version, files []modzip.File) (sums []string, err error) {
	dir := filepath.Join(r.out, "modules", filepath.FromSlash(version.Path), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := modzip.Create(&b, version, files); err != nil {
		return nil, err
	}
	info, err := json.Marshal(map[string]any{"Version": r.version, "Time": r.time.Format(time.RFC3339)})
	if err != nil {
		return nil, err
	}
	gomod := files[slices.IndexFunc(files, func(f modzip.File) bool { return f.Path() == "go.mod" })].(memory).text
	for name, text := range map[string][]byte{r.version + ".zip": b.Bytes(), r.version + ".info": info, r.version + ".mod": gomod, "list": []byte(r.version + "\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return nil, err
		}
	}
	return checksumLines(version, b.Bytes(), gomod)
}

// tagged are a module's files, with go.mod and go.sum as the tag will have them.
func (r *release) tagged(name string, sums []string) ([]modzip.File, error) {
	files, text, sum, err := r.checkedIn(name)
	if err != nil {
		return nil, err
	}
	license, err := os.ReadFile(filepath.Join(r.dir, "LICENSE"))
	if err != nil {
		return nil, err
	}
	text, ours, err := taggedMod(text, r.version)
	if err != nil {
		return nil, err
	}
	for _, line := range sums {
		if path, _, _ := strings.Cut(line, " "); slices.Contains(ours, path) && !bytes.Contains(sum, []byte(line)) {
			sum = append(sum, line+"\n"...)
		}
	}
	return append(files, memory{"LICENSE", license, r.time}, memory{"go.mod", text, r.time}, memory{"go.sum", sum, r.time}), nil
}

// checkedIn are a module's files as they are checked in, without those of modules below it; its go.mod and go.sum stand apart.
func (r *release) checkedIn(name string) (files []modzip.File, gomod, gosum []byte, err error) {
	out, err := r.output(r.dir, "git", "ls-files", "-z", "--", name)
	if err != nil {
		return nil, nil, nil, err
	}
	names := strings.Split(strings.TrimRight(out, "\x00"), "\x00")
	nested := nestedModules(names, name)
	for _, file := range names {
		if slices.ContainsFunc(nested, func(dir string) bool { return strings.HasPrefix(file, dir) }) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(file)))
		if err != nil {
			return nil, nil, nil, err
		}
		switch below := strings.TrimPrefix(file, name+"/"); below {
		case "go.mod":
			gomod = b
		case "go.sum":
			gosum = b
		default:
			files = append(files, memory{below, b, r.time})
		}
	}
	return files, gomod, gosum, nil
}

// nestedModules are the folders of modules below that of the name.
func nestedModules(files []string, name string) []string {
	var nested []string
	for _, file := range files {
		if below := strings.TrimSuffix(file, "go.mod"); below != file && below != name+"/" {
			nested = append(nested, below)
		}
	}
	return nested
}

// write puts the go.mod and go.sum of the tag into the checkout.
func (r *release) write(name string, files []modzip.File) error {
	for _, f := range files {
		if f.Path() != "go.mod" && f.Path() != "go.sum" {
			continue
		}
		if err := os.WriteFile(filepath.Join(r.dir, name, f.Path()), f.(memory).text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// taggedMod is a go.mod as its tag will have it, and the paths of our modules that it requires.
func taggedMod(text []byte, version string) (mod []byte, ours []string, err error) {
	file, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return nil, nil, err
	}
	for _, replace := range slices.Clone(file.Replace) {
		if !strings.HasPrefix(replace.Old.Path, prefix) {
			return nil, nil, fmt.Errorf("%s is replaced: go install would refuse the module", replace.Old.Path)
		}
		if err := file.DropReplace(replace.Old.Path, replace.Old.Version); err != nil {
			return nil, nil, err
		}
	}
	for _, require := range file.Require {
		if strings.HasPrefix(require.Mod.Path, prefix) {
			ours = append(ours, require.Mod.Path)
		}
	}
	for _, path := range ours {
		if err := file.AddRequire(path, version); err != nil {
			return nil, nil, err
		}
	}
	file.Cleanup()
	mod, err = file.Format()
	return mod, ours, err
}

// checksumLines are the two lines of go.sum for a module.
func checksumLines(version module.Version, archive, gomod []byte) ([]string, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	all, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) { return z.Open(name) })
	if err != nil {
		return nil, err
	}
	mod, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(gomod)), nil
	})
	return []string{version.Path + " " + version.Version + " " + all, version.Path + " " + version.Version + "/go.mod " + mod}, err
}

// memory is a file of a module's archive.
type memory struct {
	path string
	text []byte
	time time.Time
}

func (m memory) Path() string                 { return m.path }
func (m memory) Lstat() (os.FileInfo, error)  { return info{m}, nil }
func (m memory) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(m.text)), nil }

type info struct{ m memory }

func (i info) Name() string       { return filepath.Base(i.m.path) }
func (i info) Size() int64        { return int64(len(i.m.text)) }
func (i info) Mode() os.FileMode  { return 0o644 }
func (i info) ModTime() time.Time { return i.m.time }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

// command is a command outside of the workspace that finds our modules in what was written, all others as ever, and that
// leaves no trace of ours in the user's module cache.
func (r *release) command(dir string, env []string, name string, args ...string) *exec.Cmd {
	command := exec.Command(name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off")
	if name == "go" && slices.ContainsFunc(args, func(a string) bool { return a == "install" || a == "clean" }) {
		command.Env = append(command.Env,
			"GOPATH="+filepath.Join(r.work, "gopath"), "GOMODCACHE="+filepath.Join(r.work, "modcache"), "GOBIN=",
			"GOPROXY="+r.proxies(), "GONOSUMDB="+prefix+"*", "GONOPROXY=", "GOPRIVATE=")
	}
	command.Env = append(command.Env, env...)
	return command
}

// proxies are ours, the user's module cache, and the user's proxies.
func (r *release) proxies() string {
	modcache, _ := exec.Command("go", "env", "GOMODCACHE").Output()
	proxy, _ := exec.Command("go", "env", "GOPROXY").Output()
	address := func(dir string) string { return "file://" + filepath.ToSlash(dir) }
	return strings.Join([]string{
		address(filepath.Join(r.out, "modules")), address(filepath.Join(strings.TrimSpace(string(modcache)), "cache", "download")),
		strings.TrimSpace(string(proxy)),
	}, ",")
}
