// Package child runs programs as child processes: it builds them, starts them, waits until they are ready, keeps what they
// said last, reads their CPU time and memory, and ends them. They end with this process, however it ends. It knows none of
// the programs.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Command says what to start.
type Command struct {
	// Name is what messages call the process.
	Name string
	// Path is the program, or a name to look for on the PATH.
	Path string
	Args []string
	// Env is the whole environment and Dir the working directory; nil and "" are those of this process.
	Env []string
	Dir string
	// Stdin is what the process reads; nil: nothing.
	Stdin io.Reader
	// Stdout gets what it writes to standard output; nil: that is output, as what it writes to standard error is.
	Stdout io.Writer
	// Output gets the output, a line fit for a terminal at a time; it may be nil.
	Output func(line string)
	// Tail is how many lines of output errors show; 0 stands for 20.
	Tail int
}

// Process is a child process. It is in a process group of its own: a Ctrl-C in the terminal does not reach it, and what it
// has started ends with it.
type Process struct {
	Name string
	PID  int

	cmd    *exec.Cmd
	group  group
	output *output
	done   chan struct{}
	err    error // of waiting; valid when done is closed
	// inherited is this process's peak of memory: Linux counts it as the other's until that has begun its own program.
	inherited uint64
}

// Start starts a program. An error means that it can't be run at all.
func Start(c Command) (*Process, error) {
	p := &Process{Name: c.Name, output: newOutput(c), done: make(chan struct{}), inherited: peakRSS(os.Getpid())}
	p.cmd = exec.Command(c.Path, c.Args...)
	p.cmd.Env, p.cmd.Dir, p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = c.Env, c.Dir, c.Stdin, c.Stdout, p.output
	if c.Stdout == nil {
		p.cmd.Stdout = p.output
	}
	p.cmd.WaitDelay = time.Second
	var err error
	if p.group, err = startGroup(p.cmd); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Name, err)
	}
	p.PID = p.cmd.Process.Pid
	go func() {
		p.err = p.cmd.Wait()
		p.group.close()
		p.output.flush()
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is nil while the process runs; then it says how it ended and what it said last.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return fmt.Errorf("%s ended (%s)%s", p.Name, p.cmd.ProcessState, p.Said())
	default:
		return nil
	}
}

// State says how the process ended, such as "exit status 1", and what it said last. Call it after Done is closed.
func (p *Process) State() string { return p.cmd.ProcessState.String() + p.Said() }

// Said is the last output as the end of an error message, "" when there was none.
func (p *Process) Said() string { return p.output.said() }

// Wait waits for the process to end by itself; when ctx ends first, it stops the process. It returns nil for exit status 0,
// the error of ctx, or Err.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
	case <-ctx.Done():
		p.Stop()
		return fmt.Errorf("running %s: %w", p.Name, ctx.Err())
	}
	if p.cmd.ProcessState.Success() {
		return p.waitError()
	}
	return p.Err()
}

// stopWithin is how long a process may take to end after it was asked to.
const stopWithin = 15 * time.Second

// Stop asks the process and what it has started to end (SIGTERM, on Windows Ctrl-Break), waits, and kills them when it has
// not done so within 15 seconds: that is an error. Safe to call twice, and after the process has ended.
func (p *Process) Stop() error {
	if p.Err() == nil {
		p.group.terminate()
	}
	select {
	case <-p.done:
		return p.waitError()
	case <-time.After(stopWithin):
		p.Kill()
		<-p.done
		return fmt.Errorf("%s had to be killed: it did not end within %s", p.Name, stopWithin)
	}
}

// Kill kills the process and what it has started, and does not wait for that.
func (p *Process) Kill() {
	if p.Err() == nil {
		p.group.kill()
	}
}

// waitError is what went wrong with waiting, such as a lost pipe. How the process ended is no part of it.
func (p *Process) waitError() error {
	var exit *exec.ExitError
	if p.err == nil || errors.As(p.err, &exit) || errors.Is(p.err, exec.ErrWaitDelay) {
		return nil
	}
	return fmt.Errorf("waiting for %s: %w", p.Name, p.err)
}
