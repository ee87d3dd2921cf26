package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
)

// peer is a load generator: how it is told to load a URL, and how many requests it says it made.
type peer struct {
	name string
	args func(job) []string
	// requests reads the program's own count out of what it printed and wrote.
	requests func(job, string) (float64, error)
}

// job is what all of them do: as many requests as they can, on so many connections, for so long.
type job struct {
	url         string
	connections int
	seconds     int
	threads     int
	// file is for what a program writes, script the one for k6.
	file, script string
}

// peers are in the order of the table.
var peers = []peer{wrk, loadgen, bombardier, hey, vegeta, k6}

var wrk = peer{
	name: "wrk",
	args: func(j job) []string {
		return []string{"-t" + strconv.Itoa(j.threads), "-c" + strconv.Itoa(j.connections), fmt.Sprintf("-d%ds", j.seconds), j.url}
	},
	requests: printed(`(?m)^\s*(\d+) requests in `),
}

// loadgen checks status and body and records every metric.
var loadgen = peer{
	name: "loadgen",
	args: func(j job) []string {
		return []string{"-quiet", "-no-color", "-vus", strconv.Itoa(j.connections), "-d", fmt.Sprintf("%ds", j.seconds),
			"-check-status", "200", "-check-body", "foobar", "-summary-export", j.file, j.url}
	},
	requests: exported,
}

// k6 does the same two checks.
var k6 = peer{
	name: "k6",
	args: func(j job) []string {
		return []string{"run", "--no-usage-report", "--quiet", "--no-color", "--vus", strconv.Itoa(j.connections),
			"--duration", fmt.Sprintf("%ds", j.seconds), "--summary-export", j.file, "-e", "URL=" + j.url, j.script}
	},
	requests: exported,
}

var vegeta = peer{
	name: "vegeta",
	args: func(j job) []string {
		n := strconv.Itoa(j.connections)
		return []string{"attack", "-rate", "0", "-workers", n, "-max-workers", n, "-connections", n,
			"-duration", fmt.Sprintf("%ds", j.seconds), "-output", j.file, "-targets", filepath.Join(filepath.Dir(j.file), "targets")}
	},
}

var hey = peer{
	name: "hey",
	args: func(j job) []string {
		return []string{"-z", fmt.Sprintf("%ds", j.seconds), "-c", strconv.Itoa(j.connections), j.url}
	},
	requests: printed(`\[200\]\s+(\d+) responses`),
}

var bombardier = peer{
	name: "bombardier",
	args: func(j job) []string {
		return []string{"-c", strconv.Itoa(j.connections), "-d", fmt.Sprintf("%ds", j.seconds), "-p", "r", "-o", "json", j.url}
	},
	requests: func(_ job, output string) (float64, error) {
		var o struct {
			Result struct {
				Req2xx float64 `json:"req2xx"`
			} `json:"result"`
		}
		if err := json.Unmarshal([]byte(output), &o); err != nil {
			return 0, fmt.Errorf("reading what bombardier printed: %w", err)
		}
		return o.Result.Req2xx, nil
	},
}

// printed reads the count from what a program prints.
func printed(pattern string) func(job, string) (float64, error) {
	re := regexp.MustCompile(pattern)
	return func(_ job, output string) (float64, error) {
		m := re.FindStringSubmatch(output)
		if m == nil {
			return 0, fmt.Errorf("no count of requests in what was printed:\n%s", tail(output))
		}
		return strconv.ParseFloat(m[1], 64)
	}
}

// exported reads the count from an exported summary, and asserts that the two checks passed for each request.
func exported(j job, _ string) (float64, error) {
	e, err := readExport(j.file)
	if err != nil {
		return 0, err
	}
	n, err := e.value("http_reqs", "count")
	if err != nil {
		return 0, err
	}
	passes, err := e.value("checks", "passes")
	if err != nil {
		return 0, err
	}
	if passes < 2*n-2*float64(j.connections) || passes > 2*n {
		return 0, fmt.Errorf("%.0f checks passed of %.0f requests, two for each were expected", passes, n)
	}
	return n, nil
}
