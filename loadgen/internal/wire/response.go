package wire

import (
	"bytes"
	"net/http"
	"net/textproto"
	"strings"
)

// Response is what came back; its memory is reused by the next request that it is given to. Its zero value is ready.
type Response struct {
	Status int
	Proto  string
	// Body is decompressed, and empty when discarded. Truncated says that it was longer than Config.MaxBody.
	Body      []byte
	Truncated bool
	// URL is where the last redirect led, user and password hidden.
	URL string
	// Timing is the last exchange's.
	Timing Timing
	Err    error
	// ErrorCode is k6's.
	ErrorCode int

	// head is that of the last response into this value: the next is parsed only when it differs. lines are the header
	// lines of this response, nil when it has none.
	head  head
	lines []byte
	// share is how much memory of the network's room this response holds; large says that Body is a part of that.
	share share
	large bool
}

// keptBody is the most memory that a response keeps for the next one.
const keptBody = 64 << 10

// reset is kept out of its caller, whose stack is a waiting user's: beyond 4 KB a stack doubles.
//
//go:noinline
func (r *Response) reset() {
	r.Release()
	*r = Response{Body: r.Body, head: r.head}
}

// Release gives the memory of a large body back, as the next request that the response is given to would, so that other
// users can have it. The response has no body after that.
func (r *Response) Release() {
	if r.large {
		freeLarge(r.Body)
		r.large = false
	}
	if cap(r.Body) > keptBody {
		r.Body = nil
	}
	r.Body = r.Body[:0]
	r.share.give(r.share.held)
}

// Clone is a copy with memory of its own, which is in no room. It is not for another request.
func (r *Response) Clone() *Response {
	c := *r
	c.Body, c.lines = bytes.Clone(r.Body), bytes.Clone(r.lines)
	c.head, c.share, c.large = head{}, share{}, false
	return &c
}

// Header is a response header's first value, "" when absent.
func (r *Response) Header(name string) string {
	for rest := r.lines; len(rest) > 0; {
		var key, value []byte
		key, value, rest = headerLine(rest)
		if len(key) == len(name) && strings.EqualFold(string(key), name) {
			return string(value)
		}
	}
	return ""
}

// HeaderLines is a response header's value with its lines joined by ", ", and whether there is one: it may be empty.
func (r *Response) HeaderLines(name string) (value string, present bool) {
	return lookUp(r.lines, name)
}

// joined is the value of a header with its lines joined by ", ", "" when absent.
func joined(lines []byte, name string) string {
	value, _ := lookUp(lines, name)
	return value
}

func lookUp(lines []byte, name string) (value string, present bool) {
	for rest := lines; len(rest) > 0; {
		var key, next []byte
		key, next, rest = headerLine(rest)
		if len(key) != len(name) || !strings.EqualFold(string(key), name) {
			continue
		}
		if present {
			value += ", "
		}
		value, present = value+string(next), true
	}
	return value, present
}

// Headers is all of the response's headers.
func (r *Response) Headers() http.Header {
	h := http.Header{}
	for rest := r.lines; len(rest) > 0; {
		var key, value []byte
		if key, value, rest = headerLine(rest); len(key) > 0 {
			h.Add(textproto.CanonicalMIMEHeaderKey(string(key)), string(value))
		}
	}
	return h
}

// headerLine splits the first line off b.
func headerLine(b []byte) (key, value, rest []byte) {
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	key, value, _ = bytes.Cut(line, []byte(":"))
	return bytes.TrimSpace(key), bytes.TrimSpace(value), rest
}
