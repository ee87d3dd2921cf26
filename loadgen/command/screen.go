package command

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/secret"
)

// screen is standard error: notices, the banner and the progress. On a terminal the progress is redrawn in place, and all
// else is written above it. Its methods may be called from any goroutine.
type screen struct {
	w        io.Writer
	name     string // of the program that speaks
	quiet    bool
	terminal bool
	color    bool
	every    time.Duration  // how often the progress is shown; 0 is the default
	secrets  *secret.Values // are not shown

	mu    sync.Mutex
	drawn []string // what stands on the terminal, to be erased
}

func newScreen(name string, w io.Writer, quiet, color bool) *screen {
	tty := isTerminal(w)
	return &screen{name: name, w: w, quiet: quiet, terminal: tty, color: tty && color}
}

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// notice prints a line unless the user wants quiet.
func (s *screen) notice(line string) {
	if !s.quiet {
		s.warn(line)
	}
}

// warn prints a line, quiet or not.
func (s *screen) warn(line string) { fmt.Fprintf(s, "%s: %s\n", s.name, line) }

// Write prints lines above the progress, without secrets and without what controls a terminal.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	s.erase(&b)
	b.WriteString(plain.Text(s.secrets.Mask(string(p))))
	if len(s.drawn) > 0 && !bytes.HasSuffix(p, []byte("\n")) {
		b.WriteByte('\n')
	}
	s.redraw(&b)
	if _, err := io.WriteString(s.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// draw replaces the progress on a terminal, in one write so that it does not flicker.
func (s *screen) draw(lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	s.erase(&b)
	s.drawn = lines
	s.redraw(&b)
	io.WriteString(s.w, b.String())
}

// leaveProgress leaves what is drawn where it is: whatever follows stands below.
func (s *screen) leaveProgress() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = nil
}

func (s *screen) erase(b *strings.Builder) {
	if len(s.drawn) > 0 {
		fmt.Fprintf(b, "\r\x1b[%dA\x1b[J", len(s.drawn))
	}
}

func (s *screen) redraw(b *strings.Builder) {
	for _, line := range s.drawn {
		b.WriteString(line)
		b.WriteByte('\n')
	}
}

// width is the terminal's in columns.
func (s *screen) width() int {
	if f, ok := s.w.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

// dim paints a text that matters less.
func (s *screen) dim(text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[2m" + text + "\x1b[0m"
}
