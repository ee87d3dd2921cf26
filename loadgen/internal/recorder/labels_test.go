package recorder

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

func TestLabels(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		r := MustNew(t, httpConfig())
		a := r.Labels([]metrics.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}})
		if b := r.Labels([]metrics.Tag{{Key: "b", Value: "2"}, {Key: "a", Value: "0"}, {Key: "a", Value: "1"}}); a != b {
			t.Error("got two labels for the same tags in another order")
		}
		if c := r.Labels([]metrics.Tag{{Key: "a", Value: "12"}, {Key: "b", Value: ""}}); a == c {
			t.Error("got the same labels for other tags")
		}
	})
	t.Run("Concurrent", func(t *testing.T) {
		r := MustNew(t, httpConfig())
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 500 {
					l := r.Labels(requestTags(fmt.Sprint("/", i%50)))
					r.Record(uint32(g), l, request(1e6))
					if i%100 == 0 {
						r.Snapshot(time.Second)
					}
				}
			})
		}
		wg.Wait()
		s := r.Snapshot(time.Second)
		if len(s.Breakdown) != 50 || s.Breakdown[0].Count != 40 {
			t.Errorf("got %d rows, the first %+v, want 50 of 40", len(s.Breakdown), s.Breakdown[0])
		}
	})
	t.Run("Sections", func(t *testing.T) {
		c := httpConfig()
		c.Sections = true
		r := MustNew(t, c)
		for _, at := range []struct{ scenario, group string }{{"", ""}, {"buy", "::checkout"}, {"buy", "::checkout::pay"}, {"buy", ""}} {
			r.Record(0, r.Labels([]metrics.Tag{{Key: "scenario", Value: at.scenario}, {Key: "group", Value: at.group}}), request(1e6))
		}
		s := r.Snapshot(time.Second)
		if got := s.Total.Find("http_reqs").Count; got != 4 {
			t.Errorf("got %d requests in all, want 4", got)
		}
		if len(s.Scenarios) != 2 || s.Scenarios[0].Name != "buy" || s.Scenarios[1].Name != "default" {
			t.Fatalf("got scenarios %+v", s.Scenarios)
		}
		buy := s.Scenarios[0]
		checkout := buy.Groups[0]
		pay := checkout.Groups[0]
		for name, one := range map[string]struct {
			section metrics.Section
			want    uint64
		}{"buy": {buy, 3}, "checkout": {checkout, 1}, "pay": {pay, 1}} {
			if one.section.Name != name || one.section.Find("http_reqs").Count != one.want {
				t.Errorf("got section %s with %d requests, want %s with %d", one.section.Name, one.section.Find("http_reqs").Count, name, one.want)
			}
		}
	})
}

