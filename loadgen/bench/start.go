package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"example.com/foobar/loadgen/child"
)

// firstRequest is when the first request came, and what the program's memory was then.
type firstRequest struct {
	at   time.Time
	peak uint64
}

// start measures from the start of a built program to its first request, which is answered only after the program's memory
// has been looked at.
func start(ctx context.Context, s *session) (*Outcome, error) {
	o := &Outcome{Table: Table{Header: []string{"program", "runs", "ms to the first request", "memory by then MB"}}}
	both := []string{"k6", "loadgen"}
	runs := s.pick(20, 3)
	err := s.eachRound(runs, len(both), o, func(i int) (Run, error) { return s.startOnce(ctx, both[i]) })
	if err != nil {
		return nil, err
	}
	first := func(r Run) float64 { return r.Values["first_request_ms"] }
	for _, name := range both {
		times := of(o.Runs, name, first)
		o.Table.Rows = append(o.Table.Rows, []string{name, strconv.Itoa(runs), spread(times), figure(median(of(o.Runs, name, Run.megabytes)), "")})
	}
	o.Goals = []Goal{{What: "start to first request", Unit: "ms", Measured: median(of(o.Runs, "loadgen", first)), Must: 50, Aim: 15}}
	o.Notes = append(o.Notes, "One user, one iteration, one request, two checks. Median [least, most].")
	return o, nil
}

// startOnce starts a program once; it fails when no request comes.
func (s *session) startOnce(ctx context.Context, name string) (Run, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Run{}, err
	}
	j, err := s.job("http://"+listener.Addr().String()+"/", name)
	if err != nil {
		return Run{}, err
	}
	first, started := make(chan firstRequest, 1), make(chan *child.Process, 1)
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: answerFirst(first, started)}
	go func() { _ = server.Serve(listener) }() // ends with Close
	defer server.Close()

	begin := time.Now()
	r, err := execute(ctx, command(s.dir, s.programs[name], oneRequest(j, name)...), func(p *child.Process) { started <- p })
	if err != nil {
		return r, err
	}
	r.Program, r.Requests = name, 1
	select {
	case f := <-first:
		r.Peak = float64(f.peak)
		r.Values = map[string]float64{"first_request_ms": float64(f.at.Sub(begin)) / float64(time.Millisecond)}
		return r, nil
	default:
		return r, fmt.Errorf("%s made no request:\n%s", name, tail(r.output))
	}
}

// answerFirst tells of the first request, and what memory the program that was started had then, before it answers it.
func answerFirst(first chan<- firstRequest, started <-chan *child.Process) http.Handler {
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() {
			at := time.Now()
			first <- firstRequest{at: at, peak: (<-started).PeakRSS()}
		})
		fmt.Fprint(w, "foobar")
	})
}

// oneRequest are the arguments with which a program makes one request and two checks.
func oneRequest(j job, name string) []string {
	load := []string{"--vus", "1", "--iterations", "1", "--quiet"}
	if name == "k6" {
		return append(append([]string{"run", "--no-usage-report"}, load...), "-e", "URL="+j.url, j.script)
	}
	return append(load, "-check-status", "200", "-check-body", "foobar", j.url)
}
