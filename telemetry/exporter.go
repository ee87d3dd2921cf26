package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// maxQueue bounds OTEL_BSP_MAX_QUEUE_SIZE and OTEL_BSP_MAX_EXPORT_BATCH_SIZE: the queue is allocated at the start.
const maxQueue = 1 << 20

// Times between two attempts to send a batch, and to reach a Collector that is away. They are so short that the last flush
// tries again within the time that stopping leaves it, and only every second while nobody answers.
const (
	retryFirst = 200 * time.Millisecond
	retryMost  = time.Second
	retryFor   = time.Minute      // the exporter's own limit, OTEL_EXPORTER_OTLP_TIMEOUT, is 10 s by default
	dialWithin = 20 * time.Second // one attempt to connect, as gRPC has it
)

// newExporter returns the exporter that the standard variables ask for, nil for none. An empty endpoint leaves the choice to
// the variables.
func newExporter(ctx context.Context, s *standard, endpoint string) (sdktrace.SpanExporter, error) {
	switch {
	case s.exporter == exporterNone:
		return nil, nil
	case s.exporter == exporterConsole:
		return stdouttrace.New()
	case s.protocol == protocolGRPC:
		return NewExporter(ctx, endpoint)
	}
	return newHTTPExporter(ctx, endpoint)
}

// NewExporter returns an exporter for OTLP over gRPC. It doesn't connect before the first export. An empty endpoint leaves
// the choice to the standard variables, which also set everything else.
func NewExporter(ctx context.Context, endpoint string) (sdktrace.SpanExporter, error) {
	opts := []otlptracegrpc.Option{
		otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{
			Enabled: true, InitialInterval: retryFirst, MaxInterval: retryMost, MaxElapsedTime: retryFor}),
		otlptracegrpc.WithDialOption(
			grpc.WithChainUnaryInterceptor(readReply),
			grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: dialWithin, Backoff: backoff.Config{
				BaseDelay: retryFirst, Multiplier: 1.5, Jitter: 0.2, MaxDelay: retryMost}})),
	}
	if endpoint != "" {
		opts = append(opts, otlptracegrpc.WithEndpointURL(endpoint))
	}
	exporter, err := otlptracegrpc.New(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("set up the OTLP exporter: %w", err)
	}
	return exporter, nil
}

// newHTTPExporter is NewExporter for OTLP over HTTP, in protobuf or JSON as OTEL_EXPORTER_OTLP_PROTOCOL says.
func newHTTPExporter(ctx context.Context, endpoint string) (sdktrace.SpanExporter, error) {
	opts := []otlptracehttp.Option{otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
		Enabled: true, InitialInterval: retryFirst, MaxInterval: retryMost, MaxElapsedTime: retryFor})}
	if endpoint != "" {
		opts = append(opts, otlptracehttp.WithEndpointURL(endpoint))
	}
	exporter, err := otlptracehttp.New(ctx, opts...)
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
	ledger     *Ledger
	complaints *complaints
}

func (e *countingExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	spans = withoutEmptyRoutes(spans)
	n, note := int64(len(spans)), reply{}
	ctx = context.WithValue(ctx, replyKey{}, &note)
	err := e.SpanExporter.ExportSpans(ctx, spans)
	if notUTF8(err) {
		err = e.SpanExporter.ExportSpans(ctx, withValidText(spans))
	}
	if err != nil && !note.ok {
		note = readPartialSuccess(err)
	}
	lost, reason := int64(0), ""
	switch {
	case note.ok:
		lost, reason = min(max(note.rejected, 0), n), "rejected"
	case err != nil:
		lost, reason = n, failureReason(err)
	}
	e.ledger.recordExport(n, lost, reason)
	if lost > 0 {
		return &ExportError{Lost: lost, Err: err}
	}
	e.complaints.Handle(err) // what a Collector remarks that took every span
	e.complaints.recovered()
	return nil
}

// partialSuccess is the end of the exporters' error for an answer that the Collector took the spans but for some, or that
// it took them and has something to say.
var partialSuccess = regexp.MustCompile(`\((-?\d+) spans rejected\)$`)

// readPartialSuccess finds in an error of the exporter over HTTP, whose type is its own, what readReply finds in the answer.
func readPartialSuccess(err error) reply {
	match := partialSuccess.FindStringSubmatch(err.Error())
	if match == nil {
		return reply{}
	}
	rejected, err := strconv.ParseInt(match[1], 10, 64)
	return reply{ok: err == nil, rejected: rejected}
}

// ExportError says how many spans of a batch were not delivered, and why.
type ExportError struct {
	Lost int64
	Err  error
}

func (e *ExportError) Error() string { return fmt.Sprintf("export: %d spans lost: %v", e.Lost, e.Err) }

func (e *ExportError) Unwrap() error { return e.Err }

// failureReason is the gRPC status of an export's error in snake case, or the one that fits an error of HTTP.
func failureReason(err error) string {
	s, is := status.FromError(err)
	var overHTTP *url.Error
	switch {
	case is:
		return snake(s.Code())
	case errors.Is(err, context.DeadlineExceeded):
		return snake(codes.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return snake(codes.Canceled)
	case errors.As(err, &overHTTP) && overHTTP.Timeout():
		return snake(codes.DeadlineExceeded)
	case overHTTP != nil:
		return snake(codes.Unavailable)
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
		errs = append(errs, fmt.Errorf("OTEL_BSP_MAX_QUEUE_SIZE: want 1 to %d; taking %d", maxQueue, sdktrace.DefaultMaxQueueSize))
		o.MaxQueueSize = sdktrace.DefaultMaxQueueSize
		o.MaxExportBatchSize = sdktrace.DefaultMaxExportBatchSize
	}
	if o.MaxExportBatchSize < 1 || o.MaxExportBatchSize > o.MaxQueueSize {
		batch := min(sdktrace.DefaultMaxExportBatchSize, o.MaxQueueSize)
		errs = append(errs, fmt.Errorf("OTEL_BSP_MAX_EXPORT_BATCH_SIZE: want 1 to the queue's size; taking %d", batch))
		o.MaxExportBatchSize = batch
	}
	if o.BatchTimeout <= 0 {
		errs = append(errs, fmt.Errorf("OTEL_BSP_SCHEDULE_DELAY: want 1 or more milliseconds; taking %d", sdktrace.DefaultScheduleDelay))
		o.BatchTimeout = sdktrace.DefaultScheduleDelay * time.Millisecond
	}
	return errors.Join(errs...)
}
