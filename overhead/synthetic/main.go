// Command synthetic is a service that costs what it is told to: so much CPU, so many objects, so many spans a request.
// It is what the measurement itself is tested with, and the load that OpenTelemetry's specification describes.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"example.com/foobar/telemetry"
)

const about = `synthetic answers "done" at /work after it has done what its flags say.

  synthetic -burn 200us                    use 200 µs of CPU for each request
  synthetic -allocate 100                  allocate 100 objects of 64 B for each request
  synthetic -spans 100                     make 100 spans without parent for each request
  OTEL_SDK_DISABLED=true synthetic         without OpenTelemetry: no spans`

// Most that a flag may ask for.
const (
	maxBurn  = time.Second
	maxCount = 100_000
)

// options are the settings of synthetic.
type options struct {
	telemetry.Settings
	burn            time.Duration
	allocate, spans string
	objects, made   int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the whole program; it ends when ctx does, and returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o := options{Settings: telemetry.Settings{Name: "synthetic", Addr: "127.0.0.1:5002"}, allocate: "0", spans: "0"}
	command := telemetry.NewCommand(&o.Settings, about)
	command.Duration(&o.burn, "burn", "SYNTHETIC_BURN", "use `TIME` of CPU for each request")
	command.String(&o.allocate, "allocate", "SYNTHETIC_ALLOCATE", "allocate `N` objects for each request")
	command.String(&o.spans, "spans", "SYNTHETIC_SPANS", "make `N` spans for each request")
	command.Check(o.Validate)
	if code, done := command.Parse(ctx, args, getenv, stdout, stderr); done {
		return code
	}
	return telemetry.Run(ctx, o.Settings, stderr, func(s *telemetry.Service) http.Handler { return routes(s, o) })
}

// Validate returns an error that names the flag at fault and the form that is accepted.
func (o *options) Validate() error {
	if o.burn < 0 || o.burn > maxBurn {
		return fmt.Errorf("-burn %s: want 0 to %s, such as 200us", o.burn, maxBurn)
	}
	for _, f := range []struct {
		name, text string
		to         *int
	}{{"allocate", o.allocate, &o.objects}, {"spans", o.spans, &o.made}} {
		n, err := strconv.Atoi(f.text)
		if err != nil || n < 0 || n > maxCount {
			return fmt.Errorf("-%s %q: want a number from 0 to %d", f.name, f.text, maxCount)
		}
		*f.to = n
	}
	return nil
}
