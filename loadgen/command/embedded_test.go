package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestEmbedded builds and starts the real foo and bar and loads foo, as the command does inside the workspace.
func TestEmbedded(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		var stdout, stderr bytes.Buffer
		code := Run(context.Background(), nil, []string{"-d", "1s", "-think", "50ms"}, os.Environ(), &stdout, &stderr)
		if code != exitOK {
			t.Fatalf("got exit code %d, want 0; stderr: %s", code, &stderr)
		}
		for _, want := range []string{"✓ is status 200", "✓ returns foobar", "checks.........................: 100.00%"} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("no %q in the report:\n%s", want, &stdout)
			}
		}
		for _, want := range []string{"started bar on 127.0.0.1:", ", without OpenTelemetry", "5 looping VUs for 1s (gracefulStop: 30s)"} {
			if !strings.Contains(stderr.String(), want) {
				t.Errorf("no %q on standard error:\n%s", want, &stderr)
			}
		}
	})

	t.Run("BarKilledHalfWay", func(t *testing.T) {
		var stdout bytes.Buffer
		stderr := &barKiller{t: t}
		file := filepath.Join(t.TempDir(), "all.json")
		code := Run(context.Background(), nil, []string{"-d", "3s", "-think", "10ms", "-progress", "1s", "-verbose", "-summary-json", file}, os.Environ(), &stdout, stderr)
		if code != exitOK {
			t.Errorf("got exit code %d, want 0: some checks passed", code)
		}
		if got := stderr.said.String(); !strings.Contains(got, "bar has ended during the test: signal: killed") {
			t.Errorf("nothing says that bar has ended:\n%s", got)
		}
		for _, want := range []string{"✗ is status 200", "✗ returns foobar"} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("no %q in the report:\n%s", want, &stdout)
			}
		}
		failed := regexp.MustCompile(`http_req_failed\.+: (\S+)%`).FindStringSubmatch(stdout.String())
		if failed == nil || failed[1] == "0.00" || failed[1] == "100.00" {
			t.Errorf("got failed requests %v, want some but not all", failed)
		}
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	})

	t.Run("ContextEnds", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var stdout, stderr bytes.Buffer
		if code := Run(ctx, nil, []string{"-d", "10m"}, os.Environ(), &stdout, &stderr); code != exitInterrupted {
			t.Errorf("got exit code %d, want %d; stderr: %s", code, exitInterrupted, &stderr)
		}
	})
}

// barKiller is a standard error that kills bar as soon as it has read in it that a second of load is over.
type barKiller struct {
	t    *testing.T
	said bytes.Buffer
	done bool
}

func (k *barKiller) Write(p []byte) (int, error) {
	k.said.Write(p)
	if !k.done && strings.Contains(k.said.String(), "running (") {
		k.done = true
		pid := barPID.FindStringSubmatch(k.said.String())
		if pid == nil {
			k.t.Errorf("no process id of bar in:\n%s", &k.said)
			return len(p), nil
		}
		n, _ := strconv.Atoi(pid[1])
		process, err := os.FindProcess(n)
		if err == nil {
			err = process.Kill()
		}
		if err != nil {
			k.t.Error(err)
		}
	}
	return len(p), nil
}

var barPID = regexp.MustCompile(`bar on \S+ \(pid (\d+)\)`)

// TestInterruptedWhileBuilding ends the context a moment after the start, whatever is done then.
func TestInterruptedWhileBuilding(t *testing.T) {
	for _, after := range []time.Duration{time.Millisecond, 50 * time.Millisecond, 300 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		var stdout, stderr bytes.Buffer
		if code := Run(ctx, nil, []string{"-d", "10m"}, os.Environ(), &stdout, &stderr); code != exitInterrupted {
			t.Errorf("after %s: got exit code %d, want %d; stderr: %s", after, code, exitInterrupted, &stderr)
		}
		cancel()
	}
}
