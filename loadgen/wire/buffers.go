package wire

import (
	"bufio"
	"sync"
)

// Between requests a client owns no buffers: they come from these pools and go back.

const (
	readBuffer  = 4 << 10
	bodyBuffer  = 64 << 10
	outBuffer   = 2 << 10
	largeBuffer = 64 << 10
)

var outBuffers = sync.Pool{New: func() any { return newBytes(outBuffer) }}

var bodyBuffers = sync.Pool{New: func() any { return newBytes(bodyBuffer) }}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readBuffer) }}

func newBytes(n int) *[]byte {
	b := make([]byte, 0, n)
	return &b
}
