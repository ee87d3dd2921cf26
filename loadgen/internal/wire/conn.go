package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// maxReadWait is how long a read waits at most before it looks again by itself. It bounds what a lost readiness event
	// costs: the end of a connection that arrived just before a request was written.
	maxReadWait = 2 * time.Second
	// maxHeldBack is the most that Write keeps back for the next Read.
	maxHeldBack = 16 << 10
)

// conn is a net.Conn that makes a request cost two system calls. Write keeps small requests back; Read sends them as
// the first step of one syscall.RawConn.Read, after the poller has been armed for the answer and before it waits, so
// the useless read between a write and its answer is gone and no readiness can be missed between the two.
//
// It counts bytes where they pass and notes the instants that the phases are made of. Read and Write belong to one
// goroutine, unless share was called.
type conn struct {
	net.Conn
	raw   syscall.RawConn // nil: the ordinary path, a write and then a read
	step  func(fd uintptr) bool
	look  func(fd uintptr)
	ready bool // of look

	out     []byte  // is still to be written
	buf     *[]byte // the pooled memory of out, nil when out belongs to the caller
	in      []byte  // the read under way
	ahead   []byte  // was read by await and is still to be given to Read
	pooled  *[]byte // the memory of ahead
	n       int
	err     error
	short   bool // the socket took only a part of out
	drained bool // the last read emptied the socket: reading again before the answer is useless
	duplex  bool // another goroutine writes a large request; it goes out at once
	shared  bool // other goroutines read and write; everything goes out at once, and no instants are noted
	noting  bool // the next read notes its instant

	sent, received atomic.Int64
	instants
	// before is what was sent before the request under way, closed that the other side has closed in order, reset that it
	// has not.
	before int64
	closed bool
	reset  atomic.Bool
	// limit is when the exchange must be over (0: never), armed the deadline that the socket knows.
	limit, armed time.Duration
}

// instants are those that phases are made of: before and after the writes of a request, and when its first answer was
// read. 0 is one that did not come.
type instants struct{ began, wrote, read time.Duration }

// newConn puts a conn over a socket. A socket without a descriptor takes the ordinary path.
func newConn(socket net.Conn) *conn {
	c := &conn{Conn: socket, drained: true}
	c.raw = rawConn(socket)
	if c.raw != nil {
		c.step, c.look = c.exchange, c.poll
	}
	return c
}

// start prepares for a request: no bytes are pending, no instants noted, and reads end at limit.
func (c *conn) start(now, limit time.Duration) {
	c.instants = instants{}
	c.limit, c.before = limit, c.sent.Load()
	if limit != 0 && (c.armed > limit || c.armed-now < min(maxReadWait, limit-now)/2) {
		c.arm(now)
	}
}

// arm moves the socket's deadline, a timer operation that is worth avoiding.
func (c *conn) arm(now time.Duration) {
	c.armed = now + maxReadWait
	if c.limit != 0 {
		c.armed = min(c.limit, c.armed)
	}
	_ = c.Conn.SetReadDeadline(epoch.Add(c.armed))
}

// share hands the connection to a protocol whose reader and writers are goroutines of their own.
func (c *conn) share() error {
	err := c.flush()
	c.shared = true
	c.limit = 0
	return errors.Join(err, c.Conn.SetDeadline(time.Time{}))
}

// queue is Write without the copy: p must stay unchanged until the next Read has returned.
func (c *conn) queue(p []byte) error {
	if len(c.out) > 0 || c.shared {
		_, err := c.Write(p)
		return err
	}
	c.out = p
	return nil
}

// Write keeps p back until the next Read, or sends it at once when it is large.
func (c *conn) Write(p []byte) (int, error) {
	if c.shared || c.duplex {
		return c.writeNow(p)
	}
	if len(c.out)+len(p) > maxHeldBack {
		if err := c.flush(); err != nil {
			return 0, err
		}
		if len(p) > maxHeldBack/2 {
			return c.writeNow(p)
		}
	}
	if c.buf == nil {
		c.buf = outBuffers.Get().(*[]byte)
		c.out = append((*c.buf)[:0], c.out...)
	}
	c.out = append(c.out, p...)
	return len(p), nil
}

// flush sends what was kept back in the ordinary, blocking way.
func (c *conn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.writeNow(c.out)
	c.release()
	return err
}

// release forgets what was to be written and gives its memory back.
func (c *conn) release() {
	c.out = nil
	if c.buf != nil {
		outBuffers.Put(c.buf)
		c.buf = nil
	}
}

