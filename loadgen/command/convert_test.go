package command

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/convert/golang"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
)

// recorder is a server that notes what it is asked.
type recorder struct {
	*httptest.Server
	mu  sync.Mutex
	all []string
}

func newRecorder(tb testing.TB) *recorder {
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.all = append(r.all, described(req, body))
		r.mu.Unlock()
		w.Header().Set("X-Echo", "yes")
		fmt.Fprint(w, `{"ok":true,"n":1,"token":"t0"}`)
	}))
	tb.Cleanup(r.Close)
	return r
}

// boundary is what differs between two forms with files that are the same.
var boundary = regexp.MustCompile(`[A-Za-z0-9]{20,}`)

// described is a request in a line, with its header but for what differs anyway.
func described(req *http.Request, body []byte) string {
	lines := []string{req.Method, req.URL.String()}
	for name, values := range req.Header {
		if name != "User-Agent" && name != "Content-Length" {
			lines = append(lines, name+"="+strings.Join(values, "|"))
		}
	}
	slices.Sort(lines[2:])
	text := strings.Join(append(lines, string(body)), " ")
	if strings.Contains(text, "multipart/") {
		text = boundary.ReplaceAllString(text, "BOUNDARY")
	}
	return text
}

// take is what was asked since the last take, sorted.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	slices.Sort(all)
	return all
}

// mustDraft is a draft of what a file says.
func mustDraft(tb testing.TB, text string) *draft.Draft {
	tb.Helper()
	n, err := file.Parse("", []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	d := &draft.Draft{}
	if err := n.Decode(&d.Options); err != nil {
		tb.Fatal(err)
	}
	s, err := script.Read(n)
	if err != nil {
		tb.Fatal(err)
	}
	d.Script = *s
	return d
}

// The Go program that a file becomes compiles, go vet finds nothing in it, and it asks for the same.
func TestConvertToGo(t *testing.T) {
	t.Parallel()
	mustBeLong(t)
	server := newRecorder(t)
	text, err := os.ReadFile("../convert/golang/testdata/all.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config := strings.ReplaceAll(string(text), "http://127.0.0.1:1", server.URL)
	dir := t.TempDir()
	name := filepath.Join(dir, "test.yaml")
	if err := os.WriteFile(name, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	if code := Run(t.Context(), nil, []string{"-config", name}, nil, &stdout, &stderr); code != exitOK {
		t.Fatalf("got exit code %d: %s", code, &stderr)
	}
	want := server.take()
	d := mustDraft(t, config)
	main, err := golang.Write(d)
	if err != nil || !d.Whole() {
		t.Fatalf("got %v, left out %v", err, d.Left)
	}
	said := runProgram(t, filepath.Join(dir, "shop"), string(main))
	if got := server.take(); !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s\nin:\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), main, said)
	}
	if len(want) < 20 {
		t.Errorf("got %d requests, want them all", len(want))
	}
}

// runProgram builds a program and runs it; it returns what was printed.
func runProgram(t *testing.T, dir, main string) string {
	t.Helper()
	files, err := newProgram(dir)
	if err != nil {
		t.Fatal(err)
	}
	files["main.go"] = main
	delete(files, "main_test.go")
	if err := writeNew(dir, files); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "shop.exe")
	MustGo(t, dir, "build", "-o", program, ".")
	MustGo(t, dir, "vet", ".")
	said, err := exec.Command(program).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, said)
	}
	return string(said)
}

// shopSite gives each who logs in another token, and an order another number; it answers rightly to those only who send them back.
func shopSite() http.Handler {
	mux := http.NewServeMux()
	var mu sync.Mutex
	logins := 0
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		logins++
		http.SetCookie(w, &http.Cookie{Name: "csrf", Value: fmt.Sprintf("guard%06d", logins), Path: "/"})
		fmt.Fprintf(w, `{"access_token": "token-%06d"}`, logins)
	})
	known := func(r *http.Request) string {
		c, err := r.Cookie("csrf")
		number, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer token-")
		if err != nil || !found || c.Value != "guard"+number || r.Header.Get("X-CSRF") != c.Value {
			return ""
		}
		return number
	}
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		if number := known(r); number != "" {
			http.Redirect(w, r, "/orders/latest?of="+number, http.StatusSeeOther)
			return
		}
		http.Error(w, "log in", http.StatusForbidden)
	})
	mux.HandleFunc("GET /orders/latest", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"orderId": 7%s}`, r.FormValue("of")) })
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		if number := known(r); number == "" || r.PathValue("id") != "7"+number {
			http.Error(w, "not yours", http.StatusForbidden)
		}
	})
	return mux
}

// recording is what a browser recorded of a visit to the shop, long ago.
const recording = `{"log": {"entries": [
{"startedDateTime": "2026-01-01T00:00:00.000Z", "time": 10, "request": {"method": "GET", "url": "ORIGIN/login"},
 "response": {"status": 200, "headers": [{"name": "Set-Cookie", "value": "csrf=guard900001; Path=/"}], "content": {"mimeType": "application/json", "text": "{\"access_token\": \"token-900001\"}"}}},
{"startedDateTime": "2026-01-01T00:00:01.000Z", "time": 10, "request": {"method": "POST", "url": "ORIGIN/orders", "headers": [
  {"name": "Authorization", "value": "Bearer token-900001"}, {"name": "X-CSRF", "value": "guard900001"}, {"name": "Cookie", "value": "csrf=guard900001"}, {"name": "Content-Type", "value": "application/json"}],
  "postData": {"mimeType": "application/json", "text": "{\"item\": 7}"}}, "response": {"status": 303, "redirectURL": "/orders/latest?of=900001", "content": {}}},
{"startedDateTime": "2026-01-01T00:00:01.100Z", "time": 10, "request": {"method": "GET", "url": "ORIGIN/orders/latest?of=900001"},
 "response": {"status": 200, "content": {"mimeType": "application/json", "text": "{\"orderId\": 7900001}"}}},
{"startedDateTime": "2026-01-01T00:00:02.000Z", "time": 10, "request": {"method": "GET", "url": "ORIGIN/orders/7900001", "headers": [
  {"name": "Authorization", "value": "Bearer token-900001"}, {"name": "X-CSRF", "value": "guard900001"}]}, "response": {"status": 200, "content": {}}}
]}}`

// A recording runs against a server that gives other values than it gave then.
func TestRecordingRuns(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(shopSite())
	t.Cleanup(server.Close)
	name := filepath.Join(t.TempDir(), "shop.har")
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(recording, "ORIGIN", server.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	if code := Run(t.Context(), nil, []string{name, "-vus", "2", "-i", "6", "-threshold", "checks:rate==1"}, nil, &stdout, &stderr); code != exitOK {
		t.Errorf("got exit code %d: %s\n%s", code, &stderr, &stdout)
	}
	wantAll(t, stdout.String(), "✓ is status 200", "http_reqs......................: 24 ")
}
