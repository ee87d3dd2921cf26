package wire

import "sync"

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
