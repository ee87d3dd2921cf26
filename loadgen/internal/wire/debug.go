package wire

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"example.com/foobar/loadgen/secret"
)

// debugLog writes what was sent and received for people to read, with the secrets masked that can be told by their names.
type debugLog struct {
	mu     sync.Mutex
	to     io.Writer
	bodies bool
}

// exchange writes one request and its response or error.
func (d *debugLog) exchange(c *call) {
	var b bytes.Buffer
	if p := c.hop; p.err == nil {
		fmt.Fprintf(&b, "Request to %s:\n", p.target.shown)
		line, headers, _ := bytes.Cut(p.with(nil, c.cookies(), c.authorization)[:], []byte("\n"))
		headers, _, _ = bytes.Cut(headers, []byte("\r\n\r\n"))
		b.Write(maskedLine(line))
		writeHeaders(&b, append(headers, "\r\n"...))
		d.body(&b, p.body)
	}
	if c.Err != nil {
		fmt.Fprintf(&b, "Error: %v\n\n", c.Err)
	} else {
		fmt.Fprintf(&b, "Response:\n%s %d\n", c.Proto, c.Status)
		writeHeaders(&b, c.resp.lines)
		d.body(&b, c.resp.Body)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = d.to.Write(b.Bytes()) // what can't be shown must not end a test
}

// maskedLine is the request line without the secrets of its URL, of which one for a proxy has the whole.
func maskedLine(line []byte) []byte {
	method, rest, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), " ")
	path, version, _ := strings.Cut(rest, " ")
	return []byte(method + " " + secret.URL(path) + " " + version + "\n")
}

func writeHeaders(b *bytes.Buffer, lines []byte) {
	for rest := lines; len(rest) > 0; {
		var key, value []byte
		if key, value, rest = headerLine(rest); len(key) == 0 {
			continue
		}
		shown := "****"
		if !secret.Named(string(key)) {
			shown = secret.Text(string(value))
		}
		fmt.Fprintf(b, "%s: %s\n", key, shown)
	}
	b.WriteString("\n")
}

func (d *debugLog) body(b *bytes.Buffer, body []byte) {
	if d.bodies && len(body) > 0 {
		b.WriteString(secret.Text(string(body)))
		b.WriteString("\n\n")
	}
}
