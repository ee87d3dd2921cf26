package stack

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// parent is the environment variable that makes this test binary a generator which starts a stack and waits to be killed.
const parent = "STACK_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parent) != "" {
		os.Exit(beParent())
	}
	code := m.Run()
	if built != nil {
		built.Remove()
	}
	os.Exit(code)
}

// beParent starts a stack, prints the process ids and sleeps.
func beParent() int {
	s, err := Start(context.Background(), Config{})
	if err != nil {
		io.WriteString(os.Stderr, err.Error())
		return 1
	}
	for _, p := range s.Processes() {
		io.WriteString(os.Stdout, strconv.Itoa(p.PID)+"\n")
	}
	os.Stdout.Close()
	time.Sleep(time.Hour)
	return 0
}

// services builds foo and bar once for all tests; TestMain removes what was built.
var (
	built    *Binaries
	services = sync.OnceValues(func() (b *Binaries, err error) {
		built, err = Build(context.Background(), "", []string{"case_3"}, nil)
		return built, err
	})
)

// MustStart starts a stack, without the Collector from programs that all tests share.
func MustStart(tb testing.TB, c Config) *Stack {
	tb.Helper()
	if c.Binaries == nil && c.Case == "" {
		var err error
		if c.Binaries, err = services(); err != nil {
			tb.Fatal(err)
		}
	}
	s, err := Start(context.Background(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func MustGet(tb testing.TB, url string) (status int, body string) {
	tb.Helper()
	res, err := http.Get(url)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestStart(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		s := MustStart(t, Config{Case: "case_3"})
		status, body := MustGet(t, s.URL())
		if status != 200 || body != "foobar" {
			t.Errorf("foo answers %d %q, want 200 foobar", status, body)
		}
		foo := s.Process("foo")
		if status, _ := MustGet(t, "http://"+foo.Admin+"/metrics"); status != 200 {
			t.Errorf("foo's admin listener answers %d, want 200", status)
		}
		usage, err := foo.Usage()
		if err != nil {
			t.Fatal(err)
		}
		if usage.User+usage.System <= 0 || usage.RSS == 0 {
			t.Errorf("got usage %+v, want CPU time and memory", usage)
		}
		dir := s.binaries.dir
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		if err := s.Stop(); err != nil {
			t.Errorf("second Stop: %v", err)
		}
		for _, p := range s.Processes() {
			if p.cmd.ProcessState.ExitCode() != 0 {
				t.Errorf("%s ended with %s, want exit code 0", p.Name, p.Obituary())
			}
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the programs in %s are still there: %v", dir, err)
		}
	})

	t.Run("EnvAndLog", func(t *testing.T) {
		var log strings.Builder
		s := MustStart(t, Config{Log: &log, Env: map[string][]string{"foo": {"BAR_TIMEOUT=1ns"}}})
		if status, _ := MustGet(t, s.URL()); status != 504 {
			t.Errorf("foo that gives bar no time answers %d, want 504", status)
		}
		s.Stop()
		if got := log.String(); !strings.Contains(got, "bar: {") || !strings.Contains(got, "foo: {") {
			t.Errorf("got log %q, want lines of both", got)
		}
	})

	t.Run("ContextEnds", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		b, err := services()
		if err != nil {
			t.Fatal(err)
		}
		s, err := Start(ctx, Config{Binaries: b})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		for _, p := range s.Processes() {
			<-p.Exited()
		}
		s.Stop()
	})

	t.Run("BarKilled", func(t *testing.T) {
		s := MustStart(t, Config{})
		bar := s.Process("bar")
		if err := bar.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-bar.Exited()
		if got := bar.Obituary(); !strings.Contains(got, "signal: killed") || !strings.Contains(got, "listening") {
			t.Errorf("got obituary %q, want the signal and the log", got)
		}
		if status, _ := MustGet(t, s.URL()); status != 502 {
			t.Errorf("foo without bar answers %d, want 502", status)
		}
	})
}

func TestStartErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
		want   string
	}{
		{"UnknownCase", Config{Case: "case_9"}, `case "case_9" is not known: want one of case_1, case_2, case_3`},
		{"NoWorkspace", Config{Dir: t.TempDir()}, "not inside the foobar workspace"},
		{"ServiceFails", Config{Env: map[string][]string{"foo": {"BAR_TIMEOUT=soon"}}}, "foo ended before it was ready (exit status 2)\nfoo said:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Start(context.Background(), test.config)
			if err == nil {
				s.Stop()
				t.Fatal("got no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q in it", err, test.want)
			}
		})
	}

	t.Run("BuildFails", func(t *testing.T) {
		dir := t.TempDir()
		for name, text := range map[string]string{
			"go.work":     "go 1.26.0\nuse (\n./foo\n./bar\n)\n",
			"foo/go.mod":  "module foo\ngo 1.26.0\n",
			"bar/go.mod":  "module bar\ngo 1.26.0\n",
			"foo/main.go": "package main\nfunc main() { broken }\n",
			"bar/main.go": "package main\nfunc main() {}\n",
		} {
			MustWrite(t, filepath.Join(dir, name), text)
		}
		MustUseFreshCache(t)
		_, err := Start(context.Background(), Config{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), "undefined: broken") {
			t.Errorf("got %v, want the compiler's message", err)
		}
	})

	t.Run("Cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Start(ctx, Config{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
}

