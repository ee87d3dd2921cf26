package control_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/control"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/metrics"
)

// startedRun is a run with its snapshots.
type startedRun struct {
	engine.Run
	load *load.Run
}

func (r startedRun) Snapshot() *metrics.Snapshot { return r.load.Snapshot() }

// mustStart starts a test that waits to be resumed.
func mustStart(tb testing.TB, test load.Test) startedRun {
	tb.Helper()
	test.Options.Paused, test.Options.VUs, test.Options.Duration = new(true), new(5), load.For(time.Hour)
	test.Exec = func(vu *load.VU) error {
		vu.Sleep(time.Minute)
		return nil
	}
	started, err := test.Start(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	run := startedRun{engine.RunOf(started), started}
	tb.Cleanup(func() {
		run.Abort(engine.StoppedByAPI)
		<-run.Done()
	})
	for run.Progress().State != "paused" {
		time.Sleep(time.Millisecond)
	}
	return run
}

// A paused run has its users, and the answer to a PATCH is the state that it has brought about.
func TestPausedRun(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":{"attributes":{"paused":false}}}`: `"stopped":false`,
		`{"data":{"attributes":{"stopped":true}}}`: `"stopped":true`,
	} {
		h := control.Handler(mustStart(t, load.Test{}))
		if _, got := mustDo(t, h, "GET", "/v1/status", ""); !strings.Contains(got, `"status":4,"paused":true,"vus":0,"vus-max":5`) {
			t.Errorf("paused: got %s", got)
		}
		if _, got := mustDo(t, h, "PATCH", "/v1/status", body); !strings.Contains(got, `"paused":false`) || !strings.Contains(got, want) {
			t.Errorf("%s: got %s", body, got)
		}
	}
}

func TestSetupData(t *testing.T) {
	_, got := mustDo(t, control.Handler(&fakeRun{}), "GET", "/v1/setup", "")
	if want := `{"data":{"type":"setupData","id":"default","attributes":{"data":{"token":7}}}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, setup := range map[string]struct {
		data any
		want string
	}{
		"text": {"x", `"data":"x"`}, "nothing": {nil, `"data":null`}, "a function": {func() {}, "can't be written as JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			run := mustStart(t, load.Test{Setup: func(*load.VU) (any, error) { return setup.data, nil }})
			h := control.Handler(run)
			if _, got := mustDo(t, h, "GET", "/v1/setup", ""); !strings.Contains(got, `"data":null`) {
				t.Errorf("before the set-up: got %s", got)
			}
			for run.Resume(); run.Progress().State != "running"; {
				time.Sleep(time.Millisecond)
			}
			if _, got := mustDo(t, h, "GET", "/v1/setup", ""); !strings.Contains(got, setup.want) {
				t.Errorf("got %s, want %s", got, setup.want)
			}
		})
	}
	t.Run("ErrFailed", func(t *testing.T) {
		run := mustStart(t, load.Test{Setup: func(*load.VU) (any, error) { return "half", errors.New("no") }})
		run.Resume()
		if <-run.Done(); run.SetupData() != "half" {
			t.Errorf("got %v", run.SetupData())
		}
	})
}

// Every answer is JSON, that to a request which makes no sense included.
func TestErrorsAreJSON(t *testing.T) {
	h := control.Handler(&fakeRun{state: "running"})
	for _, test := range []struct {
		method, path string
		code         int
	}{
		{"POST", "/v1/setup", 409}, {"PUT", "/v1/setup", 409}, {"POST", "/v1/teardown", 409}, {"GET", "/v1/teardown", 405}, {"DELETE", "/v1/setup", 405},
		{"POST", "/v1/status", 405}, {"PATCH", "/v1/metrics", 405}, {"GET", "/v1/nosuch", 404}, {"GET", "/", 404}, {"PATCH", "/v2/status", 404}, {"POST", "/ping/x", 404},
	} {
		code, body := mustDo(t, h, test.method, test.path, "")
		if code != test.code || !strings.Contains(body, `"errors":[{"status":"`) {
			t.Errorf("%s %s: got %d %s, want %d", test.method, test.path, code, body, test.code)
		}
	}
}
