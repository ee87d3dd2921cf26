package command

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// MustOutput is an opened output onto path that writes a text, or half of it and fails.
func MustOutput(tb testing.TB, path string, fails error) *output {
	tb.Helper()
	out := &output{flag: "summary-json", path: path, write: func(w io.Writer, _ *metrics.Snapshot, _ summary.Options) error {
		_, err := io.WriteString(w, "new")
		return errors.Join(err, fails)
	}}
	if err := out.open(); err != nil {
		tb.Fatal(err)
	}
	return out
}

func MustRead(tb testing.TB, path string) string {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func TestOutput(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "out.json")
		out := MustOutput(t, path, nil)
		if err := out.finish(nil, summary.Options{}); err != nil {
			t.Fatal(err)
		}
		if got := MustRead(t, path); got != "new" {
			t.Errorf("got %q, want %q", got, "new")
		}
	})

	t.Run("FailureKeepsTheOld", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "out.json")
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		out := MustOutput(t, path, errors.New("half-way"))
		if err := out.finish(nil, summary.Options{}); err == nil {
			t.Error("got no error")
		}
		(&session{outputs: []*output{out}}).discardOutputs()
		if got := MustRead(t, path); got != "old" {
			t.Errorf("got %q, want %q", got, "old")
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("got %d files, want 1: %v", len(left), left)
		}
	})

	t.Run("Device", func(t *testing.T) {
		out := MustOutput(t, os.DevNull, nil)
		if err := out.finish(nil, summary.Options{}); err != nil {
			t.Error(err)
		}
	})
}
