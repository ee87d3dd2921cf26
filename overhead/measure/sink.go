package measure

import (
	"fmt"
	"net"
	"sync"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // senders may compress
	"google.golang.org/grpc/mem"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
)

// sink receives spans over OTLP and gRPC, counts them by trace, and drops them: it stands where traces are stored.
type sink struct {
	listener net.Listener
	server   *grpc.Server
	turns    chan struct{}

	mu     sync.Mutex
	spans  int64
	traces map[[16]byte]int32
}

// maxMessage bounds one export, and atOnce how many are read at a time: the others wait with what their window of flow control holds.
const (
	maxMessage = 32 << 20
	atOnce     = 2
)

func newSink() (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the receiver of spans: %w", err)
	}
	s := &sink{listener: l, turns: make(chan struct{}, atOnce), traces: map[[16]byte]int32{}}
	s.server = grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.ForceServerCodecV2(undecoded{}))
	s.server.RegisterService(&exports, s)
	go s.server.Serve(l)
	return s, nil
}

// exports is OTLP's trace service as a stream of one message: so the message isn't read before its turn has come.
var exports = grpc.ServiceDesc{
	ServiceName: collector.TraceService_ServiceDesc.ServiceName,
	HandlerType: (*any)(nil),
	Streams: []grpc.StreamDesc{{StreamName: "Export", ClientStreams: true, ServerStreams: true, Handler: func(s any, stream grpc.ServerStream) error {
		return s.(*sink).export(stream)
	}}},
}

func (s *sink) export(stream grpc.ServerStream) error {
	message, err := s.receive(stream)
	if err != nil {
		return err
	}
	if err := s.add(message); err != nil {
		return grpcstatus.Error(codes.InvalidArgument, err.Error())
	}
	return stream.SendMsg([]byte{}) // an empty ExportTraceServiceResponse
}

// receive reads a message when its turn has come.
func (s *sink) receive(stream grpc.ServerStream) ([]byte, error) {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-stream.Context().Done():
		return nil, stream.Context().Err()
	}
	var message []byte
	if err := stream.RecvMsg(&message); err != nil {
		return nil, err
	}
	return message, nil
}

// The numbers of the fields on the way to a trace's id, as in OTLP's trace.proto and trace_service.proto.
const (
	resourceSpans = 1 // of ExportTraceServiceRequest
	scopeSpans    = 2 // of ResourceSpans
	spans         = 2 // of ScopeSpans
	traceID       = 1 // of Span
)

// add counts the spans of an ExportTraceServiceRequest.
func (s *sink) add(message []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fields(message, resourceSpans, func(resource []byte) error {
		return fields(resource, scopeSpans, func(scope []byte) error {
			return fields(scope, spans, func(span []byte) error {
				var id [16]byte
				err := fields(span, traceID, func(b []byte) error { copy(id[:], b); return nil })
				s.traces[id]++
				s.spans++
				return err
			})
		})
	})
}

// fields calls f with each field of that number in a message of Protocol Buffers, which isn't copied.
func fields(message []byte, number protowire.Number, f func([]byte) error) error {
	for len(message) > 0 {
		n, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return fmt.Errorf("reading spans: %w", protowire.ParseError(size))
		}
		message = message[size:]
		if size = protowire.ConsumeFieldValue(n, kind, message); size < 0 {
			return fmt.Errorf("reading spans: %w", protowire.ParseError(size))
		}
		if n == number && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message)
			if err := f(value); err != nil {
				return err
			}
		}
		message = message[size:]
	}
	return nil
}

// undecoded is a codec that hands over messages as they came.
type undecoded struct{}

// Name implements encoding.CodecV2.
func (undecoded) Name() string { return "proto" }

// Marshal implements encoding.CodecV2.
func (undecoded) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

// Unmarshal implements encoding.CodecV2.
func (undecoded) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
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
