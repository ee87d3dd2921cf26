// Package stack builds, starts and stops foo, bar, the Collector and Tempo. It makes no load.
package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"example.com/foobar/loadgen/child"
)

// Config says what to start. Its zero value is foo and bar of the workspace around the working directory, without
// OpenTelemetry.
type Config struct {
	// Dir is the workspace's root (where go.work is); empty: found upwards from the working directory.
	Dir string
	// Case is "case_1", "case_2" or "case_3" (no OpenTelemetry); empty: case_3's services without a Collector.
	Case string
	// Env is laid over the case's environment for each process by its name ("foo", "bar", "collector", "tempo").
	Env map[string][]string
	// Tempo is a Tempo program to start behind the Collector; empty: kept traces go to a file (KeptTraces).
	Tempo string
	// Log gets the processes' output, each line after its process's name; Progress gets a line for what is waited for.
	// Both may be nil, and are called from one goroutine at a time.
	Log      io.Writer
	Progress func(line string)
}

// Stack is a set of running processes.
type Stack struct {
	config    Config
	plan      plan
	dir       string // files of this run: the Collector's kept traces, Tempo's blocks
	binaries  *child.Binaries
	processes []*Process
	logging   sync.Mutex
	stop      func() error
}

// Start builds what needs building, starts every process on free loopback ports, and returns when all of them are
// ready. On failure it has stopped what it had started. When ctx ends, the stack is stopped.
func Start(ctx context.Context, c Config) (*Stack, error) {
	plan, known := plans[c.Case]
	if !known {
		return nil, fmt.Errorf("case %q is not known: want one of %s", c.Case, strings.Join(Cases, ", "))
	}
	var err error
	if c.Dir, err = workspace(c.Dir); err != nil {
		return nil, err
	}
	s := &Stack{config: c, plan: plan}
	s.stop = sync.OnceValue(s.stopAll)
	if err := s.start(ctx); err != nil {
		s.Stop()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("starting foo and bar: %w", ctx.Err())
		}
		return nil, err
	}
	context.AfterFunc(ctx, func() { s.Stop() })
	return s, nil
}

// start makes the run's directory, builds, and starts the processes in the order in which they need each other.
func (s *Stack) start(ctx context.Context) (err error) {
	if s.binaries, err = s.plan.build(ctx, s.config.Dir, s.config.Progress); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "foobar-stack-"); err != nil {
		return fmt.Errorf("making a directory for the run: %w", err)
	}
	if s.plan.collector && s.config.Tempo != "" {
		if err := s.startTempo(ctx); err != nil {
			return err
		}
	}
	if s.plan.collector {
		if err := s.startCollector(ctx); err != nil {
			return err
		}
	}
	return s.startServices(ctx)
}

// startServices starts bar, then foo, which is told where bar is.
func (s *Stack) startServices(ctx context.Context) error {
	bar, err := s.startService(ctx, "bar")
	if err != nil {
		return err
	}
	if _, err = s.startService(ctx, "foo", "BAR_ENDPOINT=http://"+bar.Addr+"/bar"); err != nil {
		return err
	}
	s.binaries.Remove() // nobody starts them again; Stop removes what a system keeps while it runs
	return nil
}

// launch starts a process with the inherited environment, then the command's, then what the Config says.
func (s *Stack) launch(p *Process, c child.Command) (err error) {
	each := c.Output
	c.Output = func(line string) {
		if s.log(c.Name, line); each != nil {
			each(line)
		}
	}
	c.Env = append(append(inherited(), c.Env...), s.config.Env[c.Name]...)
	if p.Process, err = child.Start(c); err == nil {
		s.processes = append(s.processes, p)
	}
	return err
}

// URL is what a load test asks: http://127.0.0.1:PORT/foo.
func (s *Stack) URL() string { return "http://" + s.Process("foo").Addr + "/foo" }

// Process is the running process of that name, nil when there is none.
func (s *Stack) Process(name string) *Process {
	for _, p := range s.processes {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Processes are all of them, in the order in which they were started.
func (s *Stack) Processes() []*Process { return s.processes }

// KeptTraces is the file into which the Collector writes the traces it keeps, one OTLP request in JSON a line; empty
// where there is no Collector or where it sends them to Tempo. Stop removes it.
func (s *Stack) KeptTraces() string {
	if s.plan.collector && s.Process("tempo") == nil {
		return filepath.Join(s.dir, "kept.jsonl")
	}
	return ""
}

// SamplingPercentage is the share of traces that the Collector keeps, "20" say; empty without OpenTelemetry.
func (s *Stack) SamplingPercentage() string { return s.plan.percentage }

// Stop asks every process to end (SIGTERM where there is one), waits, kills what is left. Safe to call twice.
func (s *Stack) Stop() error { return s.stop() }

// stopAll ends the processes in the reverse order of their start, so that each can still reach those it needs.
func (s *Stack) stopAll() error {
	var errs []error
	for i := len(s.processes) - 1; i >= 0; i-- {
		errs = append(errs, s.processes[i].Stop())
	}
	if s.binaries != nil {
		errs = append(errs, s.binaries.Remove())
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}

func (s *Stack) progress(line string) {
	if s.config.Progress != nil {
		s.config.Progress(line)
	}
}

func (s *Stack) log(name, line string) {
	if s.config.Log == nil {
		return
	}
	s.logging.Lock()
	defer s.logging.Unlock()
	fmt.Fprintf(s.config.Log, "%s: %s\n", name, line)
}
