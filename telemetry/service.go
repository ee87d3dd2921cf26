package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// stopWithin bounds the end: drainWithin of it for running requests, what is left for spans.
const (
	stopWithin  = 5 * time.Second
	drainWithin = 3 * time.Second
)

// Service is a running service.
type Service struct {
	Settings
	Log     *slog.Logger
	Tracing *Provider // nil with tracing off

	secrets  secrets // as the environment had them at the start
	stopping atomic.Bool
	requests atomic.Uint64 // answered, but for health checks
}

// Run serves what build returns until ctx ends, and then stops in the order that the package comment tells. It returns
// the exit code; it has logged to stderr why it isn't ExitOK.
func Run(ctx context.Context, settings Settings, stderr io.Writer, build func(*Service) http.Handler) int {
	s := &Service{Settings: settings, Log: NewLogger(stderr, settings.Name), secrets: newSecrets(os.Environ())}
	if err := s.run(ctx, build); err != nil {
		s.Log.Error("stopped", "error", err.Error())
		return ExitFailed
	}
	return ExitOK
}

func (s *Service) run(ctx context.Context, build func(*Service) http.Handler) error {
	if err := s.startTracing(ctx); err != nil {
		return err
	}
	listeners, err := s.listen()
	if err != nil {
		return errors.Join(err, s.closeTracing(context.Background()))
	}
	public := s.newServer(build(s))
	admin := s.newAdminServer()
	failed := make(chan error, len(listeners))
	for i, server := range []*http.Server{public, admin}[:len(listeners)] {
		go func() { failed <- server.Serve(listeners[i]) }()
	}
	s.logStart(listeners)
	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return errors.Join(err, s.stop(public, admin))
}

// startTracing sets up tracing as the standard variables ask. Their warnings and everything that OpenTelemetry has to say
// are in the log before any part of it is made.
func (s *Service) startTracing(ctx context.Context) error {
	if s.TracingOff {
		return nil
	}
	standard, err := readStandard(os.Getenv)
	if err != nil {
		return err
	}
	standard.logWarnings(s.Log)
	standard.apply()
	newComplaints(s.Log)
	exporter, err := newExporter(ctx, standard, s.Endpoint)
	if err != nil {
		return err
	}
	s.Tracing, err = NewProvider(ctx, s.Name, exporter, s.Log)
	return err
}

// listen opens the public listener and, if there is one, the admin listener.
func (s *Service) listen() ([]net.Listener, error) {
	public, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with -addr", err)
	}
	if s.Admin == "" {
		return []net.Listener{public}, nil
	}
	admin, err := net.Listen("tcp", adminAddr(s.Admin))
	if err != nil {
		public.Close()
		return nil, fmt.Errorf("%w; choose another address with -admin", err)
	}
	if ip := admin.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		s.Log.Warn("the admin listener, which serves profiles, can be reached from other machines", "admin", admin.Addr().String())
	}
	return []net.Listener{public, admin}, nil
}

func (s *Service) logStart(listeners []net.Listener) {
	attrs := []any{"addr", listeners[0].Addr().String()}
	if len(listeners) > 1 {
		attrs = append(attrs, "admin", listeners[1].Addr().String())
	}
	attrs = append(attrs, "tracing", s.Tracing != nil)
	if s.Tracing != nil && s.Endpoint != "" {
		attrs = append(attrs, "collector", s.Endpoint)
	}
	s.Log.Info("listening", attrs...)
}

// stop turns the service not ready, drains it, sends the last spans and says what became of them.
func (s *Service) stop(public, admin *http.Server) error {
	s.stopping.Store(true)
	s.Log.Info("stopping", "drain_delay", s.DrainDelay.String())
	time.Sleep(s.DrainDelay)
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	drain, cancel := context.WithTimeout(ctx, drainWithin)
	defer cancel()
	if err := public.Shutdown(drain); err != nil {
		s.Log.Warn("requests were cut off", "after", drainWithin.String())
		public.Close()
	}
	if err := s.closeTracing(ctx); err != nil {
		s.Log.Warn("not every span was sent", "error", err.Error())
	}
	s.logEnd()
	return admin.Close()
}

func (s *Service) closeTracing(ctx context.Context) error {
	if s.Tracing == nil {
		return nil
	}
	return s.Tracing.Close(ctx)
}

func (s *Service) logEnd() {
	if s.Tracing == nil {
		s.Log.Info("stopped")
		return
	}
	s.Log.Info("stopped", "spans", s.Tracing.Ledger.Counts())
}
