//go:build unix

package file

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, content := range map[string]string{"five": "12345", "six": "123456", "none": ""} {
		if err := os.WriteFile(at(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(at("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{at("five"): "12345", at("none"): "", os.DevNull: ""} {
		if got, err := Read(path, 5); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", path, got, err, want)
		}
	}
	for path, want := range map[string]string{
		at("six"):   "six is larger than 5 bytes",
		at("gone"):  "no such file",
		dir:         "is a folder: give a file",
		"/dev/zero": "/dev/zero is a device: give a file",
		at("pipe"):  "pipe is a pipe that nobody writes to: give a file",
	} {
		if got, err := Read(path, 5); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %q, %v, want %q in it", path, got, err, want)
		}
	}
}

// pipe is the path of a pipe, as bash gives for <(command), and its other end.
func pipe(t *testing.T) (path string, w *os.File) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // so that nothing is lost when w is closed before the test reads
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(); r.Close() })
	return path, w
}

func TestReadPipe(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		path, w := pipe(t)
		go func() {
			w.WriteString("vus: ")
			time.Sleep(time.Millisecond)
			w.WriteString("5")
			w.Close()
		}()
		if got, err := Read(path, 10); err != nil || string(got) != "vus: 5" {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("ErrEndless", func(t *testing.T) {
		path, w := pipe(t)
		go func() {
			for {
				if _, err := w.WriteString(strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		}()
		if _, err := Read(path, 100_000); err == nil || !strings.Contains(err.Error(), "is larger than 100000 bytes") {
			t.Errorf("got %v, want an error", err)
		}
	})
	t.Run("ErrSilent", func(t *testing.T) {
		path, _ := pipe(t)
		defer func(d time.Duration) { patience = d }(patience)
		patience = time.Millisecond
		if _, err := Read(path, 10); err == nil || !strings.Contains(err.Error(), "nothing came through it") {
			t.Errorf("got %v, want an error", err)
		}
	})
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{5: "5 bytes", 1025: "1025 bytes", 4 << 20: "4 MiB", 1 << 30: "1 GiB", 2048: "2 KiB"} {
		if got := size(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
