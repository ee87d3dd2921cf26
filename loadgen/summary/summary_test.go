package summary

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

func MustText(tb testing.TB, s *metrics.Snapshot, o Options) string {
	tb.Helper()
	var b bytes.Buffer
	if err := Text(&b, s, o); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// golden compares with a file in testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s\n(go test ./summary -update writes it anew)", path, got, want)
	}
}

// declared are the metrics of a test over HTTP, and a few of the user's own.
var declared = []metrics.Desc{
	{Name: "vus", Kind: metrics.Gauge, Contains: metrics.Default},
	{Name: "vus_max", Kind: metrics.Gauge, Contains: metrics.Default},
	{Name: "iterations", Kind: metrics.Counter, Contains: metrics.Default},
	{Name: "iteration_duration", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "dropped_iterations", Kind: metrics.Counter, Contains: metrics.Default},
	{Name: "checks", Kind: metrics.Rate, Contains: metrics.Default},
	{Name: "group_duration", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_reqs", Kind: metrics.Counter, Contains: metrics.Default},
	{Name: "http_req_failed", Kind: metrics.Rate, Contains: metrics.Default},
	{Name: "http_req_duration", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_req_blocked", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_req_connecting", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_req_tls_handshaking", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_req_sending", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_req_waiting", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_req_receiving", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "http_req_response_time", Kind: metrics.Trend, Contains: metrics.Time},
	{Name: "data_sent", Kind: metrics.Counter, Contains: metrics.Data},
	{Name: "data_received", Kind: metrics.Counter, Contains: metrics.Data},
	{Name: "my_counter", Kind: metrics.Counter, Contains: metrics.Default},
	{Name: "raw_trend", Kind: metrics.Trend, Contains: metrics.Default},
}

// fixture records a test into a recorder.
type fixture struct {
	*recorder.Recorder
	tb testing.TB
}

func newFixture(tb testing.TB, sections bool, submetrics ...selector.Selector) *fixture {
	tb.Helper()
	submetrics = append([]selector.Selector{
		{Metric: "http_req_duration", Tags: []metrics.Tag{{Key: "expected_response", Value: "true"}}},
	}, submetrics...)
	r, err := recorder.New(recorder.Config{
		Metrics: declared, Submetrics: submetrics, Sections: sections,
		Breakdown: 9, BreakdownKeys: []string{"name"}, BreakdownFailed: 8,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return &fixture{Recorder: r, tb: tb}
}

func labels(f *fixture, scenario, group string, more ...string) *recorder.Labels {
	tags := []metrics.Tag{{Key: "scenario", Value: scenario}, {Key: "group", Value: group}}
	for i := 0; i+1 < len(more); i += 2 {
		tags = append(tags, metrics.Tag{Key: more[i], Value: more[i+1]})
	}
	return f.Labels(tags)
}

func (f *fixture) add(l *recorder.Labels, name string, v float64) {
	for i, d := range declared {
		if d.Name == name {
			f.Record(0, l, []recorder.Sample{{ID: recorder.ID(i), Value: v}})
			return
		}
	}
	f.tb.Fatalf("metric %s is not declared", name)
}

// request records all metrics of a request that waited for d.
func (f *fixture) request(scenario, group string, d time.Duration, ok bool) {
	l, bad := labels(f, scenario, group, "name", "/foo", "expected_response", "true"), 0.0
	if !ok {
		l, bad = labels(f, scenario, group, "name", "/foo", "expected_response", "false"), 1
	}
	sending, receiving := d/200, d/40
	for name, v := range map[string]time.Duration{
		"http_req_duration": sending + d + receiving, "http_req_blocked": d / 20, "http_req_connecting": d / 25,
		"http_req_tls_handshaking": 0, "http_req_sending": sending, "http_req_waiting": d, "http_req_receiving": receiving,
	} {
		f.add(l, name, float64(v))
	}
	f.add(l, "http_reqs", 1)
	f.add(l, "http_req_failed", bad)
	f.add(l, "data_sent", 78)
	f.add(l, "data_received", 181)
}

func (f *fixture) check(scenario, group, name string, passes, fails int) {
	l := labels(f, scenario, group)
	id := f.Check(l, name)
	for i := range passes + fails {
		ok := i < passes
		f.RecordCheck(uint32(i), id, ok)
		v := 0.0
		if ok {
			v = 1
		}
		f.add(l, "checks", v)
	}
}

// demonstration is the test of five users for half a minute, of which six requests in 150 failed.
func demonstration(f *fixture) *metrics.Snapshot {
	f.check("default", "", "is status 200", 144, 6)
	f.check("default", "", "returns foobar", 144, 6)
	l := labels(f, "default", "")
	for i := range 150 {
		d := 6*time.Millisecond + time.Duration(i*i)*time.Microsecond*6
		f.request("default", "", d, i%25 != 7)
		f.add(l, "iterations", 1)
		f.add(l, "iteration_duration", float64(time.Second+d))
	}
	for range 30 {
		f.add(l, "vus", 5)
		f.add(l, "vus_max", 5)
	}
	return f.Snapshot(30688 * time.Millisecond)
}

func TestText(t *testing.T) {
	t.Run("OK/demonstration", func(t *testing.T) {
		s := demonstration(newFixture(t, false))
		golden(t, "demonstration.legacy.txt", MustText(t, s, Options{}))
		golden(t, "demonstration.compact.txt", MustText(t, s, Options{Mode: Compact}))
		golden(t, "demonstration.full.txt", MustText(t, s, Options{Mode: Full}))
	})
	for _, tt := range []struct {
		name     string
		sections bool
		o        Options
	}{
		{"scenarios.legacy.txt", false, Options{}},
		{"scenarios.compact.txt", false, Options{Mode: Compact}},
		{"scenarios.full.txt", true, Options{Mode: Full}},
		{"scenarios.legacy.color.txt", false, Options{Color: true}},
		{"scenarios.full.color.txt", true, Options{Mode: Full, Color: true}},
		{"scenarios.compact.us.txt", false, Options{Mode: Compact, TimeUnit: "us"}},
		{"scenarios.legacy.s.txt", false, Options{TimeUnit: "s", TrendStats: []string{"p(99.9)", "count", "max"}}},
		{"scenarios.compact.stats.txt", false, Options{Mode: Compact, TimeUnit: "ms", TrendStats: []string{"count", "p(50)", "p(0)"}}},
	} {
		t.Run("OK/"+tt.name, func(t *testing.T) {
			golden(t, tt.name, MustText(t, scenarios(t, tt.sections), tt.o))
		})
	}
	t.Run("OK/empty", func(t *testing.T) {
		s := newFixture(t, false).Snapshot(0)
		if got := MustText(t, s, Options{}); got != "\n\n" {
			t.Errorf("got %q", got)
		}
		if got := MustText(t, s, Options{Mode: Disabled}); got != "" {
			t.Errorf("got %q, want nothing", got)
		}
	})
	for _, o := range []Options{{Mode: "short"}, {TimeUnit: "m"}, {TrendStats: []string{"p(101)"}}, {TrendStats: []string{"p95"}}} {
		t.Run("ErrOptions", func(t *testing.T) {
			if err := Text(io.Discard, &metrics.Snapshot{}, o); err == nil {
				t.Errorf("%+v: got no error", o)
			}
		})
	}
}
