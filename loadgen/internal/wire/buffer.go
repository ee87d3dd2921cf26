package wire

import (
	"math/bits"
	"slices"
	"sync"
)

// buffer is memory for a body that grows with it, up to max bytes; beyond keptBody bytes it belongs to the network's room.
type buffer struct {
	call  *call
	bytes []byte
	large bool // bytes belongs to the room
	max   int
}

// trustedLength is from how many bytes on the length that the server announced is believed.
const trustedLength = 1 << 20

// extend makes room for at least one byte more, where most more may come, or are announced to. It is not called at max.
func (b *buffer) extend(most int, announced bool) error {
	if len(b.bytes) < cap(b.bytes) {
		return nil
	}
	size := max(512, 2*len(b.bytes))
	if announced && len(b.bytes) >= trustedLength {
		size = max(size, len(b.bytes)+most)
	}
	if size = min(size, b.max); size <= keptBody {
		b.bytes = slices.Grow(b.bytes, min(most, size-len(b.bytes)))
		return nil
	}
	size = 1 << largeClass(size)
	had := 0
	if b.large {
		had = cap(b.bytes)
	}
	if err := b.call.reserve(int64(size - had)); err != nil {
		return err
	}
	bytes := append(newLarge(size), b.bytes...)
	if b.large {
		freeLarge(b.bytes)
	}
	b.bytes, b.large = bytes, true
	return nil
}

// free gives back what belongs to the room.
func (b *buffer) free() {
	if b.large {
		b.call.resp.share.give(int64(cap(b.bytes)))
		freeLarge(b.bytes)
	}
	b.bytes, b.large = nil, false
}

// largeBuffers are large buffers that nobody uses, by the logarithm of their size.
var largeBuffers [bits.UintSize]sync.Pool

func largeClass(size int) int { return bits.Len(uint(size - 1)) }

func newLarge(size int) []byte {
	if b, ok := largeBuffers[largeClass(size)].Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, 0, size)
}

func freeLarge(b []byte) {
	b = b[:0]
	largeBuffers[largeClass(cap(b))].Put(&b)
}

// Between requests a client owns no buffers: they come from these pools and go back.

const (
	readBuffer = 4 << 10
	bodyBuffer = 64 << 10
	outBuffer  = 2 << 10
)

var aheadBuffers = sync.Pool{New: func() any { return newBytes(readBuffer) }}

var outBuffers = sync.Pool{New: func() any { return newBytes(outBuffer) }}

var bodyBuffers = sync.Pool{New: func() any { return newBytes(bodyBuffer) }}

func newBytes(n int) *[]byte {
	b := make([]byte, 0, n)
	return &b
}
