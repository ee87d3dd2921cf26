package stack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Binaries are the programs of the workspace, built, in a directory of their own: they stay the same when another build
// follows while they are in use.
type Binaries struct{ dir string }

// Build builds foo, bar and, where one of the cases needs it, the Collector, from the workspace at dir (empty: found
// upwards from the working directory). Progress, which may be nil, gets a line for what is waited for.
func Build(ctx context.Context, dir string, cases []string, progress func(line string)) (*Binaries, error) {
	dir, err := workspace(dir)
	if err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(string) {}
	}
	var all plan
	for _, name := range cases {
		p, err := planFor(name)
		if err != nil {
			return nil, err
		}
		all.collector = all.collector || p.collector
	}
	t := newThread()
	defer t.close()
	return build(ctx, t, dir, all.programs(), progress)
}

// Remove deletes the programs. Those that run go on where the system allows it.
func (b *Binaries) Remove() error { return os.RemoveAll(b.dir) }

func (b *Binaries) path(name string) string { return filepath.Join(b.dir, name+exe()) }

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// staleAfter is when the programs of a run that was killed are swept away.
const staleAfter = 48 * time.Hour

// build builds into a directory kept from run to run, where Go finds that nothing changed, under a lock against other
// builds of the same workspace; then it links what came out into a directory of this run.
func build(ctx context.Context, t *thread, root string, programs []string, progress func(string)) (*Binaries, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return nil, fmt.Errorf("building foo and bar: the go command is needed and was not found: %w", err)
	}
	cache, err := cacheDir(root)
	if err != nil {
		return nil, err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(cache, "lock")).Lock()
	if err != nil {
		return nil, fmt.Errorf("waiting for another build: %w", err)
	}
	defer unlock()
	sweep(cache)
	bin := filepath.Join(cache, "bin")
	if err := compile(ctx, t, root, bin, programs, progress); err != nil {
		return nil, err
	}
	return private(cache, bin, programs)
}

// cacheDir is this workspace's place in the user's cache, or in the temporary directory where there is none.
func cacheDir(root string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	path := fnv.New64a()
	io.WriteString(path, root)
	dir := filepath.Join(base, "foobar", fmt.Sprintf("%s-%x", strings.Map(plain, filepath.Base(root)), path.Sum64()))
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o700); err != nil {
		return "", fmt.Errorf("making a place for the programs: %w", err)
	}
	return dir, nil
}

// plain keeps the runes that every file system takes in a name.
func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_':
		return r
	}
	return '-'
}

// compile runs "go build" for the services and, apart from the workspace, for the Collector, whose dependencies would
// otherwise bind those of the services.
func compile(ctx context.Context, t *thread, root, bin string, programs []string, progress func(string)) error {
	var services []string
	for _, name := range programs {
		if name == "collector" {
			continue
		}
		services = append(services, name)
	}
	b := builder{thread: t, bin: bin, progress: progress}
	if err := b.run(ctx, root, services, []string{"GOWORK=" + filepath.Join(root, "go.work")}); err != nil || len(services) == len(programs) {
		return err
	}
	return b.run(ctx, filepath.Join(root, "collector"), []string{"collector"}, []string{"GOWORK=off"})
}

// builder runs "go build", with the settings of our Dockerfiles, and says what it waits for.
type builder struct {
	thread   *thread
	bin      string
	progress func(string)
}

func (b *builder) run(ctx context.Context, dir string, names, env []string) error {
	args := []string{"build", "-trimpath", "-o", b.bin + string(filepath.Separator)}
	if len(names) == 1 {
		args = append(args, ".")
	} else {
		for _, name := range names {
			args = append(args, "./"+name)
		}
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	cmd.SysProcAttr = childAttr()
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	cmd.WaitDelay = stopWithin
	last, output := &lastLine{}, &tail{}
	cmd.Stderr = &lines{each: func(line string) { last.set(line); output.add(line) }}
	cmd.Stdout = io.Discard
	done := b.waitAloud(names, last)
	defer done()
	if err := b.thread.do(cmd.Start); err != nil {
		return fmt.Errorf("building %s: %w", and(names), err)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("building %s: %w%s", and(names), err, output.said("the go command"))
	}
	return nil
}

// waitAloud says at once that a first build takes its time, and of any build that takes longer that it goes on.
func (b *builder) waitAloud(names []string, last *lastLine) (done func()) {
	what := "building " + and(names)
	first := false
	for _, name := range names {
		_, err := os.Stat(filepath.Join(b.bin, name+exe()))
		first = first || errors.Is(err, os.ErrNotExist)
	}
	delay := 2 * time.Second
	if first {
		b.progress(what + " (the first time: a minute or two)")
		delay = 15 * time.Second
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for begun := time.Now(); ; delay = 15 * time.Second {
			select {
			case <-stop:
				return
			case <-time.After(delay):
				b.progress(strings.TrimSpace(fmt.Sprintf("%s: %.0fs so far %s", what, time.Since(begun).Seconds(), last.get())))
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// private links the programs into a new directory, or copies them where the file system has no links.
func private(cache, bin string, programs []string) (*Binaries, error) {
	dir, err := os.MkdirTemp(cache, "run-")
	if err != nil {
		return nil, fmt.Errorf("making a place for the programs: %w", err)
	}
	b := &Binaries{dir: dir}
	for _, name := range programs {
		from := filepath.Join(bin, name+exe())
		err := os.Link(from, b.path(name))
		if err != nil {
			err = copyFile(from, b.path(name))
		}
		if err != nil {
			b.Remove()
			return nil, fmt.Errorf("placing %s: %w", name, err)
		}
	}
	return b, nil
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
	_, err = io.Copy(bufio.NewWriter(out), in)
	return errors.Join(err, out.Close())
}

// sweep removes what runs that were killed have left behind.
func sweep(cache string) {
	old, _ := filepath.Glob(filepath.Join(cache, "run-*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > staleAfter {
			os.RemoveAll(dir)
		}
	}
}

// and joins names as one says them.
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// lastLine is the newest line of a program's output.
type lastLine struct {
	mu   sync.Mutex
	line string
}

func (l *lastLine) set(line string) { l.mu.Lock(); l.line = "(" + line + ")"; l.mu.Unlock() }
func (l *lastLine) get() string     { l.mu.Lock(); defer l.mu.Unlock(); return l.line }
