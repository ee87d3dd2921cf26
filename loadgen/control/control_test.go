package control_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/control"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/metrics"
)

// fakeRun stands still, and notes what it was told.
type fakeRun struct {
	engine.Run
	state string
	told  []string
}

func (f *fakeRun) Progress() engine.Progress {
	return engine.Progress{State: f.state, Elapsed: 2 * time.Second, VUs: 1, MaxVUs: 3}
}

func (f *fakeRun) Snapshot() *metrics.Snapshot {
	return &metrics.Snapshot{Elapsed: 2 * time.Second, Total: metrics.Section{
		Series: []metrics.Series{
			{Desc: metrics.Desc{Name: "checks", Kind: metrics.Rate, Contains: metrics.Default}, Count: 4, Passes: 3,
				Thresholds: []metrics.ThresholdResult{{Expression: "rate>0.9"}}},
			{Desc: metrics.Desc{Name: "http_reqs", Kind: metrics.Counter, Contains: metrics.Default}, Count: 10, Sum: 10},
			{Desc: metrics.Desc{Name: "http_req_duration", Kind: metrics.Trend, Contains: metrics.Time}, Count: 2,
				Sum: 6e6, Min: 2e6, Max: 4e6, Selector: []metrics.Tag{{Key: "expected_response", Value: "true"}}},
			{Desc: metrics.Desc{Name: "vus", Kind: metrics.Gauge, Contains: metrics.Default}, Count: 1, Last: 3},
		},
		Checks: []metrics.Check{{Name: "is status 200", Passes: 3, Fails: 1}},
		Groups: []metrics.Section{{Name: "checkout", Groups: []metrics.Section{{Name: "pay"}}}},
	}}
}

func (f *fakeRun) Stop(r engine.StopReason)  { f.told = append(f.told, "stop: "+r.String()) }
func (f *fakeRun) Abort(r engine.StopReason) { f.told = append(f.told, "abort: "+r.String()) }
func (f *fakeRun) Resume()                   { f.told = append(f.told, "resume") }
func (f *fakeRun) SetupData() any            { return map[string]int{"token": 7} }

func mustDo(tb testing.TB, h http.Handler, method, path, body string) (int, string) {
	tb.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if !json.Valid(w.Body.Bytes()) && path != "/ping" {
		tb.Errorf("%s %s: not JSON: %s", method, path, w.Body)
	}
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestStatus(t *testing.T) {
	_, got := mustDo(t, control.Handler(&fakeRun{state: "paused"}), "GET", "/v1/status", "")
	want := `{"data":{"type":"status","id":"default","attributes":{"status":4,"paused":true,"vus":1,"vus-max":3,` +
		`"stopped":false,"running":false,"tainted":true}}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPatch(t *testing.T) {
	tests := []struct {
		name, state, body string
		code              int
		told              string
	}{
		{"Resume", "paused", `{"data":{"attributes":{"paused":false}}}`, 200, "resume"},
		{"Stop", "running", `{"data":{"type":"status","id":"default","attributes":{"stopped":true}}}`, 200, "stop: stopped over REST"},
		{"Nothing", "running", `{}`, 200, ""},
		{"ErrPauseWhileRunning", "running", `{"data":{"attributes":{"paused":true}}}`, 409, ""},
		{"ErrStartAgain", "ended", `{"data":{"attributes":{"stopped":false}}}`, 409, ""},
		{"ErrVUs", "running", `{"data":{"attributes":{"vus":7}}}`, 409, ""},
		{"ErrNotJSON", "running", `stop`, 400, ""},
		{"ErrTooLong", "running", `{"data":"` + strings.Repeat("x", 1<<20), 400, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run := &fakeRun{state: test.state}
			code, body := mustDo(t, control.Handler(run), "PATCH", "/v1/status", test.body)
			if code != test.code {
				t.Errorf("got status %d, want %d: %s", code, test.code, body)
			}
			if got := strings.Join(run.told, ", "); got != test.told {
				t.Errorf("told %q, want %q", got, test.told)
			}
		})
	}
}

