package script

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/metrics"
)

// shop is a server that wants what a login gave, and notes what it was asked.
type shop struct {
	mu    sync.Mutex
	asked []string
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), body))
	s.mu.Unlock()
	switch {
	case r.URL.Path == "/login":
		w.Header().Set("X-Session", "s 1")
		fmt.Fprint(w, `{"token":"t\"1"}`)
	case r.Header.Get("Authorization") != `Bearer t"1`:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		fmt.Fprint(w, "order <id=42>")
	}
}

const shopScript = `{
  "data": {"users": {"file": "users.csv"}},
  "requests": [
    {"name": "login", "url": "http://shop/login", "json": {"user": "${users.name}"},
     "checks": [{"status": 200}, {"header": "X-Session: s 1"}], "extract": {"token": {"json": "token"}}},
    {"group": "orders", "requests": [
      {"url": "http://shop/orders/${users.id}", "bearer": "${token}", "checks": [{"bodyContains": "order"}],
       "extract": {"order": {"regex": "id=(\\d+)"}}},
      {"batch": [
        {"url": "http://shop/a/${order}", "bearer": "${token}", "checks": [{"name": "a", "status": 200}]},
        {"url": "http://shop/b", "checks": [{"name": "b", "status": 200}], "expected": [401]}]}]},
    {"think": "1ms"}
  ]
}`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte("id,name\n1,\"a\"\"b\"\n2,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := mustParse(t, shopScript).Compile(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{}
	iterations := int64(2)
	test := load.Test{Exec: c.Exec, Handler: s, Options: load.Options{Iterations: &iterations}}
	result, err := test.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	asked := strings.Join(s.asked, "\n")
	for _, want := range []string{`POST /login {"user":"a\"b"}`, `POST /login {"user":"b"}`, "GET /orders/1", "GET /orders/2", "GET /a/42", "GET /b"} {
		if !strings.Contains(asked, want) {
			t.Errorf("the server was asked\n%s\nwant %s too", asked, want)
		}
	}
	total := result.Snapshot.Total
	wantChecks(t, total.Checks, "is status 200 2/0, header X-Session is s 1 2/0")
	if len(total.Groups) != 1 {
		t.Fatalf("got %d groups, want orders", len(total.Groups))
	}
	wantChecks(t, total.Groups[0].Checks, "contains order 2/0, a 2/0, b 0/2")
	for _, row := range result.Snapshot.Breakdown {
		for _, tag := range row.Tags {
			if tag.Key == "name" && strings.Contains(tag.Value, "orders/1") {
				t.Errorf("a tag per value: %v", row.Tags)
			}
		}
	}
	if result.Failed != 0 || result.Panicked != 0 {
		t.Errorf("%d iterations failed, %d panicked", result.Failed, result.Panicked)
	}
}

func wantChecks(t *testing.T, checks []metrics.Check, want string) {
	t.Helper()
	var all []string
	for _, c := range checks {
		all = append(all, fmt.Sprintf("%s %d/%d", c.Name, c.Passes, c.Fails))
	}
	if got := strings.Join(all, ", "); got != want {
		t.Errorf("got checks %s, want %s", got, want)
	}
}

func TestRunWithoutValue(t *testing.T) {
	c, err := mustParse(t, `{"requests": [
		{"url": "http://shop/login", "extract": {"id": {"header": "X-Absent"}}}, {"url": "http://shop/${id}"}]}`).Compile("")
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{}
	result, err := (&load.Test{Exec: c.Exec, Handler: s}).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if result.Failed != 1 || len(s.asked) != 1 {
		t.Errorf("got %d failed iterations and %d requests, want one of each", result.Failed, len(s.asked))
	}
}

// newTestCompiler is a compiler at the beginning of a script.
func newTestCompiler(s *Script) *compiler {
	c := &compiler{script: s, program: newProgram(), calls: map[string]*callee{}}
	c.unit = unit{visible: map[string]bool{}, used: map[*rows]bool{}, assigned: map[int]bool{}}
	return c
}

// Without variables each iteration sends the same request.
func TestStaticRequestIsMadeOnce(t *testing.T) {
	s := mustParse(t, `{"requests": [{"url": "http://h/", "headers": {"A": "b"}, "basic": "u:p"}]}`)
	build := newTestCompiler(s).builder(&s.Requests[0], "x")
	first, err := build(nil)
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := build(nil); first != second {
		t.Error("two requests, want one")
	}
	got := ""
	authorization := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Authorization") })
	_, err = (&load.Test{Handler: authorization, Exec: func(vu *load.VU) error { return vu.Do(first).Err }}).Run(t.Context())
	if want := "Basic dTpw"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// A body is kept where something reads it, and there alone.
func TestUnreadBodies(t *testing.T) {
	for name, test := range map[string]struct {
		step   string
		unread bool
	}{
		"no checks":      {`{}`, true},
		"status":         {`{"checks": [{"status": 200}, {"header": "X-A"}], "extract": {"a": {"header": "X-A"}}}`, true},
		"body":           {`{"checks": [{"status": 200}, {"body": ""}]}`, false},
		"contains":       {`{"checks": [{"bodyContains": "a"}]}`, false},
		"regex":          {`{"checks": [{"bodyRegex": "a"}]}`, false},
		"json":           {`{"checks": [{"json": "a"}]}`, false},
		"extracts JSON":  {`{"extract": {"b": {"header": "X-A"}, "a": {"json": "a"}}}`, false},
		"extracts regex": {`{"extract": {"a": {"regex": "a"}}}`, false},
	} {
		script := mustParse(t, `{"requests": [`+test.step+`]}`)
		s := &script.Requests[0]
		s.URL = "http://a.test/"
		c := newTestCompiler(script)
		want := ""
		if !test.unread {
			want = "foobar"
		}
		build, got := c.builder(s, "requests[0]"), ""
		result, err := (&load.Test{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "foobar") }), Exec: func(vu *load.VU) error {
			req, err := build(&frame{vu: vu})
			if err == nil {
				got = string(vu.Do(req).Body)
			}
			return err
		}}).Run(t.Context())
		if err != nil || result.Failed != 0 || got != want {
			t.Errorf("%s: got the body %q, %v, want %q", name, got, err, want)
		}
	}
}
