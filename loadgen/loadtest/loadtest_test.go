package loadtest_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/loadtest"
)

// recorder is a test that notes what it is told.
type recorder struct {
	testing.TB
	log, errors strings.Builder
	deadline    time.Time
}

func (r *recorder) Helper()                      {}
func (r *recorder) Context() context.Context     { return context.Background() }
func (r *recorder) Logf(format string, a ...any) { fmt.Fprintf(&r.log, format+"\n", a...) }
func (r *recorder) Error(a ...any)               { fmt.Fprintln(&r.errors, a...) }
func (r *recorder) Fatal(a ...any)               { fmt.Fprintln(&r.errors, a...); runtime.Goexit() }
func (r *recorder) Deadline() (time.Time, bool)  { return r.deadline, !r.deadline.IsZero() }

// do runs the test as go test would, in a goroutine that it may end.
func (r *recorder) do(test *load.Test) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		loadtest.Run(r, test)
	}()
	<-done
}

var answers = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "foobar") })

func visit(vu *load.VU) error {
	res := vu.Get("http://foo.example/")
	vu.Check("returns foobar", string(res.Body) == "foobar")
	return nil
}

func TestRun(t *testing.T) {
	thresholds := func(expression load.Threshold) load.Thresholds {
		return load.Thresholds{"http_reqs": {expression}}
	}
	for _, test := range []struct {
		name string
		test load.Test
		want []string // of the errors
	}{
		{"OK", load.Test{Handler: answers, Exec: visit, Options: load.Options{Iterations: new(int64(3)), Thresholds: thresholds("count==3")}}, nil},
		{"ThresholdFailed", load.Test{Handler: answers, Exec: visit, Options: load.Options{Thresholds: thresholds("count>3")}},
			[]string{"thresholds have failed: http_reqs", "http_reqs: count>3 failed: count was 1"}},
		{"CheckNeverPassed", load.Test{Handler: http.NotFoundHandler(), Exec: visit}, []string{"checks that never passed: returns foobar"}},
		{"Invalid", load.Test{Handler: answers, Exec: visit, Options: load.Options{VUs: new(-1)}}, []string{"vus"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &recorder{TB: t}
			r.do(&test.test)
			if (r.errors.Len() > 0) != (test.want != nil) {
				t.Errorf("got the errors %q", r.errors.String())
			}
			for _, want := range test.want {
				if !strings.Contains(r.errors.String(), want) {
					t.Errorf("no %q in %q", want, r.errors.String())
				}
			}
			if test.name != "Invalid" && !strings.Contains(r.log.String(), "http_req_duration..") {
				t.Errorf("no report in the log: %q", r.log.String())
			}
		})
	}
	t.Run("BeforeTimeout", func(t *testing.T) {
		r := &recorder{TB: t, deadline: time.Now().Add(-time.Hour)}
		r.do(&load.Test{Handler: answers, Exec: visit, Options: load.Options{Duration: load.For(time.Hour)}})
		if want := "the test ended early: interrupted"; !strings.Contains(r.errors.String(), want) {
			t.Errorf("no %q in %q", want, r.errors.String())
		}
	})
}

func TestBench(t *testing.T) {
	if err := flag.Set("test.benchtime", "150x"); err != nil {
		t.Fatal(err)
	}
	for name, options := range map[string]load.Options{
		"Users": {VUs: new(3), Duration: load.For(time.Millisecond), Thresholds: load.Thresholds{"http_reqs": {"count<0"}}},
		"Rate":  {Rate: new(int64(1000))},
	} {
		t.Run(name, func(t *testing.T) {
			var setUp, tornDown atomic.Int64
			test := &load.Test{Handler: answers, Exec: visit, Options: options,
				Setup:    func(vu *load.VU) (any, error) { setUp.Add(1); return nil, nil },
				Teardown: func(vu *load.VU) error { tornDown.Add(1); return nil },
			}
			var last *load.Result
			got := testing.Benchmark(func(b *testing.B) { last = loadtest.Bench(b, test) })
			iterations, dropped := last.Snapshot.Total.Find("iterations").Sum, 0.0
			if missed := last.Snapshot.Total.Find("dropped_iterations"); missed != nil && name == "Rate" {
				dropped = missed.Sum // what a busy machine had not begun when the time was over
			}
			if iterations == 0 || iterations+dropped != 150 || got.N != 150 {
				t.Errorf("got %v iterations in %d operations, and %v dropped, want 150", iterations, got.N, dropped)
			}
			for _, unit := range []string{"p50-ns", "p95-ns", "p99-ns", "req/s"} {
				if got.Extra[unit] <= 0 {
					t.Errorf("got %v %s", got.Extra[unit], unit)
				}
			}
			if got.T <= 0 || got.Extra["p50-ns"] > got.Extra["p99-ns"] {
				t.Errorf("got %v", got)
			}
			if _, ok := got.Extra["cpu-ns/op"]; !ok || setUp.Load() != tornDown.Load() || setUp.Load() == 0 {
				t.Errorf("got %v, %d set-ups and %d tear-downs", got, setUp.Load(), tornDown.Load())
			}
		})
	}
}

// Set-up and tear-down are outside of the time, so that a slow one does not make the testing package do with fewer iterations.
func TestBenchTime(t *testing.T) {
	if err := flag.Set("test.benchtime", "1x"); err != nil {
		t.Fatal(err)
	}
	stands := func(b *testing.B) bool {
		before := b.Elapsed()
		time.Sleep(time.Millisecond)
		return b.Elapsed() == before
	}
	testing.Benchmark(func(b *testing.B) {
		loadtest.Bench(b, &load.Test{Handler: answers,
			Setup: func(vu *load.VU) (any, error) {
				if b.Elapsed() != 0 || !stands(b) {
					t.Error("set-up is in the time")
				}
				return nil, nil
			},
			Exec: func(vu *load.VU) error {
				if stands(b) {
					t.Error("the load is not in the time")
				}
				return visit(vu)
			},
			Teardown: func(vu *load.VU) error {
				if !stands(b) {
					t.Error("tear-down is in the time")
				}
				return nil
			},
		})
	})
}

// What Bench can't do it says.
func TestBenchFails(t *testing.T) {
	for name, options := range map[string]load.Options{
		"Stages": {Stages: []load.Stage{{Duration: load.Duration(time.Second), Target: 2}}},
		"Rate":   {Rate: new(int64(0))},
		"VUs":    {VUs: new(-1)},
	} {
		t.Run(name, func(t *testing.T) {
			got := testing.Benchmark(func(b *testing.B) { loadtest.Bench(b, &load.Test{Handler: answers, Exec: visit, Options: options}) })
			if got.N != 0 {
				t.Errorf("got %v, want a failure", got)
			}
		})
	}
}

func BenchmarkHandler(b *testing.B) {
	loadtest.Bench(b, &load.Test{Handler: answers, Exec: visit, Options: load.Options{VUs: new(10)}})
}
