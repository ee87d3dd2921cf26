package wire

import (
	"time"

	"golang.org/x/sys/unix"
)

const (
	// refusalGrace is how long the answer to a request that came to a closed socket may take: a round trip.
	refusalGrace = time.Second
	tcpClose     = 7 // the kernel's TCP_CLOSE
)

// refused says that the other side had closed its socket before the request under way came to it: its kernel has
// acknowledged nothing of it, and answered it with a reset.
func (c *conn) refused() bool {
	for until := Now() + refusalGrace; Now() < until; time.Sleep(time.Millisecond) {
		var info *unix.TCPInfo
		var err error
		if controlled := c.raw.Control(func(fd uintptr) {
			info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		}); controlled != nil || err != nil {
			return false
		}
		if int64(info.Bytes_acked) > c.before+1 { // one is of the handshake
			return false
		}
		if info.State == tcpClose {
			return true
		}
	}
	return false
}
