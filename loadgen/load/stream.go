package load

import (
	"io"

	"example.com/foobar/loadgen/internal/wire"
)

// Upload sends a body that is read while it is sent, so that it is never held in memory:
//
//	load.Upload("video/mp4", size, func() (io.Reader, error) { return os.Open(name) })
//
// size is its length in bytes, -1 when it is not known. open is called each time that the body is sent, which may be more
// than once: for a redirect that keeps the method, and when the server had closed the connection. A reader that is an
// io.Closer is closed at its end. open and Read are called from another goroutine than the user's; when the request ends
// before the body, as when the iteration is cut off, a Read that blocks is left alone.
func Upload(contentType string, size int64, open func() (io.Reader, error)) Option {
	return func(r *Request) error {
		r.wire.Body, r.wire.Upload = nil, &wire.Upload{Size: size, Open: open}
		r.setContentType(contentType)
		return nil
	}
}

// Receive has f read the body as it comes, a long download or events, so that it is never held in memory. Response.Body is
// then empty. The request lasts until f returns, and so does http_req_duration. f may end early: the connection is then
// closed. An error of f is the response's Err, and the request failed, as it is when reading ends with an error or in time
// (see Timeout). f may use the VU, and send other requests meanwhile; in a Batch it may not, for each request then has a
// goroutine of its own. Redirects are followed without it.
func Receive(f func(s *Stream) error) Option {
	return func(r *Request) error {
		r.wire.Receive = func(s *wire.Stream) error { return f(&Stream{from: s}) }
		return nil
	}
}

// Stream is a response whose body comes. It is an io.Reader of the decompressed body; a read ends with an error when the
// iteration is cut off.
type Stream struct{ from *wire.Stream }

// Status is the status code.
func (s *Stream) Status() int { return s.from.Status() }

// Header is the first value of a header, "" when there is none.
func (s *Stream) Header(name string) string { return s.from.Header(name) }

// Read reads what has come of the body.
func (s *Stream) Read(p []byte) (int, error) { return s.from.Read(p) }
