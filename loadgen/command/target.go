package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"example.com/foobar/loadgen/stack"
)

// target is the URL that is asked, for which foo and bar are started when none is given; stop ends what was started.
func (s *session) target() (url string, stop func(), err error) {
	if !s.settings.Embedded() {
		return s.settings.URL, func() {}, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	release := s.signals.onFirst(cancel)
	services, err := stack.Start(ctx, stack.Config{Case: s.settings.Stack, Tempo: s.settings.Getenv("TEMPO_BIN"), Log: s.serviceLog(), Progress: s.screen.notice})
	release()
	if err != nil {
		cancel()
		return "", nil, targetError(err)
	}
	s.screen.notice(describe(services))
	stopping := make(chan struct{})
	for _, p := range services.Processes() {
		go s.warnOfExit(p, stopping)
	}
	return services.URL(), func() {
		close(stopping)
		if err := services.Stop(); err != nil {
			s.screen.warn(err.Error())
		}
		cancel()
	}, nil
}

// serviceLog is where the services' logs go, nil when nobody wants to see them.
func (s *session) serviceLog() io.Writer {
	if !s.settings.Verbose {
		return nil
	}
	return s.screen
}

// warnOfExit says so when a process ends that should not.
func (s *session) warnOfExit(p *stack.Process, stopping <-chan struct{}) {
	select {
	case <-stopping:
	case <-p.Done():
		s.screen.warn(p.Name + " has ended during the test: " + p.State())
	}
}

// targetError gives the exit code, and says what to type outside of the workspace.
func targetError(err error) error {
	switch {
	case errors.Is(err, stack.ErrNoWorkspace):
		return fmt.Errorf("no URL is given, and foo and bar can't be started: %w\n"+
			"type a URL:                      loadgen -vus 5 -d 30s http://localhost:8080/\n"+
			"or, in a clone of the workspace: go run ./loadgen -vus 5 -d 30s", err)
	case errors.Is(err, context.Canceled):
		return &codedError{exitInterrupted, errors.New("interrupted before the load began")}
	}
	return &codedError{exitTargetFailed, err}
}

// describe is the line that says what was started.
func describe(services *stack.Stack) string {
	var parts []string
	for _, p := range services.Processes() {
		parts = append(parts, fmt.Sprintf("%s on %s (pid %d)", p.Name, p.Addr, p.PID))
	}
	line := "started " + strings.Join(parts, ", ")
	if share := services.SamplingPercentage(); share != "" {
		return line + ", with OpenTelemetry, keeping " + share + " % of the traces"
	}
	return line + ", without OpenTelemetry"
}
