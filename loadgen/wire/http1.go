package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	// maxHeader is the most bytes that a response's header may have.
	maxHeader = 1 << 20
	// maxInformational is how many 1xx answers may come before the response.
	maxInformational = 10
	// largeRequest is sent by a goroutine of its own while the answer is awaited: it may come early.
	largeRequest = 64 << 10
)

// parser is what reading a response takes; it belongs to a client only while one comes.
type parser struct {
	small, in *bufio.Reader // in is small, or a larger one over it
	header    fasthttp.ResponseHeader
}

var parsers = sync.Pool{New: func() any { return &parser{small: bufio.NewReaderSize(nil, readBuffer)} }}

// overHTTP1 sends the hop's request over s and reads the response. keep says that s can serve another.
func (c *call) overHTTP1(s *stream) (keep bool, err error) {
	cookies := c.cookies()
	message, own := c.hop.wire, (*[]byte)(nil)
	if cookies != "" {
		own = outBuffers.Get().(*[]byte)
		message = c.hop.with((*own)[:0], cookies)
	}
	if len(message) > largeRequest {
		keep, err = c.exchangeLarge(s, message)
	} else if err = s.send(message); err == nil {
		keep, err = c.receive(s)
	}
	if own != nil {
		outBuffers.Put(own)
	}
	return keep, during("request", err)
}

// send gives a request to the connection, which sends it with the first read.
func (s *stream) send(message []byte) error {
	if s.tls != nil {
		_, err := s.tls.Write(message)
		return err
	}
	return s.conn.queue(message)
}

// exchangeLarge sends while it reads, because a server may answer before it has read everything.
func (c *call) exchangeLarge(s *stream, message []byte) (keep bool, err error) {
	if err := s.conn.flush(); err != nil {
		return false, err
	}
	s.conn.duplex = true
	sent := make(chan error, 1)
	go func() {
		_, err := s.rw().Write(message)
		sent <- err
	}()
	keep, err = c.receive(s)
	select {
	case sendErr := <-sent:
		keep = keep && sendErr == nil
	case <-time.After(graceAfter(err)): // answered early, or failed
		keep = false
		_ = s.conn.Conn.SetWriteDeadline(epoch)
		<-sent
	}
	s.conn.duplex = false
	return keep, err
}

// graceAfter is how long the rest of a request may still take after the response.
func graceAfter(err error) time.Duration {
	if err != nil {
		return 0
	}
	return closeGrace
}

// receive reads one response from s.
func (c *call) receive(s *stream) (keep bool, err error) {
	s.conn.noting = true
	err = s.conn.await()
	s.conn.noting = false
	if err != nil {
		s.conn.read = 0
		return false, orCut(err, errNoAnswer)
	}
	p := parsers.Get().(*parser)
	p.small.Reset(s.rw())
	p.in = p.small
	keep, err = c.parse(p, s)
	keep = keep && p.in.Buffered() == 0 && p.small.Buffered() == 0
	p.small.Reset(nil)
	p.in = nil
	parsers.Put(p)
	return keep, err
}

func (c *call) parse(p *parser, s *stream) (keep bool, err error) {
	s.conn.noting = s.tls != nil // its first bytes may have been no answer yet
	_, err = p.in.Peek(1)
	s.conn.noting = false
	if err != nil {
		s.conn.read = 0
		return false, orCut(err, errNoAnswer)
	}
	for range maxInformational {
		var block []byte
		if block, err = p.readHeader(); err != nil {
			return false, err
		}
		status := p.header.StatusCode()
		if status < 200 && status != http.StatusSwitchingProtocols {
			continue
		}
		c.Status = status
		c.Proto = protoName(p.header.Protocol())
		return c.receiveBody(p, block)
	}
	return false, malformed("too many informational responses")
}

// orCut is cut when err is a connection's end.
func orCut(err, cut error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return cut
	}
	return err
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

var endOfHeader = []byte("\r\n\r\n")

// readHeader reads one header and returns it as it came, valid until the next read.
func (p *parser) readHeader() ([]byte, error) {
	block, err := p.awaitHeader()
	if err != nil {
		return nil, err
	}
	before := p.in.Buffered()
	if err := p.header.Read(p.in); err != nil || before-p.in.Buffered() != len(block) {
		return nil, malformed("bad status line or header")
	}
	return block, nil
}

// awaitHeader reads until the empty line that ends a header, and returns all up to it without consuming it.
func (p *parser) awaitHeader() ([]byte, error) {
	for need := 1; ; {
		_, err := p.in.Peek(need)
		b, _ := p.in.Peek(p.in.Buffered())
		if !looksLikeHTTP(b) {
			return nil, malformed("it does not begin with HTTP/")
		}
		if end := bytes.Index(b, endOfHeader); end >= 0 {
			return b[:end+len(endOfHeader)], nil
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
		case bytes.Contains(b, []byte("\n\n")):
			return nil, malformed("its header lines end without a carriage return")
		}
		need = len(b) + 1
	}
}

func looksLikeHTTP(b []byte) bool {
	const want = "HTTP/"
	n := min(len(b), len(want))
	return string(b[:n]) == want[:n]
}

// receiveBody takes what follows the header: nothing, so many bytes, chunks, or everything until the end.
func (c *call) receiveBody(p *parser, block []byte) (keep bool, err error) {
	closing := p.header.ConnectionClose()
	length := p.header.ContentLength()
	if c.hop.method == http.MethodHead && length == -2 {
		closing = saysClose(block)
	}
	_, lines, _ := bytes.Cut(block, []byte("\n"))
	c.resp.lines = append(c.resp.lines[:0], lines[:len(lines)-2]...)

	b := c.newBody(string(p.header.ContentEncoding()))
	switch {
	case c.hop.method == http.MethodHead || c.Status < 200 || c.Status == 204 || c.Status == 304:
		closing = closing || c.Status < 200
	case length == -1:
		err = b.chunks(p.in)
	case length >= 0:
		err = b.copy(p.in, int64(length))
	default:
		closing = true
		err = b.copy(p.in, -1)
	}
	if err != nil {
		b.release()
		return false, orCut(err, errCutBody)
	}
	c.body = b
	return !closing, nil
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
