package wire

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Upload is a body that is read while it is sent, and never held in memory.
type Upload struct {
	// Size is the length in bytes, negative when it is not known: HTTP/1.1 then sends it in chunks.
	Size int64
	// Open begins the body, each time that it is sent: again when a redirect asks for it, or when the kept connection had
	// been closed. It and the reader are called from a goroutine of their own; a reader that is an io.Closer is closed.
	Open func() (io.Reader, error)
}

// source is a body of an Upload under way. A goroutine of its own reads it, so that one that blocks can be left alone.
type source struct {
	*io.PipeReader
	done chan struct{}
	err  error // of the reader; valid when done is closed
}

// open begins the body.
func (u *Upload) open() *source {
	in, out := io.Pipe()
	s := &source{PipeReader: in, done: make(chan struct{})}
	go func() {
		s.err = uploadError(errors.New("it ended its goroutine"))
		defer func() {
			if p := recover(); p != nil {
				s.err = uploadError(fmt.Errorf("panic: %v", p))
			}
			close(s.done)
			_ = out.CloseWithError(s.err) // it knows no error
		}()
		s.err = u.copy(out)
	}()
	return s
}

// copy reads the body into to, and wants it to be as long as it is said to be.
func (u *Upload) copy(to io.Writer) error {
	from, err := u.Open()
	if err != nil {
		return uploadError(err)
	}
	if c, ok := from.(io.Closer); ok {
		defer func() { _ = c.Close() }() // it was read only
	}
	if u.Size >= 0 {
		from = io.LimitReader(from, u.Size+1)
	}
	w := &uploadWriter{to: to, left: u.Size}
	_, err = io.Copy(w, from)
	switch {
	case w.err != nil:
		return w.err // the exchange is over
	case err != nil:
		return uploadError(err)
	case w.left > 0:
		return uploadError(fmt.Errorf("it ended %d bytes before the size that was given", w.left))
	}
	return nil
}

// uploadWriter tells errors of writing from those of reading, and refuses what is too much.
type uploadWriter struct {
	to   io.Writer
	left int64 // of a body whose size is known, else negative
	err  error
}

// Write writes what is allowed.
func (w *uploadWriter) Write(p []byte) (n int, err error) {
	if w.left >= 0 && int64(len(p)) > w.left {
		return 0, errors.New("it is longer than the size that was given")
	}
	n, w.err = w.to.Write(p)
	if w.left >= 0 {
		w.left -= int64(n)
	}
	return n, w.err
}

func uploadError(err error) error {
	return &Error{codeOther, "reading the body to send: " + Fold(err.Error()), err}
}

// stop ends the body: what waits for it goes on. It waits a little for a reader that is at work.
func (s *source) stop() {
	_ = s.CloseWithError(io.ErrClosedPipe) // it knows no error
	late := time.NewTimer(closeGrace)
	defer late.Stop()
	select {
	case <-s.done:
	case <-late.C:
	}
}

// or is why the body could not be read, when that is known, or else err.
func (s *source) or(err error) error {
	if s == nil || err == nil {
		return err
	}
	select {
	case <-s.done:
		var own *Error
		if errors.As(s.err, &own) {
			return own
		}
	default:
	}
	return err
}

// exchangeUpload does the hop, whose body is an Upload, over s.
func (c *call) exchangeUpload(s *stream, head []byte) (keep bool, err error) {
	from := c.hop.upload.open()
	defer from.stop()
	keep, err = c.exchangeLarge(s, func(to io.Writer) error {
		err := sendUpload(to, head, from, c.hop.upload.Size < 0)
		if unread := (*Error)(nil); errors.As(err, &unread) {
			s.conn.abort() // the request has no end, and the server would wait for it
		}
		return err
	}, func() { _ = from.CloseWithError(io.ErrClosedPipe) })
	if err != nil {
		err = from.or(err)
	}
	return keep, err
}

// chunkHead is room for the line before a chunk.
const chunkHead = 16

// sendUpload writes a header and then the body, in chunks if so wanted.
func sendUpload(to io.Writer, head []byte, from io.Reader, chunked bool) error {
	if _, err := to.Write(head); err != nil {
		return err
	}
	buffer := bodyBuffers.Get().(*[]byte)
	defer bodyBuffers.Put(buffer)
	room := (*buffer)[:cap(*buffer)]
	for {
		n, err := from.Read(room[chunkHead : len(room)-len("\r\n")])
		if n > 0 {
			part := room[chunkHead : chunkHead+n]
			if chunked {
				part = asChunk(room, n)
			}
			if _, err := to.Write(part); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF && chunked:
			_, err = io.WriteString(to, "0\r\n\r\n")
			return err
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// asChunk is the n bytes behind the first chunkHead of room as a chunk.
func asChunk(room []byte, n int) []byte {
	var digits [chunkHead]byte
	line := append(strconv.AppendInt(digits[:0], int64(n), 16), "\r\n"...)
	begin := chunkHead - len(line)
	copy(room[begin:], line)
	end := chunkHead + n + copy(room[chunkHead+n:], "\r\n")
	return room[begin:end]
}
