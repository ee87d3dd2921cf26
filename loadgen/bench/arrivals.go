package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
)

// arrivalRate is the rate that is asked for, in iterations per second.
const arrivalRate = 20_000

// arrivals asks for a high rate on a machine that the server shares, and looks at what became of each arrival.
func arrivals(ctx context.Context, s *session) (*Outcome, error) {
	server, err := s.serve(ctx, -1)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	o := &Outcome{Table: Table{Header: []string{"program", "round", "asked", "begun", "lost", "lag p99 ms", "CPU µs per request"}}}
	asked := arrivalRate * math.Ceil(s.duration.Seconds())
	steal := stolen()
	both := []string{"k6", "loadgen"}
	err = s.eachRound(s.rounds, len(both), o, func(i int) (Run, error) { return s.arrive(ctx, server, both[i], asked) })
	if err != nil {
		return nil, err
	}
	lost := func(r Run) float64 { return r.Values["lost"] }
	lag := func(r Run) float64 { return r.Values["lag_p99_ms"] }
	for _, r := range o.Runs {
		row := []string{r.Program, strconv.Itoa(r.Round), figure(asked, ""), figure(r.Values["begun"], ""), figure(lost(r), ""), "", figure(r.microsecondsPerRequest(), "")}
		if r.Program == "loadgen" {
			row[5] = figure(lag(r), "")
		}
		o.Table.Rows = append(o.Table.Rows, row)
	}
	o.Goals = []Goal{
		{What: fmt.Sprintf("arrivals lost at %d/s, worst round", arrivalRate), Measured: worst(of(o.Runs, "loadgen", lost))},
		{What: fmt.Sprintf("lag p99 at %d/s", arrivalRate), Unit: "ms", Measured: median(of(o.Runs, "loadgen", lag)), Must: 2, Aim: 0.5},
	}
	o.Notes = append(o.Notes, "Lost is what was asked for and did not begin, dropped iterations among it. k6 keeps no account of lag.",
		"Both begin with 200 users and may have 1,000.")
	o.noteSteal(steal)
	return o, nil
}

func worst(values []float64) (w float64) {
	for _, v := range values {
		w = max(w, v)
	}
	return w
}

// arrive runs a program with a constant arrival rate.
func (s *session) arrive(ctx context.Context, server *nginx, name string, asked float64) (Run, error) {
	j, err := s.job(server.URL, name)
	if err != nil {
		return Run{}, err
	}
	config := filepath.Join(filepath.Dir(j.file), "config.json")
	b, err := json.Marshal(map[string]any{"scenarios": map[string]any{"arrivals": map[string]any{
		"executor": "constant-arrival-rate", "rate": arrivalRate, "timeUnit": "1s", "duration": fmt.Sprintf("%ds", j.seconds),
		"preAllocatedVUs": 200, "maxVUs": 1000,
	}}})
	if err == nil {
		err = os.WriteFile(config, b, 0o644)
	}
	if err != nil {
		return Run{}, err
	}
	load := []string{"--config", config, "--quiet", "--summary-export", j.file, "--summary-trend-stats", "med,p(99),max"}
	if name == "k6" {
		load = append(append([]string{"run", "--no-usage-report"}, load...), "-e", "URL="+j.url, j.script)
	} else {
		// A rate that is missed is what this counts: it need not fail, too.
		load = append(load, "-k6-exit-codes", "-check-status", "200", "-check-body", "foobar", j.url)
	}
	r, err := execute(ctx, command(filepath.Dir(j.file), s.programs[name], load...), nil)
	r.Program = name
	if err != nil {
		return r, err
	}
	return r, r.readArrivals(j, asked)
}

// readArrivals takes the figures of arrivals from an exported summary.
func (r *Run) readArrivals(j job, asked float64) error {
	e, err := readExport(j.file)
	if err != nil {
		return err
	}
	if r.Requests, err = e.value("http_reqs", "count"); err != nil {
		return err
	}
	begun, err := e.value("iterations", "count")
	if err != nil {
		return err
	}
	r.Values = map[string]float64{"begun": begun, "lost": max(0, asked-begun)}
	if r.Program == "loadgen" {
		if r.Values["lag_p99_ms"], err = e.value("iteration_lag", "p(99)"); err != nil {
			return err
		}
	}
	return nil
}
