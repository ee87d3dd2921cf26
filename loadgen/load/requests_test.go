package load

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/metrics"
)

// MustFinish runs a test in real time.
func MustFinish(tb testing.TB, test *Test) *Result {
	tb.Helper()
	res, err := test.Run(context.Background())
	if err != nil {
		tb.Fatalf("starting: %v", err)
	}
	return res
}

// An iteration with one prepared request and two checks allocates nothing.
func TestIterationAllocatesNothing(t *testing.T) {
	url := MustAnswer(t)
	tagged, err := NewRequest("GET", url, Tags(map[string]string{"shop": "toys"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"closed", "arrivals", "tagged"} {
		t.Run(way, func(t *testing.T) {
			var allocs float64
			MustFinish(t, &Test{Options: Options{VUs: new(1), Iterations: new(int64(1))}, Exec: func(vu *VU) error {
				inner := func(vu *VU) error {
					var res *Response
					if way == "tagged" {
						res = vu.Do(tagged)
					} else {
						res = vu.Get(url)
					}
					vu.Check("is status 200", res.Status == 200)
					vu.Check("returns foobar", string(res.Body) == "foobar")
					return nil
				}
				outer := vu.exec
				vu.exec = inner
				allocs = testing.AllocsPerRun(2000, func() {
					if way == "arrivals" {
						vu.iterateAt(wire.Now())
					} else {
						vu.iterate()
					}
				})
				vu.exec = outer
				return nil
			}})
			if allocs != 0 && !underRace {
				t.Errorf("%v allocations an iteration, want 0", allocs)
			}
		})
	}
}

// The server is stopped for 1.5 s of 6 s at 200/s: by arithmetic 5 % of the users would have waited 1.2 s and more, and
// with 10 users the report has to say so as well as with 500.
func TestStalledServer(t *testing.T) {
	for name, vus := range map[string]int{"10 users": 10, "500 users": 500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var from, to atomic.Int64
			srv := MustServe(t, func(w http.ResponseWriter, _ *http.Request) {
				if now := time.Now().UnixNano(); now >= from.Load() && now < to.Load() {
					time.Sleep(time.Duration(to.Load() - now))
				}
				io.WriteString(w, "foobar")
			})
			begin := time.Now()
			from.Store(begin.Add(time.Second).UnixNano())
			to.Store(begin.Add(1750 * time.Millisecond).UnixNano())
			res := MustFinish(t, &Test{Exec: func(vu *VU) error { vu.Get(srv.URL); return nil }, Options: Options{
				Rate: new(int64(200)), Duration: For(3 * time.Second), PreAllocatedVUs: new(vus), MaxVUs: new(vus)}})
			if got := sum(res, "iterations") + sum(res, "dropped_iterations"); got != 600 {
				t.Errorf("%v iterations ran or were dropped, want 600", got)
			}
			response := res.Snapshot.Total.Find("http_req_response_time")
			p95 := response.Quantile(95)
			busy := max(response.Max-0.75e9, 0) // what a busy machine adds to the longest wait
			if p95 < 0.5e9 || p95 > 0.725e9+busy {
				t.Errorf("p(95) of the response time is %v, want about 0.6 s", time.Duration(p95))
			}
			warned := false
			for _, w := range res.Snapshot.Warnings {
				warned = warned || strings.Contains(w.Message, "http_req_response_time")
			}
			if late := sum(res, "iterations_late") > 6; late != warned {
				t.Errorf("%v iterations late, warnings %+v", sum(res, "iterations_late"), res.Snapshot.Warnings)
			}
		})
	}
}

// MustRefuse is the URL of a port that nobody listens on.
func MustRefuse(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String() + "/"
}

func TestRefused(t *testing.T) {
	url := MustRefuse(t)
	for _, k6 := range []bool{false, true} {
		res := MustFinish(t, &Test{Options: Options{VUs: new(2), Iterations: new(int64(20)), K6Semantics: new(k6)}, Exec: func(vu *VU) error {
			if res := vu.Get(url); res.Err == nil || res.ErrorCode != 1212 || res.Status != 0 {
				t.Errorf("response %+v, want error code 1212", res)
			}
			return nil
		}})
		total := &res.Snapshot.Total
		if n, f := total.Find("http_reqs").Sum, total.Find("http_req_failed"); n != 20 || f.Passes != 20 {
			t.Errorf("%v requests, %d failed, want 20 of both", n, f.Passes)
		}
		want := uint64(0)
		if k6 {
			want = 20
		}
		if got := total.Find("http_req_duration").Count; got != want {
			t.Errorf("k6 semantics %v: %d in http_req_duration, want %d", k6, got, want)
		}
		if !res.Verdict.NothingSucceeded {
			t.Error("nothing succeeded, and the verdict does not say so")
		}
		if f := res.Snapshot.Failures; len(f) != 1 || f[0].Code != 1212 || f[0].Count != 20 {
			t.Errorf("failures %+v, want one of code 1212, 20 times", f)
		}
	}
}

