package load

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/foobar/loadgen/metrics"
)

func MustServe(tb testing.TB, h http.HandlerFunc) *httptest.Server {
	tb.Helper()
	srv := httptest.NewServer(h)
	tb.Cleanup(srv.Close)
	return srv
}

func foobar(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "foobar") }

func TestLoopback(t *testing.T) {
	srv := MustServe(t, foobar)
	test := &Test{Options: Options{VUs: new(2), Iterations: new(int64(100))}, Exec: func(vu *VU) error {
		res := vu.Get(srv.URL)
		vu.Check("is status 200", res.Status == 200)
		vu.Check("returns foobar", string(res.Body) == "foobar")
		return nil
	}}
	res, err := test.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	total := &res.Snapshot.Total
	for name, want := range map[string]uint64{"http_reqs": 100, "http_req_failed": 100, "http_req_duration": 100, "http_req_waiting": 100,
		"iterations": 100, "iteration_duration": 100, "checks": 200, "http_req_response_time": 0} {
		if got := total.Find(name).Count; got != want {
			t.Errorf("%s: %d samples, want %d", name, got, want)
		}
	}
	if got := total.Find("http_req_failed").Passes; got != 0 {
		t.Errorf("%d failed, want 0", got)
	}
	if got := total.Find("http_req_duration", metrics.Tag{Key: "expected_response", Value: "true"}); got == nil || got.Count != 100 {
		t.Errorf("{expected_response:true}: got %+v, want 100 samples", got)
	}
	for i, name := range []string{"is status 200", "returns foobar"} {
		if got := total.Checks[i]; got.Name != name || got.Passes != 100 || got.Fails != 0 {
			t.Errorf("check %d: got %+v, want %q passed 100 times", i, got, name)
		}
	}
	if v := res.Verdict; v.NothingSucceeded || v.AllIterationsFailed || v.RateMissed || v.ChecksNeverPassed != nil {
		t.Errorf("verdict %+v, want none", v)
	}
}

func TestHandler(t *testing.T) {
	test := &Test{Options: Options{VUs: new(2), Duration: For(300 * time.Millisecond)}, Handler: http.HandlerFunc(foobar), Exec: func(vu *VU) error {
		vu.Check("is status 200", vu.Get("http://any.example/").Status == 200)
		return nil
	}}
	res, err := test.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if c := res.Snapshot.Total.Checks; len(c) != 1 || c[0].Passes == 0 || c[0].Fails != 0 {
		t.Errorf("checks %+v, want all passed", c)
	}
	if got := uint64(sum(res, "http_reqs")); got != res.Snapshot.Total.Checks[0].Passes {
		t.Errorf("%d requests, want as many as checks, %d", got, res.Snapshot.Total.Checks[0].Passes)
	}
}
