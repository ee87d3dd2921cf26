package load

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/foobar/loadgen/internal/engine"
)

// Every way in which a function that the test hands over can end without returning.
var endings = map[string]struct {
	end  func()
	want string // in the error
}{
	"panic":   {func() { panic("oh dear") }, "panic: oh dear (callback_test.go:"},
	"nothing": {func() { panic(nil) }, "panic: panic called with nil"},
	"Goexit":  {runtime.Goexit, "the function ended its goroutine"},
	"FailNow": {(&testing.T{}).FailNow, "the function ended its goroutine"},
	"SkipNow": {(&testing.T{}).SkipNow, "the function ended its goroutine"},
}

// answers is a server in this process, so that requests pass in a bubble.
var answers = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

func TestExecEnds(t *testing.T) {
	for name, ending := range endings {
		for _, s := range []Scenario{
			{Executor: SharedIterations, VUs: new(2), Iterations: new(int64(6))},
			{Executor: PerVUIterations, VUs: new(2), Iterations: new(int64(3))},
			{Executor: ConstantArrivalRate, Rate: new(int64(6)), Duration: For(1e9), PreAllocatedVUs: new(2)},
		} {
			t.Run(name+" "+s.Executor, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					res := MustRun(t, &Test{Options: scenario(s), Exec: func(vu *VU) error {
						return vu.Group("inside", func() error {
							ending.end()
							return nil
						})
					}})
					if res.Panicked != 6 || sum(res, "iterations_panicked") != 6 || sum(res, "dropped_iterations") != 0 || res.reason != engine.Finished {
						t.Errorf("%d panicked, %v dropped, %v; want 6 and none", res.Panicked, sum(res, "dropped_iterations"), res.reason)
					}
					if f := res.Snapshot.Failures; len(f) != 1 || f[0].Count != 6 || !strings.HasPrefix(f[0].Message, ending.want) {
						t.Errorf("failures %+v, want 6 of %q", f, ending.want)
					}
					if !res.Verdict.AllIterationsFailed {
						t.Error("want the verdict that all failed")
					}
				})
			})
		}
	}
}

func TestSetupAndTeardownEnd(t *testing.T) {
	for name, ending := range endings {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				res := MustRun(t, &Test{Exec: sleeps(0), Setup: func(*VU) (any, error) { ending.end(); return nil, nil }})
				if res.reason != engine.SetupFailed || res.Cause == nil || !strings.HasPrefix(res.Cause.Error(), "set-up: "+ending.want) {
					t.Errorf("set-up: got %v, %v", res.reason, res.Cause)
				}
				res = MustRun(t, &Test{Exec: sleeps(0), Teardown: func(*VU) error { ending.end(); return nil }})
				if res.reason != engine.TeardownFailed || res.Cause == nil || !strings.HasPrefix(res.Cause.Error(), "tear-down: "+ending.want) || sum(res, "iterations") != 1 {
					t.Errorf("tear-down: got %v, %v after %v iterations", res.reason, res.Cause, sum(res, "iterations"))
				}
				res = MustRun(t, &Test{Exec: sleeps(0), Hold: func(context.Context, *Run, string) { ending.end() }})
				if res.reason != engine.TestAborted || res.Cause == nil || !strings.Contains(res.Cause.Error(), ending.want) {
					t.Errorf("hold: got %v, %v", res.reason, res.Cause)
				}
			})
		})
	}
}

// However a request's Expected ends, the iteration failed, and nothing of the request is left for the next.
func TestExpectedEnds(t *testing.T) {
	for name, ending := range endings {
		for way, send := range map[string]func(*VU, *Request){
			"Do":    func(vu *VU, req *Request) { vu.Do(req) },
			"Batch": func(vu *VU, req *Request) { vu.Batch(req, req, req) },
			"Group": func(vu *VU, req *Request) {
				_ = vu.Group("g", func() error { vu.Do(req); return nil })
			},
		} {
			t.Run(name+" in "+way, func(t *testing.T) {
				req, err := NewRequest("GET", "http://a.test/", Tags(map[string]string{"kind": "odd"}), Expect(func(int) bool { ending.end(); return true }))
				if err != nil {
					t.Fatal(err)
				}
				test := &Test{Handler: answers, Options: Options{Iterations: new(int64(4)), Thresholds: Thresholds{
					"http_reqs{kind:odd}":           {"count==0"},
					"http_reqs{group:::g}":          {"count==0"},
					"iterations":                    {"count==2"},
					"http_reqs":                     {"count==2"},
					"http_req_failed":               {"rate==0"},
					"iterations{kind:odd}":          {"count==0"},
					"iterations_panicked":           {"count==2"},
					"iterations_panicked{kind:odd}": {"count==0"},
				}}, Exec: func(vu *VU) error {
					if vu.Iteration%2 == 0 {
						send(vu, req)
					}
					vu.Get("http://a.test/")
					return nil
				}}
				res, err := test.Run(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				if len(res.ThresholdsFailed) != 0 {
					t.Errorf("failed: %v; %d panicked, %v requests", res.ThresholdsFailed, res.Panicked, sum(res, "http_reqs"))
				}
				for _, f := range res.Snapshot.Failures {
					if !strings.HasPrefix(f.Message, ending.want) {
						t.Errorf("failure %q, want %q", f.Message, ending.want)
					}
				}
			})
		}
	}
}

// Fail and Abort mean in Expected what they mean elsewhere.
func TestExpectedFails(t *testing.T) {
	for _, batch := range []int{1, 3} {
		var of *VU
		req, err := NewRequest("GET", "http://a.test/", Expect(func(int) bool { of.Fail("not this one"); return true }))
		if err != nil {
			t.Fatal(err)
		}
		test := &Test{Handler: answers, Exec: func(vu *VU) error {
			of = vu
			vu.Batch([]*Request{req, req, req}[:batch]...)
			return nil
		}}
		res, err := test.Run(context.Background())
		if err != nil || res.Failed != 1 || res.Panicked != 0 || len(res.Snapshot.Failures) != 1 || res.Snapshot.Failures[0].Message != "not this one" {
			t.Errorf("batch of %d: %+v, %v; want one failed iteration", batch, res, err)
		}
	}
}

// A test whose context has ended does nothing, and what was not set up is not torn down.
func TestEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 {
		test := &Test{Exec: sleeps(0), Options: Options{VUs: new(3), Duration: For(1e9)},
			Setup:    func(*VU) (any, error) { return nil, errors.New("set up") },
			Teardown: func(*VU) error { return errors.New("torn down") }}
		res, err := test.Run(ctx)
		if err != nil || res.reason != engine.InterruptedSignal {
			t.Fatalf("got %+v, %v, want interrupted", res, err)
		}
		if res.Cause != nil || sum(res, "iterations") != 0 {
			t.Errorf("got %v, %v iterations; want nothing begun", res.Cause, sum(res, "iterations"))
		}
	}
}
