package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"
)

// benchmark is one table of the report.
type benchmark struct {
	name, title string
	// needs are the programs that it runs, beside the peers of the benchmark cost.
	needs []string
	run   func(context.Context, *session) (*Outcome, error)
}

// benchmarks are all of them, in the order of the report. It is filled by init because -h lists it.
var benchmarks []benchmark

func init() {
	benchmarks = []benchmark{
		{"cost", "CPU time per request, requests per second and memory, beside all peers", []string{"nginx"}, cost},
		{"one-core", "requests per second with one core to itself, beside wrk with one thread", []string{"nginx", "taskset", "wrk", "loadgen"}, oneCore},
		{"users", "memory for 10,000 virtual users in think time, connections open", []string{"nginx", "k6", "loadgen"}, users},
		{"growth", "growth of memory from 100 thousand to 5 million requests", []string{"nginx", "k6", "loadgen"}, growth},
		{"arrivals", "arrivals lost, and lag, at 20,000 iterations per second", []string{"nginx", "k6", "loadgen"}, arrivals},
		{"start", "from start to the first request, and the memory by then", []string{"k6", "loadgen"}, start},
		{"allocations", "allocations per request, and the time to record one", nil, allocations},
	}
}

// session is what the benchmarks share.
type session struct {
	*settings
	programs programs
	random   *rand.Rand
	dir      string // for files that programs read and write; removed at the end
	log      io.Writer
}

// measureAll runs the chosen benchmarks one after the other. With an error it returns those that were finished.
func measureAll(ctx context.Context, s *settings, log io.Writer) (*Report, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	allowManyFiles()

	found, remove, err := find(ctx, log, s.wanted()...)
	if err != nil {
		return nil, err
	}
	defer remove()
	now := &session{settings: s, programs: found, random: rand.New(rand.NewPCG(s.seed, 0)), dir: dir, log: log}
	report := &Report{Started: time.Now().UTC().Truncate(time.Second), Machine: describe(ctx, found), Seed: s.seed, Quick: s.quick,
		Rounds: s.rounds, Connections: s.connections, Seconds: s.duration.Seconds()}
	for _, b := range s.benchmarks {
		fmt.Fprintf(log, "%s: %s\n", b.name, b.title)
		o, err := b.run(ctx, now)
		if err != nil {
			return report, fmt.Errorf("benchmark %s: %w", b.name, err)
		}
		o.Name, o.Title = b.name, b.title
		report.Outcomes = append(report.Outcomes, *o)
	}
	report.Machine.LoadAtEnd = loadAverage()
	return report, nil
}

// wanted are the programs that the chosen benchmarks run.
func (s *settings) wanted() []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, b := range s.benchmarks {
		for _, name := range b.needs {
			add(name)
		}
		if b.name == "cost" {
			for _, p := range s.peers {
				add(p.name)
			}
		}
	}
	return names
}

// eachRound runs each of n programs once a round, in an order that the seed decides, and adds what came of it to o.
func (s *session) eachRound(rounds, n int, o *Outcome, run func(i int) (Run, error)) error {
	for round := 1; round <= rounds; round++ {
		for _, i := range s.random.Perm(n) {
			r, err := run(i)
			r.Round = round
			o.Runs = append(o.Runs, r)
			if err != nil {
				return err
			}
		}
	}
	return nil
}
