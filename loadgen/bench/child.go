package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Run is one execution of a program.
type Run struct {
	Program string `json:"program"`
	// Round is counted from 1; the runs of a round are compared with each other.
	Round int `json:"round"`
	// Requests are those that the program reports, or the server's count where it reports none.
	Requests float64 `json:"requests"`
	// Seconds is from start to exit of the process, CPU the user and system time of it in seconds.
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	// Peak is the most resident memory in bytes, 0 where the system does not tell.
	Peak float64 `json:"peak_bytes"`
	// Values are further figures that the program reports.
	Values map[string]float64 `json:"values,omitempty"`

	// output is what the program printed.
	output string
}

// microsecondsPerRequest is the CPU time for one request.
func (r Run) microsecondsPerRequest() float64 { return r.CPU / r.Requests * 1e6 }

// megabytes is the peak memory in units of a million bytes.
func (r Run) megabytes() float64 { return r.Peak / 1e6 }

// grace is how long a program may take to end after it was asked to.
const grace = 5 * time.Second

// command prepares a program to run until ctx ends; then it is asked to end, and killed when it does not.
func command(ctx context.Context, dir, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "K6_") || strings.HasPrefix(s, "GOMAXPROCS=") || strings.HasPrefix(s, "GOGC=")
	})
	cmd.Cancel = func() error { return terminate(cmd.Process) }
	cmd.WaitDelay = grace
	return cmd
}

// execute runs a program to its end and returns what it used.
func execute(cmd *exec.Cmd) (Run, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	inherited := peakOfSelf()
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return Run{}, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	sampled := watchPeak(cmd.Process.Pid)
	err := cmd.Wait()
	r := Run{Seconds: time.Since(begin).Seconds(), Peak: float64(sampled()), output: out.String()}
	if state := cmd.ProcessState; state != nil {
		r.CPU = (state.UserTime() + state.SystemTime()).Seconds()
		// Until a child has replaced its program, the system counts its parent's memory as its own. A larger peak is real.
		if exact := peakOf(state); exact > inherited {
			r.Peak = float64(exact)
		}
	}
	if err != nil {
		return r, fmt.Errorf("running %s: %w\n%s", cmd, err, tail(r.output))
	}
	return r, nil
}

// watchPeak samples a process's peak memory until the returned function is called, which tells it.
func watchPeak(pid int) func() uint64 {
	stop, result := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			peak = max(peak, peakResident(pid))
			select {
			case <-ticker.C:
			case <-stop:
				result <- peak
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-result
	}
}

// tail is the end of what a program printed, for an error.
func tail(s string) string {
	const most = 2000
	if len(s) > most {
		s = "..." + s[len(s)-most:]
	}
	return s
}
