package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// oneCore gives nginx one core and the generator another, and compares how many requests each makes.
func oneCore(ctx context.Context, s *session) (*Outcome, error) {
	if runtime.NumCPU() < 2 {
		return nil, errors.New("this needs two cores: one for nginx and one for the generator; leave it out with -run")
	}
	const serverCore, core = 0, 1
	server, err := s.serve(ctx, serverCore)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	o := &Outcome{}
	steal := stolen()
	both := []peer{wrk, loadgen}
	err = s.eachRound(s.rounds, len(both), o, func(i int) (Run, error) { return s.loadCore(ctx, server, both[i], core, o) })
	if err != nil {
		return nil, err
	}
	o.Table = oneCoreTable(both, o.Runs)
	o.Goals = []Goal{{What: "requests/s on one core, times wrk's with one thread", AtLeast: true,
		Measured: median(paired(o.Runs, "loadgen", "wrk", Run.rate)), Must: 0.8, Aim: 1.0}}
	o.Notes = append(o.Notes, "nginx is pinned to one core and the generator to another. Medians of the rounds; ratios are taken within each.")
	o.noteSteal(steal)
	return o, nil
}

// loadCore runs one peer, with one thread, on a core.
func (s *session) loadCore(ctx context.Context, server *nginx, p peer, core int, o *Outcome) (Run, error) {
	j, err := s.job(server.URL, p.name)
	if err != nil {
		return Run{}, err
	}
	j.threads = 1
	return s.perform(ctx, server, p, j, core, o)
}

func oneCoreTable(peers []peer, runs []Run) Table {
	t := Table{Header: []string{"program", "requests/s", "times wrk", "CPU µs per request"}}
	for _, p := range peers {
		t.Rows = append(t.Rows, []string{
			p.name,
			fmt.Sprintf("%.0f", median(of(runs, p.name, Run.rate))),
			spread(paired(runs, p.name, "wrk", Run.rate)),
			figure(median(of(runs, p.name, Run.microsecondsPerRequest)), ""),
		})
	}
	return t
}

// rate is requests per second.
func (r Run) rate() float64 { return r.Requests / r.Seconds }
