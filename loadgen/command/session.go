package command

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"example.com/foobar/loadgen/compare"
	"example.com/foobar/loadgen/control"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/secret"
	"example.com/foobar/loadgen/settings"
	"example.com/foobar/loadgen/summary"
)

// session is one load test of the command, from its target to its report.
type session struct {
	program        settings.Program
	settings       *settings.Settings
	stdout, stderr io.Writer
	screen         *screen
	signals        *signals
	secrets        *secret.Values
	outputs        []*output
	baseline       []compare.Run
	// seed is what the test's random numbers follow from, drawn when nobody has given one.
	seed  uint64
	drawn bool
	began time.Time
}

func newSession(p settings.Program, s *settings.Settings, stdout, stderr io.Writer) *session {
	secrets := s.Secrets()
	screen := newScreen(p.Name, stderr, s.Quiet, !s.NoColor && s.Getenv("TERM") != "dumb")
	screen.secrets, screen.every = secrets, s.Progress
	return &session{program: p, settings: s, stdout: stdout, stderr: stderr, screen: screen, secrets: secrets}
}

// complain prints an error and returns its exit code.
func (s *session) complain(err error) int {
	s.screen.warn(err.Error())
	var usage *settings.UsageError
	var coded *codedError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &usage):
		return exitCannotParse
	}
	return exitInvalidConfig
}

// run runs the session. What was begun is ended on every way out of it.
func (s *session) run(ctx context.Context) int {
	s.signals = catchSignals(ctx)
	defer s.signals.release()
	defer s.discardOutputs()
	if err := s.readBaseline(); err != nil {
		return s.complain(err)
	}
	if err := s.openOutputs(); err != nil {
		return s.complain(err)
	}
	s.notify()
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
	return s.runTest(test, url)
}

// notify says what the settings have to say.
func (s *session) notify() {
	for _, warning := range s.settings.Warnings {
		s.screen.warn(warning)
	}
	for _, notice := range s.settings.Notices {
		s.screen.notice(notice)
	}
}

// test is what the users do, with the options of all layers.
func (s *session) test(url string) (*load.Test, error) {
	test := &load.Test{}
	if s.program.Test != nil {
		*test = *s.program.Test
	} else {
		compiled, err := s.settings.Compile(url)
		if err != nil {
			return nil, err
		}
		compiled.Into(test, s.screen)
	}
	test.Options, test.Env, test.Seed = s.settings.Load, s.settings.Env, s.chooseSeed()
	if test.Debug == nil {
		test.Debug = s.screen
	}
	return test, nil
}

// chooseSeed takes the seed that was given, or a Go program's own, or draws one that is short enough to be typed.
func (s *session) chooseSeed() uint64 {
	switch {
	case s.settings.Seed != nil:
		s.seed = *s.settings.Seed
	case s.program.Test != nil:
		s.seed = s.program.Test.Seed
	default:
		s.seed, s.drawn = uint64(rand.Uint32()), true
	}
	return s.seed
}

// runTest runs the test and reports.
func (s *session) runTest(test *load.Test, url string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.began = time.Now()
	run, err := test.Start(ctx)
	if err != nil {
		return s.complain(s.settings.Locate(err))
	}
	api, err := s.serveAPI(run)
	if err != nil {
		cancel()
		run.Wait()
		return s.complain(&codedError{exitCannotStartAPI, err})
	}
	if test.Handler == nil { // which would be on the same processors
		defer adjustProcessors(s.settings.Getenv("GOMAXPROCS"))()
	}
	s.screen.banner(s.settings, url, s.drawnSeed())
	inside := engine.RunOf(run)
	stopWatching := s.signals.stopOnSignal(inside, s.screen)
	s.screen.showProgress(inside)
	result := run.Wait()
	stopWatching()
	code := s.report(result)
	if api != nil {
		s.linger(api)
		api.Close()
	}
	return code
}

// linger waits for Ctrl-C when the REST API is to be served on.
func (s *session) linger(api *control.Server) {
	if s.settings.Linger && !s.signals.received() {
		s.screen.notice("serving the REST API on " + api.Addr + " until Ctrl-C (-linger)")
		<-s.signals.first
	}
}

// serveAPI serves the REST API when it was asked for.
func (s *session) serveAPI(run *load.Run) (*control.Server, error) {
	if s.settings.Address == "" {
		return nil, nil
	}
	api, err := control.Listen(s.settings.Address, maskedRun{engine.RunOf(run), run, s.secrets}, s.settings.APIToken)
	if err != nil {
		return nil, err
	}
	if control.Open(api.Addr) {
		also := "and takes changes from those who have the token"
		if s.settings.APIToken == "" {
			also = "and takes no changes; with -api-token it does"
		}
		s.screen.warn("others can reach the REST API on " + api.Addr + ": it tells them how the test goes, " + also)
	}
	s.screen.notice("REST API on http://" + api.Addr + "/v1/status")
	return api, nil
}

// maskedRun is a run of which the REST API shows no secrets.
type maskedRun struct {
	engine.Run
	run     *load.Run
	secrets *secret.Values
}

func (r maskedRun) Snapshot() *metrics.Snapshot {
	return summary.WithTexts(r.run.Snapshot(), r.secrets.Mask)
}

// isTerminal says whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && terminal(f)
}
