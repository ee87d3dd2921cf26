package wire

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	brotli "github.com/molecule-man/go-brrr"
)

// maxEncodings is the most encodings that a body may have, one over the other.
const maxEncodings = 4

// decode gives the response its body, decompressed.
func (c *call) decode() error {
	b := &c.body
	defer func() { *b = body{} }()
	defer b.release()
	c.resp.Truncated = b.truncated
	if b.pooled == nil {
		c.resp.Body = b.kept
		return nil
	}
	out, truncated, err := decompress(c.resp.Body[:0], b.kept, b.encoding, b.max)
	c.resp.Body = out
	c.resp.Truncated = b.truncated || truncated
	if err != nil && !b.truncated {
		return &Error{codeDecompressed, "decompressing the response's body: " + err.Error(), err}
	}
	return nil
}

// decompress appends what raw says to dst, at most limit bytes. An unknown encoding is left as it is, as in k6.
func decompress(dst, raw []byte, encoding string, limit int) (out []byte, truncated bool, err error) {
	names := strings.Split(encoding, ",")
	if len(raw) == 0 || len(names) > maxEncodings {
		return append(dst, raw...), false, nil
	}
	var from io.Reader = bytes.NewReader(raw)
	for _, name := range slices.Backward(names) {
		d := decoderFor(strings.ToLower(strings.TrimSpace(name)))
		if d == nil {
			return append(dst, raw[:min(len(raw), limit)]...), len(raw) > limit, nil
		}
		stage, done, err := d(from)
		if err != nil {
			return dst, false, steady(err)
		}
		defer done()
		from = stage
	}
	return readAll(dst, from, limit)
}

// readAll appends at most limit bytes of r to dst.
func readAll(dst []byte, r io.Reader, limit int) ([]byte, bool, error) {
	for {
		dst = slices.Grow(dst, max(512, min(len(dst), 1<<20)))
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case len(dst) > limit:
			return dst[:limit], true, nil
		case err == io.EOF:
			return dst, false, nil
		case err != nil:
			return dst, false, steady(err)
		}
	}
}

// steady is err without the details that make every message another (flate tells the offset).
func steady(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &corrupt):
		return errors.New("corrupt data")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	}
	return err
}

// decoder opens a compressed stream; done gives its memory back.
type decoder func(io.Reader) (r io.Reader, done func(), err error)

func decoderFor(name string) decoder {
	switch name {
	case "gzip", "x-gzip":
		return openGzip
	case "deflate":
		return openDeflate
	case "br":
		return openBrotli
	case "zstd":
		return openZstd
	case "identity", "":
		return func(r io.Reader) (io.Reader, func(), error) { return r, func() {}, nil }
	}
	return nil
}

var gzips, brotlis, zstds sync.Pool

func openGzip(from io.Reader) (io.Reader, func(), error) {
	r, ok := gzips.Get().(*gzip.Reader)
	if !ok {
		r = new(gzip.Reader)
	}
	if err := r.Reset(from); err != nil {
		return nil, nil, err
	}
	return r, func() { gzips.Put(r) }, nil
}

// openDeflate takes zlib's format, which the name means, and bare deflate, which some servers send.
func openDeflate(from io.Reader) (io.Reader, func(), error) {
	var head [2]byte
	n, err := io.ReadFull(from, head[:])
	if err != nil && n == 0 {
		return nil, nil, err
	}
	from = io.MultiReader(bytes.NewReader(head[:n]), from)
	if n == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		r, err := zlib.NewReader(from)
		return r, func() {}, err
	}
	return flate.NewReader(from), func() {}, nil
}

func openBrotli(from io.Reader) (io.Reader, func(), error) {
	r, ok := brotlis.Get().(*brotli.Reader)
	if !ok {
		r = brotli.NewReader(from)
	}
	r.Reset(from)
	return r, func() { brotlis.Put(r) }, nil
}

// maxWindow is the largest window of zstd in HTTP (RFC 9659).
const maxWindow = 8 << 20

func openZstd(from io.Reader) (io.Reader, func(), error) {
	r, ok := zstds.Get().(*zstd.Decoder)
	if !ok {
		var err error
		r, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, err
		}
	}
	if err := r.Reset(from); err != nil {
		return nil, nil, err
	}
	return r, func() { _ = r.Reset(nil); zstds.Put(r) }, nil
}
