package telemetry

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Paths of the routes that are never traced.
const (
	HealthPath = "/healthz"
	ReadyPath  = "/readyz"
)

// maxBody is the largest request body in bytes that a service reads; its routes need none.
const maxBody = 64 << 10

// Router returns an engine in release mode without routes. It recovers from panics, limits bodies, answers errors as
// JSON, and, unless tracing is off, makes a span named after the route for every request but the health checks. Where
// no route matches the span is named after the method alone, and has no http.route.
func (s *Service) Router() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.ForwardedByClientIP = false   // no proxy is trusted: client.address is the peer's
	r.RedirectTrailingSlash = false // Gin would redirect before any middleware, and nobody would see it; noRoute does it
	if s.Tracing != nil {
		r.Use(otelgin.Middleware(s.Name,
			otelgin.WithTracerProvider(s.Tracing),
			otelgin.WithPropagators(s.Tracing.Propagator),
			otelgin.WithGinFilter(traced)))
	}
	r.Use(s.count, s.recovery, limitBody)
	r.NoRoute(noRoute(r))
	r.NoMethod(func(c *gin.Context) { Fail(c, http.StatusMethodNotAllowed, "method not allowed") })
	return r
}

// noRoute redirects to the path with a slash at its end or without it, if that is a route, and otherwise answers 404.
func noRoute(r *gin.Engine) gin.HandlerFunc {
	return func(c *gin.Context) {
		if path := otherSlash(c.Request.URL.Path); hasRoute(r, c.Request.Method, path) {
			status := http.StatusMovedPermanently
			if c.Request.Method != http.MethodGet {
				status = http.StatusTemporaryRedirect // the method stays
			}
			target := url.URL{Path: path, RawQuery: c.Request.URL.RawQuery}
			c.Redirect(status, target.String())
			c.Abort()
			return
		}
		Fail(c, http.StatusNotFound, "no such path")
	}
}

func otherSlash(path string) string {
	if short, found := strings.CutSuffix(path, "/"); found {
		return short
	}
	return path + "/"
}

func hasRoute(r *gin.Engine, method, path string) bool {
	return path != "" && slices.ContainsFunc(r.Routes(), func(route gin.RouteInfo) bool {
		return route.Method == method && route.Path == path
	})
}

func traced(c *gin.Context) bool {
	path := c.FullPath()
	return path != HealthPath && path != ReadyPath
}

// count counts requests, with tracing and without it alike: what is used can be divided by them.
func (s *Service) count(c *gin.Context) {
	c.Next()
	if traced(c) {
		s.requests.Add(1)
	}
}

// Fail answers with a status and {"error": message}. What went wrong inside belongs in c.Error, not in the message.
func Fail(c *gin.Context, status int, message string) {
	c.AbortWithStatusJSON(status, gin.H{"error": message})
}

// Healthz answers 200 as long as the process serves.
func Healthz(c *gin.Context) { c.String(http.StatusOK, "ok") }

// Readyz answers 200 if ready returns nil and the service isn't stopping, and 503 otherwise. A nil ready is always ready.
func (s *Service) Readyz(ready func(context.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if s.stopping.Load() {
			Fail(c, http.StatusServiceUnavailable, "stopping")
			return
		}
		if ready != nil {
			if err := ready(c.Request.Context()); err != nil {
				Fail(c, http.StatusServiceUnavailable, err.Error())
				return
			}
		}
		c.String(http.StatusOK, "ready")
	}
}

// Transport returns a transport that makes a client span for each request and sends its trace context along. The span is
// named after the method and the route, which stands for url.template. With tracing off it returns base itself.
func (s *Service) Transport(base http.RoundTripper, route string) http.RoundTripper {
	if s.Tracing == nil {
		return base
	}
	return otelhttp.NewTransport(base,
		otelhttp.WithTracerProvider(s.Tracing),
		otelhttp.WithPropagators(s.Tracing.Propagator),
		otelhttp.WithSpanOptions(trace.WithAttributes(semconv.URLTemplate(route))),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method + " " + route }))
}

// recovery turns a panic into a line of log and a 500.
func (s *Service) recovery(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		s.Log.ErrorContext(c.Request.Context(), "handler panicked", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		c.Error(fmt.Errorf("panic: %v", v))
		Fail(c, http.StatusInternalServerError, "internal error")
	}()
	c.Next()
}

// limitBody refuses a body that says it is too large and cuts off one that turns out to be. The limit is put on a copy of
// the request: net/http recognizes its own body at the end, and then neither asks for one that a client with
// "Expect: 100-continue" holds back, nor waits for it.
func limitBody(c *gin.Context) {
	switch n := c.Request.ContentLength; {
	case n == 0:
	case n > maxBody:
		c.Header("Connection", "close")
		Fail(c, http.StatusRequestEntityTooLarge, fmt.Sprintf("body larger than %d bytes", maxBody))
	default:
		limited := *c.Request
		limited.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
		c.Request = &limited
	}
}
