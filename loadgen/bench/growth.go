package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
)

// growth compares the peak memory of a short run with that of one fifty times as long.
func growth(ctx context.Context, s *session) (*Outcome, error) {
	server, err := s.serve(ctx, -1)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	o := &Outcome{Table: Table{Header: []string{"program", "requests", "peak memory MB", "growth MB", "bytes per request"}}}
	rows := []struct {
		peer        string
		short, long int
	}{
		{"k6", s.pick(100_000, 10_000), s.pick(500_000, 50_000)},
		{"loadgen", s.pick(100_000, 10_000), s.pick(5_000_000, 100_000)},
	}
	for _, row := range rows {
		var peaks []float64
		for round, n := range []int{row.short, row.long} {
			r, err := s.iterations(ctx, server, row.peer, n)
			r.Round = round + 1
			o.Runs = append(o.Runs, r)
			if err != nil {
				return nil, err
			}
			peaks = append(peaks, r.Peak)
		}
		grown := peaks[1] - peaks[0]
		o.Table.Rows = append(o.Table.Rows,
			[]string{row.peer, strconv.Itoa(row.short), figure(peaks[0]/1e6, ""), "", ""},
			[]string{row.peer, strconv.Itoa(row.long), figure(peaks[1]/1e6, ""), figure(grown/1e6, ""), figure(grown/float64(row.long-row.short), "")})
		if row.peer == "loadgen" {
			o.Goals = append(o.Goals, Goal{What: fmt.Sprintf("growth of memory from %d to %d requests", row.short, row.long), Unit: "MB",
				Measured: grown / 1e6, Must: 5, Aim: 2})
		}
	}
	o.Notes = append(o.Notes, "Peak resident memory of a run of so many iterations. The goal is no growth; a few MB are what two equal runs differ by.")
	return o, nil
}

// iterations runs a program for so many iterations, shared among the users.
func (s *session) iterations(ctx context.Context, server *nginx, name string, n int) (Run, error) {
	j, err := s.job(server.URL, name)
	if err != nil {
		return Run{}, err
	}
	load := []string{"--vus", strconv.Itoa(s.connections), "--iterations", strconv.Itoa(n), "--quiet", "--summary-export", j.file}
	if name == "k6" {
		load = append(append([]string{"run", "--no-usage-report"}, load...), "-e", "URL="+j.url, j.script)
	} else {
		load = append(load, "-check-status", "200", "-check-body", "foobar", j.url)
	}
	r, err := execute(ctx, command(filepath.Dir(j.file), s.programs[name], load...), nil)
	r.Program = name
	if err != nil {
		return r, err
	}
	if r.Requests, err = exported(j, r.output); err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	if r.Requests != float64(n) {
		return r, fmt.Errorf("%s reports %.0f requests of %d: the schedule's time was over before; lower the number or use a faster machine", name, r.Requests, n)
	}
	fmt.Fprintf(s.log, "  %-10s %d requests, %.1f MB\n", name, n, r.megabytes())
	return r, nil
}
