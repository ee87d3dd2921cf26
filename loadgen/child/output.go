package child

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"example.com/foobar/loadgen/plain"
)

// maxLine is how long a line of output may get before it is passed on in parts.
const maxLine = 16 << 10

// output is an io.Writer that passes on whole lines, fit for a terminal, and keeps the last.
type output struct {
	name string
	each func(line string)
	most int

	mu   sync.Mutex
	line []byte   // not ended yet
	tail []string // the last lines, at most most
}

func newOutput(c Command) *output {
	o := &output{name: c.Name, each: c.Output, most: c.Tail}
	if o.most == 0 {
		o.most = 20
	}
	return o
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for rest := b; len(rest) > 0; {
		part, _, ended := bytes.Cut(rest[:min(len(rest), maxLine-len(o.line))], []byte{'\n'})
		o.line = append(o.line, part...)
		rest = rest[len(part):]
		if ended {
			rest = rest[1:]
		}
		if ended || len(o.line) == maxLine {
			o.pass()
		}
	}
	return len(b), nil
}

// pass passes the line on.
func (o *output) pass() {
	line := plain.Line(strings.TrimSuffix(string(o.line), "\r"))
	o.line = o.line[:0]
	if len(o.tail) == o.most {
		o.tail = append(o.tail[:0], o.tail[1:]...)
	}
	o.tail = append(o.tail, line)
	if o.each != nil {
		o.each(line)
	}
}

// flush passes on a line that never ended.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.pass()
	}
}

// said is the tail as the end of an error message: on the same line when it is one, "" when there is none.
func (o *output) said() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch len(o.tail) {
	case 0:
		return ""
	case 1:
		return ": " + o.tail[0]
	}
	return fmt.Sprintf("\n%s said:\n  %s", o.name, strings.Join(o.tail, "\n  "))
}
