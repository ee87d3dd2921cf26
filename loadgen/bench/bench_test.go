package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	tests := []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 2.5},
	}
	for _, tt := range tests {
		if got := median(tt.values); got != tt.want {
			t.Errorf("median of %v: got %v, want %v", tt.values, got, tt.want)
		}
	}
}

func TestPaired(t *testing.T) {
	runs := []Run{
		{Program: "wrk", Round: 1, CPU: 1, Requests: 100},
		{Program: "loadgen", Round: 1, CPU: 2, Requests: 100},
		{Program: "loadgen", Round: 2, CPU: 3, Requests: 100},
		{Program: "wrk", Round: 2, CPU: 2, Requests: 100},
		{Program: "loadgen", Round: 3, CPU: 9, Requests: 100}, // wrk did not run in this round
	}
	if got, want := paired(runs, "loadgen", "wrk", Run.microsecondsPerRequest), []float64{2, 1.5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestGoal(t *testing.T) {
	tests := []struct {
		name string
		goal Goal
		want string
	}{
		{"Aim", Goal{Measured: 0.9, Must: 1.1, Aim: 0.95}, "aim reached"},
		{"Must", Goal{Measured: 1, Must: 1.1, Aim: 0.95}, "reached"},
		{"Missed", Goal{Measured: 1.2, Must: 1.1, Aim: 0.95}, "missed"},
		{"AtLeastAim", Goal{Measured: 1.2, Must: 0.8, Aim: 1, AtLeast: true}, "aim reached"},
		{"AtLeastMissed", Goal{Measured: 0.7, Must: 0.8, Aim: 1, AtLeast: true}, "missed"},
		{"NotMeasured", Goal{Measured: math.NaN(), Must: 1, Aim: 1}, "missed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.goal.verdict(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseStatus(t *testing.T) {
	const page = "Active connections: 51 \nserver accepts handled requests\n 101 100 12345 \nReading: 0 Writing: 1 Waiting: 50 \n"
	got, err := parseStatus(page)
	if want := (nginxStatus{active: 51, requests: 12345}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, bad := range []string{"", "foobar", "Active connections: 3", "Active connections: 1\nserver accepts handled requests\n 1 x 3"} {
		if _, err := parseStatus(bad); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
}

func TestParseBenchmarks(t *testing.T) {
	const output = "goos: linux\npkg: example.com/foobar/loadgen/metrics\nBenchmarkRecord-2   \t 1000 \t 151.5 ns/op \t 0 B/op \t 0 allocs/op\n" +
		"BenchmarkRecord-2 \t 1000 \t 149 ns/op\nPASS\npkg: example.com/foobar/loadgen/internal/wire\nBenchmarkDo-2 1 2 ns/op\nBenchmarkBroken\n"
	got := parseBenchmarks(output)
	if got, want := got["metrics.Record"]["ns/op"], []float64{151.5, 149}; !slices.Equal(got, want) {
		t.Errorf("ns/op of metrics.Record: got %v, want %v", got, want)
	}
	if got, want := got["metrics.Record"]["allocs/op"], []float64{0}; !slices.Equal(got, want) {
		t.Errorf("allocs/op of metrics.Record: got %v, want %v", got, want)
	}
	if got, want := len(got), 2; got != want {
		t.Errorf("benchmarks: got %d, want %d", got, want)
	}
}

func TestPeersCount(t *testing.T) {
	tests := []struct {
		peer   peer
		output string
		want   float64
	}{
		{wrk, "Running 2s test\n  2 threads and 50 connections\n  80123 requests in 2.10s, 12.00MB read\n", 80123},
		{hey, "Status code distribution:\n  [200]\t4711 responses\n", 4711},
		{bombardier, `{"spec":{},"result":{"req1xx":0,"req2xx":1234}}`, 1234},
	}
	for _, tt := range tests {
		t.Run(tt.peer.name, func(t *testing.T) {
			if got, err := tt.peer.requests(job{}, tt.output); err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
			if _, err := tt.peer.requests(job{}, "nothing of the kind"); err == nil {
				t.Error("output without a count: got no error")
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Run("Defaults", func(t *testing.T) {
		s, err := parse(nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.benchmarks) != len(benchmarks) || len(s.peers) != len(peers) || s.rounds != 7 || s.seed == 0 {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("Chosen", func(t *testing.T) {
		s, err := parse([]string{"-quick", "-run", "start, cost", "-peers", "wrk,loadgen"}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := s.wanted(), []string{"nginx", "wrk", "loadgen", "k6"}; !slices.Equal(got, want) {
			t.Errorf("programs: got %v, want %v", got, want)
		}
	})
	for name, args := range map[string][]string{
		"UnknownBenchmark": {"-run", "cots"},
		"UnknownPeer":      {"-peers", "ab"},
		"NoRounds":         {"-rounds", "-1"},
		"TooShort":         {"-duration", "10ms"},
		"Argument":         {"cost"},
		"UnknownFlag":      {"-fast"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(args, nil, nil); err == nil || errors.Is(err, flag.ErrHelp) {
				t.Errorf("got %v, want an error", err)
			}
		})
	}
	t.Run("Help", func(t *testing.T) {
		var out bytes.Buffer
		if got := run(context.Background(), []string{"-h"}, &out, nil); got != exitOK {
			t.Errorf("exit code: got %d, want %d", got, exitOK)
		}
		for _, want := range []string{"-run", "arrivals", "-quick"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the help does not mention %s", want)
			}
		}
	})
}

func TestReport(t *testing.T) {
	r := &Report{Seed: 7, Rounds: 2, Outcomes: []Outcome{{
		Name: "cost", Title: "what it costs",
		Table: Table{Header: []string{"program", "µs"}, Rows: [][]string{{"wrk", "10.0"}, {"loadgen", "9.50"}}},
		Goals: []Goal{{What: "times wrk", Measured: 0.95, Must: 1.1, Aim: 0.95}, {What: "lag", Unit: "ms", Measured: 3, Must: 2, Aim: 0.5}},
		Notes: []string{"a note"},
	}}}
	t.Run("Markdown", func(t *testing.T) {
		got := r.markdown()
		for _, want := range []string{
			"## cost: what it costs\n\n| program | µs   |\n| ------- | ---- |\n| wrk     | 10.0 |\n| loadgen | 9.50 |\n\n- a note\n",
			"| times wrk | 0.95     | 1.10       | 0.95    | aim reached |",
			"| lag       | 3.00 ms  | 2.00 ms    | 0.50 ms | missed      |",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("got:\n%s\nwant in it:\n%s", got, want)
			}
		}
	})
	t.Run("Missed", func(t *testing.T) {
		if got, want := r.missed(), 1; got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	})
	t.Run("Write", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "results.json")
		if err := r.write(file); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got Report
		if err := json.Unmarshal(b, &got); err != nil || got.Seed != 7 || len(got.Outcomes) != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
		if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("ErrNoDirectory", func(t *testing.T) {
		if err := r.write(filepath.Join(t.TempDir(), "none", "results.json")); err == nil {
			t.Error("got no error")
		}
	})
}
