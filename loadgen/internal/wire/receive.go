package wire

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"runtime"
	"time"
)

// Stream is a response whose body is read as it comes, decompressed. It belongs to the goroutine of its Receive, and is valid
// until that returns.
type Stream struct {
	call *call
	from io.Reader
	err  error
}

// Status is the status code.
func (s *Stream) Status() int { return s.call.Status }

// Header is a header's first value, "" when absent.
func (s *Stream) Header(name string) string { return s.call.resp.Header(name) }

// Began is the instant at which the request was begun to be sent.
func (s *Stream) Began() time.Duration { return s.call.began }

// Read reads the body. An error other than io.EOF is the exchange's, whatever Receive returns.
func (s *Stream) Read(p []byte) (int, error) {
	if s.err == nil {
		s.err = s.call.late()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.from.Read(p)
	s.err = err
	return n, err
}

// arriving is a body as the connection has it, whose errors are the exchange's.
type arriving struct {
	call *call
	from io.Reader
}

// Read reads what has come, until the call must be over.
func (a *arriving) Read(p []byte) (int, error) {
	if err := a.call.late(); err != nil {
		return 0, err
	}
	n, err := a.from.Read(p)
	if err != nil && err != io.EOF {
		err = a.call.bodyError(err)
	}
	return n, err
}

// Fail makes err the exchange's.
func (s *Stream) Fail(message string) { s.err = &Error{Code: codeOther, Message: message} }

// late is why reading must end, if it must.
func (c *call) late() error {
	switch {
	case c.client.interrupted.Load():
		return ErrInterrupted
	case Now() >= c.limit:
		return errTimeout
	}
	return nil
}

// bodyError is err, which came while the body was read, as the exchange's.
func (c *call) bodyError(err error) error {
	if c.client.interrupted.Load() {
		return ErrInterrupted
	}
	if err = orCut(err, errCutBody); c.on.h2 != nil {
		return http2Error(err)
	}
	return during("request", err)
}

// streams says whether the body is the request's to receive, and not that of a redirect or a challenge on the way to it.
func (c *call) streams() bool {
	return c.request.Receive != nil && !c.answerable() && (c.followed >= c.redirects || !isRedirect(c.Status) || c.resp.Header("Location") == "")
}

// stream gives the body to the request's Receive, decompressed.
func (c *call) stream(raw io.Reader, encoding string) error {
	s := &Stream{call: c, from: &arriving{c, raw}}
	d := decoding{call: c}
	defer d.close()
	windows, err := s.decode(&d, encoding)
	defer func() { c.resp.share.give(windows) }()
	if err == nil {
		err = c.receiveStream(s)
	}
	switch {
	case d.err != nil:
		return d.err
	case s.err != nil && s.err != io.EOF:
		return s.err
	}
	return err
}

// decode puts the decoders that encoding asks for over the body, and says how much of the room they take.
func (s *Stream) decode(d *decoding, encoding string) (windows int64, err error) {
	var room [maxEncodings]string
	names, err := d.codings(room[:0], encoding)
	if err != nil || len(names) == 0 {
		return 0, err
	}
	from := bufio.NewReaderSize(s.from, readBuffer)
	first, err := from.Peek(1)
	if err == io.EOF {
		return 0, nil // a body of nothing
	}
	if err != nil {
		return 0, err
	}
	windows = windowsOf(names, first)
	if d.err = s.call.reserve(windows); d.err != nil {
		return 0, d.err
	}
	s.from, err = d.open(names, from)
	if err != nil {
		return windows, undecodable(err)
	}
	s.from = &decoded{s.from}
	return windows, nil
}

// decoded tells what the bytes are not from what the connection did.
type decoded struct{ from io.Reader }

// Read reads what has been decompressed.
func (d *decoded) Read(p []byte) (int, error) {
	n, err := d.from.Read(p)
	if err != nil && err != io.EOF {
		err = undecodable(stableError(err))
	}
	return n, err
}

// undecodable is err as the exchange's, unless it is that already: it came from the connection.
func undecodable(err error) error {
	var own *Error
	if errors.As(err, &own) || errors.Is(err, ErrInterrupted) {
		return err
	}
	return &Error{codeDecompressed, "decompressing the response's body: " + err.Error(), err}
}

// receiveStream calls the request's Receive. When that panics, the exchange ends first and do panics then; when it ends its
// goroutine, the connection is closed.
func (c *call) receiveStream(s *Stream) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil {
			c.closeOnExit()
			return
		}
		var pcs [32]uintptr
		c.panicked = &Panicked{p, pcs[:runtime.Callers(3, pcs[:])]}
		if nested, ok := p.(*Panicked); ok {
			c.panicked = nested
			p = nested.Value
		}
		err = panicError(p)
	}()
	if err = c.request.Receive(s); err != nil {
		err = receiveError(err)
	}
	returned = true
	return err
}

// closeOnExit closes a connection of HTTP/1.1 whose user will not come back. One of HTTP/2 gives the stream up by itself.
func (c *call) closeOnExit() {
	if c.on.h2 == nil {
		c.on.drop(c.client)
	}
}

func receiveError(err error) error {
	if errors.Is(err, ErrInterrupted) {
		return ErrInterrupted
	}
	return &Error{codeOther, "receiving the body: " + Fold(err.Error()), err}
}

func panicError(p any) error {
	if err, ok := p.(error); ok {
		return receiveError(err)
	}
	return &Error{Code: codeOther, Message: "receiving the body: panic"}
}

// streamHTTP1 gives the body that follows h to the request's Receive.
func (c *call) streamHTTP1(p *parser, h *head, closing bool) (keep bool, err error) {
	if !c.on.conn.duplex { // else another goroutine is sending still
		c.began = c.on.conn.began
	}
	b := &bodyReader{in: p.in, left: int64(h.length)}
	switch {
	case c.hop.method == http.MethodHead || h.status < 200 || h.status == 204 || h.status == 304:
		b.left = 0
	case h.length == chunked:
		b.left, b.chunks = 0, true
	case h.length < 0:
		b.left, closing = untilEnd, true
	}
	b.whole = b.left == 0 && !b.chunks
	err = c.stream(b, h.encoding)
	c.body = body{discard: true}
	return b.whole && !closing && h.status >= 200 && err == nil, err
}

// bodyReader reads a body of HTTP/1.1, and knows its end as soon as it has come.
type bodyReader struct {
	in   *bufio.Reader
	left int64 // of the body or, where there are chunks, of the chunk; or untilEnd
	// chunks says that the body is chunked, begun that a chunk has come, whole that everything was read.
	chunks, begun, whole bool
}

// Read reads what there is; the end of the connection within the body is io.ErrUnexpectedEOF.
func (b *bodyReader) Read(p []byte) (int, error) {
	if b.chunks && b.left == 0 && !b.whole {
		if err := b.nextChunk(); err != nil {
			return 0, noEOF(err)
		}
	}
	if b.whole {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if b.left >= 0 {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.in.Read(p)
	if b.left == untilEnd {
		b.whole = err == io.EOF
		return n, err
	}
	b.left -= int64(n)
	if b.whole = b.left == 0 && !b.chunks; b.whole {
		return n, nil
	}
	return n, noEOF(err)
}

// nextChunk reads the line that begins a chunk, and what is between it and the one before.
func (b *bodyReader) nextChunk() error {
	if b.begun {
		if err := expectLineEnd(b.in); err != nil {
			return err
		}
	}
	b.begun = true
	n, err := chunkSize(b.in)
	if err != nil {
		return err
	}
	if b.left = n; n == 0 {
		b.whole = true
		return skipTrailer(b.in)
	}
	return nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
