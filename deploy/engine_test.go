package deploy

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for a condition before it gives up.
const patience = 3 * time.Minute

// engine is a Docker engine of the test's own: its images, among them stand-ins
// under public names, never reach an engine that somebody uses.
type engine struct {
	tb  testing.TB
	dir string
	env []string
}

// MustEngine starts an engine and ends it with the test. Where none can be started
// the test is skipped, or fails if FOOBAR_E2E=require.
func MustEngine(tb testing.TB) *engine {
	tb.Helper()
	if err := engineMissing(); err != nil {
		if os.Getenv("FOOBAR_E2E") == "require" {
			tb.Fatal(err)
		}
		tb.Skipf("THE SYSTEM IN CONTAINERS IS NOT TESTED: %v", err)
	}
	e := &engine{tb: tb, dir: os.Getenv("FOOBAR_E2E_DIR")}
	if e.dir == "" {
		e.dir = MustTempDir(tb)
	}
	socket := "unix://" + filepath.Join(e.dir, "docker.sock")
	e.env = append(os.Environ(),
		"DOCKER_HOST="+socket, "DOCKER_CONFIG="+e.path("config"), "DOCKER_BUILDKIT=0", "GOWORK=off")
	e.start(socket)
	return e
}

// engineMissing says why no engine can be started here, and what to do.
func engineMissing() error {
	switch {
	case os.Getenv("FOOBAR_E2E") == "":
		return fmt.Errorf("it takes a quarter of an hour; FOOBAR_E2E=require runs it")
	case runtime.GOOS != "linux":
		return fmt.Errorf("it starts a Docker engine, which needs Linux")
	case os.Getuid() != 0:
		return fmt.Errorf("it starts a Docker engine, which needs root")
	}
	for _, program := range []string{"dockerd", "docker", "debootstrap", "iptables"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is missing; apt-get install docker.io debootstrap iptables", program)
		}
	}
	return nil
}

// MustTempDir is a directory with a short name, since the path of a socket is limited.
func MustTempDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "foobar")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Errorf("removing the engine's directory: %v", err)
		}
	})
	return dir
}

func (e *engine) path(elements ...string) string {
	return filepath.Join(append([]string{e.dir}, elements...)...)
}

func (e *engine) start(socket string) {
	e.tb.Helper()
	if err := os.MkdirAll(e.path("config", "cli-plugins"), 0o700); err != nil {
		e.tb.Fatal(err)
	}
	log, err := os.Create(e.path("dockerd.log"))
	if err != nil {
		e.tb.Fatal(err)
	}
	bridge := hasBridge()
	daemon := exec.Command("dockerd", "--host", socket, "--data-root", e.path("data"),
		"--exec-root", e.path("exec"), "--pidfile", e.path("dockerd.pid"))
	daemon.Stdout, daemon.Stderr = log, log
	detach(daemon)
	if err := daemon.Start(); err != nil {
		e.tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- daemon.Wait(); close(ended); log.Close() }()
	e.endWithSignal(daemon, ended)
	e.tb.Cleanup(func() {
		daemon.Process.Signal(syscall.SIGTERM)
		<-ended
		if !bridge {
			exec.Command("ip", "link", "delete", "docker0").Run()
		}
	})
	e.await("the Docker engine", func() bool {
		select {
		case err := <-ended:
			said, _ := os.ReadFile(e.path("dockerd.log"))
			e.tb.Fatalf("dockerd ended: %v\n%s", err, said)
		default:
		}
		return e.command("docker", "version").Run() == nil
	})
}

// endWithSignal ends the engine, and with it its containers, when the test is interrupted.
func (e *engine) endWithSignal(daemon *exec.Cmd, ended <-chan error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	e.tb.Cleanup(func() { signal.Stop(signals) })
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "interrupted: ending the Docker engine")
		daemon.Process.Signal(syscall.SIGTERM)
		<-ended
		os.Exit(1)
	}()
}

func hasBridge() bool {
	_, err := net.InterfaceByName("docker0")
	return err == nil
}

// command is a command that talks to the engine, in the repository's root.
func (e *engine) command(name string, args ...string) *exec.Cmd {
	command := exec.Command(name, args...)
	command.Dir = root
	command.Env = e.env
	return command
}

// MustRun runs a command to its end and returns what it printed on stdout; its
// stderr belongs to the failure.
func (e *engine) MustRun(name string, args ...string) string {
	e.tb.Helper()
	return mustOutput(e.tb, e.command(name, args...))
}

func mustOutput(tb testing.TB, command *exec.Cmd) string {
	tb.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s\n%s", strings.Join(command.Args, " "), err, tail(stdout.String()), tail(stderr.String()))
	}
	return stdout.String()
}

// tail is the end of a long text.
func tail(s string) string {
	const most = 4000
	if len(s) > most {
		s = "..." + s[len(s)-most:]
	}
	return s
}

// await returns when condition holds, and fails the test when it takes longer than patience.
func (e *engine) await(what string, condition func() bool) {
	e.tb.Helper()
	await(e.tb, what, condition)
}

func await(tb testing.TB, what string, condition func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if condition() {
			return
		}
	}
	tb.Fatalf("waited %s in vain for %s", patience, what)
}

// pipe runs from with its stdout as to's stdin.
func pipe(tb testing.TB, from, to *exec.Cmd) {
	tb.Helper()
	r, w := io.Pipe()
	var fromErr bytes.Buffer
	from.Stdout, from.Stderr, to.Stdin = w, &fromErr, r
	done := make(chan error, 1)
	go func() { err := from.Run(); w.CloseWithError(err); done <- err }()
	mustOutput(tb, to)
	if err := <-done; err != nil {
		tb.Fatalf("%s: %v\n%s", strings.Join(from.Args, " "), err, tail(fromErr.String()))
	}
}
