package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	brotli "github.com/molecule-man/go-brrr"
)

const (
	// maxEncodings is the most codings that a body may have, one over the other.
	maxEncodings = 8
	// checkedBody is how much of a body that nobody reads is decompressed.
	checkedBody = 1 << 20
)

// decode gives the response its body, decompressed.
func (c *call) decode() error {
	b := &c.body
	if b.encoding != "" {
		return c.decodeCompressed(b)
	}
	c.resp.Truncated = b.truncated
	if !b.discard {
		c.resp.Body, c.resp.large = b.bytes, b.large
	}
	*b = body{}
	return nil
}

// decodeCompressed is kept out of its caller as Response.reset is.
//
//go:noinline
func (c *call) decodeCompressed(b *body) error {
	defer func() {
		b.release()
		*b = body{}
	}()
	d := decoding{call: c, unread: c.unread()}
	d.out = buffer{call: c, bytes: c.resp.Body[:0], max: b.max}
	if d.unread {
		d.out.max = checkedBody
	}
	truncated, err := d.decompress(b.bytes, b.encoding)
	c.resp.Body, c.resp.large = d.out.bytes, d.out.large
	c.resp.Truncated = (b.truncated || truncated) && !d.unread
	if d.err != nil { // a decoder may have made another of it
		return d.err
	}
	if err != nil && !b.truncated {
		return &Error{codeDecompressed, "decompressing the response's body: " + err.Error(), err}
	}
	return nil
}

// decoding is a body being decompressed.
type decoding struct {
	call   *call
	unread bool   // nothing is kept
	out    buffer // what has come out
	opened [maxEncodings]func()
	// err is why it was broken off: time, interrupt, memory or a limit, and not what the bytes are.
	err error
}

// decompress puts what raw says into the output, as far as its max. A coding that is not known ends it: what is left is
// the body, as in k6.
func (d *decoding) decompress(raw []byte, encoding string) (truncated bool, err error) {
	if len(raw) == 0 {
		return false, nil
	}
	var room [maxEncodings]string
	names, err := d.codings(room[:0], encoding)
	if err != nil {
		return false, err
	}
	windows := windowsOf(names, raw)
	if d.err = d.call.reserve(windows); d.err != nil {
		return false, d.err
	}
	defer d.call.resp.share.give(windows)
	var from io.Reader = bytes.NewReader(raw)
	if len(raw) > bodyBuffer {
		from = &layer{decoding: d, from: from, left: math.MaxInt}
	}
	defer d.close()
	if from, err = d.open(names, from); err != nil {
		return false, err
	}
	return d.readAll(from)
}

// open puts the decoders over from; close gives their memory back.
func (d *decoding) open(names []string, from io.Reader) (io.Reader, error) {
	for i, name := range names {
		if i > 0 {
			from = &layer{decoding: d, from: from, left: d.call.client.network.maxLayer + 1}
		}
		stage, done, err := decoderFor(name)(from)
		if err != nil {
			return nil, stableError(err)
		}
		d.opened[i] = done
		from = stage
	}
	return from, nil
}

func (d *decoding) close() {
	for _, done := range d.opened {
		if done != nil {
			done()
		}
	}
}

// codings appends the known codings of a Content-Encoding to names, in the order in which they are undone.
func (d *decoding) codings(names []string, encoding string) ([]string, error) {
	for rest := encoding; rest != ""; {
		at := strings.LastIndexByte(rest, ',')
		name := strings.ToLower(strings.TrimSpace(rest[at+1:]))
		rest = rest[:max(at, 0)]
		switch {
		case name == "" || name == "identity":
			continue
		case decoderFor(name) == nil:
			if !d.unread {
				d.call.UnknownEncoding = name
			}
			return names, nil
		case len(names) == maxEncodings:
			return nil, fmt.Errorf("it has more than %d codings, one over the other", maxEncodings)
		}
		names = append(names, name)
	}
	return names, nil
}

// readAll puts r into the output, or nowhere when nobody reads it.
func (d *decoding) readAll(r io.Reader) (truncated bool, err error) {
	if d.unread {
		scratch := bodyBuffers.Get().(*[]byte)
		defer bodyBuffers.Put(scratch)
		return d.check(r, (*scratch)[:cap(*scratch)])
	}
	out := &d.out
	for {
		if d.err = d.call.expired(); d.err != nil {
			return false, d.err
		}
		if len(out.bytes) == out.max {
			return d.goesOn(r)
		}
		if d.err = out.extend(out.max-len(out.bytes), false); d.err != nil {
			return false, d.err
		}
		n, err := r.Read(out.bytes[len(out.bytes):min(cap(out.bytes), len(out.bytes)+maxRead, out.max)])
		out.bytes = out.bytes[:len(out.bytes)+n]
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, stableError(err)
		}
	}
}

// goesOn says whether there is more in r than the output has room for.
func (d *decoding) goesOn(r io.Reader) (bool, error) {
	var one [1]byte
	n, err := io.ReadFull(r, one[:])
	if errors.Is(d.err, errLayer) {
		d.err = nil
		return true, nil
	}
	if n > 0 || err == io.EOF {
		return n > 0, nil
	}
	return false, stableError(err)
}

// maxRead bounds what is decompressed between two looks at the clock.
const maxRead = 1 << 20

// check reads r up to the output's max and forgets it.
func (d *decoding) check(r io.Reader, scratch []byte) (truncated bool, err error) {
	for left := d.out.max; left > 0; {
		if d.err = d.call.expired(); d.err != nil {
			return false, d.err
		}
		n, err := r.Read(scratch)
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, stableError(err)
		}
		left -= n
	}
	return true, nil
}

// layer is what one decoder gives the next. It looks at the clock, and is bounded: a few bytes can become any number of
// them without one byte coming out at the end.
type layer struct {
	*decoding
	from io.Reader
	left int
}

// Read reads from the layer below.
func (l *layer) Read(p []byte) (int, error) {
	if l.err == nil {
		l.err = l.call.expired()
	}
	if l.err == nil && l.left == 0 {
		l.err = errLayer
	}
	if l.err != nil {
		return 0, l.err
	}
	n, err := l.from.Read(p[:min(len(p), l.left, bodyBuffer)])
	l.left -= n
	return n, err
}

// maxLayer is the most bytes that one coding may give the next.
const maxLayer = 64 << 20

var errLayer = &Error{Code: codeDecompressed, Message: "decompressing the response's body: a layer of its codings is larger than 64 MiB"}

// stableError is err without the details that make every message another (flate tells the offset).
func stableError(err error) error {
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
