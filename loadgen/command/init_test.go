package command

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// MustGo runs the go command in a folder, without a network; it returns what was printed.
func MustGo(tb testing.TB, dir string, args ...string) string {
	tb.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS=-mod=readonly -trimpath", "CGO_ENABLED=0") // as all programs here, so that much is compiled already
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("go %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// mustServe is the address of a server that greets.
func mustServe(tb testing.TB) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }))
	tb.Cleanup(server.Close)
	return server.URL
}

func wantAll(tb testing.TB, text string, all ...string) {
	tb.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			tb.Errorf("no %q in:\n%s", want, text)
		}
	}
}

// What init writes compiles, runs, and passes its own test.
func TestInit(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "shop")
	var stdout, stderr strings.Builder
	if code := Run(t.Context(), nil, []string{"init", "go", dir}, nil, &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
		t.Fatalf("got exit code %d: %s", code, &stderr)
	}
	wantAll(t, stdout.String(), "cd "+dir, "go run . -h")
	mustBeLong(t)
	program := filepath.Join(dir, "shop.exe")
	MustGo(t, dir, "build", "-o", program, ".")
	said, err := exec.Command(program, "-env", "URL="+mustServe(t), "-i", "5").CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, said)
	}
	wantAll(t, string(said), "script: shop", "✓ is status 200", "http_reqs......................: 5 ")
	wantAll(t, MustGo(t, dir, "test", "-v", "-bench", ".", "-benchtime", "10x", "."), "--- PASS: TestLoad", "http_req_duration", "BenchmarkLoad", "p95-ns", "cpu-ns/op")
}

// mustBeLong skips what builds programs, unless FOOBAR_LONG=1.
func mustBeLong(t *testing.T) {
	t.Helper()
	if os.Getenv("FOOBAR_LONG") != "1" {
		t.Skip("building programs takes a while: FOOBAR_LONG=1 has it done")
	}
}

// The first program of docs/library.md is no longer than it says there, and has the whole report.
func TestDocumentedProgram(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	program, rest, _ := strings.Cut(rest, "```\n")
	_, rest, _ = strings.Cut(rest, "```\n")
	line, _, _ := strings.Cut(rest, "\n")
	if n := strings.Count(program, "\n"); n > 15 {
		t.Errorf("got a program of %d lines, want at most 15", n)
	}
	dir := t.TempDir()
	files, err := newProgram(dir)
	if err != nil {
		t.Fatal(err)
	}
	files["main.go"] = program
	delete(files, "main_test.go")
	if err := writeNew(dir, files); err != nil {
		t.Fatal(err)
	}
	mustBeLong(t)
	MustGo(t, dir, "build", "-o", "loadtest.exe", ".")
	args := strings.Fields(strings.NewReplacer("go run . ", "", "http://localhost:8080/", mustServe(t), "-d 10s", "-d 1s", "'", "").Replace(line))
	args = append(args, "-threshold", "checks:rate==1")
	said, err := exec.Command(filepath.Join(dir, "loadtest.exe"), args...).CombinedOutput()
	if err != nil {
		t.Errorf("%q: %v: %s", args, err, said)
	}
	wantAll(t, string(said), "50 looping VUs for 1s", "THRESHOLDS", "p(95)<200", "TOTAL RESULTS", "✓ is status 200", "HTTP", "EXECUTION", "NETWORK")
}

// Nothing is overwritten, and what can't be written is not begun.
func TestInitOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "main.go")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"There":   {[]string{"init", "go", dir}, exitOutputFailed, mine + " is there already: name a new one"},
		"NoDir":   {[]string{"init", "go"}, exitCannotParse, "want loadgen init go DIR"},
		"NotGo":   {[]string{"init", "js", dir}, exitCannotParse, "or loadgen init go DIR"},
		"TooMany": {[]string{"init", "go", dir, "more"}, exitCannotParse, "want loadgen init go DIR"},
		"Flag":    {[]string{"init", "go", "-x"}, exitCannotParse, "want loadgen init go DIR"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if code := Run(t.Context(), nil, test.args, nil, &stdout, &stderr); code != test.code || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("got exit code %d and %q, want %d and %q", code, &stderr, test.code, test.want)
			}
		})
	}
	entries, err := os.ReadDir(dir)
	if text, _ := os.ReadFile(mine); err != nil || len(entries) != 1 || string(text) != "mine" {
		t.Errorf("got %v with %q, want what was there alone", entries, text)
	}
}
