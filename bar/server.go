package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"example.com/foobar/telemetry"
)

func routes(s *telemetry.Service) http.Handler {
	r := s.Router()
	r.GET("/bar", func(c *gin.Context) { c.String(http.StatusOK, "bar") })
	r.GET(telemetry.HealthPath, telemetry.Healthz)
	r.GET(telemetry.ReadyPath, s.Readyz(nil))
	return r
}
