package load

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestResultIsTyped(t *testing.T) {
	test := &Test{
		Options: Options{VUs: new(2), Iterations: new(int64(10)), Thresholds: Thresholds{
			"http_req_duration{status:200}": {"p(95)<60000"}, "size": {"max<5"}, "odd": {"rate>0.9"},
			"wait": {"avg<1"}}},
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
	}
	size, waited, odd, level, done := test.NewTrend("size"), test.NewTimeTrend("wait"), test.NewRate("odd"), test.NewGauge("level"), test.NewCounter("done")
	test.Exec = func(vu *VU) error {
		vu.Check("ok", vu.Get("http://foo.test/").Status == 200)
		size.Add(vu, 4)
		size.Add(vu, 6)
		waited.Add(vu, 1500*time.Millisecond)
		odd.Add(vu, vu.Iteration%2 == 0)
		level.Add(vu, 7)
		done.Add(vu, 2)
		return nil
	}
	r := MustFinish(t, test)
	if l := r.Latency(); l.Count != 10 || l.P(95) <= 0 || l.P(95) > l.Max || l.Min > l.Mean || l.P(0) != l.Min {
		t.Errorf("latency: got %d, p95 %s, %s to %s", l.Count, l.P(95), l.Min, l.Max)
	}
	if l := r.Times("http_req_duration{status:200}"); l.Count != 10 || l.P(50) != r.Latency().P(50) {
		t.Errorf("the sub-metric: got %d, median %s", l.Count, l.P(50))
	}
	if s := r.Trend("size"); s.Count != 20 || s.Mean != 5 || s.P(100) != 6 {
		t.Errorf("size: got %d, %v, %v", s.Count, s.Mean, s.P(100))
	}
	if w := r.Times("wait"); w.Mean != 1500*time.Millisecond || r.ResponseTime().Count != 0 {
		t.Errorf("wait: got %s; response times %d", w.Mean, r.ResponseTime().Count)
	}
	if r.Requests().Sum != 10 || r.Requests().PerSecond <= 0 || r.Iterations().Sum != 10 || r.Counter("done").Sum != 20 || r.Gauge("level") != 7 {
		t.Errorf("got %+v requests, %+v iterations, %+v done, level %v", r.Requests(), r.Iterations(), r.Counter("done"), r.Gauge("level"))
	}
	if r.FailedRequests() != (Share{0, 10, 0}) || r.Checks() != (Share{10, 10, 1}) || r.Rate("odd").Count != 10 {
		t.Errorf("got %+v failed, checks %+v, odd %+v", r.FailedRequests(), r.Checks(), r.Rate("odd"))
	}
	for _, none := range []string{"nosuch", "http_reqs", "size", "{", "wait{a:b}"} {
		if r.Times(none).P(95) != 0 || r.Counter("size").Sum != 0 || r.Rate(none).Count != 0 || r.Gauge(none) != 0 {
			t.Errorf("%s: got something of a metric that is none of that kind", none)
		}
	}
	want := []string{"thresholds have failed: odd, size, wait", "odd: rate>0.9 failed: rate was ", "size: max<5 failed: max was 6", "wait: avg<1 failed: avg was 1.5s"}
	for _, line := range want {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("got %v, want %q in it", err, line)
		}
	}
	if r.ExitCode() != 99 {
		t.Errorf("got exit code %d, want 99", r.ExitCode())
	}
}