func MustWrite(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func TestBuild(t *testing.T) {
	var said []string
	MustUseFreshCache(t)
	b, err := Build(context.Background(), "", []string{"case_3"}, func(line string) { said = append(said, line) })
	if err != nil {
		t.Fatal(err)
	}
	defer b.Remove()
	if want := "building bar and foo (the first time: a minute or two)"; len(said) == 0 || said[0] != want {
		t.Errorf("got %q, want %q first", said, want)
	}
	s := MustStart(t, Config{Binaries: b})
	s.Stop()
	if _, err := os.Stat(b.path("foo")); err != nil {
		t.Errorf("Stop removed programs that it had not built: %v", err)
	}
}

// MustUseFreshCache makes the programs' place in the user's cache an empty one, and leaves Go's build cache where it is.
func MustUseFreshCache(t *testing.T) {
	t.Helper()
	t.Setenv("GOCACHE", MustOutput(t, "go", "env", "GOCACHE"))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
}

func MustOutput(tb testing.TB, name string, args ...string) string {
	tb.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// MustStartParent runs this test binary as a generator with a stack, and returns it with the process ids of its services.
func MustStartParent(tb testing.TB) (*exec.Cmd, []int) {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), parent+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var pids []int
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		pid, err := strconv.Atoi(scanner.Text())
		if err != nil {
			tb.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if len(pids) != 2 {
		tb.Fatalf("got %d services, want 2", len(pids))
	}
	return cmd, pids
}

// TestCollector starts the Collector too and finds in the file of kept traces what foo and bar have sent.
func TestCollector(t *testing.T) {
	if os.Getenv("FOOBAR_LONG") == "" {
		t.Skip("SKIPPED: building the Collector takes minutes; FOOBAR_LONG=1 has it built and tested")
	}
	s := MustStart(t, Config{Case: "case_1", Env: map[string][]string{
		"collector": {"SAMPLING_PERCENTAGE=100", "DECISION_WAIT=1s"}, "foo": {"OTEL_BSP_SCHEDULE_DELAY=100"}, "bar": {"OTEL_BSP_SCHEDULE_DELAY=100"}}})
	if got := s.SamplingPercentage(); got != "20" {
		t.Errorf("got the share %q of case_1, want 20", got)
	}
	if status, body := MustGet(t, s.URL()); status != 200 || body != "foobar" {
		t.Fatalf("foo answers %d %q, want 200 foobar", status, body)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		kept, _ := os.ReadFile(s.KeptTraces())
		if strings.Contains(string(kept), `"GET /foo"`) && strings.Contains(string(kept), `"GET /bar"`) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no spans of both services in %s: %s", s.KeptTraces(), kept)
		}
	}
}

// TestTempo starts a real Tempo where TEMPO_BIN names one.
func TestTempo(t *testing.T) {
	tempo := os.Getenv("TEMPO_BIN")
	if tempo == "" {
		t.Skip("SKIPPED: no Tempo here; TEMPO_BIN names the program to test with")
	}
	s := MustStart(t, Config{Case: "case_1", Tempo: tempo, Env: map[string][]string{
		"collector": {"SAMPLING_PERCENTAGE=100", "DECISION_WAIT=1s"}, "foo": {"OTEL_BSP_SCHEDULE_DELAY=100"}, "bar": {"OTEL_BSP_SCHEDULE_DELAY=100"}}})
	if got := s.KeptTraces(); got != "" {
		t.Errorf("kept traces go to the file %s, want Tempo", got)
	}
	MustGet(t, s.URL())
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, found := MustGet(t, "http://"+s.Process("tempo").Admin+"/api/search"); strings.Contains(found, `"rootServiceName":"foo"`) {
			return
		}
		if time.Now().After(end) {
			t.Fatal("Tempo finds no trace of foo")
		}
	}
}
