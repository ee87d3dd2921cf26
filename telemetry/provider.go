package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// remindAfter is how often the log repeats that spans still can't be sent.
const remindAfter = 10 * time.Minute

// Provider makes tracers, and owns what becomes of their spans.
type Provider struct {
	*sdktrace.TracerProvider
	Propagator propagation.TextMapPropagator
	Ledger     *Ledger
}

// NewProvider returns a provider whose sampled spans go through a ledger to the exporter. It sets the process-wide error
// handler and logger of OpenTelemetry, and no other global. Close it to send what is left.
func NewProvider(ctx context.Context, service string, exporter sdktrace.SpanExporter, log *slog.Logger) (*Provider, error) {
	c := &complaints{log: log, said: Throttle{Period: remindAfter}}
	otel.SetErrorHandler(c)
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
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
	ledger := newLedger(exporter, c.Handle, c.recovered)
	return &Provider{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithSpanProcessor(ledger)),
		Propagator:     propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
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

// complaints logs the errors of OpenTelemetry: the first of a kind, then a rare reminder, and the recovery.
type complaints struct {
	log  *slog.Logger
	said Throttle
}

// Handle implements otel.ErrorHandler.
func (c *complaints) Handle(err error) {
	if err == nil {
		return
	}
	var export *ExportError
	if errors.As(err, &export) {
		if skipped, ok := c.said.Allow("export", time.Now()); ok {
			c.log.Warn("can't send spans; serving on, and saying so again only rarely", "error", export.Err.Error(),
				"spans_lost", export.Lost, "failures_not_logged", skipped)
		}
		return
	}
	if skipped, ok := c.said.Allow(err.Error(), time.Now()); ok {
		c.log.Warn("tracing", "error", err.Error(), "repeats_not_logged", skipped)
	}
}

func (c *complaints) recovered() {
	if skipped, said := c.said.Forget("export"); said {
		c.log.Info("spans are sent again", "failures_not_logged", skipped)
	}
}
