package wire

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// dump writes what was sent and received for people to read, with secrets masked.
type dump struct {
	mu     sync.Mutex
	to     io.Writer
	bodies bool
}

// secret are the headers whose values are masked.
var secret = [][]byte{
	[]byte("Authorization"), []byte("Proxy-Authorization"), []byte("Cookie"), []byte("Set-Cookie"),
}

// exchange writes one request and its response or error.
func (d *dump) exchange(c *call) {
	var b bytes.Buffer
	if p := c.hop; p.err == nil {
		fmt.Fprintf(&b, "Request to %s:\n", p.target.shown)
		line, headers, _ := bytes.Cut(p.with(nil, c.cookies())[:], []byte("\n"))
		headers, _, _ = bytes.Cut(headers, []byte("\r\n\r\n"))
		b.Write(maskedLine(line, p))
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

// maskedLine is the request line; one for a proxy holds the whole URL.
func maskedLine(line []byte, p *prepared) []byte {
	line = append(bytes.TrimRight(line, "\r\n"), '\n')
	if user := p.target.url.User; user != nil {
		line = bytes.ReplaceAll(line, []byte(user.String()+"@"), []byte("****:****@"))
	}
	return line
}

func writeHeaders(b *bytes.Buffer, lines []byte) {
	for rest := lines; len(rest) > 0; {
		var key, value []byte
		if key, value, rest = headerLine(rest); len(key) == 0 {
			continue
		}
		for _, s := range secret {
			if bytes.EqualFold(key, s) {
				value = []byte("****")
			}
		}
		fmt.Fprintf(b, "%s: %s\n", key, value)
	}
	b.WriteString("\n")
}

func (d *dump) body(b *bytes.Buffer, body []byte) {
	if d.bodies && len(body) > 0 {
		b.Write(body)
		b.WriteString("\n\n")
	}
}
