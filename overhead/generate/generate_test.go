package generate

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// mustServe runs a generator over pipes, as a parent process would have it.
func mustServe(t *testing.T) *Client {
	t.Helper()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- Serve(context.Background(), inRead, outWrite)
		outWrite.Close()
	}()
	t.Cleanup(func() {
		inWrite.Close()
		if err := <-done; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return NewClient(inWrite, outRead)
}

// ask has a job done to its end.
func ask(c *Client, job Job, begun func()) (record.Load, error) {
	if _, err := c.Begin(job); err != nil {
		return record.Load{}, err
	}
	return c.Measure(begun)
}

func job(url string, scenario load.Scenario) Job {
	return Job{Load: plan.Load{URL: url, Method: "GET", Status: 200, Answer: "foobar", Scenario: scenario}, Length: plan.Duration(time.Second)}
}

func open(rate int64) load.Scenario {
	return load.Scenario{Executor: load.ConstantArrivalRate, Rate: &rate, TimeUnit: load.For(time.Second), PreAllocatedVUs: new(4), MaxVUs: new(50)}
}

func TestServe(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, cmp.Or(r.Header.Get("X-Case"), "foobar"))
	}))
	t.Cleanup(server.Close)
	t.Run("OpenModel", func(t *testing.T) {
		t.Parallel()
		begun := 0
		got, err := ask(mustServe(t), job(server.URL, open(50)), func() { begun++ })
		if err != nil {
			t.Fatal(err)
		}
		if got.Requests != 50 || got.ChecksPassed != 100 || got.ChecksFailed != 0 || got.AskedRate != 50 || got.AchievedRate != 50 || begun != 1 {
			t.Errorf("begun %d times, got %+v", begun, got)
		}
		if d := got.Response; d.Count != 50 || d.Mean <= 0 || d.P50 > d.P99 || d.P99 > d.Max+1 || got.LagP99 < 0 || len(d.Curve) == 0 {
			t.Errorf("the distribution: %+v, lag %v", d, got.LagP99)
		}
		if got.Response.Mean < got.Duration.Mean {
			t.Errorf("from the intended start %v, from the first byte %v", got.Response.Mean, got.Duration.Mean)
		}
	})
	t.Run("ClosedModelWithThinkTime", func(t *testing.T) {
		t.Parallel()
		j := job(server.URL, load.Scenario{Executor: load.ConstantVUs, VUs: new(2)})
		j.Load.Sleep = plan.Duration(300 * time.Millisecond)
		got, err := ask(mustServe(t), j, func() {})
		if err != nil {
			t.Fatal(err)
		}
		if got.Requests < 2 || got.Requests > 8 || got.AskedRate != 0 || got.LagP99 != -1 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("JobAfterJob", func(t *testing.T) {
		t.Parallel()
		c := mustServe(t)
		for range 2 {
			if got, err := ask(c, job(server.URL, open(10)), func() {}); err != nil || got.Requests != 10 {
				t.Errorf("%d requests, %v", got.Requests, err)
			}
		}
	})
	t.Run("WarmUp", func(t *testing.T) {
		t.Parallel()
		var opened, asked atomic.Int64
		warm := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			io.WriteString(w, "foobar")
		}))
		warm.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		warm.Start()
		defer warm.Close()
		j := job(warm.URL, load.Scenario{Executor: load.ConstantVUs, VUs: new(3)})
		j.Load.Sleep, j.WarmUp = plan.Duration(10*time.Millisecond), plan.Duration(300*time.Millisecond)
		c := mustServe(t)
		warmed, err := c.Begin(j)
		if err != nil {
			t.Fatal(err)
		}
		before := asked.Load()
		if int64(warmed) != before {
			t.Errorf("the warm-up says that it made %d requests, want %d", warmed, before)
		}
		got, err := c.Measure(func() {})
		if err != nil {
			t.Fatal(err)
		}
		if before == 0 || int64(got.Requests) != asked.Load()-before {
			t.Errorf("%d requests counted, want %d, those after the %d of the warm-up", got.Requests, asked.Load()-before, before)
		}
		if got := opened.Load(); got != 3 {
			t.Errorf("%d connections, want 3: the window goes on with those of the warm-up", got)
		}
	})
	t.Run("ErrNoGo", func(t *testing.T) {
		text, err := json.Marshal(job(server.URL, open(10)))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := Serve(context.Background(), bytes.NewReader(append(text, '\n')), &out); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.Contains(got, "the window was never asked for") {
			t.Errorf("answered %s", got)
		}
	})
	t.Run("WrongAnswer", func(t *testing.T) {
		t.Parallel()
		j := job(server.URL, open(10))
		j.Load.Headers = map[string]string{"X-Case": "no telemetry, no answer"}
		got, err := ask(mustServe(t), j, func() {})
		if err != nil || got.ChecksFailed != 10 || got.ChecksPassed != 10 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("NobodyThere", func(t *testing.T) {
		t.Parallel()
		got, err := ask(mustServe(t), job("http://127.0.0.1:1/", open(10)), func() {})
		if err != nil || got.Failed != 10 || got.ChecksPassed != 0 || len(got.Errors) == 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("ErrScenario", func(t *testing.T) {
		_, err := ask(mustServe(t), job(server.URL, load.Scenario{Executor: load.ConstantVUs, Rate: new(int64(2))}), func() {})
		if err == nil || !strings.Contains(err.Error(), "takes vus, duration") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ErrNoAnswer", func(t *testing.T) {
		read, write := io.Pipe()
		write.Close()
		if _, err := ask(NewClient(io.Discard, read), Job{}, func() {}); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("got %v", err)
		}
	})
}
