package child

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Program is a Go program to build.
type Program struct {
	Name string
	// Dir is the absolute path of a folder in its module, Package the path of its package main; "" is the one in Dir.
	Dir, Package string
}

// Binaries are built programs, in a directory of their own: they stay the same when another build follows while they are in
// use.
type Binaries struct{ dir string }

// Path is where the program of that name is.
func (b *Binaries) Path(name string) string { return filepath.Join(b.dir, name+exe()) }

// Remove deletes the programs. Those that run go on where the system allows it.
func (b *Binaries) Remove() error { return os.RemoveAll(b.dir) }

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// Build builds programs as our Dockerfiles do, each in its own module: static, without paths, symbols or the state of version
// control, so that the same sources make the same program. Tell gets a line for what is waited for; it may be nil.
func Build(ctx context.Context, programs []Program, tell func(line string)) (*Binaries, error) {
	if len(programs) == 0 {
		return &Binaries{}, nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return nil, fmt.Errorf("building %s: the go command is needed and was not found: %w", list(programs), err)
	}
	root, err := cacheRoot()
	if err != nil {
		return nil, fmt.Errorf("making a place for programs: %w", err)
	}
	removeStale(root)
	b := &Binaries{}
	if b.dir, err = os.MkdirTemp(root, "run-"); err != nil {
		return nil, fmt.Errorf("making a place for programs: %w", err)
	}
	if err := b.addAll(ctx, root, programs, tell); err != nil {
		b.Remove()
		return nil, err
	}
	return b, nil
}

// addAll builds the programs at the same time; when one was never built before, one after the other, so that what they share
// is compiled once.
func (b *Binaries) addAll(ctx context.Context, root string, programs []Program, tell func(line string)) error {
	first := slices.ContainsFunc(programs, func(p Program) bool {
		_, err := os.Stat(p.cached(root))
		return errors.Is(err, fs.ErrNotExist)
	})
	progress := startProgress(programs, first, tell)
	defer progress.stop()
	errs := make([]error, len(programs))
	var group sync.WaitGroup
	for i, p := range programs {
		group.Go(func() {
			if err := b.add(ctx, root, p, progress); err != nil {
				errs[i] = fmt.Errorf("building %s: %w", p.Name, err)
			}
		})
		if !first {
			continue
		}
		if group.Wait(); errs[i] != nil {
			break
		}
	}
	group.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("building %s: %w", list(programs), ctx.Err())
	}
	return errors.Join(errs...)
}

// upToDate are the programs in the cache that this process has built: it asks the go command about each of them once.
var upToDate sync.Map

// add builds a program in its folder of the cache, where the go command finds what is still the same, under a lock against
// other builds of it; then it links what came out.
func (b *Binaries) add(ctx context.Context, root string, p Program, progress *progress) error {
	built := p.cached(root)
	if err := os.MkdirAll(filepath.Dir(built), 0o700); err != nil {
		return err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(filepath.Dir(built), "lock")).Lock()
	if err != nil {
		return fmt.Errorf("waiting for another build: %w", err)
	}
	defer unlock()
	if _, done := upToDate.Load(built); !done || ctx.Err() != nil {
		if err := p.compile(ctx, built, progress); err != nil {
			return err
		}
		upToDate.Store(built, true)
	}
	if err := os.Link(built, b.Path(p.Name)); err == nil {
		return nil
	}
	return copyFile(built, b.Path(p.Name)) // the file system has no links
}

// flags and environment are what our Dockerfiles build with; the state of version control is none that they see.
var (
	flags       = []string{"-trimpath", "-ldflags=-s -w", "-buildvcs=false"}
	environment = []string{"CGO_ENABLED=0", "GOWORK=off"}
)

// compile runs "go build". With -v it prints the path of each package that it compiles, which is no part of an error.
func (p Program) compile(ctx context.Context, to string, progress *progress) error {
	toolchain, err := toolchain(ctx, p.Dir)
	if err != nil {
		return err
	}
	messages := newOutput(Command{Name: "the go command"})
	build, err := Start(Command{
		Name: "go build", Path: "go", Args: append(append([]string{"build", "-v", "-o", to}, flags...), cmp.Or(p.Package, ".")),
		Dir: p.Dir, Env: append(append(os.Environ(), environment...), toolchain...),
		Output: func(line string) {
			if progress.add(line); strings.Contains(line, " ") {
				fmt.Fprintln(messages, line)
			}
		},
	})
	if err != nil {
		return err
	}
	if err := build.Wait(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("in %s: %s%s", p.Dir, build.cmd.ProcessState, messages.said())
	}
	return ctx.Err()
}

// toolchain is the setting that builds with the Go that the workspace round dir names, which GOWORK=off would leave aside;
// nothing when the user has chosen one.
func toolchain(ctx context.Context, dir string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOTOOLCHAIN", "GOVERSION")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("asking the go command for its version: %w", err)
	}
	chosen, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if chosen != "auto" || !strings.HasPrefix(version, "go1.") {
		return nil, nil
	}
	return []string{"GOTOOLCHAIN=" + version + "+auto"}, nil
}

// cacheRoot is our place in the user's cache, or in the temporary directory where there is none.
func cacheRoot() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	root := filepath.Join(base, "foobar")
	return root, os.MkdirAll(root, 0o700)
}

// cached is where a program is kept from one build to the next.
func (p Program) cached(root string) string {
	path := fnv.New64a()
	io.WriteString(path, p.Dir)
	return filepath.Join(root, fmt.Sprintf("build-%s-%x", p.Name, path.Sum64()), p.Name+exe())
}

// staleAfter is when the programs of a run that was killed are removed.
const staleAfter = 48 * time.Hour

// removeStale removes what runs that were killed have left behind.
func removeStale(root string) {
	old, _ := filepath.Glob(filepath.Join(root, "run-*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > staleAfter {
			os.RemoveAll(dir)
		}
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// list joins the names of programs as one says them.
func list(programs []Program) string {
	var names []string
	for _, p := range programs {
		names = append(names, p.Name)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
