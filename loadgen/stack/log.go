package stack

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// maxLine bounds a line of a process's log; the rest of a longer one is cut off.
const maxLine = 16 << 10

// lines is an io.Writer that hands on whole lines.
type lines struct {
	each    func(line string)
	pending []byte
}

func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		head, rest, found := bytes.Cut(p, []byte{'\n'})
		if room := maxLine - len(l.pending); len(head) > room {
			head = head[:room]
		}
		l.pending = append(l.pending, head...)
		if !found {
			return n, nil
		}
		l.each(strings.TrimRight(string(l.pending), "\r"))
		l.pending, p = l.pending[:0], rest
	}
}

// tailLines is how many lines of a log an error message shows.
const tailLines = 20

// tail keeps the last lines of a log.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == tailLines {
		t.lines = append(t.lines[:0], t.lines[1:]...)
	}
	t.lines = append(t.lines, line)
}

// said is the tail as the end of an error message, empty when nothing was said.
func (t *tail) said(who string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == 0 {
		return ""
	}
	return fmt.Sprintf("\n%s said:\n  %s", who, strings.Join(t.lines, "\n  "))
}
