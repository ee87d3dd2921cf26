package telemetry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// maxQueue bounds OTEL_BSP_MAX_QUEUE_SIZE and OTEL_BSP_MAX_EXPORT_BATCH_SIZE: the queue is allocated at the start.
const maxQueue = 1 << 20

// NewExporter returns an exporter for OTLP over gRPC. It doesn't connect before the first export. An empty endpoint leaves
// the choice to the standard variables, which also set everything else.
func NewExporter(ctx context.Context, endpoint string) (sdktrace.SpanExporter, error) {
	opts := []otlptracegrpc.Option{otlptracegrpc.WithDialOption(grpc.WithChainUnaryInterceptor(readReply))}
	if endpoint != "" {
		opts = append(opts, otlptracegrpc.WithEndpointURL(endpoint))
	}
	exporter, err := otlptracegrpc.New(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("set up the OTLP exporter: %w", err)
	}
	return exporter, nil
}

// reply is what a Collector answered to one export.
type reply struct {
	ok       bool
	rejected int64
}

type replyKey struct{}

// readReply notes how many spans the Collector took; the exporter's own error has that number only in its text.
func readReply(ctx context.Context, method string, req, resp any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := invoke(ctx, method, req, resp, cc, opts...)
	note, asked := ctx.Value(replyKey{}).(*reply)
	if answer, is := resp.(*coltracepb.ExportTraceServiceResponse); asked && is && err == nil {
		*note = reply{ok: true, rejected: answer.GetPartialSuccess().GetRejectedSpans()}
	}
	return err
}

// countingExporter books the outcome of every export in the ledger.
type countingExporter struct {
	sdktrace.SpanExporter
	ledger    *Ledger
	recovered func()
}

func (e *countingExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	n, note := int64(len(spans)), reply{}
	err := e.SpanExporter.ExportSpans(context.WithValue(ctx, replyKey{}, &note), spans)
	lost, reason := int64(0), ""
	switch {
	case note.ok:
		lost, reason = min(max(note.rejected, 0), n), "rejected"
	case err != nil:
		lost, reason = n, failureReason(err)
	}
	e.ledger.settle(n, lost, reason)
	if err != nil {
		return &ExportError{Lost: lost, Err: err}
	}
	e.recovered()
	return nil
}

// ExportError says how many spans of a batch were not delivered, and why.
type ExportError struct {
	Lost int64
	Err  error
}

func (e *ExportError) Error() string { return fmt.Sprintf("export: %d spans lost: %v", e.Lost, e.Err) }

func (e *ExportError) Unwrap() error { return e.Err }

// failureReason is the gRPC status of an export's error in snake case.
func failureReason(err error) string {
	s, is := status.FromError(err)
	switch {
	case is:
		return snake(s.Code())
	case errors.Is(err, context.DeadlineExceeded):
		return snake(codes.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return snake(codes.Canceled)
	}
	return "other"
}

func snake(code codes.Code) string {
	var b strings.Builder
	for i, r := range code.String() {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// repairBatching replaces settings with which the batch processor would panic or spin, and returns an error that says so.
func repairBatching(o *sdktrace.BatchSpanProcessorOptions) error {
	var errs []error
	if o.MaxQueueSize < 1 || o.MaxQueueSize > maxQueue {
		errs = append(errs, fmt.Errorf("OTEL_BSP_MAX_QUEUE_SIZE=%d: want 1 to %d; taking %d", o.MaxQueueSize, maxQueue, sdktrace.DefaultMaxQueueSize))
		o.MaxQueueSize = sdktrace.DefaultMaxQueueSize
		o.MaxExportBatchSize = sdktrace.DefaultMaxExportBatchSize
	}
	if o.MaxExportBatchSize < 1 || o.MaxExportBatchSize > o.MaxQueueSize {
		batch := min(sdktrace.DefaultMaxExportBatchSize, o.MaxQueueSize)
		errs = append(errs, fmt.Errorf("OTEL_BSP_MAX_EXPORT_BATCH_SIZE=%d: want 1 to the queue's size; taking %d", o.MaxExportBatchSize, batch))
		o.MaxExportBatchSize = batch
	}
	if o.BatchTimeout <= 0 {
		errs = append(errs, fmt.Errorf("OTEL_BSP_SCHEDULE_DELAY=%d: want 1 or more milliseconds; taking %d", o.BatchTimeout.Milliseconds(), sdktrace.DefaultScheduleDelay))
		o.BatchTimeout = sdktrace.DefaultScheduleDelay * time.Millisecond
	}
	return errors.Join(errs...)
}
