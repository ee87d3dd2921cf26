package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// thinkTime is that of the users in the benchmark users, in seconds, and thinkLoad how long new iterations begin: each
// user makes two requests and is idle with its connection open for most of the time.
const thinkTime, thinkLoad = 10, 12

// users looks at the memory of many virtual users, most of whom think.
func users(ctx context.Context, s *session) (*Outcome, error) {
	server, err := s.serve(ctx, -1)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	o := &Outcome{Table: Table{Header: []string{"program", "users", "connections open", "requests", "peak memory MB", "kB per user"}}}
	rows := []struct {
		peer  string
		users int
	}{
		{"k6", s.pick(5000, 500)},
		{"loadgen", s.pick(10_000, 1000)},
	}
	for _, row := range rows {
		r, err := s.think(ctx, server, row.peer, row.users)
		o.Runs = append(o.Runs, r)
		if err != nil {
			return nil, err
		}
		open := r.Values["connections"]
		if open < float64(row.users) {
			o.Notes = append(o.Notes, fmt.Sprintf("DOUBTFUL: %s had %.0f connections open at most, for %d users.", row.peer, open, row.users))
		}
		o.Table.Rows = append(o.Table.Rows, []string{row.peer, strconv.Itoa(row.users), figure(open, ""), figure(r.Requests, ""),
			figure(r.megabytes(), ""), figure(r.Peak/1e3/float64(row.users), "")})
		if row.peer == "loadgen" {
			o.Goals = append(o.Goals, Goal{What: fmt.Sprintf("peak memory of %d users in think time", row.users), Unit: "MB",
				Measured: r.megabytes(), Must: 150, Aim: 60})
		}
	}
	o.Notes = append(o.Notes, fmt.Sprintf("Each user makes a request and thinks for %d s. All begin at once. Connections are those that nginx saw open.", thinkTime))
	return o, nil
}

// think runs a program with so many users who think, and watches how many connections they have.
func (s *session) think(ctx context.Context, server *nginx, name string, users int) (Run, error) {
	j, err := s.job(server.URL, name)
	if err != nil {
		return Run{}, err
	}
	load := []string{"--vus", strconv.Itoa(users), "--duration", fmt.Sprintf("%ds", thinkLoad), "--quiet", "--summary-export", j.file}
	if name == "k6" {
		script := filepath.Join(filepath.Dir(j.script), "think.js")
		load = append(append([]string{"run", "--no-usage-report"}, load...), "-e", "URL="+j.url, "-e", "THINK="+strconv.Itoa(thinkTime), script)
	} else {
		load = append(load, "-check-status", "200", "-check-body", "foobar", "-think", fmt.Sprintf("%ds", thinkTime), j.url)
	}
	watch := server.watchConnections(ctx)
	r, err := execute(ctx, command(filepath.Dir(j.file), s.programs[name], load...), nil)
	r.Program, r.Round, r.Values = name, 1, map[string]float64{"connections": watch()}
	if err != nil {
		return r, err
	}
	j.connections = users
	if r.Requests, err = exported(j, r.output); err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(s.log, "  %-10s %d users, %.1f MB\n", name, users, r.megabytes())
	return r, nil
}

// watchConnections asks nginx every now and then until the returned function is called, which tells the most that were open.
func (n *nginx) watchConnections(ctx context.Context) func() float64 {
	ctx, cancel := context.WithCancel(ctx)
	var most float64
	var done sync.WaitGroup
	done.Go(func() {
		for {
			if st, err := n.status(); err == nil {
				most = max(most, st.active-1) // less its own
			}
			select {
			case <-time.After(500 * time.Millisecond):
			case <-ctx.Done():
				return
			}
		}
	})
	return func() float64 {
		cancel()
		done.Wait()
		return most
	}
}