func TestInterruptedRequests(t *testing.T) {
	release := make(chan struct{})
	srv := MustServe(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	begin := time.Now()
	res := MustFinish(t, &Test{Exec: func(vu *VU) error { return vu.Get(srv.URL).Err },
		Options: scenario(Scenario{Executor: ConstantVUs, VUs: new(5), Duration: For(300 * time.Millisecond), GracefulStop: For(0)})})
	if got := sum(res, "http_reqs_interrupted"); got != 5 {
		t.Errorf("%v requests interrupted, want 5", got)
	}
	if got := sum(res, "http_reqs"); got != 0 || res.Interrupted != 5 || res.Failed != 0 {
		t.Errorf("%v requests, %d iterations interrupted, %d failed, want 0, 5, 0", got, res.Interrupted, res.Failed)
	}
	if sum(res, "data_sent") == 0 {
		t.Error("what was sent was not counted")
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestThrow(t *testing.T) {
	url := MustRefuse(t)
	for _, throw := range []bool{false, true} {
		res := MustFinish(t, &Test{Options: Options{Throw: new(throw)}, Exec: func(vu *VU) error { vu.Get(url); vu.Get(url); return nil }})
		want, failed := 2.0, uint64(0)
		if throw {
			want, failed = 1, 1
		}
		if got := sum(res, "http_reqs"); got != want || res.Failed != failed {
			t.Errorf("throw %v: %v requests, %d iterations failed, want %v and %d", throw, got, res.Failed, want, failed)
		}
	}
}

func TestUnsendable(t *testing.T) {
	res := MustFinish(t, &Test{Exec: func(vu *VU) error {
		for _, url := range []string{"nonsense", "ftp://x/", "http://"} {
			if res := vu.Get(url); res.Err == nil || res.ErrorCode != 1020 {
				t.Errorf("%q: %v, code %d, want code 1020", url, res.Err, res.ErrorCode)
			}
			if res := vu.Post(url); res.Err == nil {
				t.Errorf("%q: no error of Post", url)
			}
		}
		return nil
	}})
	if got := sum(res, "http_reqs"); got != 6 {
		t.Errorf("%v requests, want 6 failed ones", got)
	}
}

func TestRequestTags(t *testing.T) {
	srv := MustServe(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/missing", http.StatusFound)
		case "/missing":
			http.Error(w, "no", http.StatusNotFound)
		case "/echo":
			io.Copy(w, r.Body)
		}
	})
	must := func(req *Request, err error) *Request {
		if err != nil {
			t.Fatal(err)
		}
		return req
	}
	named := must(NewRequest("GET", srv.URL+"/items/1", Name("item"), Tags(map[string]string{"shop": "toys"})))
	missing := must(NewRequest("DELETE", srv.URL+"/missing", Expect(func(status int) bool { return status == 404 })))
	thresholds := Thresholds{}
	for key, n := range map[string]string{
		"{name:item,shop:toys,url:item,method:GET,status:200,scenario:default,proto:HTTP/1.1}": "4",
		"{shop:toys}":                             "4",
		"{method:DELETE,expected_response:true}":  "1",
		"{status:302,expected_response:true}":     "1",
		"{method:GET,status:404,error_code:1404}": "1",
		"{method:POST,status:200}":                "1",
		"{group:::pay}":                           "2",
	} {
		thresholds["http_reqs"+key] = []Threshold{Threshold("count==" + n)}
	}
	res := MustFinish(t, &Test{Options: Options{Thresholds: thresholds}, Exec: func(vu *VU) error {
		vu.Do(named)
		vu.Group("pay", func() error { vu.Do(named); vu.Do(missing); return nil })
		if res := vu.Get(srv.URL + "/moved"); res.Status != 404 || !strings.HasSuffix(res.URL, "/missing") {
			t.Errorf("response %+v, want what the redirect led to", res)
		}
		if res := vu.Post(srv.URL+"/echo", Body("text/plain", []byte("hello"))); string(res.Body) != "hello" {
			t.Errorf("body %q, want hello", res.Body)
		}
		responses := vu.Batch(named, named)
		if len(responses) != 2 || responses[0].Status != 200 || responses[1].Status != 200 {
			t.Errorf("batch: %+v", responses)
		}
		return nil
	}})
	if len(res.ThresholdsFailed) != 0 {
		t.Errorf("failed: %v", res.ThresholdsFailed)
		for _, s := range res.Snapshot.Total.Series {
			if s.Selector != nil {
				t.Logf("%s: %v", s.FullName(), s.Sum)
			}
		}
	}
	if f := res.Snapshot.Total.Find("http_req_failed"); f.Count != 8 || f.Passes != 1 {
		t.Errorf("http_req_failed %d of %d, want 1 of 8", f.Passes, f.Count)
	}
	if _, err := NewRequest("GET", "nonsense"); err == nil {
		t.Error("NewRequest made a request to nowhere")
	}
}

// A hundred thousand URLs must not become a hundred thousand tag sets.
func TestManyURLs(t *testing.T) {
	url := MustAnswer(t)
	res := MustFinish(t, &Test{Options: Options{VUs: new(2), Iterations: new(int64(10_000))}, Exec: func(vu *VU) error {
		vu.Get(url + "item?vu=" + strings.Repeat("x", int(vu.Iteration)%3000))
		return nil
	}})
	if got := sum(res, "http_reqs"); got != 10_000 {
		t.Errorf("%v requests, want 10000", got)
	}
	folded := false
	for _, row := range res.Snapshot.Breakdown {
		for _, tag := range row.Tags {
			folded = folded || tag == metrics.Tag{Key: "name", Value: "other"}
		}
	}
	if !folded || len(res.Snapshot.Warnings) == 0 {
		t.Errorf("%d rows, warnings %v: want some folded into other", len(res.Snapshot.Breakdown), res.Snapshot.Warnings)
	}
}
