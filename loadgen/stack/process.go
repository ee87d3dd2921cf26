package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// Process is one child process.
type Process struct {
	Name string
	PID  int
	// Addr is where it serves, Admin its admin listener, host:port; empty when there is none.
	Addr, Admin string

	cmd       *exec.Cmd
	output    func(line string)
	log       tail
	listening chan struct{} // closed when the log has told Addr; nil when Addr is known before
	exited    chan struct{}
	err       error // why it ended; valid when exited is closed
}

// readyWithin is what a process gets to become ready: ample, because the machine may be busy compiling.
const readyWithin = 60 * time.Second

// start starts the program in a process group of its own, so that a Ctrl-C in the terminal reaches the generator only.
func (p *Process) start(t *thread, path string, args, env []string) error {
	p.cmd = exec.Command(path, args...)
	p.cmd.Env = env
	p.cmd.SysProcAttr = childAttr()
	p.cmd.Stdout = &lines{each: p.line}
	p.cmd.Stderr = p.cmd.Stdout
	p.cmd.WaitDelay = time.Second
	if err := t.do(p.cmd.Start); err != nil {
		return fmt.Errorf("starting %s: %w", p.Name, err)
	}
	p.PID = p.cmd.Process.Pid
	p.exited = make(chan struct{})
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return nil
}

// line keeps one line of the log, and reads from the first that says "listening" where the process serves.
func (p *Process) line(line string) {
	p.log.add(line)
	p.output(line)
	if p.listening == nil || p.Addr != "" || !strings.Contains(line, `"listening"`) {
		return
	}
	var entry struct{ Msg, Addr, Admin string }
	if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" && entry.Addr != "" {
		p.Addr, p.Admin = entry.Addr, entry.Admin
		close(p.listening)
	}
}

// awaitListening waits until the log has told where the process serves.
func (p *Process) awaitListening(ctx context.Context) error {
	select {
	case <-p.listening:
		return nil
	case <-p.exited:
		return p.ended()
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(readyWithin):
		return fmt.Errorf("%s did not say within %s where it listens%s", p.Name, readyWithin, p.log.said(p.Name))
	}
}

// awaitReady asks url until it answers 200.
func (p *Process) awaitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	for last := "nothing"; ; {
		answer := probe(ctx, client, url)
		if answer == "200 OK" {
			return nil
		}
		if ctx.Err() == nil {
			last = answer
		}
		select {
		case <-p.exited:
			return p.ended()
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %s answers %s: %w%s", p.Name, url, last, ctx.Err(), p.log.said(p.Name))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// probe is the status that url answers with, or why there is none.
func probe(ctx context.Context, client *http.Client, url string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	res, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.Status
}

// ended describes a process that should not have ended.
func (p *Process) ended() error {
	return fmt.Errorf("%s ended before it was ready (%s)%s", p.Name, p.cmd.ProcessState, p.log.said(p.Name))
}

// Exited is closed when the process has ended, by itself or by Stop.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Obituary says how a process ended and what it said last; call it after Exited is closed.
func (p *Process) Obituary() string { return p.cmd.ProcessState.String() + p.log.said(p.Name) }

// stop asks the process to end, and kills it with all its children when it has not done so in time.
func (p *Process) stop(within time.Duration) error {
	select {
	case <-p.exited:
		return nil
	default:
	}
	if askToEnd(p.cmd.Process) == nil {
		select {
		case <-p.exited:
			return nil
		case <-time.After(within):
		}
	}
	err := killGroup(p.cmd.Process)
	<-p.exited
	if err != nil {
		return fmt.Errorf("stopping %s: %w", p.Name, err)
	}
	return nil
}