func TestStopTwiceAborts(t *testing.T) {
	run := &fakeRun{state: "running"}
	h := control.Handler(run)
	for range 2 {
		mustDo(t, h, "PATCH", "/v1/status", `{"data":{"attributes":{"stopped":true}}}`)
	}
	if got, want := strings.Join(run.told, ", "), "stop: stopped over REST, abort: stopped over REST"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestMetrics(t *testing.T) {
	h := control.Handler(&fakeRun{state: "running"})
	for path, want := range map[string]string{
		"/v1/metrics/checks":    `"attributes":{"type":"rate","contains":"default","tainted":true,"sample":{"rate":0.75}}`,
		"/v1/metrics/http_reqs": `"sample":{"count":10,"rate":5}`,
		"/v1/metrics/vus":       `"sample":{"value":3}`,
		"/v1/metrics/http_req_duration%7Bexpected_response:true%7D": `"sample":{"avg":3,"max":4,"med":0,"min":2,"p(90)":0,"p(95)":0}`,
		"/v1/metrics": `"id":"http_req_duration{expected_response:true}"`,
	} {
		if code, got := mustDo(t, h, "GET", path, ""); code != 200 || !strings.Contains(got, want) {
			t.Errorf("%s: got %d %s\nwant it to contain %s", path, code, got, want)
		}
	}
	if code, _ := mustDo(t, h, "GET", "/v1/metrics/nosuch", ""); code != 404 {
		t.Errorf("unknown metric: got %d, want 404", code)
	}
}

func TestGroups(t *testing.T) {
	h := control.Handler(&fakeRun{state: "running"})
	_, got := mustDo(t, h, "GET", "/v1/groups", "")
	for _, want := range []string{
		`"id":"d41d8cd98f00b204e9800998ecf8427e","attributes":{"name":"","path":"","checks":[{"name":"is status 200","path":"::is status 200"`,
		`"path":"::checkout::pay"`,
		`"parent":{"data":null}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s\nwant it to contain %s", got, want)
		}
	}
	if code, _ := mustDo(t, h, "GET", "/v1/groups/d41d8cd98f00b204e9800998ecf8427e", ""); code != 200 {
		t.Errorf("root group: got %d, want 200", code)
	}
	if code, _ := mustDo(t, h, "GET", "/v1/groups/nosuch", ""); code != 404 {
		t.Errorf("unknown group: got %d, want 404", code)
	}
}

func TestHost(t *testing.T) {
	for host, want := range map[string]int{
		"localhost": 200, "localhost:6565": 200, "127.0.0.1:6565": 200, "[::1]:6565": 200, "[::1]": 200, "::1": 200,
		"evil.example": 403, "evil.example:6565": 403, "": 403,
	} {
		r := httptest.NewRequest("GET", "http://localhost/ping", nil)
		r.Host = host
		w := httptest.NewRecorder()
		control.Handler(&fakeRun{}).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: got %d, want %d", host, w.Code, want)
		}
	}
}

func TestListen(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		s, err := control.Listen(":0", &fakeRun{state: "running"}, "")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if !strings.HasPrefix(s.Addr, "127.0.0.1:") && !strings.HasPrefix(s.Addr, "[::1]:") {
			t.Errorf("listens on %s, want loopback", s.Addr)
		}
		resp, err := http.Get("http://" + s.Addr + "/ping")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got, _ := io.ReadAll(resp.Body); string(got) != "ok" {
			t.Errorf("got %q, want ok", got)
		}
	})
	t.Run("ErrTaken", func(t *testing.T) {
		s, err := control.Listen("127.0.0.1:0", &fakeRun{}, "")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if again, err := control.Listen(s.Addr, &fakeRun{}, ""); err == nil {
			again.Close()
			t.Error("two listeners on one address, want an error")
		}
	})
	t.Run("ErrForm", func(t *testing.T) {
		if _, err := control.Listen("nonsense", &fakeRun{}, ""); err == nil || !strings.Contains(err.Error(), "HOST:PORT") {
			t.Errorf("got %v, want an error that names the form", err)
		}
	})
}

// TestToken asks for a change on an address that others can reach, and on loopback.
func TestToken(t *testing.T) {
	for _, tt := range []struct {
		name, address, token, given string
		want                        int
	}{
		{"Loopback", "127.0.0.1:0", "", "", 200},
		{"OpenWithoutToken", "0.0.0.0:0", "", "", 403},
		{"OpenGuessed", "0.0.0.0:0", "", "Bearer ", 403},
		{"OpenToken", "0.0.0.0:0", "t0ken", "Bearer t0ken", 200},
		{"OpenTokenLowerCase", "0.0.0.0:0", "t0ken", "bearer t0ken", 200},
		{"OpenNoScheme", "0.0.0.0:0", "t0ken", "t0ken", 401},
		{"OpenWrong", "0.0.0.0:0", "t0ken", "Bearer token", 401},
		{"LoopbackWrong", "127.0.0.1:0", "t0ken", "", 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := control.Listen(tt.address, &fakeRun{state: "running"}, tt.token)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			_, port, _ := strings.Cut(strings.TrimPrefix(s.Addr, "[::]"), ":")
			url := "http://127.0.0.1:" + port + "/v1/status"
			for method, want := range map[string]int{"GET": 200, "PATCH": tt.want} {
				r, err := http.NewRequest(method, url, strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", tt.given)
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != want {
					t.Errorf("%s: got %d, want %d", method, resp.StatusCode, want)
				}
			}
		})
	}
}