func (c *conn) writeNow(p []byte) (int, error) {
	c.noteBegan()
	if c.limit != 0 {
		_ = c.Conn.SetWriteDeadline(epoch.Add(c.limit))
	}
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n))
	c.noteEnd(err)
	if !c.shared {
		c.wrote = Now()
	}
	return n, err
}

func (c *conn) noteBegan() {
	if c.began == 0 && !c.shared {
		c.began = Now()
	}
}

// await is a Read whose memory is taken only when there is something to read: many connections may be waiting. The
// following Read has what came.
func (c *conn) await() error {
	if len(c.ahead) > 0 {
		return nil
	}
	n, err := c.fetch(nil)
	if c.pooled == nil {
		return err
	}
	if c.ahead = (*c.pooled)[:n]; n == 0 {
		c.returnAhead()
	}
	return err
}

func (c *conn) takeAhead() []byte {
	c.pooled = aheadBuffers.Get().(*[]byte)
	return (*c.pooled)[:cap(*c.pooled)]
}

func (c *conn) returnAhead() {
	c.ahead = nil
	if c.pooled != nil {
		aheadBuffers.Put(c.pooled)
		c.pooled = nil
	}
}

// Read sends what was kept back and waits for an answer, until limit.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(c.ahead) > 0 {
		n := copy(p, c.ahead)
		if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
			c.returnAhead()
		}
		return n, nil
	}
	return c.fetch(p)
}

// fetch is Read from the socket; p is nil to take memory when there is something to read.
func (c *conn) fetch(p []byte) (int, error) {
	for {
		n, err := c.readOnce(p)
		c.received.Add(int64(n))
		if n > 0 || err == nil {
			return n, err
		}
		if c.shared || !isTimeout(err) {
			return 0, err
		}
		now := Now()
		if c.limit != 0 && now >= c.limit {
			return 0, os.ErrDeadlineExceeded
		}
		c.arm(now)
		c.drained = false
	}
}

func (c *conn) readOnce(p []byte) (int, error) {
	if c.raw == nil || c.shared {
		return c.readPlain(p)
	}
	c.in, c.n, c.err, c.short = p, 0, nil, false
	err := c.raw.Read(c.step)
	c.drained = c.n < len(c.in)
	c.in = nil
	if err != nil {
		return 0, err
	}
	if c.short {
		if err := c.flush(); err != nil {
			return 0, err
		}
		c.drained = false
		return c.readOnce(p)
	}
	if len(c.out) == 0 && !c.duplex {
		c.release()
	}
	return c.n, c.err
}

func (c *conn) readPlain(p []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	if p == nil {
		p = c.takeAhead()
	}
	n, err := c.Conn.Read(p)
	c.note()
	if err != nil && !c.shared {
		c.closed = err == io.EOF
		c.noteEnd(err)
	}
	return n, err
}

// noteEnd remembers that a connection was reset.
func (c *conn) noteEnd(err error) {
	if err != nil && (errors.Is(err, syscall.ECONNRESET) || hasErrno(err, windowsReset)) {
		c.reset.Store(true)
	}
}

// awaitEnd reads what is left until the other side's end, for that long at most.
func (c *conn) awaitEnd(most time.Duration) {
	if c.closed || c.shared {
		return
	}
	_ = c.Conn.SetReadDeadline(epoch.Add(Now() + most))
	_, err := io.Copy(io.Discard, c.Conn)
	c.closed = err == nil
	c.noteEnd(err)
}

// undelivered says that nothing of the request under way can have reached the program at the other end: nothing was sent,
// or the other side had been closed when it came.
func (c *conn) undelivered() bool {
	return c.sent.Load() == c.before || c.closed && !c.reset.Load() && c.raw != nil && c.refused()
}

func (c *conn) note() {
	if c.noting {
		c.read = Now()
	}
}

// Close sends what was kept back, if the socket takes it at once, and closes.
func (c *conn) Close() error {
	if c.shared {
		return c.Conn.Close()
	}
	if len(c.out) > 0 && c.err == nil {
		c.limit = Now() + closeGrace
		_ = c.flush()
	}
	c.release()
	c.returnAhead()
	return c.Conn.Close()
}

// closeGrace is how long a goodbye may take.
const closeGrace = 100 * time.Millisecond

// abort closes the socket from any goroutine, saying nothing.
func (c *conn) abort() { _ = c.Conn.Close() }

// isTimeout knows the errors of all kinds of net.Conn.
func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
