package main

import (
	"io"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"example.com/foobar/telemetry"
)

// routes has no middleware: what a request costs is what the flags say, and the HTTP server.
func routes(s *telemetry.Service, o options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+telemetry.HealthPath, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })
	var tracer trace.Tracer
	if s.Tracing != nil {
		tracer = s.Tracing.Tracer("synthetic")
	}
	mux.HandleFunc("GET /work", func(w http.ResponseWriter, r *http.Request) {
		for range o.objects {
			allocate()
		}
		burn(o.burn)
		if tracer != nil {
			for range o.made {
				span(r, tracer)
			}
		}
		io.WriteString(w, "done")
	})
	return mux
}

// span is one as the specification's performance benchmark asks for: no parent, default kind and status, one integer
// attribute, one event without attributes, ended at once.
func span(r *http.Request, tracer trace.Tracer) {
	_, s := tracer.Start(r.Context(), "work", trace.WithNewRoot(), trace.WithAttributes(attribute.Int64("number", 42)))
	s.AddEvent("done")
	s.End()
}

// allocate makes one object that the compiler can't keep off the heap.
//
//go:noinline
func allocate() *[64]byte { return new([64]byte) }
