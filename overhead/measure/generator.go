package measure

import (
	"context"
	"fmt"
	"io"
	"os"

	"example.com/foobar/overhead/generate"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// generator is the load generator's process.
type generator struct {
	*process
	stdin  io.WriteCloser
	stdout io.Closer
	client *generate.Client
}

func startGenerator(command []string, log io.Writer) (*generator, error) {
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the load generator: %w", err)
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the load generator: %w", err)
	}
	p, err := start("generator", command, environment(), "", log, inRead, outWrite)
	inRead.Close()
	outWrite.Close()
	if err != nil {
		return nil, err
	}
	return &generator{process: p, stdin: inWrite, stdout: outRead, client: generate.NewClient(inWrite, outRead)}, nil
}

// do has a job done; when ctx ends, the process is ended.
func (g *generator) do(ctx context.Context, job generate.Job, begun func()) (record.Load, error) {
	stop := context.AfterFunc(ctx, func() { kill(g.cmd) })
	defer stop()
	load, err := g.client.Do(job, begun)
	if err != nil {
		return load, fmt.Errorf("%w%s", err, g.log.last())
	}
	return load, nil
}

func (g *generator) close() error {
	g.stdin.Close()
	err := g.stop()
	g.stdout.Close()
	return err
}

func (b *bench) job(length plan.Duration) generate.Job {
	load := b.Plan.Load
	load.URL = b.places.fill(load.URL)
	return generate.Job{Load: load, Length: length}
}
