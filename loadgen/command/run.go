package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"example.com/foobar/loadgen/control"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/secret"
)

// run is the whole command; it returns the exit code. The report goes to stdout, everything else to stderr.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(stderr, "loadgen: a bug: %s\n%s", plain.Text(fmt.Sprint(v)), debug.Stack())
			code = exitPanicked
		}
	}()
	env := environment(environ)
	o, err := readOptions(args, env)
	switch {
	case err != nil:
		return o.complain(stderr, err)
	case o.help:
		return help(stdout)
	case o.version:
		return printVersion(stdout)
	case o.command == "inspect":
		return inspect(o, stdout, stderr)
	}
	return newSession(o, env, stdout, stderr).run(ctx)
}

// complain prints an error and returns its exit code.
func (o *options) complain(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "loadgen: %s\n", o.presentable(err.Error()))
	var coded *codedError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitInvalidConfig
}

func (s *session) complain(err error) int { return s.o.complain(s.stderr, err) }

func printVersion(w io.Writer) int {
	fmt.Fprintf(w, "loadgen %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitOK
}

// version is what Go noted of this build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// session is one test of the command, from its target to its report.
type session struct {
	o              *options
	stdout, stderr io.Writer
	screen         *screen
	signals        *signals
	secrets        *secret.Values
	outputs        []*output
	env            map[string]string
}

func newSession(o *options, env map[string]string, stdout, stderr io.Writer) *session {
	s := &session{o: o, stdout: stdout, stderr: stderr, env: env}
	s.screen = newScreen(stderr, o.quiet, !o.noColor && env["TERM"] != "dumb")
	s.secrets = o.secrets()
	s.screen.secrets, s.screen.every = s.secrets, o.progress
	return s
}

// run runs the session. What was begun is ended on every way out of it.
func (s *session) run(ctx context.Context) int {
	s.signals = catchSignals(ctx)
	defer s.signals.release()
	defer s.discardOutputs()
	if err := s.openOutputs(); err != nil {
		return s.complain(err)
	}
	for _, warning := range s.o.warnings {
		s.screen.warn(warning)
	}
	for _, notice := range s.o.notices {
		s.screen.notice(notice)
	}
	url, stop, err := s.target()
	if err != nil {
		return s.complain(err)
	}
	defer stop()
	test, err := s.test(url)
	if err != nil {
		return s.complain(err)
	}
	keys, err := s.openKeyLog()
	if err != nil {
		return s.complain(err)
	}
	if keys != nil {
		defer keys.Close()
		test.TLSKeyLog = keys
	}
	return s.play(test, url)
}

// test compiles what the users do.
func (s *session) test(url string) (*load.Test, error) {
	steps := s.o.steps(url)
	compiled, err := steps.Compile(s.o.dir)
	if err != nil {
		return nil, invalid(s.o.placed(err))
	}
	return &load.Test{Options: s.o.load, Exec: compiled.Exec, Functions: compiled.Functions, Env: s.o.env, Debug: s.screen}, nil
}

// play runs the test and reports.
func (s *session) play(test *load.Test, url string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	run, err := test.Start(ctx)
	if err != nil {
		return s.complain(invalid(s.o.placed(err)))
	}
	api, err := s.serveAPI(run)
	if err != nil {
		cancel()
		run.Wait()
		return s.complain(&codedError{exitCannotStartAPI, err})
	}
	defer followLoad(s.env)()
	s.screen.banner(s.o, url)
	stopWatching := s.signals.stopRun(run, s.screen)
	s.screen.follow(run)
	result := run.Wait()
	stopWatching()
	code := s.report(result)
	if api != nil {
		if s.o.linger && !s.signals.received() {
			s.screen.notice("serving the REST API on " + api.Addr + " until Ctrl-C (-linger)")
			<-s.signals.first
		}
		api.Close()
	}
	return code
}

// serveAPI serves the REST API when it was asked for.
func (s *session) serveAPI(run *load.Run) (*control.Server, error) {
	if s.o.address == "" {
		return nil, nil
	}
	api, err := control.Listen(s.o.address, maskedRun{run, s.secrets}, s.o.apiToken)
	if err != nil {
		return nil, err
	}
	if control.Open(api.Addr) {
		also := "and takes changes from those who have the token"
		if s.o.apiToken == "" {
			also = "and takes no changes; with -api-token it does"
		}
		s.screen.warn("others can reach the REST API on " + api.Addr + ": it tells them how the test goes, " + also)
	}
	s.screen.notice("REST API on http://" + api.Addr + "/v1/status")
	return api, nil
}

// maskedRun is a run of which the REST API shows no secrets.
type maskedRun struct {
	*load.Run
	secrets *secret.Values
}

func (r maskedRun) Snapshot() *metrics.Snapshot { return r.Run.Snapshot().WithTexts(r.secrets.Mask) }

// isTerminal says whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && terminal(f)
}
