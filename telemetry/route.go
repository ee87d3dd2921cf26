package telemetry

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// withoutEmptyRoutes takes an empty http.route off the spans of requests that no route matched. The conventions have the
// attribute if there is a route and not otherwise; otelgin always sets it.
func withoutEmptyRoutes(spans []sdktrace.ReadOnlySpan) []sdktrace.ReadOnlySpan {
	own := false
	for i, span := range spans {
		if span.SpanKind() != trace.SpanKindServer || strings.Contains(span.Name(), " ") { // METHOD ROUTE
			continue
		}
		if !slices.ContainsFunc(span.Attributes(), emptyRoute) {
			continue
		}
		if !own {
			spans, own = slices.Clone(spans), true
		}
		spans[i] = routeless{span}
	}
	return spans
}

func emptyRoute(a attribute.KeyValue) bool {
	return a.Key == semconv.HTTPRouteKey && a.Value.AsString() == ""
}

// routeless is a span without the empty route.
type routeless struct{ sdktrace.ReadOnlySpan }

// Attributes returns those of the span but for the empty route.
func (s routeless) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(s.ReadOnlySpan.Attributes()), emptyRoute)
}
