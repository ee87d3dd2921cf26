// Package generate makes the load of a run in a process of its own, told by its parent over standard input.
// It measures requests, never the services.
package generate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// Job is the load of a run: a warm-up, then the window, by the same users over the same connections.
type Job struct {
	Load plan.Load `json:"load"`
	// WarmUp and Length replace the scenario's duration where its executor has one. Without WarmUp there is none.
	WarmUp plan.Duration `json:"warm_up,omitempty"`
	Length plan.Duration `json:"length"`
}

// Answer is what came of a job; Error says why nothing did.
type Answer struct {
	// Warm is sent alone when the warm-up is over: then a line "go" begins the window. Begun is sent alone when it has
	// begun, the rest at its end.
	// Warmed is how many requests the warm-up made.
	Warm   bool        `json:"warm,omitempty"`
	Warmed uint64      `json:"warmed,omitempty"`
	Begun  bool        `json:"begun,omitempty"`
	Load   record.Load `json:"load"`
	Error  string      `json:"error,omitempty"`
}

// The scenarios of a job.
const (
	warmUp = "warm-up"
	window = "window"
)

// maxJob bounds a job's line.
const maxJob = 4 << 20

// Serve does jobs, one a line in JSON, until in ends, and writes three Answers for each: warm, begun, and done.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxJob)
	encoder := json.NewEncoder(out)
	for lines.Scan() {
		var job Job
		if err := json.Unmarshal(lines.Bytes(), &job); err != nil {
			return fmt.Errorf("reading a job: %w", err)
		}
		result, err := do(ctx, job, lines, encoder)
		answer := Answer{Load: result}
		if err != nil {
			answer.Error = err.Error()
		}
		if err := encoder.Encode(answer); err != nil {
			return fmt.Errorf("answering a job: %w", err)
		}
	}
	return lines.Err()
}

// do makes the load of a job. Between warm-up and window it waits for a line.
func do(ctx context.Context, job Job, lines *bufio.Scanner, out *json.Encoder) (record.Load, error) {
	test, err := Test(job)
	if err != nil {
		return record.Load{}, err
	}
	var held error
	test.Hold = func(_ context.Context, r *load.Run, scenario string) {
		if scenario != window {
			return
		}
		held = out.Encode(Answer{Warm: true, Warmed: requests(r.Snapshot())})
		if held == nil && !lines.Scan() {
			held = errors.Join(errors.New("the window was never asked for"), lines.Err())
		}
		if held == nil {
			r.Forget()
			held = out.Encode(Answer{Begun: true})
		}
		if held != nil {
			r.Stop(load.TestAborted)
		}
	}
	result, err := test.Run(ctx)
	switch {
	case err != nil:
		return record.Load{}, fmt.Errorf("starting the load: %w", err)
	case held != nil:
		return record.Load{}, held
	case result.Cause != nil:
		return record.Load{}, fmt.Errorf("making load: %w", result.Cause)
	}
	return summarise(job, result), nil
}

// scenarios are the job's warm-up, if it has one, and its window.
func scenarios(job Job) map[string]load.Scenario {
	measured := job.Load.ScenarioFor(job.Length)
	if job.WarmUp == 0 {
		return map[string]load.Scenario{window: measured}
	}
	measured.After = warmUp
	return map[string]load.Scenario{warmUp: job.Load.ScenarioFor(job.WarmUp), window: measured}
}

// Test is the load test of a job.
func Test(job Job) (*load.Test, error) {
	l := job.Load
	opts := []load.Option{load.Body("", []byte(l.Body))}
	for name, value := range l.Headers {
		opts = append(opts, load.Header(name, value))
	}
	request, err := load.NewRequest(l.Method, l.URL, opts...)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	test := &load.Test{Options: load.Options{Scenarios: scenarios(job)}}
	if err := test.Options.Validate(); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	test.Exec = func(vu *load.VU) error {
		response := vu.Do(request)
		vu.Check("status", response.Status == l.Status)
		if l.Answer != "" {
			vu.Check("answer", string(response.Body) == l.Answer)
		}
		if l.Sleep > 0 {
			vu.Sleep(time.Duration(l.Sleep))
		}
		return nil
	}
	return test, nil
}

