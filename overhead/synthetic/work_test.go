package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/foobar/telemetry"
)

func TestWork(t *testing.T) {
	ask := func(o options) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		routes(&telemetry.Service{}, o).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/work", nil))
		return w
	}
	t.Run("Answers", func(t *testing.T) {
		if w := ask(options{burn: time.Microsecond, objects: 3, made: 5}); w.Code != 200 || w.Body.String() != "done" {
			t.Errorf("got %d %q", w.Code, w.Body)
		}
	})
	t.Run("AllocatesWhatItIsTold", func(t *testing.T) {
		if got := testing.AllocsPerRun(100, func() { allocate() }); got != 1 {
			t.Errorf("got %v objects, want 1", got)
		}
	})
	t.Run("BurnsAtLeastThat", func(t *testing.T) {
		began := time.Now()
		burn(20 * time.Millisecond)
		if took := time.Since(began) * time.Duration(runtime.GOMAXPROCS(0)); took < 20*time.Millisecond {
			t.Errorf("took %s of all CPUs, want 20ms at least", took)
		}
	})
}

func TestRun(t *testing.T) {
	for _, c := range []struct{ flag, value, want string }{
		{"-burn", "2s", "want 0 to 1s"}, {"-spans", "many", "want a number from 0"}, {"-allocate", "-1", "want a number from 0"},
	} {
		t.Run("Err"+c.flag, func(t *testing.T) {
			var stderr strings.Builder
			code := run(context.Background(), []string{c.flag, c.value}, func(string) string { return "" }, io.Discard, &stderr)
			if code != telemetry.ExitUsage || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("exit code %d, %s", code, &stderr)
			}
		})
	}
}
