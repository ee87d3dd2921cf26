package load

import (
	"bufio"
	"bytes"
	"iter"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/wire"
)

// Event is one of those that a server sends, as text/event-stream.
type Event struct {
	// ID is the last one that the server has set. Type is "message" where the event says none.
	ID, Type string
	// Data are its lines of data, joined by line feeds.
	Data string
	// After is the time from when the request was begun to be sent, Since that from the event before, which for the first is
	// After.
	After, Since time.Duration
}

// maxEvent is the most bytes of an event.
const maxEvent = 1 << 20

// Events are the events of the body as they come, until it ends or the loop does. An event of more than 1 MiB ends them, and
// the request failed. The times of events are metrics when you make them so:
//
//	for e := range s.Events() {
//		gap.Add(vu, e.Since)
//	}
func (s *Stream) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		p := eventParser{lines: lineReader{in: bufio.NewReader(s)}}
		last := s.from.Began()
		for {
			e, err := p.next()
			if err == errLongEvent {
				s.from.Fail(err.Error())
			}
			if err != nil {
				return // the exchange has it, unless it is the end
			}
			now := wire.Now()
			e.After, e.Since = now-s.from.Began(), now-last
			last = now
			if !yield(e) {
				return
			}
		}
	}
}

// errLongEvent ends what is no event, or is not meant to be read.
var errLongEvent = &wire.Error{Message: "an event of the response's body is larger than 1 MiB"}

// eventParser reads events (HTML, 9.2.6).
type eventParser struct {
	lines lineReader
	id    string
	begun bool
}

// next is the next event that has data. An event that the end cuts off is none.
func (p *eventParser) next() (Event, error) {
	kind, data, size := "", []string(nil), 0
	for {
		line, err := p.lines.next()
		if err != nil {
			return Event{}, err
		}
		if !p.begun {
			p.begun, line = true, bytes.TrimPrefix(line, []byte("\uFEFF"))
		}
		if len(line) == 0 {
			if data != nil {
				return Event{ID: p.id, Type: orMessage(kind), Data: strings.Join(data, "\n")}, nil
			}
			kind, size = "", 0
			continue
		}
		if size += len(line); size > maxEvent {
			return Event{}, errLongEvent
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		text := string(bytes.TrimPrefix(value, []byte(" ")))
		switch string(name) {
		case "event":
			kind = text
		case "data":
			data = append(data, text)
		case "id":
			if !strings.Contains(text, "\x00") {
				p.id = text
			}
		}
	}
}

func orMessage(kind string) string {
	if kind == "" {
		return "message"
	}
	return kind
}

// lineReader reads lines that end in CR, LF or both. It waits for no byte beyond the end of a line.
type lineReader struct {
	in       *bufio.Reader
	line     []byte
	returned bool // the line before ended in CR, and an LF belongs to it
}

// next is the next line without its end, valid until the next call. One that the end cuts off is none.
func (l *lineReader) next() ([]byte, error) {
	l.line = l.line[:0]
	for {
		if _, err := l.in.Peek(1); err != nil {
			return nil, err
		}
		b, _ := l.in.Peek(l.in.Buffered())
		if l.returned && b[0] == '\n' {
			l.returned = false
			_, _ = l.in.Discard(1) // it is there
			continue
		}
		l.returned = false
		end := bytes.IndexAny(b, "\r\n")
		if end >= 0 {
			l.returned = b[end] == '\r'
			l.line = append(l.line, b[:end]...)
			_, _ = l.in.Discard(end + 1) // it is there
			return l.line, nil
		}
		if l.line = append(l.line, b...); len(l.line) > maxEvent {
			return nil, errLongEvent
		}
		_, _ = l.in.Discard(len(b)) // it is there
	}
}