func summarise(job Job, r *load.Result) record.Load {
	total := &r.Snapshot.Total
	out := record.Load{Window: r.Snapshot.Elapsed.Seconds(), LagP99: -1}
	if s := total.Find("http_reqs"); s != nil {
		out.Requests = uint64(s.Sum)
	}
	if s := total.Find("http_req_failed"); s != nil {
		out.Failed = s.Passes
	}
	if s := total.Find("dropped_iterations"); s != nil {
		out.Dropped = uint64(s.Sum)
	}
	for _, c := range total.Checks {
		out.ChecksPassed += c.Passes
		out.ChecksFailed += c.Fails
	}
	out.AskedRate, _ = job.Load.AskedRate()
	length := job.Length.Seconds()
	if !job.Load.Timed() || length <= 0 {
		length = out.Window
	}
	if length > 0 {
		out.AchievedRate = float64(out.Requests) / length
	}
	out.Duration = distribution(total.Find("http_req_duration"))
	out.Response = out.Duration
	if s := total.Find("http_req_response_time"); s != nil && s.Count > 0 {
		out.Response = distribution(s)
	}
	if s := total.Find("iteration_lag"); s != nil && s.Count > 0 {
		out.LagP99 = s.Histogram.Quantile(99) / float64(time.Microsecond)
	}
	for i, f := range r.Snapshot.Failures {
		if i == 3 {
			break
		}
		out.Errors = append(out.Errors, fmt.Sprintf("%d x %s", f.Count, f.Message))
	}
	return out
}

// requests is how many were made so far.
func requests(s *metrics.Snapshot) uint64 {
	if made := s.Total.Find("http_reqs"); made != nil {
		return uint64(made.Sum)
	}
	return 0
}

func distribution(s *metrics.Series) record.Distribution {
	if s == nil || s.Count == 0 || s.Histogram == nil {
		return record.Distribution{}
	}
	us := func(ns float64) float64 { return ns / float64(time.Microsecond) }
	q := s.Histogram.Quantiles(50, 90, 95, 99)
	d := record.Distribution{Count: s.Count, Mean: us(s.Sum / float64(s.Count)), P50: us(q[0]), P90: us(q[1]), P95: us(q[2]), P99: us(q[3]), Max: us(s.Max)}
	percents := make([]float64, len(record.CurveQuantiles))
	for i, q := range record.CurveQuantiles {
		percents[i] = 100 * q
	}
	for _, v := range s.Histogram.Quantiles(percents...) {
		d.Curve = append(d.Curve, us(v))
	}
	return d
}

// ErrNoAnswer says that the generator's process ended without an answer.
var ErrNoAnswer = errors.New("the load generator ended without an answer")

// Client gives jobs to a generator's process.
type Client struct {
	in  io.Writer
	out *json.Decoder
}

// NewClient speaks with the process that reads in and writes out.
func NewClient(in io.Writer, out io.Reader) *Client { return &Client{in, json.NewDecoder(out)} }

// Begin hands over a job and returns, when its warm-up is over, how many requests that made.
func (c *Client) Begin(job Job) (warmed uint64, err error) {
	if err := json.NewEncoder(c.in).Encode(job); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	a, err := c.await(func(a Answer) bool { return a.Warm })
	return a.Warmed, err
}

// Measure begins the job's window, calls begun when it has begun, and returns what came of it.
func (c *Client) Measure(begun func()) (record.Load, error) {
	if _, err := io.WriteString(c.in, "go\n"); err != nil {
		return record.Load{}, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	if _, err := c.await(func(a Answer) bool { return a.Begun }); err != nil {
		return record.Load{}, err
	}
	begun()
	a, err := c.await(func(Answer) bool { return true })
	return a.Load, err
}

// await reads the next answer, which has to be as wanted.
func (c *Client) await(wanted func(Answer) bool) (Answer, error) {
	var a Answer
	if err := c.out.Decode(&a); err != nil {
		return a, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	switch {
	case a.Error != "":
		return a, errors.New(a.Error)
	case !wanted(a):
		return a, fmt.Errorf("%w: it answered out of turn: %+v", ErrNoAnswer, a)
	}
	return a, nil
}
