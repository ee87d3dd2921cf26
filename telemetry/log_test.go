package telemetry

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"example.com/foobar/telemetry/logtest"
)

func TestLogger(t *testing.T) {
	out := &logtest.Log{}
	log := NewLogger(out, "svc").With("a", 1).WithGroup("g")
	sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0xab}, SpanID: trace.SpanID{0xcd}})
	NewLogger(out, "svc").InfoContext(trace.ContextWithSpanContext(context.Background(), sc), "with span")
	log.Info("without span", "b", 2)
	if got := out.Await(t, "with span"); got["trace_id"] != sc.TraceID().String() || got["span_id"] != sc.SpanID().String() || got["service"] != "svc" {
		t.Errorf("got %v, want the ids of the span", got)
	}
	got := out.Await(t, "without span")
	if _, is := got["trace_id"]; is || got["a"] != 1.0 || got["g"].(map[string]any)["b"] != 2.0 {
		t.Errorf("got %v, want a and g.b and no ids", got)
	}
}

// The packages of OpenTelemetry read variables before main runs, when there is only the logger of plain text.
func TestNothingLoggedBeforeMain(t *testing.T) {
	command := exec.Command(os.Args[0], "-test.run=^$")
	command.Env = os.Environ()
	for _, n := range sdkNumbers {
		command.Env = append(command.Env, n.name+"="+secret)
	}
	out, err := command.CombinedOutput()
	if err != nil || strings.Contains(string(out), secret) || strings.Contains(string(out), "WARN") {
		t.Errorf("got %v and %s, want no line about a variable", err, out)
	}
	if !slog.Default().Enabled(t.Context(), slog.LevelInfo) {
		t.Error("the default logger is still silent")
	}
}

func TestThrottle(t *testing.T) {
	now := time.Unix(0, 0)
	for _, tc := range []struct {
		name    string
		period  time.Duration
		at      []time.Duration
		allowed []bool
		skipped int // told with the last one
	}{
		{"OnceForEver", 0, []time.Duration{0, 1, time.Hour}, []bool{true, false, false}, 0},
		{"EachPeriod", time.Minute, []time.Duration{0, time.Second, 2 * time.Second, time.Minute}, []bool{true, false, false, true}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			throttle := Throttle{Period: tc.period}
			var skipped int
			for i, at := range tc.at {
				var ok bool
				if skipped, ok = throttle.Allow("kind", now.Add(at)); ok != tc.allowed[i] {
					t.Errorf("at %s: got %v, want %v", at, ok, tc.allowed[i])
				}
			}
			if skipped != tc.skipped {
				t.Errorf("got %d skipped, want %d", skipped, tc.skipped)
			}
		})
	}
	t.Run("Kinds", func(t *testing.T) {
		var throttle Throttle
		if _, ok := throttle.Allow("a", now); !ok {
			t.Error("got a not allowed")
		}
		if _, ok := throttle.Allow("b", now); !ok {
			t.Error("got b not allowed: kinds are apart")
		}
	})
}
