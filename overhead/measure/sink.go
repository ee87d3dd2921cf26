package measure

import (
	"context"
	"fmt"
	"net"
	"sync"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // senders may compress
)

// sink receives spans over OTLP and gRPC, counts them by trace, and drops them: it stands where traces are stored.
type sink struct {
	collector.UnimplementedTraceServiceServer
	listener net.Listener
	server   *grpc.Server

	mu     sync.Mutex
	spans  int64
	traces map[[16]byte]int32
}

// maxMessage bounds one export.
const maxMessage = 64 << 20

func newSink() (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the receiver of spans: %w", err)
	}
	s := &sink{listener: l, server: grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage)), traces: map[[16]byte]int32{}}
	collector.RegisterTraceServiceServer(s.server, s)
	go s.server.Serve(l)
	return s, nil
}

// Export implements OTLP's trace service.
func (s *sink) Export(_ context.Context, r *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range r.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				var id [16]byte
				copy(id[:], span.TraceId)
				s.traces[id]++
				s.spans++
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func (s *sink) addr() string { return s.listener.Addr().String() }
func (s *sink) close()       { s.server.Stop() }

// reset forgets what has arrived.
func (s *sink) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans = 0
	clear(s.traces)
}

func (s *sink) count() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spans
}

// counts are the spans and traces that arrived, and the traces of exactly whole spans.
func (s *sink) counts(whole int) (spans, traces, complete int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.traces {
		if int(n) == whole {
			complete++
		}
	}
	return s.spans, int64(len(s.traces)), complete
}
