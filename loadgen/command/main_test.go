package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/foobar/loadgen/load"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"loadgen": func() { Main(nil) }, "visits": func() { Main(visits()) }})
}

// visits is the test of a Go program.
func visits() *load.Test {
	test := &load.Test{
		Options: load.Options{
			Iterations: new(int64(3)),
			Thresholds: load.Thresholds{"http_reqs": {"count<10"}},
		},
		Env:      map[string]string{"URL": "http://localhost:1/", "API_TOKEN": "t0psecret"},
		Setup:    func(vu *load.VU) (any, error) { return "set up", nil },
		Teardown: func(vu *load.VU) error { return errors.New("torn down") },
	}
	spent := test.NewCounter("spent")
	test.Exec = func(vu *load.VU) error {
		res := vu.Get(vu.Env["URL"])
		vu.Check("is status 200", res.Status == 200)
		vu.Check("is set up", load.Data[string](vu) == "set up")
		spent.Add(vu, 2)
		return nil
	}
	return test
}

// TestCommand runs the scripts of testdata against a server of this test, which is at $URL. Commands beside testscript's own:
//
//	loadgen-code CODE ARGS...   run loadgen, which ends with that code
//	loadgen-usage CODE ARGS...  the same within the test, many times faster: without the script's folder and variables
//	visits-code CODE ARGS...    run visits, a load test in Go
//	awaitrequest                wait until the server has been asked since the last awaitrequest
//	awaitfile FILE TEXT         wait until FILE has TEXT in it
//	interrupt [TERM]            send SIGINT or SIGTERM to the program in the background
//	requests N                  the server has been asked so often
//	expand FILE                 fill in ${URL} in FILE
func TestCommand(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: serve,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"loadgen-code":  exitsWith("loadgen", run("loadgen")),
			"loadgen-usage": exitsWith("loadgen", runWithin),
			"visits-code":   exitsWith("visits", run("visits")),
			"awaitrequest":  awaitRequest,
			"interrupt":     interrupt,
			"requests":      countRequests,
			"awaitfile":     awaitFile,
			"expand":        expand,
		},
	})
}

// site is the server of one script.
type site struct {
	*httptest.Server
	requests atomic.Int64
	seen     chan struct{} // gets a value at each request, when there is room
	hold     chan struct{} // closed at the end, for those who wait at /hold
}

// serve starts the server of a script and tells it where it is: $URL.
func serve(env *testscript.Env) error {
	s := &site{seen: make(chan struct{}, 1), hold: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/foo", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "foobar") })
	mux.HandleFunc("/json", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"ok":true,"items":[{"id":7}],"token":"t0"}`)
	})
	mux.HandleFunc("/error", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "broken", 500) })
	mux.HandleFunc("/hold", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-s.hold:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { time.Sleep(200 * time.Millisecond) })
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/digest", digest)
	mux.HandleFunc("/compressed", compressed)
	oddResponses(mux)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		select {
		case s.seen <- struct{}{}:
		default:
		}
		mux.ServeHTTP(w, r)
	}))
	env.Values["site"] = s
	env.Setenv("URL", s.URL)
	env.Setenv("HOSTPORT", strings.TrimPrefix(s.URL, "http://"))
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	env.Setenv("PORT", port)
	env.Defer(func() { close(s.hold); s.Close() })
	return nil
}

// echo answers with what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Echo", "yes")
	fmt.Fprintf(w, "%s %s\n", r.Method, r.Host)
	for _, name := range []string{"Authorization", "X-Test", "User-Agent", "Content-Type"} {
		fmt.Fprintf(w, "%s: %s\n", name, r.Header.Get(name))
	}
	body := make([]byte, 1<<10)
	n, _ := r.Body.Read(body)
	fmt.Fprintf(w, "body: %s\n", body[:n])
}

// exitsWith runs a program and wants an exit code: loadgen-code CODE ARGS...
func exitsWith(program string, run func(*testscript.TestScript, []string) int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("usage: %s-code CODE ARGS...", program)
		}
		want, err := strconv.Atoi(args[0])
		ts.Check(err)
		if got := run(ts, args[1:]); got != want {
			ts.Fatalf("got exit code %d, want %d", got, want)
		}
	}
}

func run(program string) func(*testscript.TestScript, []string) int {
	return func(ts *testscript.TestScript, args []string) int {
		if err := ts.Exec(program, args...); err != nil {
			return exitCodeOf(ts, err)
		}
		return exitOK
	}
}

func runWithin(ts *testscript.TestScript, args []string) int {
	return Run(context.Background(), nil, args, nil, ts.Stdout(), ts.Stderr())
}

func exitCodeOf(ts *testscript.TestScript, err error) int {
	coded, ok := err.(interface{ ExitCode() int })
	if !ok {
		ts.Fatalf("loadgen did not run: %v", err)
	}
	return coded.ExitCode()
}

// patience bounds the waits of scripts.
const patience = time.Minute

// awaitRequest waits until the server is asked.
func awaitRequest(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value("site").(*site)
	select {
	case <-s.seen:
	case <-time.After(patience):
		ts.Fatalf("no request within %s", patience)
	}
}

// interrupt sends SIGINT to the one program in the background.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	running := ts.BackgroundCmds()
	if len(running) != 1 {
		ts.Fatalf("got %d programs in the background, want 1", len(running))
	}
	ts.Check(running[0].Process.Signal(signalOf(args)))
}

func signalOf(args []string) os.Signal {
	if len(args) > 0 && args[0] == "TERM" {
		return syscall.SIGTERM
	}
	return os.Interrupt
}

// countRequests wants the number of requests since the start of the script: requests N
func countRequests(ts *testscript.TestScript, neg bool, args []string) {
	got := strconv.FormatInt(ts.Value("site").(*site).requests.Load(), 10)
	if len(args) != 1 || (got == args[0]) == neg {
		ts.Fatalf("got %s requests, want %v", got, args)
	}
}

// awaitFile waits until a file has a text in it: awaitfile FILE TEXT
func awaitFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: awaitfile FILE TEXT")
	}
	said := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		b, _ := os.ReadFile(ts.MkAbs(args[0]))
		if said = string(b); strings.Contains(said, args[1]) {
			return
		}
	}
	ts.Fatalf("%s does not have %q within %s: %s", args[0], args[1], patience, said)
}

// expand fills in where the server is.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		text := strings.ReplaceAll(ts.ReadFile(file), "${URL}", ts.Getenv("URL"))
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}
