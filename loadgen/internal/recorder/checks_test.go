package recorder

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

func TestCheck(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		c := httpConfig()
		c.Sections = true
		r := MustNew(t, c)
		for _, at := range []struct{ scenario, group, name string }{
			{"b", "::z", "one"}, {"a", "", "two"}, {"b", "::y::x", "three"}, {"a", "::z", "one"},
		} {
			l := r.Labels([]metrics.Tag{{Key: "scenario", Value: at.scenario}, {Key: "group", Value: at.group}})
			id := r.Check(l, at.name)
			r.RecordCheck(0, id, true)
			r.RecordCheck(5, id, false)
		}
		got := r.Snapshot(1)
		want := metrics.Section{
			Checks: []metrics.Check{{Name: "two", Passes: 1, Fails: 1, Order: 2}},
			Groups: []metrics.Section{
				{Name: "z", Checks: []metrics.Check{{Name: "one", Passes: 2, Fails: 2, Order: 1}}},
				{Name: "y", Groups: []metrics.Section{{Name: "x", Checks: []metrics.Check{{Name: "three", Passes: 1, Fails: 1, Order: 3}}}}},
			},
		}
		got.Total.Series = nil
		if !reflect.DeepEqual(got.Total, want) {
			t.Errorf("got %+v, want %+v", got.Total, want)
		}
		if a := got.Scenarios[0]; a.Name != "a" || len(a.Checks) != 1 || a.Groups[0].Checks[0].Passes != 1 {
			t.Errorf("got scenario %+v", a)
		}
	})
	t.Run("Bounded", func(t *testing.T) {
		r := MustNew(t, httpConfig())
		for i := range 3000 {
			l := r.Labels([]metrics.Tag{{Key: "group", Value: fmt.Sprintf("::g%d", i)}})
			r.RecordCheck(0, r.Check(l, fmt.Sprint("check ", i)), true)
		}
		s := r.Snapshot(1)
		if n := len(s.Total.Groups); n > 1001 {
			t.Errorf("got %d groups, want them folded", n)
		}
		var checks, passes uint64
		for _, g := range s.Total.Groups {
			for _, c := range g.Checks {
				checks++
				passes += c.Passes
			}
		}
		if checks > 2001 || passes != 3000 {
			t.Errorf("got %d checks of %d passes, want at most 2001 of 3000", checks, passes)
		}
	})
}

func TestFail(t *testing.T) {
	r := MustNew(t, httpConfig())
	for i := range 500 {
		r.Fail(1000, fmt.Sprint("message ", i))
	}
	for range 10 {
		r.Fail(1212, strings.Repeat("ü", 400)+"\nsecond line")
		r.Fail(1050, "request timeout")
	}
	got := r.Snapshot(1).Failures
	var sum uint64
	for _, f := range got {
		sum += f.Count
		if len(f.Message) > maxMessage || strings.Contains(f.Message, "\n") {
			t.Errorf("got a message of %d bytes: %q", len(f.Message), f.Message)
		}
	}
	if len(got) != 101 || sum != 520 || got[0] != (metrics.Failure{Code: 0, Message: "other errors", Count: 420}) {
		t.Errorf("got %d failures of %d, the first %+v", len(got), sum, got[0])
	}
	for i := range 300 {
		r.Warn(metrics.Warning{Message: fmt.Sprint(i % 150)})
	}
	if got := len(r.Snapshot(1).Warnings); got != maxWarnings {
		t.Errorf("got %d warnings, want %d", got, maxWarnings)
	}
}

// TestReset resets and snapshots while others record: no request is ever half there.
func TestReset(t *testing.T) {
	r := MustNew(t, httpConfig())
	l := r.Labels(requestTags("/foo"))
	check := r.Check(l, "is status 200")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					r.Record(uint32(g), l, request(1e6))
				}
			}
		})
	}
	for range 60 {
		r.Reset()
		s := r.Snapshot(time.Second)
		want := s.Total.Find("http_reqs").Count
		for _, name := range []string{"http_req_duration", "http_req_waiting", "data_received", "http_req_failed"} {
			if got := s.Total.Find(name).Count; got != want {
				t.Errorf("got %d samples of %s and %d requests", got, name, want)
			}
		}
		if len(s.Breakdown) > 0 && s.Breakdown[0].Count != want {
			t.Errorf("got a row of %d and %d requests", s.Breakdown[0].Count, want)
		}
	}
	close(stop)
	wg.Wait()
	r.RecordCheck(0, check, true)
	r.Fail(1000, "refused")
	r.Reset()
	s := r.Snapshot(0)
	if n := s.Total.Find("http_reqs").Count; n != 0 || len(s.Total.Checks) != 0 || len(s.Failures) != 0 || len(s.Breakdown) != 0 {
		t.Errorf("got %+v after a reset, want nothing", s)
	}
	r.Record(0, l, request(1e6))
	r.RecordCheck(0, check, true)
	s = r.Snapshot(0)
	if n := s.Total.Find("http_reqs").Count; n != 1 || s.Total.Checks[0].Passes != 1 {
		t.Error("labels or checks were lost in a reset")
	}
}

// TestSnapshotIsImmutable records after a snapshot and compares it with what it was.
func TestSnapshotIsImmutable(t *testing.T) {
	r := MustNew(t, httpConfig())
	l := r.Labels(requestTags("/foo"))
	r.Record(0, l, request(1e6))
	s := r.Snapshot(time.Second)
	again := r.Snapshot(time.Second)
	r.Record(0, l, request(2e6))
	r.Reset()
	MustEqual(t, "snapshot", s, again)
}

func TestGauge(t *testing.T) {
	r := MustNew(t, httpConfig())
	l := r.Labels(nil)
	for i, v := range []float64{3, 9, 1, 5} {
		r.Record(uint32(7-i), l, []Sample{{11, v}})
	}
	if got := r.Snapshot(1).Total.Find("vus"); got.Last != 5 || got.Min != 1 || got.Max != 9 {
		t.Errorf("got %+v, want last 5, min 1, max 9", got)
	}
}

func TestNew(t *testing.T) {
	trend := metrics.Desc{Name: "t", Kind: metrics.Trend, Contains: metrics.Time}
	for name, c := range map[string]Config{
		"ErrTwice":    {Metrics: []metrics.Desc{trend, trend}},
		"ErrName":     {Metrics: []metrics.Desc{{Name: "1 x", Kind: metrics.Trend, Contains: metrics.Time}}},
		"ErrKind":     {Metrics: []metrics.Desc{{Name: "x", Kind: "histogram", Contains: metrics.Time}}},
		"ErrContains": {Metrics: []metrics.Desc{{Name: "x", Kind: metrics.Trend, Contains: "length"}}},
		"ErrUnknown":  {Metrics: []metrics.Desc{trend}, Submetrics: []selector.Selector{{Metric: "u", Tags: []metrics.Tag{{Key: "a", Value: "b"}}}}},
		"ErrNoTags":   {Metrics: []metrics.Desc{trend}, Submetrics: []selector.Selector{{Metric: "t", Tags: nil}}},
		"ErrID":       {Metrics: []metrics.Desc{trend}, Breakdown: 3, BreakdownKeys: []string{"name"}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(c); err == nil {
				t.Error("got no error")
			}
		})
	}
	t.Run("OK", func(t *testing.T) {
		for shards, want := range map[int]int{1: 1, 3: 4, 8: 8, 1 << 30: maxShards} {
			if got := len(MustNew(t, Config{Shards: shards}).shards); got != want {
				t.Errorf("got %d shards for %d, want %d", got, shards, want)
			}
		}
	})
}
