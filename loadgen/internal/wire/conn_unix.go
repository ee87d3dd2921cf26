//go:build unix

package wire

import (
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// rawConn is the socket's descriptor behind the poller, nil when it has none.
func rawConn(socket net.Conn) syscall.RawConn {
	sc, ok := socket.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// exchange is the function given to RawConn.Read. Called first with the poller armed, it writes and asks to wait;
// called again when there is something to read, it reads. It returns true when the read is over.
func (c *conn) exchange(fd uintptr) bool {
	if len(c.out) > 0 {
		if !c.writeStep(int(fd)) {
			return true
		}
		if c.drained {
			return false
		}
	}
	return c.readStep(int(fd))
}

// writeStep reports whether all was written; if not, short or err says why.
func (c *conn) writeStep(fd int) bool {
	c.noteBegan()
	n, err := syscall.Write(fd, c.out)
	c.wrote = Now()
	if n > 0 {
		c.sent.Add(int64(n))
		c.out = c.out[n:]
	}
	if err != nil && err != syscall.EAGAIN && err != syscall.EINTR {
		c.err = os.NewSyscallError("write", err)
		c.noteEnd(err)
		return false
	}
	c.short = len(c.out) > 0
	return !c.short
}

// readStep reports whether the read is over; it is not while there is nothing to read.
func (c *conn) readStep(fd int) bool {
	if c.in == nil {
		c.in = c.takeAhead()
	}
	for {
		n, err := syscall.Read(fd, c.in)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return false
		case err != nil:
			c.err = os.NewSyscallError("read", err)
			c.noteEnd(err)
		case n == 0:
			c.err, c.closed = io.EOF, true
		default:
			c.n = n
		}
		c.note()
		return true
	}
}

// readable looks, without waiting, whether the socket has something to read or has ended.
func (c *conn) readable() bool {
	if c.raw == nil {
		return false
	}
	c.ready = false
	if err := c.raw.Control(c.look); err != nil {
		return true
	}
	return c.ready
}

// poll is the function given to RawConn.Control by readable.
func (c *conn) poll(fd uintptr) {
	one := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(one[:], 0)
	c.ready = err == nil && n > 0
}
