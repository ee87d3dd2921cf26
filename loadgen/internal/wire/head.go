package wire

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"

	"github.com/valyala/fasthttp"
)

// head is a response's status line and header, and what they say.
type head struct {
	block    []byte // as received, with the empty line that ends it
	first    int    // the length of the status line
	status   int
	proto    string
	length   int // of the body; or chunked, or untilEnd
	closing  bool
	encoding string
}

// The lengths that are none, in fasthttp's numbers.
const (
	chunked  = -1
	untilEnd = -2
)

// lines are the header lines, each ending in CRLF.
func (h *head) lines() []byte { return h.block[h.first : len(h.block)-2] }

// next reads the next response's head into h, passing over informational ones. One that is byte for byte what h holds
// is not parsed again: servers answer the same request with the same header until the second in its Date has passed.
func (p *parser) next(h *head) error {
	if h.status != 0 {
		if b, _ := p.in.Peek(p.in.Buffered()); bytes.HasPrefix(b, h.block) {
			_, err := p.in.Discard(len(h.block))
			return err
		}
	}
	for passed := 0; passed <= maxHeader; {
		block, err := p.readHeader()
		if err != nil {
			return err
		}
		passed += len(block)
		if status := p.header.StatusCode(); status >= 200 || status == http.StatusSwitchingProtocols {
			h.take(block, &p.header)
			return nil
		}
	}
	return malformed("too many informational responses")
}

func (h *head) take(block []byte, from *fasthttp.ResponseHeader) {
	h.block = append(h.block[:0], block...)
	h.first = bytes.IndexByte(block, '\n') + 1
	h.status, h.proto = from.StatusCode(), protoName(from.Protocol())
	h.length, h.closing = from.ContentLength(), from.ConnectionClose()
	h.encoding = joined(h.lines(), "Content-Encoding")
}

func protoName(b []byte) string {
	switch string(b) {
	case "HTTP/1.1":
		return "HTTP/1.1"
	case "HTTP/1.0":
		return "HTTP/1.0"
	}
	return string(b)
}

// readHeader reads one header and returns it, valid until the next read: as it came, or tidied.
func (p *parser) readHeader() ([]byte, error) {
	block, err := p.awaitHeader()
	if err != nil {
		return nil, err
	}
	if !bareLineFeed(block) && !folded(block) {
		before := p.in.Buffered()
		err = p.header.Read(p.in)
		read := before - p.in.Buffered()
		switch {
		case err == nil && read == len(block):
			return block, nil
		case read != 0:
			return nil, errHeader
		}
	}
	tidied := normalizeHeader(unfold(block))
	from := bytes.NewReader(tidied)
	if p.header.Read(bufio.NewReaderSize(from, len(tidied))) != nil || from.Len() != 0 {
		return nil, errHeader
	}
	_, err = p.in.Discard(len(block))
	return tidied, err
}

// awaitHeader reads until the empty line that ends a header, and returns all up to it without consuming it.
func (p *parser) awaitHeader() ([]byte, error) {
	for need := 1; ; {
		_, err := p.in.Peek(need)
		b, _ := p.in.Peek(p.in.Buffered())
		if !looksLikeHTTP(b) {
			return nil, malformed("it does not begin with HTTP/")
		}
		if end := headerEnd(b); end >= 0 {
			return b[:end], nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if p.in.Size() >= maxHeader {
				return nil, malformed("its header is larger than 1 MiB")
			}
			p.in = bufio.NewReaderSize(p.in, 16*p.in.Size())
			need = 1
			continue
		case err != nil:
			return nil, orCut(err, errCutHeader)
		}
		need = len(b) + 1
	}
}

func looksLikeHTTP(b []byte) bool {
	const want = "HTTP/"
	n := min(len(b), len(want))
	return string(b[:n]) == want[:n]
}

// saysClose looks for "Connection: close", which the parser does not tell from a missing length.
func saysClose(block []byte) bool {
	for _, rest, _ := bytes.Cut(block, []byte("\n")); len(rest) > 0; {
		var key, value []byte
		key, value, rest = headerLine(rest)
		if bytes.EqualFold(key, []byte("Connection")) && bytes.Contains(bytes.ToLower(value), []byte("close")) {
			return true
		}
	}
	return bytes.HasPrefix(block, []byte("HTTP/1.0"))
}

var errHeader = malformed("bad status line or header")

// headerEnd is the length of the header that b begins with, up to its empty line, -1 when it does not end in b.
func headerEnd(b []byte) int {
	end := bytes.Index(b, []byte("\n\r\n"))
	if end >= 0 {
		b = b[:end+1]
	}
	switch bare := bytes.Index(b, []byte("\n\n")); {
	case bare >= 0:
		return bare + 2
	case end >= 0:
		return end + 3
	}
	return -1
}

// bareLineFeed says whether a line ends without a carriage return.
func bareLineFeed(block []byte) bool {
	return bytes.Count(block, []byte("\n")) != bytes.Count(block, []byte("\r\n"))
}

// normalizeHeader is a header in the form that the parser takes: a client may take a line feed alone for the end of a line
// (RFC 9112, 2.2), and one Content-Length that was said several times for one (RFC 9110, 8.6).
func normalizeHeader(block []byte) []byte {
	tidied := make([]byte, 0, len(block)+bytes.Count(block, []byte("\n")))
	var length []byte
	for line := range bytes.Lines(block) {
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && bytes.EqualFold(name, []byte("Content-Length")) {
			value = sameLength(value)
			if value != nil && bytes.Equal(value, length) {
				continue
			}
			if value != nil {
				length = value
				line = append([]byte("Content-Length: "), value...)
			}
		}
		tidied = append(append(tidied, line...), "\r\n"...)
	}
	return tidied
}

// sameLength is the element of a list that all its elements are, nil when they differ or are no numbers.
func sameLength(list []byte) (same []byte) {
	for element := range bytes.SplitSeq(list, []byte(",")) {
		element = bytes.TrimSpace(element)
		if len(element) == 0 || len(bytes.Trim(element, "0123456789")) > 0 || same != nil && !bytes.Equal(same, element) {
			return nil
		}
		same = element
	}
	return same
}

// folded says whether a line of a header continues the one before.
func folded(block []byte) bool {
	return bytes.Contains(block, []byte("\n ")) || bytes.Contains(block, []byte("\n\t"))
}

// unfold joins lines with those that they continue: a line break with the spaces around it stands for one space. Such lines
// right after the status line are left out (RFC 9112, 5.2 and 2.2).
func unfold(block []byte) []byte {
	if !folded(block) {
		return block
	}
	unfolded := make([]byte, 0, len(block))
	lines := 0
	for line := range bytes.Lines(block) {
		if continues := line[0] == ' ' || line[0] == '\t'; !continues {
			unfolded = append(unfolded, line...)
			lines++
		} else if lines > 1 {
			unfolded = append(bytes.TrimRight(unfolded, " \t\r\n"), ' ')
			unfolded = append(append(unfolded, bytes.TrimSpace(line)...), "\r\n"...)
		}
	}
	return unfolded
}
