package measure

import (
	"context"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

func mustSink(t testing.TB) (*sink, collector.TraceServiceClient) {
	t.Helper()
	s, err := newSink()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	c, err := grpc.NewClient(s.addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return s, collector.NewTraceServiceClient(c)
}

// request holds a span of each trace, the traces in two resources.
func request(traces ...byte) *collector.ExportTraceServiceRequest {
	r := &collector.ExportTraceServiceRequest{ResourceSpans: []*tracev1.ResourceSpans{{SchemaUrl: "a"}, {}}}
	for i, id := range traces {
		resource := r.ResourceSpans[i%2]
		resource.ScopeSpans = append(resource.ScopeSpans, &tracev1.ScopeSpans{Spans: []*tracev1.Span{
			{Name: "work", TraceId: []byte{15: id}, Attributes: nil, Events: []*tracev1.Span_Event{{Name: "event"}}}}})
	}
	return r
}

func TestSink(t *testing.T) {
	s, client := mustSink(t)
	for name, options := range map[string][]grpc.CallOption{"Plain": nil, "Gzip": {grpc.UseCompressor(gzip.Name)}} {
		t.Run(name, func(t *testing.T) {
			s.reset()
			if _, err := client.Export(context.Background(), request(1, 1, 1, 2, 2, 0), options...); err != nil {
				t.Fatal(err)
			}
			if spans, traces, complete := s.counts(3); spans != 6 || traces != 3 || complete != 1 {
				t.Errorf("got %d spans, %d traces, %d whole", spans, traces, complete)
			}
		})
	}
	t.Run("Reset", func(t *testing.T) {
		s.reset()
		if spans, traces, _ := s.counts(3); spans != 0 || traces != 0 {
			t.Errorf("after a reset: %d spans, %d traces", spans, traces)
		}
	})
	t.Run("ErrNoSpans", func(t *testing.T) {
		if err := s.add([]byte{0xff}); err == nil {
			t.Error("a message that is none was counted")
		}
	})
}

// A message isn't read before its turn has come.
func TestSinkReadsAFewAtATime(t *testing.T) {
	s, client := mustSink(t)
	for range atOnce {
		s.turns <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancelled := make(chan error)
	go func() {
		_, err := client.Export(ctx, request(1))
		cancelled <- err
	}()
	cancel()
	if err := <-cancelled; grpcstatus.Code(err) != codes.Canceled {
		t.Errorf("out of turn: %v", err)
	}
	if n := s.count(); n != 0 {
		t.Errorf("%d spans were counted out of turn", n)
	}
	for range atOnce {
		<-s.turns
	}
	const senders = 20
	large := request(1)
	large.ResourceSpans[0].ScopeSpans[0].Spans[0].Name = strings.Repeat("x", 4<<20)
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			if _, err := client.Export(context.Background(), large, grpc.UseCompressor(gzip.Name)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := s.count(); got != senders {
		t.Errorf("%d spans, want %d", got, senders)
	}
}

func FuzzSink(f *testing.F) {
	text, err := proto.Marshal(request(1, 2, 2))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, message []byte) {
		s := &sink{traces: map[[16]byte]int32{}}
		err := s.add(message)
		var r collector.ExportTraceServiceRequest
		if proto.Unmarshal(message, &r) != nil {
			return
		}
		if err != nil {
			t.Fatalf("what the library reads isn't read here: %v", err)
		}
		want := int64(0)
		for _, resource := range r.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				want += int64(len(scope.Spans))
			}
		}
		if s.spans != want {
			t.Errorf("%d spans, the library sees %d", s.spans, want)
		}
	})
}
