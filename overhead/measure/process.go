package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"

	"example.com/foobar/loadgen/plain"
)

// process is a child process that leads a process group of its own.
type process struct {
	name  string
	cmd   *exec.Cmd
	log   *tail
	ended chan struct{}
	err   error
}

// notStarted says that a program can't be run at all: trying again doesn't help.
type notStarted struct{ error }

func (e notStarted) Unwrap() error { return e.error }

// stopWithin is how long a process may take to end after it was asked to.
const stopWithin = 15 * time.Second

// start starts a program. Its output goes to log, line by line after its name, and the last of it into errors.
func start(name string, command []string, env []string, dir string, log io.Writer, stdin io.Reader, stdout io.Writer) (*process, error) {
	p := &process{name: name, log: &tail{name: name, out: log}, ended: make(chan struct{})}
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Env, p.cmd.Dir, p.cmd.Stdin = env, dir, stdin
	p.cmd.Stdout, p.cmd.Stderr = io.Writer(p.log), p.log
	if stdout != nil {
		p.cmd.Stdout = stdout
	}
	p.cmd.WaitDelay = time.Second
	leadGroup(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, notStarted{fmt.Errorf("starting %s: %w", name, err)}
	}
	go func() {
		p.err = p.cmd.Wait()
		p.log.close()
		close(p.ended)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// alive returns an error that says how the process ended, nil while it runs.
func (p *process) alive() error {
	select {
	case <-p.ended:
		how := "exit status 0"
		if p.err != nil {
			how = p.err.Error()
		}
		return fmt.Errorf("%s ended (%s)%s", p.name, how, p.log.last())
	default:
		return nil
	}
}

// waitReady asks url until it answers 2xx.
func (p *process) waitReady(ctx context.Context, url string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		if err := p.alive(); err != nil {
			return err
		}
		_, err := ask(ctx, http.MethodGet, url)
		if err == nil {
			return nil
		}
		if pause(ctx, 20*time.Millisecond) != nil {
			return fmt.Errorf("%s was not ready within %s (%w)%s", p.name, within, err, p.log.last())
		}
	}
}

// stop asks the process to end, and ends it and its children when it doesn't.
func (p *process) stop() error {
	terminate(p.cmd)
	select {
	case <-p.ended:
	case <-time.After(stopWithin):
		kill(p.cmd)
		<-p.ended
		return fmt.Errorf("%s had to be killed: it did not end within %s", p.name, stopWithin)
	}
	kill(p.cmd) // children that outlived it
	var exit *exec.ExitError
	if p.err != nil && !errors.As(p.err, &exit) && !errors.Is(p.err, exec.ErrWaitDelay) {
		return fmt.Errorf("stopping %s: %w", p.name, p.err)
	}
	return nil
}

// tail passes output on, a printable line at a time, and keeps the end of it.
type tail struct {
	name string
	out  io.Writer
	mu   sync.Mutex
	kept []byte
	line []byte
}

// tailSize is how much of the output is kept, lineSize how long a line may get before it is passed on in parts.
const (
	tailSize = 2000
	lineSize = 4000
)

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b[max(0, len(b)-tailSize):]...)
	t.kept = append(t.kept[:0], t.kept[max(0, len(t.kept)-tailSize):]...)
	for rest := b; t.out != nil && len(rest) > 0; {
		part, _, ended := bytes.Cut(rest[:min(len(rest), lineSize-len(t.line))], []byte{'\n'})
		t.line = append(t.line, part...)
		rest = rest[len(part):]
		if ended {
			rest = rest[1:]
		}
		if ended || len(t.line) == lineSize {
			t.print()
		}
	}
	return len(b), nil
}

// print passes the line on.
func (t *tail) print() {
	fmt.Fprintf(t.out, "%s | %s\n", t.name, plain.Line(strings.TrimSuffix(string(t.line), "\r")))
	t.line = t.line[:0]
}

// close passes on a line that never ended.
func (t *tail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out != nil && len(t.line) > 0 {
		t.print()
	}
}

// last is ": " and the last lines that the process printed.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(plain.Text(string(t.kept)))
	if lines := strings.Split(text, "\n"); len(lines) > 3 {
		text = strings.Join(lines[len(lines)-3:], "\n")
	}
	if text == "" {
		return ""
	}
	return ": " + text
}

// pause waits, or returns the error of a context that ended first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
