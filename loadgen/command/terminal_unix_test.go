//go:build unix

package command

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// MustOpenTerminal runs loadgen on a terminal of that width.
func MustOpenTerminal(tb testing.TB, columns uint16, args ...string) *terminalRun {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	binary := filepath.Join(tb.TempDir(), "loadgen") // by this name TestMain runs the command
	if err := os.Symlink(self, binary); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=")
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: columns})
	if err != nil {
		tb.Fatal(err)
	}
	r := &terminalRun{cmd: cmd, tty: f, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		io.Copy(r, f) // ends with an error when the program does
	}()
	tb.Cleanup(func() { cmd.Process.Kill(); f.Close() })
	return r
}

// terminalRun is a program on a terminal, and what it has written there.
type terminalRun struct {
	cmd   *exec.Cmd
	tty   *os.File
	ended chan struct{}
	syncBuffer
}

// await waits until a text stands there.
func (r *terminalRun) await(tb testing.TB, text string) {
	tb.Helper()
	for end := time.Now().Add(time.Minute); !strings.Contains(r.String(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("no %q on the terminal: %q", text, r)
		}
	}
}

// TestTerminal looks at what stands on a real terminal in the end: one progress, redrawn in place, with the notice of
// Ctrl-C above and the report below it.
func TestTerminal(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "foobar") }))
	defer site.Close()
	for _, columns := range []uint16{120, 60} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			r := MustOpenTerminal(t, columns, "-d", "10m", "-think", "10ms", site.URL)
			r.await(t, "running (")
			before := strings.Count(r.String(), "running (")
			for strings.Count(r.String(), "running (") < before+3 {
				time.Sleep(10 * time.Millisecond)
			}
			if _, err := r.tty.Write([]byte{3}); err != nil { // Ctrl-C
				t.Fatal(err)
			}
			<-r.ended
			if r.cmd.Wait(); r.cmd.ProcessState.ExitCode() != exitInterrupted {
				t.Errorf("got exit code %d, want %d", r.cmd.ProcessState.ExitCode(), exitInterrupted)
			}
			lines := replay(r.String())
			progress := 0
			for i, line := range lines {
				if strings.Contains(line, "1 VUs, ") && strings.Contains(line, "0m") {
					progress++
					if i == 0 || !strings.Contains(lines[i-1], "stopping: iterations under way may end") {
						t.Errorf("the notice does not stand above the progress: %q", lines)
					}
				}
				if columns == 120 && len([]rune(line)) > int(columns) {
					t.Errorf("%q is wider than the terminal", line)
				}
			}
			if progress != 1 {
				t.Errorf("got %d progress lines, want one: %s", progress, strings.Join(lines, "\n"))
			}
			if !strings.Contains(r.String(), "\x1b[36m") {
				t.Error("the report has no colours")
			}
		})
	}
}
