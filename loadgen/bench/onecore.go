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
	for round := 1; round <= s.rounds; round++ {
		err := s.shuffled(len(both), func(i int) error {
			j, err := s.job(server.URL, both[i].name)
			if err != nil {
				return err
			}
			j.threads = 1
			r, err := s.perform(ctx, server, both[i], j, core, o)
			r.Round = round
			o.Runs = append(o.Runs, r)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	rate := func(r Run) float64 { return r.Requests / r.Seconds }
	o.Table.Header = []string{"program", "requests/s", "times wrk", "CPU µs per request"}
	for _, p := range both {
		o.Table.Rows = append(o.Table.Rows, []string{
			p.name,
			fmt.Sprintf("%.0f", median(of(o.Runs, p.name, rate))),
			spread(paired(o.Runs, p.name, "wrk", rate)),
			figure(median(of(o.Runs, p.name, Run.microsecondsPerRequest)), ""),
		})
	}
	o.Goals = []Goal{{What: "requests/s on one core, times wrk's with one thread", AtLeast: true,
		Measured: median(paired(o.Runs, "loadgen", "wrk", rate)), Must: 0.8, Aim: 1.0}}
	o.Notes = append(o.Notes, "nginx is pinned to one core and the generator to another. Medians of the rounds; ratios are taken within each.")
	o.noteSteal(steal)
	return o, nil
}
