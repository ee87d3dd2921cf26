package telemetry

import (
	"context"
	"io"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/trace"

	"example.com/foobar/telemetry/initlog"
)

func init() { initlog.Restore() }

// NewLogger returns a logger that writes one JSON object a line to w: time, level, msg, service, what the caller adds, and
// trace_id and span_id if the context carries a span. Secrets that the environment held when it was made are left out.
func NewLogger(w io.Writer, service string) *slog.Logger {
	options := &slog.HandlerOptions{ReplaceAttr: newSecrets(os.Environ()).attr}
	return slog.New(spanHandler{slog.NewJSONHandler(w, options)}).With("service", service)
}

// spanHandler adds the ids of the context's span to each record.
type spanHandler struct{ slog.Handler }

func (h spanHandler) Handle(ctx context.Context, r slog.Record) error {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		r.AddAttrs(slog.String("trace_id", sc.TraceID().String()), slog.String("span_id", sc.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func (h spanHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return spanHandler{h.Handler.WithAttrs(attrs)}
}

func (h spanHandler) WithGroup(name string) slog.Handler {
	return spanHandler{h.Handler.WithGroup(name)}
}