// TestCardinality records requests to 100,000 distinct URLs and measures what the recorder keeps.
func TestCardinality(t *testing.T) {
	const urls, limit = 100_000, 100 << 20
	c := httpConfig()
	c.Submetrics = append(c.Submetrics, selector.Selector{Metric: "http_reqs", Tags: []metrics.Tag{{Key: "name", Value: "/item/99999"}}})
	before := heap()
	r := MustNew(t, c)
	for i := range urls {
		tags := requestTags(fmt.Sprintf("/item/%d", i))
		r.Record(uint32(i), r.Labels(tags), request(float64(1e5+i)))
	}
	grown := int64(heap()) - int64(before)
	s := r.Snapshot(time.Minute)
	t.Logf("%d URLs take %d kB", urls, grown>>10)
	if grown > limit {
		t.Errorf("got %d MB, want less than %d MB", grown>>20, limit>>20)
	}
	if got := s.Total.Find("http_reqs").Count; got != urls {
		t.Errorf("got %d requests, want %d", got, urls)
	}
	if got := s.Total.Find("http_reqs", metrics.Tag{Key: "name", Value: "/item/99999"}).Count; got != 1 {
		t.Errorf("got %d requests in the sub-metric of a folded URL, want 1", got)
	}
	var sum uint64
	for _, row := range s.Breakdown {
		sum += row.Count
	}
	if first := s.Breakdown[0]; len(s.Breakdown) > 2100 || valueOf(first.Tags, "name") != "other" || valueOf(first.Tags, "status") != "200" || sum != urls {
		t.Errorf("got %d rows of %d requests, the first %+v", len(s.Breakdown), sum, first)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0].Message, "2000 distinct sets of tags") {
		t.Errorf("got warnings %v, want one of the fold", s.Warnings)
	}
	t.Run("OtherTags", func(t *testing.T) {
		c.BreakdownKeys = []string{"user"}
		c.MaxTagSets = 10
		r := MustNew(t, c)
		for i := range 1000 {
			r.Record(0, r.Labels([]metrics.Tag{{Key: "user", Value: fmt.Sprint(i)}}), request(1e6))
		}
		if got := len(r.Snapshot(1).Breakdown); got > 30 {
			t.Errorf("got %d rows, want them folded", got)
		}
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemory measures what one request's metrics take in all shards: a few MB, whatever the number of samples.
func TestMemory(t *testing.T) {
	c := httpConfig()
	c.Shards = 4
	before := heap()
	r := MustNew(t, c)
	l := r.Labels(requestTags("/foo"))
	for i := range 200_000 {
		r.Record(uint32(i), l, request(float64(100_000+i*97)))
	}
	grown := int64(heap()) - int64(before)
	t.Logf("four shards of %d metrics take %d kB", len(c.Metrics), grown>>10)
	if grown > 5<<20 {
		t.Errorf("got %d kB, want less than 5 MB", grown>>10)
	}
	runtime.KeepAlive(r)
}

// Past the bound a set of tags that nobody has seen costs no allocation, and the rows tell the rest apart as before.
func TestLabelsPastTheBound(t *testing.T) {
	c := httpConfig()
	c.MaxTagSets = 10
	r := MustNew(t, c)
	urls := make([]string, 1000)
	for i := range urls {
		urls[i] = fmt.Sprintf("/item/%d", i)
		r.Record(0, r.Labels(requestTags(urls[i])), request(1e6))
	}
	i := 0
	tags := requestTags("")
	allocs := testing.AllocsPerRun(500, func() {
		i++
		for j := range tags {
			if isVarying(tags[j].Key) {
				tags[j].Value = urls[i]
			}
		}
		r.Labels(tags)
	})
	if allocs != 0 {
		t.Errorf("got %v allocations for a set past the bound, want 0", allocs)
	}
	if got := len(r.Snapshot(1).Breakdown); got != 11 {
		t.Errorf("got %d rows, want 10 and one of the others", got)
	}
}

// TestLongTags records tags of 100 kB that differ each time: neither they nor what is folded from them may be kept.
func TestLongTags(t *testing.T) {
	const sets, limit = 300, 15 << 20
	for _, key := range []string{"url", "user", "group", "scenario", "method"} {
		t.Run(key, func(t *testing.T) {
			before := heap()
			r := MustNew(t, httpConfig())
			long := strings.Repeat("x", 100<<10)
			for i := range sets {
				r.Record(uint32(i), r.Labels([]metrics.Tag{{Key: key, Value: fmt.Sprint(long, i)}}), request(1e6))
			}
			if grown := int64(heap()) - int64(before); grown > limit {
				t.Errorf("got %d MB, want less than %d MB", grown>>20, limit>>20)
			}
			if got := r.Count(0); got != sets {
				t.Errorf("got %d requests, want %d", got, sets)
			}
			runtime.KeepAlive(r)
		})
	}
}

func BenchmarkLabelsPastTheBound(b *testing.B) {
	c := httpConfig()
	c.MaxTagSets = 10
	r := MustNew(b, c)
	sets := make([][]metrics.Tag, 4096)
	for i := range sets {
		sets[i] = requestTags(fmt.Sprintf("/item/%d", i))
		r.Labels(sets[i])
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			r.Labels(sets[i%len(sets)])
		}
	})
}
