package wire

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	// maxHeader is the most bytes that a response's header may have, and all 1xx answers before it together.
	maxHeader = 1 << 20
	// largeRequest is sent by a goroutine of its own while the answer is awaited: it may come early.
	largeRequest = 64 << 10
)

// parser is what reading a response takes; it belongs to a client only while one comes.
type parser struct {
	small, in *bufio.Reader // in is small, or a larger one over it
	header    fasthttp.ResponseHeader
}

var parsers = sync.Pool{New: func() any { return &parser{small: bufio.NewReaderSize(nil, readBuffer)} }}

// readFrom makes p read from r, or, when that is nil, forget what it read from. It is kept out of its caller as
// Response.reset is.
//
//go:noinline
func (p *parser) readFrom(r io.Reader) {
	p.small.Reset(r)
	p.in = p.small
}

// overHTTP1 sends the hop's request over s and reads the response. keep says that s can serve another.
func (c *call) overHTTP1(s *stream) (keep bool, err error) {
	cookies := c.cookies()
	message, own := c.hop.wire, (*[]byte)(nil)
	if cookies != "" || c.authorization != "" {
		own = outBuffers.Get().(*[]byte)
		message = c.hop.with((*own)[:0], cookies, c.authorization)
	}
	if c.hop.upload != nil {
		keep, err = c.exchangeUpload(s, message)
	} else if len(message) > largeRequest {
		keep, err = c.exchangeLarge(s, func(w io.Writer) error { _, err := w.Write(message); return err }, func() {})
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

// exchangeLarge sends while it reads, because a server may answer before it has read everything. giveUp ends what send waits
// for besides the connection.
func (c *call) exchangeLarge(s *stream, send func(io.Writer) error, giveUp func()) (keep bool, err error) {
	if err := s.conn.flush(); err != nil {
		return false, err
	}
	s.conn.duplex, c.began = true, Now()
	sent := make(chan error, 1)
	go func() { sent <- send(s.rw()) }()
	keep, err = c.receive(s)
	select {
	case sendErr := <-sent:
		keep = keep && sendErr == nil
	case <-time.After(graceAfter(err)): // answered early, or failed
		keep = false
		_ = s.conn.Conn.SetWriteDeadline(epoch)
		giveUp()
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
	p.readFrom(s.rw())
	keep, err = c.parse(p, s)
	keep = keep && p.in.Buffered() == 0 && p.small.Buffered() == 0
	p.readFrom(nil)
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
	h := &c.resp.head
	if err = p.next(h); err != nil {
		return false, err
	}
	c.Status, c.Proto = h.status, h.proto
	c.resp.lines = h.lines()
	return c.receiveBody(p, h)
}

// orCut is cut when err is a connection's end.
func orCut(err, cut error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return cut
	}
	return err
}

// receiveBody takes what follows the header: nothing, so many bytes, chunks, or everything until the end.
func (c *call) receiveBody(p *parser, h *head) (keep bool, err error) {
	closing := h.closing
	if c.hop.method == http.MethodHead && h.length == untilEnd {
		closing = saysClose(h.block)
	}
	if c.streams() {
		return c.streamHTTP1(p, h, closing)
	}
	b := c.newBody(h.encoding)
	switch {
	case c.hop.method == http.MethodHead || h.status < 200 || h.status == 204 || h.status == 304:
		closing = closing || h.status < 200
	case h.length == chunked:
		err = b.chunks(p.in)
	case h.length >= 0:
		err = b.copy(p.in, int64(h.length))
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
