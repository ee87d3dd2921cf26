package recorder

import (
	"math"
	"sync"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

// httpConfig declares what a request records, in an order of our own.
func httpConfig() Config {
	return Config{
		Metrics: []metrics.Desc{
			{Name: "http_reqs", Kind: metrics.Counter, Contains: metrics.Default}, {Name: "http_req_failed", Kind: metrics.Rate, Contains: metrics.Default}, {Name: "http_req_duration", Kind: metrics.Trend, Contains: metrics.Time},
			{Name: "http_req_blocked", Kind: metrics.Trend, Contains: metrics.Time}, {Name: "http_req_connecting", Kind: metrics.Trend, Contains: metrics.Time}, {Name: "http_req_tls_handshaking", Kind: metrics.Trend, Contains: metrics.Time},
			{Name: "http_req_sending", Kind: metrics.Trend, Contains: metrics.Time}, {Name: "http_req_waiting", Kind: metrics.Trend, Contains: metrics.Time}, {Name: "http_req_receiving", Kind: metrics.Trend, Contains: metrics.Time},
			{Name: "data_sent", Kind: metrics.Counter, Contains: metrics.Data}, {Name: "data_received", Kind: metrics.Counter, Contains: metrics.Data}, {Name: "vus", Kind: metrics.Gauge, Contains: metrics.Default}, {Name: "checks", Kind: metrics.Rate, Contains: metrics.Default},
		},
		Submetrics: []selector.Selector{{Metric: "http_req_duration", Tags: []metrics.Tag{{Key: "expected_response", Value: "true"}}}},
		Breakdown:  2, BreakdownKeys: []string{"name", "method", "status"}, BreakdownFailed: 1,
	}
}

func MustNew(tb testing.TB, c Config) *Recorder {
	tb.Helper()
	r, err := New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func requestTags(name string) []metrics.Tag {
	return []metrics.Tag{
		{Key: "scenario", Value: "default"}, {Key: "group", Value: ""}, {Key: "name", Value: name}, {Key: "url", Value: name}, {Key: "method", Value: "GET"}, {Key: "status", Value: "200"},
		{Key: "proto", Value: "HTTP/1.1"}, {Key: "expected_response", Value: "true"},
	}
}

// request are the samples of one request of roughly d nanoseconds.
func request(d float64) []Sample {
	return []Sample{
		{0, 1}, {1, 0}, {2, d}, {3, 2000}, {4, 0}, {5, 0}, {6, d / 10}, {7, d / 2}, {8, d / 5}, {9, 88}, {10, 172},
	}
}

func TestRecord(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		r := MustNew(t, httpConfig())
		l := r.Labels(requestTags("/foo"))
		for i := range 100 {
			r.Record(uint32(i), l, request(float64(i+1)*1e6))
		}
		s := r.Snapshot(2 * time.Second)
		d := s.Total.Find("http_req_duration")
		if d.Count != 100 || d.Min != 1e6 || d.Max != 100e6 || d.Sum != 5050e6 {
			t.Errorf("got %d samples, min %v, max %v, sum %v", d.Count, d.Min, d.Max, d.Sum)
		}
		sub := s.Total.Find("http_req_duration", metrics.Tag{Key: "expected_response", Value: "true"})
		if sub == nil || sub.Count != 100 {
			t.Errorf("got sub-metric %+v", sub)
		}
		if got := s.Total.Find("data_sent").Sum; got != 8800 {
			t.Errorf("got %v bytes sent, want 8800", got)
		}
		if len(s.Breakdown) != 1 || s.Breakdown[0].Count != 100 || s.Breakdown[0].Timed != 100 || s.Breakdown[0].Max != 100e6 {
			t.Errorf("got breakdown %+v", s.Breakdown)
		}
		if r.Count(2) != 100 || r.Sum(9) != 8800 || r.Passes(1) != 0 {
			t.Errorf("got live count %d, sum %v, passes %d", r.Count(2), r.Sum(9), r.Passes(1))
		}
	})
	t.Run("ErrUndeclared", func(t *testing.T) {
		r := MustNew(t, httpConfig())
		r.Record(0, r.Labels(nil), []Sample{{99, 1}, {-1, 1}, {0, 1}})
		s := r.Snapshot(time.Second)
		if got := s.Total.Find("http_reqs").Count; got != 1 {
			t.Errorf("got %d, want the one declared sample", got)
		}
		if len(s.Warnings) != 1 {
			t.Errorf("got warnings %v, want one", s.Warnings)
		}
	})
}

func TestRecordAllocatesNothing(t *testing.T) {
	r := MustNew(t, httpConfig())
	tags, samples := requestTags("/foo"), request(12e6)
	l := r.Labels(tags)
	check := r.Check(l, "is status 200")
	for i := range uint32(len(r.shards)) {
		r.Record(i, l, samples)
	}
	shard := uint32(0)
	got := testing.AllocsPerRun(1000, func() {
		shard++
		r.Record(shard, l, samples)
		r.RecordCheck(shard, check, true)
		r.Labels(tags)
	})
	if got != 0 {
		t.Errorf("got %v allocations a request, want 0", got)
	}
}

// BenchmarkRecord records all that one request measures, in two goroutines.
func BenchmarkRecord(b *testing.B) {
	r := MustNew(b, httpConfig())
	l := r.Labels(requestTags("/foo"))
	var wg sync.WaitGroup
	b.ReportAllocs()
	for g := range 2 {
		wg.Go(func() {
			batches := make([][]Sample, 256)
			for i := range batches {
				batches[i] = request(float64(100e3 + i*i*17))
			}
			for i := range b.N {
				r.Record(uint32(g), l, batches[i%len(batches)])
			}
		})
	}
	wg.Wait()
}

// Values without a place in a distribution are counted apart.
func TestRecordOutOfRange(t *testing.T) {
	r := MustNew(t, httpConfig())
	r.Record(0, r.Labels(nil), []Sample{{2, -1}, {2, 1}, {11, math.NaN()}, {11, 4}})
	s := r.Snapshot(1)
	if d := s.Total.Find("http_req_duration"); d.OutOfRange != 1 || d.Count != 2 {
		t.Errorf("got trend %+v, want one of two values out of range", d)
	}
	if g := s.Total.Find("vus"); g.OutOfRange != 1 || g.Count != 1 || g.Last != 4 {
		t.Errorf("got gauge %+v, want one value beside NaN", g)
	}
}
