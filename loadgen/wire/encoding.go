package wire

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	brotli "github.com/molecule-man/go-brrr"
)

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

// windowsOf is the memory that undoing the codings takes, at most. The first of them, in the order in which they are
// undone, shows what it needs in raw.
func windowsOf(codings []string, raw []byte) int64 {
	n := 0
	for i, name := range codings {
		switch {
		case name == "zstd":
			n += maxWindow + 1<<20
		case name == "br" && i == 0:
			n += 3 << brotliWindow(raw[0])
		case name == "br":
			n += 3 << 24
		}
	}
	return int64(n)
}

// brotliWindow is the logarithm of the window that a stream begins with (RFC 7932, 9.1). The decoder needs twice as much,
// and more while that grows.
func brotliWindow(first byte) int {
	if first&1 == 0 {
		return 16
	}
	if n := first >> 1 & 7; n != 0 {
		return 17 + int(n)
	}
	if n := first >> 4 & 7; n != 0 {
		return 8 + int(n)
	}
	return 17
}
