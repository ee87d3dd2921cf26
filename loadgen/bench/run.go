package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/child"
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

// command is a program to run in a directory, without what would change how it works.
func command(dir, path string, args ...string) child.Command {
	return child.Command{Name: filepath.Base(path), Path: path, Args: args, Dir: dir, Env: slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "K6_") || strings.HasPrefix(s, "GOMAXPROCS=") || strings.HasPrefix(s, "GOGC=")
	})}
}

// execute runs a program to its end, or until ctx ends, and returns what it used. Started, which may be nil, is told of the
// process.
func execute(ctx context.Context, c child.Command, started func(*child.Process)) (Run, error) {
	var out bytes.Buffer
	c.Stdout = &out
	begin := time.Now()
	p, err := child.Start(c)
	if err != nil {
		return Run{}, err
	}
	if started != nil {
		started(p)
	}
	sampled := watchPeak(p)
	err = p.Wait(ctx)
	r := Run{Seconds: time.Since(begin).Seconds(), output: out.String()}
	total := p.Total()
	r.CPU, r.Peak = total.CPU.Seconds(), float64(max(total.PeakRSS, sampled()))
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, tail(r.output))
	}
	return r, nil
}

// watchPeak samples a process's peak memory until the returned function is called, which tells it.
func watchPeak(p *child.Process) func() uint64 {
	stop, result := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			peak = max(peak, p.PeakRSS())
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
