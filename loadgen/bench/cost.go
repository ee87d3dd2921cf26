package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
)

// cost runs all peers in turn against one nginx, and compares the CPU time that each spends on a request.
func cost(ctx context.Context, s *session) (*Outcome, error) {
	server, err := s.serve(ctx, -1)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	o := &Outcome{}
	steal := stolen()
	err = s.eachRound(s.rounds, len(s.peers), o, func(i int) (Run, error) { return s.load(ctx, server, s.peers[i], o) })
	if err != nil {
		return nil, err
	}
	o.Table = costTable(s.peers, o.Runs)
	if ratios := paired(o.Runs, "loadgen", "wrk", Run.microsecondsPerRequest); len(ratios) > 0 {
		o.Goals = append(o.Goals, Goal{What: "CPU per request, times wrk's", Measured: median(ratios), Must: 1.1, Aim: 0.95})
	}
	if ratios := paired(o.Runs, "loadgen", "k6", Run.microsecondsPerRequest); len(ratios) > 0 {
		o.Goals = append(o.Goals, Goal{What: "CPU per request, times k6's", Measured: median(ratios), Must: 1.0 / 7, Aim: 1.0 / 10})
	}
	o.Notes = append(o.Notes, "nginx with one worker, a body of 6 bytes and kept connections shares the cores with the generator.",
		"CPU is user and system time of the generator's process from its start to its end, over the requests it reports. "+
			"Medians of the rounds; ratios are taken within each round: median [least, most].",
		"loadgen and k6 check status and body of each response and record all of k6's metrics; the others check nothing.")
	o.noteSteal(steal)
	return o, nil
}

// load runs one peer once. Where the program and nginx count differently, the outcome says so.
func (s *session) load(ctx context.Context, server *nginx, p peer, o *Outcome) (Run, error) {
	j, err := s.job(server.URL, p.name)
	if err != nil {
		return Run{}, err
	}
	return s.perform(ctx, server, p, j, -1, o)
}

// job prepares the files of one run.
func (s *session) job(url, name string) (job, error) {
	dir, err := os.MkdirTemp(s.dir, name)
	if err != nil {
		return job{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "targets"), []byte("GET "+url+"\n"), 0o644); err != nil {
		return job{}, err
	}
	script, err := filepath.Abs(filepath.Join("testdata", "get.js"))
	if err != nil {
		return job{}, err
	}
	return job{url: url, connections: s.connections, seconds: int(math.Ceil(s.duration.Seconds())), threads: min(2, runtime.NumCPU()),
		file: filepath.Join(dir, "out"), script: script}, nil
}

// perform runs a peer on a job, pinned to a core unless core is negative, and holds its count against nginx's.
func (s *session) perform(ctx context.Context, server *nginx, p peer, j job, core int, o *Outcome) (Run, error) {
	path, args := s.pinned(core, p.name, p.args(j)...)
	r, seen, err := server.counted(func() (Run, error) { return execute(ctx, command(filepath.Dir(j.file), path, args...), nil) })
	if err != nil {
		return r, err
	}
	r.Program, r.Requests = p.name, seen
	if p.requests != nil {
		if r.Requests, err = p.requests(j, r.output); err != nil {
			return r, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	// What was under way at the end was counted by nginx, but need not be by the program.
	if r.Requests > seen || r.Requests < seen-float64(2*j.connections) {
		o.Notes = append(o.Notes, fmt.Sprintf("DOUBTFUL: %s reports %.0f requests, nginx saw %.0f.", p.name, r.Requests, seen))
	}
	if r.Requests == 0 {
		return r, fmt.Errorf("%s made no request:\n%s", p.name, tail(r.output))
	}
	fmt.Fprintf(s.log, "  %-10s %8.0f requests, %6.2f µs CPU each, %5.1f MB\n", p.name, r.Requests, r.microsecondsPerRequest(), r.megabytes())
	return r, nil
}

// costTable has a row for each peer.
func costTable(peers []peer, runs []Run) Table {
	t := Table{Header: []string{"program", "CPU µs per request", "times wrk", "requests/s", "peak memory MB"}}
	for _, p := range peers {
		t.Rows = append(t.Rows, []string{
			p.name,
			figure(median(of(runs, p.name, Run.microsecondsPerRequest)), ""),
			spread(paired(runs, p.name, "wrk", Run.microsecondsPerRequest)),
			fmt.Sprintf("%.0f", median(of(runs, p.name, Run.rate))),
			figure(median(of(runs, p.name, Run.megabytes)), ""),
		})
	}
	return t
}

// noteSteal says so when the host has taken CPU time away since a reading of stolen.
func (o *Outcome) noteSteal(before float64) {
	var total float64
	for _, r := range o.Runs {
		total += r.Seconds
	}
	if share := (stolen() - before) / (total * float64(runtime.NumCPU())); share > 0.01 {
		o.Notes = append(o.Notes, fmt.Sprintf("DOUBTFUL: the host took %.1f %% of the machine's CPU time away meanwhile.", 100*share))
	}
}
