package measure

import (
	"context"
	"fmt"
	"io"
	"os"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/generate"
	"example.com/foobar/overhead/record"
)

// generator is the load generator's process.
type generator struct {
	*child.Process
	stdin  io.WriteCloser
	stdout io.Closer
	client *generate.Client
}

func startGenerator(c child.Command) (*generator, error) {
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the load generator: %w", err)
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the load generator: %w", err)
	}
	c.Stdin, c.Stdout = inRead, outWrite
	p, err := child.Start(c)
	inRead.Close()
	outWrite.Close()
	if err != nil {
		return nil, err
	}
	return &generator{Process: p, stdin: inWrite, stdout: outRead, client: generate.NewClient(inWrite, outRead)}, nil
}

// begin hands over a job and returns after its warm-up, with the number of requests in it; when ctx ends, the process is ended.
func (g *generator) begin(ctx context.Context, job generate.Job) (uint64, error) {
	defer context.AfterFunc(ctx, g.Kill)()
	warmed, err := g.client.Begin(job)
	return warmed, g.explain(err)
}

// measure makes the load of the window; when ctx ends, the process is ended.
func (g *generator) measure(ctx context.Context, begun func()) (record.Load, error) {
	defer context.AfterFunc(ctx, g.Kill)()
	load, err := g.client.Measure(begun)
	return load, g.explain(err)
}

// explain adds what the process printed last.
func (g *generator) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w%s", err, g.Said())
}

func (g *generator) close() error {
	g.stdin.Close()
	err := g.Stop()
	g.stdout.Close()
	return err
}

func (r *run) job() generate.Job {
	load := r.Plan.Load
	load.URL = r.placeholders.expand(load.URL)
	return generate.Job{Load: load, WarmUp: r.Plan.Timing.WarmUp, Length: r.Plan.Timing.Window}
}
