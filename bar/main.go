// Command bar is the second service of the system under test: it answers "bar". It asks nobody else.
package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"example.com/foobar/telemetry"
)

const about = `bar answers "bar" at /bar. It is asked by foo.

  bar                                    listen on 127.0.0.1:5001, send spans to localhost:4317
  bar -addr :5000 -agent-hostname otel-collector
  OTEL_SDK_DISABLED=true bar             without OpenTelemetry
  bar -admin :6061                       metrics and profiles on 127.0.0.1:6061
  bar -addr :5000 -probe                 is the bar on port 5000 healthy?

Routes: GET /bar, /healthz, /readyz.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the whole program; it ends when ctx does, and returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	settings := telemetry.Settings{Name: "bar", Addr: "127.0.0.1:5001"}
	if code, done := telemetry.NewCommand(&settings, about).Parse(ctx, args, getenv, stdout, stderr); done {
		return code
	}
	return telemetry.Run(ctx, settings, stderr, func(s *telemetry.Service) http.Handler { return routes(s) })
}
