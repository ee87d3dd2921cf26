package telemetry

import (
	"log/slog"
	"net/http"
	"time"
)

// Limits of every service's server.
const (
	headerWithin = 5 * time.Second   // reading a request's header
	readWithin   = 10 * time.Second  // reading a whole request, on top of Settings.Within
	writeWithin  = 10 * time.Second  // writing an answer, on top of Settings.Within
	idleWithin   = 120 * time.Second // between two requests on a connection
	maxHeader    = 16 << 10          // bytes of a request's header
)

// IdleWithin is how long a client of a service should keep an unused connection: less than the service itself does, so
// that a request never meets a connection that is just being closed.
const IdleWithin = idleWithin - 30*time.Second

func (s *Service) newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin + s.Within, // net/http cancels the request's context when this is over
		WriteTimeout:      writeWithin + s.Within,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
}

// newAdminServer returns a server that sets no time to an answer: a profile takes as long as it was asked to.
func (s *Service) newAdminServer() *http.Server {
	return &http.Server{
		Handler:           s.adminHandler(),
		ReadHeaderTimeout: headerWithin,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
}
