package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// body is a response's body as it comes: kept up to a limit, and read and forgotten beyond it.
type body struct {
	buffer
	pooled    *[]byte // the first memory of a body that is still to be decompressed
	encoding  string
	discard   bool
	truncated bool
}

// newBody keeps what the request wants kept. Of a body that nobody reads it keeps the beginning when that is compressed,
// to see whether it can be decompressed.
func (c *call) newBody(encoding string) body {
	n := c.client.network
	b := body{buffer: buffer{call: c, max: n.config.MaxBody}}
	b.discard = c.request.DiscardBody || n.config.DiscardBodies || c.unread() && encoding == ""
	if b.discard {
		return b
	}
	if encoding == "" {
		b.bytes = c.resp.Body[:0]
		return b
	}
	b.encoding = encoding
	b.pooled = bodyBuffers.Get().(*[]byte)
	b.bytes = (*b.pooled)[:0]
	if c.unread() {
		b.max = min(b.max, cap(b.bytes))
	}
	return b
}

// unread says that nobody reads the body.
func (c *call) unread() bool {
	debug := c.client.network.debug
	return c.request.UnreadBody && (debug == nil || !debug.bodies)
}

// release gives back the memory of a body that is not the response's.
func (b *body) release() {
	b.free()
	if b.pooled != nil {
		bodyBuffers.Put(b.pooled)
		b.pooled = nil
	}
}

// copy takes n bytes, or all until the end when n is negative.
func (b *body) copy(r *bufio.Reader, n int64) error {
	for n != 0 && !b.discard {
		room := b.max - len(b.bytes)
		if room == 0 {
			b.truncated = true
			break
		}
		if n > 0 {
			room = int(min(int64(room), n))
		}
		if err := b.extend(room, n > 0); err != nil {
			return err
		}
		k, err := r.Read(b.bytes[len(b.bytes):min(cap(b.bytes), len(b.bytes)+room)])
		b.bytes = b.bytes[:len(b.bytes)+k]
		if n > 0 {
			n -= int64(k)
		}
		if n < 0 && err == io.EOF {
			return nil
		}
		if err != nil && n != 0 {
			return err
		}
	}
	return discard(r, n)
}

// discard reads n bytes, or all until the end when n is negative, and keeps nothing.
func discard(r *bufio.Reader, n int64) error {
	if n >= 0 && n <= int64(r.Buffered()) {
		_, err := r.Discard(int(n))
		return err
	}
	scratch := bodyBuffers.Get().(*[]byte)
	defer bodyBuffers.Put(scratch)
	into := (*scratch)[:cap(*scratch)]
	for n != 0 {
		if n > 0 {
			into = into[:min(int64(len(into)), n)]
		}
		k, err := r.Read(into)
		if n > 0 {
			n -= int64(k)
		}
		if err == io.EOF && n < 0 {
			return nil
		}
		if err != nil && n != 0 {
			return err
		}
	}
	return nil
}

var errChunk = malformed("bad chunk")

// chunks takes a chunked body with its trailer.
func (b *body) chunks(r *bufio.Reader) error {
	for {
		n, err := chunkSize(r)
		if err != nil {
			return err
		}
		if n == 0 {
			return skipTrailer(r)
		}
		if err := b.copy(r, n); err != nil {
			return err
		}
		if err := expectLineEnd(r); err != nil {
			return err
		}
	}
}

// chunkSize reads the line that begins a chunk: a hexadecimal number and perhaps an extension.
func chunkSize(r *bufio.Reader) (int64, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, chunkError(err)
	}
	line, _, _ = bytes.Cut(line, []byte(";"))
	line = bytes.TrimSpace(line)
	if len(line) == 0 || len(line) > 15 {
		return 0, errChunk
	}
	var n int64
	for _, digit := range line {
		v := hexValue(digit)
		if v < 0 {
			return 0, errChunk
		}
		n = n<<4 | v
	}
	return n, nil
}

func hexValue(b byte) int64 {
	switch {
	case '0' <= b && b <= '9':
		return int64(b - '0')
	case 'a' <= b|0x20 && b|0x20 <= 'f':
		return int64(b|0x20-'a') + 10
	}
	return -1
}

func chunkError(err error) error {
	if errors.Is(err, bufio.ErrBufferFull) {
		return errChunk
	}
	return err
}

func expectLineEnd(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return chunkError(err)
	}
	if len(bytes.TrimSpace(line)) > 0 {
		return errChunk
	}
	return nil
}

// maxTrailer is the most lines that may follow the last chunk.
const maxTrailer = 100

func skipTrailer(r *bufio.Reader) error {
	for range maxTrailer {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return chunkError(err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			return nil
		}
	}
	return malformed("its trailer has too many lines")
}
