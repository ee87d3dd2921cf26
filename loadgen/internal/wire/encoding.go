package wire

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	brotli "github.com/molecule-man/go-brrr"
)

// encoder is that of one content coding; it serves for one body after the other.
type encoder interface {
	io.WriteCloser
	Reset(to io.Writer)
}

const (
	// brotliLevel is about as fast as gzip.
	brotliLevel = 5
	// zstdWindow is the memory that a decoder needs, in bytes.
	zstdWindow = 1 << 20
	// keptRoom is the most memory that is kept for the next body.
	keptRoom = 1 << 20
)

// encoders are those that nobody is using.
var encoders = map[string]*sync.Pool{
	"gzip":    {New: func() any { return gzip.NewWriter(nil) }},
	"deflate": {New: func() any { return zlib.NewWriter(nil) }},
	"br": {New: func() any {
		w, err := brotli.NewWriter(nil, brotliLevel)
		return must(w, err)
	}},
	"zstd": {New: func() any {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow))
		return must(w, err)
	}},
}

// must is v, which has constant options and so no error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// CheckCodings says whether Encode knows the content codings.
func CheckCodings(codings []string) error {
	if len(codings) == 0 || len(codings) > maxEncodings {
		return fmt.Errorf("want one coding to %d, of gzip, deflate, br and zstd", maxEncodings)
	}
	for _, name := range codings {
		if encoders[name] == nil {
			return fmt.Errorf("unknown coding %.40q: want gzip, deflate, br or zstd", name)
		}
	}
	return nil
}

// rooms are pairs of buffers, of which a coding reads one and writes the other.
var rooms = sync.Pool{New: func() any { return new([2]bytes.Buffer) }}

// Encode is the body in content codings that CheckCodings knows, one over the other in that order. It allocates what it returns and
// nothing else.
func Encode(body []byte, codings []string) ([]byte, error) {
	room := rooms.Get().(*[2]bytes.Buffer)
	defer func() {
		if room[0].Cap()+room[1].Cap() <= keptRoom {
			rooms.Put(room)
		}
	}()
	for i, name := range codings {
		to := &room[i%2]
		to.Reset()
		if err := encode(to, name, body); err != nil {
			return nil, fmt.Errorf("compressing the body, %s: %w", name, err)
		}
		body = to.Bytes()
	}
	return bytes.Clone(body), nil
}

func encode(to *bytes.Buffer, name string, body []byte) error {
	e := encoders[name].Get().(encoder)
	e.Reset(to)
	_, err := e.Write(body)
	if closed := e.Close(); err == nil {
		err = closed
	}
	e.Reset(nil) // which forgets to
	encoders[name].Put(e)
	return err
}

// joinCodings is the value of Content-Encoding.
func joinCodings(codings []string) string { return strings.Join(codings, ", ") }

// Compress puts the body into content codings that CheckCodings knows, and says so in the header. An empty body stays as it is.
func (r *Request) Compress(codings []string) error {
	switch {
	case r.Upload != nil:
		return unusable("a body that is streamed can't be compressed: give it compressed, with a header Content-Encoding")
	case r.Header.Get("Content-Encoding") != "":
		return unusable("header Content-Encoding: compressing the body writes it; leave one of them out")
	case len(r.Body) == 0:
		return nil
	}
	body, err := Encode(r.Body, codings)
	if err != nil {
		return err
	}
	r.Body = body
	r.Header.Set("Content-Encoding", joinCodings(codings))
	return nil
}
