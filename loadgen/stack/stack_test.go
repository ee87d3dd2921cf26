package stack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// MustStart starts a stack, which is stopped when the test ends.
func MustStart(tb testing.TB, c Config) *Stack {
	tb.Helper()
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
		if usage.CPU <= 0 || usage.RSS == 0 {
			t.Errorf("got usage %+v, want CPU time and memory", usage)
		}
		program := s.binaries.Path("foo")
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		if err := s.Stop(); err != nil {
			t.Errorf("second Stop: %v", err)
		}
		for _, p := range s.Processes() {
			if !strings.HasPrefix(p.State(), "exit status 0") {
				t.Errorf("%v, want exit status 0", p.Err())
			}
		}
		if _, err := os.Stat(program); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the program %s is still there: %v", program, err)
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
		s, err := Start(ctx, Config{})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		for _, p := range s.Processes() {
			<-p.Done()
		}
		s.Stop()
	})

	t.Run("BarKilled", func(t *testing.T) {
		s := MustStart(t, Config{})
		bar := s.Process("bar")
		bar.Kill()
		<-bar.Done()
		if got := bar.State(); !strings.Contains(got, "signal: killed") || !strings.Contains(got, "listening") {
			t.Errorf("got %q, want the signal and the log", got)
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
		{"ServiceFails", Config{Env: map[string][]string{"foo": {"BAR_TIMEOUT=soon"}}}, "foo ended (exit status 2)"},
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

	t.Run("Cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Start(ctx, Config{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
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
