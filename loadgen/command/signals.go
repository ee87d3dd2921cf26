package command

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"example.com/foobar/loadgen/internal/engine"
)

// signals hears Ctrl-C and SIGTERM. The first closes first, the second second; a third ends the process in the system's way.
type signals struct {
	first, second chan struct{}
	caught        chan os.Signal
	quit          chan struct{}
}

func catchSignals(ctx context.Context) *signals {
	s := &signals{first: make(chan struct{}), second: make(chan struct{}), caught: make(chan os.Signal, 2), quit: make(chan struct{})}
	signal.Notify(s.caught, os.Interrupt, syscall.SIGTERM)
	go s.listen(ctx)
	return s
}

// listen counts; the end of ctx counts as both signals.
func (s *signals) listen(ctx context.Context) {
	select {
	case <-s.caught:
		close(s.first)
	case <-ctx.Done():
		close(s.first)
		close(s.second)
		return
	case <-s.quit:
		return
	}
	select {
	case <-s.caught:
	case <-ctx.Done():
	case <-s.quit:
		return
	}
	signal.Stop(s.caught)
	close(s.second)
}

func (s *signals) release() {
	signal.Stop(s.caught)
	close(s.quit)
}

// onFirst calls f at the first signal, until release is called.
func (s *signals) onFirst(f func()) (release func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-s.first:
			f()
		case <-done:
		}
	}()
	return func() { close(done); <-ended }
}

func (s *signals) received() bool {
	select {
	case <-s.first:
		return true
	default:
		return false
	}
}

// stopOnSignal stops the run gracefully at the first signal and at once at the second, until the returned function is called.
func (s *signals) stopOnSignal(run engine.Run, screen *screen) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-done:
			return
		case <-s.first:
		}
		screen.notice("stopping: iterations under way may end; Ctrl-C again stops them now")
		run.Stop(engine.InterruptedSignal)
		select {
		case <-done:
		case <-s.second:
			run.Abort(engine.InterruptedSignal)
		}
	}()
	return func() { close(done); <-ended }
}
