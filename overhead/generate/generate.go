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

	"example.com/foobar/loadgen/load"
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
	// Warm is sent when the warm-up is over, with the number of its requests: then a line "go" begins the window.
	Warm   bool   `json:"warm,omitempty"`
	Warmed uint64 `json:"warmed,omitempty"`
	// Begun is sent when the window has begun, Load or Error at its end.
	Begun bool        `json:"begun,omitempty"`
	Load  record.Load `json:"load"`
	Error string      `json:"error,omitempty"`
}

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

// do makes the load of a job.
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
		if held = hold(r, lines, out); held != nil {
			r.Stop()
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
	return summary(job, result), nil
}

// hold waits between warm-up and window for a line, and has the run forget the warm-up.
func hold(r *load.Run, lines *bufio.Scanner, out *json.Encoder) error {
	if err := out.Encode(Answer{Warm: true, Warmed: requests(r.Snapshot())}); err != nil {
		return err
	}
	if !lines.Scan() {
		return errors.Join(errors.New("the window was never asked for"), lines.Err())
	}
	r.Forget()
	return out.Encode(Answer{Begun: true})
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
