package measure

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestScrape(t *testing.T) {
	page := "# TYPE foobar_spans_started_total counter\nfoobar_spans_started_total 12\n" +
		"# TYPE foobar_spans_dropped_total counter\nfoobar_spans_dropped_total{reason=\"queue_full\"} 3\nfoobar_spans_dropped_total{reason=\"shutdown\"} 1\n" +
		"# TYPE otelcol_processor_tail_sampling_global_count_traces_sampled counter\n" +
		"otelcol_processor_tail_sampling_global_count_traces_sampled{sampled=\"true\"} 2\notelcol_processor_tail_sampling_global_count_traces_sampled{sampled=\"false\"} 8\n"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(w, page)
	}))
	defer server.Close()
	m, err := scrapeFrom(context.Background(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	a, c := spansOf(m), collectorOf(m)
	if a.Started != 12 || a.Dropped["queue_full"] != 3 || lost(a) != 4 || pending(m) != 8 {
		t.Errorf("the account: %+v", a)
	}
	if c.Decided != 10 || c.Kept != 2 {
		t.Errorf("the Collector: %+v", c)
	}
	t.Run("ErrStatus", func(t *testing.T) {
		if _, err := scrapeFrom(context.Background(), server.URL+"/gone"); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrNoMetrics", func(t *testing.T) {
		page = "<html>"
		if _, err := scrapeFrom(context.Background(), server.URL); err == nil {
			t.Error("a page that is none was read")
		}
	})
}
