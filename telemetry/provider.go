package telemetry

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// Provider makes tracers, and owns what becomes of their spans.
type Provider struct {
	*sdktrace.TracerProvider
	Propagator propagation.TextMapPropagator
	Ledger     *Ledger
}

// NewProvider returns a provider whose sampled spans go through a ledger to the exporter, or no further than the ledger if
// that is nil. It sets the process-wide error handler and logger of OpenTelemetry, and no other global. Close it to send
// what is left.
func NewProvider(ctx context.Context, service string, exporter sdktrace.SpanExporter, log *slog.Logger) (*Provider, error) {
	c := newComplaints(log)
	res, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithHost(),
		resource.WithProcessPID(),
		resource.WithProcessRuntimeName(),
		resource.WithProcessRuntimeVersion(),
		resource.WithAttributes(semconv.ServiceName(service), semconv.ServiceVersion(Version())),
		resource.WithFromEnv(),
	)
	if res == nil {
		return nil, fmt.Errorf("describe the service: %w", err)
	}
	c.Handle(err)
	ledger := newLedger(exporter, c)
	return &Provider{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithSpanProcessor(ledger)),
		Propagator:     autoprop.NewTextMapPropagator(),
		Ledger:         ledger,
	}, nil
}

// Flush exports every span that ended before the call. The ledger is exact afterwards.
func (p *Provider) Flush(ctx context.Context) error {
	if err := p.ForceFlush(ctx); err != nil {
		return fmt.Errorf("flush spans: %w", err)
	}
	return nil
}

// Close exports what it can until ctx ends. The provider drops spans from then on.
func (p *Provider) Close(ctx context.Context) error {
	if err := p.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}
	return nil
}
