// Command foo is the first service of the system under test: it asks bar and answers "foobar". It knows bar by HTTP alone.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/foobar/telemetry"
)

const about = `foo asks bar and answers "foobar" at /foo.

  foo                                    listen on 127.0.0.1:5000, ask http://127.0.0.1:5001/bar
  foo -addr :5000 -bar-endpoint http://bar:5000/bar -agent-hostname otel-collector
  foo -timeout 500ms                     answer 504 when bar takes longer
  OTEL_SDK_DISABLED=true foo             without OpenTelemetry
  foo -admin :6060                       metrics and profiles on 127.0.0.1:6060
  foo -addr :5000 -probe                 is the foo on port 5000 healthy?

Routes: GET /foo, /healthz, and /readyz, which says yes when bar is healthy.
When bar is too slow /foo answers 504, and 502 when it can't be asked or answers anything but "bar".`

// maxTimeout bounds -timeout.
const maxTimeout = 10 * time.Minute

// options are the settings of foo.
type options struct {
	telemetry.Settings
	barEndpoint string
	timeout     time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the whole program; it ends when ctx does, and returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o := options{
		Settings:    telemetry.Settings{Name: "foo", Addr: "127.0.0.1:5000"},
		barEndpoint: "http://127.0.0.1:5001/bar",
		timeout:     2 * time.Second,
	}
	command := telemetry.NewCommand(&o.Settings, about)
	command.String(&o.barEndpoint, "bar-endpoint", "BAR_ENDPOINT", "ask bar at `URL`")
	command.Duration(&o.timeout, "timeout", "BAR_TIMEOUT", "give bar at most `TIME` to answer")
	command.Check(o.Validate)
	if code, done := command.Parse(ctx, args, getenv, stdout, stderr); done {
		return code
	}
	o.Within = o.timeout
	return telemetry.Run(ctx, o.Settings, stderr, func(s *telemetry.Service) http.Handler {
		return routes(s, newBar(s, o.barEndpoint, o.timeout))
	})
}

// Validate returns an error that names the flag at fault and the form that is accepted.
func (o *options) Validate() error {
	u, err := url.Parse(o.barEndpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("-bar-endpoint: want a whole URL without user and password, such as http://bar:5000/bar")
	}
	if o.timeout <= 0 || o.timeout > maxTimeout {
		return fmt.Errorf("-timeout %s: want more than zero and at most %s, such as 2s", o.timeout, maxTimeout)
	}
	return nil
}
