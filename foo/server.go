package main

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"example.com/foobar/telemetry"
)

// statusClientClosed is what nginx logs when the client went away; nobody receives it, and it is no error of foo's.
const statusClientClosed = 499

func routes(s *telemetry.Service, b *bar) http.Handler {
	r := s.Router()
	r.GET("/foo", server{b}.foo)
	r.GET(telemetry.HealthPath, telemetry.Healthz)
	r.GET(telemetry.ReadyPath, s.Readyz(b.ready))
	return r
}

// server answers what foo is asked.
type server struct{ bar *bar }

func (s server) foo(c *gin.Context) {
	switch err := s.bar.ask(c.Request.Context()); {
	case err == nil:
		c.String(http.StatusOK, "foobar")
	case c.Request.Context().Err() != nil:
		c.AbortWithStatus(statusClientClosed)
	case errors.Is(err, errSlow):
		s.fail(c, http.StatusGatewayTimeout, "bar took too long", err)
	default:
		s.fail(c, http.StatusBadGateway, "bar could not be asked", err)
	}
}

// fail answers with the message, and leaves the error itself to the span and, now and then, to the log.
func (s server) fail(c *gin.Context, status int, message string, err error) {
	c.Error(err)
	s.bar.complain(c.Request.Context(), message, err)
	telemetry.Fail(c, status, message)
}
