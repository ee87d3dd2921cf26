// Package stack starts and stops foo, bar and the Collector as child processes, and samples their CPU and memory.
// It makes no load.
package stack

import (
	"context"
	"io"
	"time"
)

// Config says what to start.
type Config struct {
	// Dir is the workspace's root (where go.work is); empty: found upwards from the working directory.
	Dir string
	// Case is "case_1", "case_2" or "case_3" (no OpenTelemetry); empty: case_3's services without a Collector.
	Case string
	// Env is laid over the case's environment for each process by its name ("foo", "bar", "collector").
	Env map[string][]string
	// Log gets the processes' output, each line after its process's name; Progress gets a line for what is waited for.
	Log      io.Writer
	Progress func(line string)
}

// Stack is a set of running processes.
type Stack struct{}

// Start builds what needs building, starts every process on free loopback ports, and returns when all of them are
// ready. On failure it has stopped what it had started. When ctx ends, the stack is stopped.
func Start(ctx context.Context, c Config) (*Stack, error) { panic("contract") }

// URL is what a load test asks: http://127.0.0.1:PORT/foo.
func (s *Stack) URL() string { return "" }

// Process is the running process of that name, nil when there is none.
func (s *Stack) Process(name string) *Process { return nil }

// Stop asks every process to end (SIGTERM where there is one), waits, kills what is left. Safe to call twice.
func (s *Stack) Stop() error { return nil }

// Process is one child process.
type Process struct {
	Name string
	PID  int
	// Addr is where it serves, Admin its admin listener, host:port; empty when there is none.
	Addr, Admin string
}

// Usage is what a process has used since it began.
type Usage struct {
	User, System time.Duration
	// RSS is resident memory now and PeakRSS the most so far, in bytes (PeakRSS: Linux only, else 0).
	RSS, PeakRSS uint64
}

// Usage reads the operating system's account of p.
func (p *Process) Usage() (Usage, error) { panic("contract") }
