// Smoke runs a built loadgen on its main job and looks at the exit code and the exported JSON.
// It does not judge how fast anything was.
//
//	go run ./smoke [-duration 10s] LOADGEN
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("smoke", flag.ContinueOnError)
	flags.SetOutput(stderr)
	duration := flags.Duration("duration", 10*time.Second, "how long the load lasts")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		fmt.Fprintln(stderr, "usage: smoke [-duration 10s] LOADGEN")
		return 2
	}
	bin, err := filepath.Abs(flags.Arg(0))
	if err != nil {
		fmt.Fprintln(stderr, "smoke:", err)
		return 1
	}
	if err := smoke(ctx, bin, *duration, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "smoke:", err)
		return 1
	}
	return 0
}

// users is the number of virtual users; each thinks for a second after each iteration.
const users = 5

// smoke runs the main job: foo and bar are built, started, driven and stopped by loadgen itself.
func smoke(ctx context.Context, bin string, duration time.Duration, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "smoke")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "summary.json")

	ctx, cancel := context.WithTimeout(ctx, duration+10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "-vus", strconv.Itoa(users), "-d", duration.String(), "-summary-export", file)
	cmd.Dir = ".." // the workspace, as seen from the module that this program is in
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %s: %w (exit code 0 was expected)", cmd, err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading what -summary-export wrote: %w", err)
	}
	var s summary
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("parsing what -summary-export wrote: %w", err)
	}
	if err := s.check(duration); err != nil {
		return fmt.Errorf("%w\nthe whole summary:\n%s", err, b)
	}
	fmt.Fprintf(stdout, "smoke: exit code 0, %.0f iterations, all checks passed\n", s.Metrics["iterations"].Count)
	return nil
}

// summary is the part of k6's summary export that is looked at.
type summary struct {
	Metrics map[string]metric `json:"metrics"`
}

type metric struct {
	Count  float64 `json:"count"`
	Rate   float64 `json:"rate"`
	Passes float64 `json:"passes"`
	Fails  float64 `json:"fails"`
	Value  float64 `json:"value"`
	Avg    float64 `json:"avg"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// check holds the summary against what users with a second of think time come to in that time.
func (s *summary) check(duration time.Duration) error {
	var errs []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for _, name := range []string{
		"checks", "data_received", "data_sent", "http_req_blocked", "http_req_connecting", "http_req_duration",
		"http_req_failed", "http_req_receiving", "http_req_sending", "http_req_tls_handshaking", "http_req_waiting",
		"http_reqs", "iteration_duration", "iterations", "vus", "vus_max",
	} {
		_, ok := s.Metrics[name]
		want(ok, "the metric %s is missing", name)
	}
	m := s.Metrics
	n := m["iterations"].Count
	most := float64(users) * duration.Seconds()
	// A busy machine may lose some; half of them gone means that something is broken.
	want(n > most/2 && n <= most, "iterations: got %v, want at most %v and more than half of it", n, most)
	want(m["http_reqs"].Count == n, "http_reqs: got %v, want %v, one each iteration", m["http_reqs"].Count, n)
	want(m["checks"].Passes == 2*n, "checks passed: got %v, want %v, two each iteration", m["checks"].Passes, 2*n)
	want(m["checks"].Fails == 0, "checks failed: got %v, want 0", m["checks"].Fails)
	want(m["http_req_failed"].Value == 0, "http_req_failed: got %v, want 0", m["http_req_failed"].Value)
	want(m["data_received"].Count > 0, "data_received: got %v, want more than 0", m["data_received"].Count)
	d := m["http_req_duration"]
	want(0 < d.Min && d.Min <= d.Avg && d.Avg <= d.Max, "http_req_duration: got min %v, avg %v, max %v", d.Min, d.Avg, d.Max)
	i := m["iteration_duration"]
	want(i.Min >= 1000, "iteration_duration: got min %v ms, want 1000 or more, the think time", i.Min)
	return errors.Join(errs...)
}
