package wire

import (
	"context"
	"crypto/tls"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Client is one virtual user's connections and cookies. Its methods belong to one goroutine, but for Interrupt and
// Reset.
type Client struct {
	network  *Network
	observer Observer
	local    netip.Addr
	jar      atomic.Pointer[jar] // nil until a cookie comes
	sessions tls.ClientSessionCache
	digests  digests

	// Of a batch: one dials what all may use, unless the host is known for HTTP/1.1; one tells the observer.
	dialing, telling sync.Mutex
	http1            map[string]bool

	interrupted atomic.Bool
	// suspicious says that a kept connection was found closed: from then on each is looked at before it is used.
	suspicious atomic.Bool
	mu         sync.Mutex
	idle       []*stream                                    // kept connections, the last used last; for HTTP/2 also those in use
	sockets    []*conn                                      // all that are open
	cancels    map[*context.Context]context.CancelCauseFunc // of what is under way with a context
	// closedSent and closedReceived passed over connections that are no more; toldSent and toldReceived were asked for.
	closedSent, closedReceived int64
	toldSent, toldReceived     int64
}

// Do sends req, follows redirects, fills resp. The observer is told of every exchange. The error is resp.Err too.
func (c *Client) Do(req *Request, resp *Response) error {
	one := calls.Get().(*call)
	one.client = c
	one.do(req, resp)
	one.client = nil
	calls.Put(one)
	return resp.Err
}

// EndIteration forgets cookies and, with NoVUConnectionReuse, closes connections.
func (c *Client) EndIteration() {
	if !c.network.config.NoCookiesReset {
		c.jar.Store(nil)
	}
	if c.network.config.NoVUConnectionReuse {
		c.closeIdle()
	}
}

// Close closes all connections.
func (c *Client) Close() {
	c.closeIdle()
}

// Traffic is the bytes on the wire since it was last called: all connections, handshakes and goodbyes included.
func (c *Client) Traffic() (sent, received int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	allSent, allReceived := c.closedSent, c.closedReceived
	for _, s := range c.sockets {
		allSent += s.sent.Load()
		allReceived += s.received.Load()
	}
	sent, received = allSent-c.toldSent, allReceived-c.toldReceived
	c.toldSent, c.toldReceived = allSent, allReceived
	return sent, received
}

// Interrupt ends what is under way with ErrInterrupted, from any goroutine; the client is of no use until Reset.
func (c *Client) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupted.Store(true)
	for _, cancel := range c.cancels {
		cancel(ErrInterrupted)
	}
	for _, s := range c.sockets {
		s.abort()
	}
}

// Reset makes the client usable after Interrupt. Nothing may be under way.
func (c *Client) Reset() {
	c.closeIdle()
	c.interrupted.Store(false)
}

// context ends when the client is interrupted, or at limit. It costs nothing once done was called.
func (c *Client) context(now, limit time.Duration) (ctx context.Context, done func()) {
	ctx, stop := context.WithTimeoutCause(context.Background(), limit-now, errTimeout)
	ctx, cancel := context.WithCancelCause(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupted.Load() {
		cancel(ErrInterrupted)
	}
	key := &ctx
	if c.cancels == nil {
		c.cancels = map[*context.Context]context.CancelCauseFunc{}
	}
	c.cancels[key] = cancel
	return ctx, func() {
		c.mu.Lock()
		if delete(c.cancels, key); len(c.cancels) == 0 {
			c.cancels = nil
		}
		c.mu.Unlock()
		cancel(nil)
		stop()
	}
}

// takeIdle is a kept connection to key, nil when there is none.
func (c *Client) takeIdle(key string, now time.Duration) *stream {
	for {
		s, old := c.takeIdleOnce(key)
		if old != nil {
			c.closeConn(old)
			continue
		}
		if s == nil || s.h2 != nil || !s.stale(now, c.suspicious.Load()) {
			return s
		}
		c.suspicious.Store(true)
		s.drop(c)
	}
}

// takeIdleOnce is a kept connection to key that seems usable, or an old one for HTTP/2 that is to be closed. One for HTTP/2
// that has no place for a request now is passed over: others are using it.
func (c *Client) takeIdleOnce(key string) (s, old *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.idle) - 1; i >= 0; i-- {
		s := c.idle[i]
		switch {
		case s.key != key:
		case s.h2 == nil:
			c.idle = append(c.idle[:i], c.idle[i+1:]...)
			return s, nil
		case s.h2.usable():
			return s, nil
		case s.h2.idle():
			return nil, s
		}
	}
	return nil, nil
}

// putIdle puts a connection back for the next request.
func (c *Client) putIdle(s *stream) {
	c.mu.Lock()
	c.idle = append(c.idle, s)
	var surplus *stream
	if len(c.idle) > c.network.config.Batch && c.idle[0].h2 == nil {
		surplus = c.idle[0]
	}
	c.mu.Unlock()
	if surplus != nil {
		c.closeConn(surplus)
	}
}

// closeConn closes a connection.
func (c *Client) closeConn(s *stream) {
	c.mu.Lock()
	for i, other := range c.idle {
		if other == s {
			c.idle = append(c.idle[:i], c.idle[i+1:]...)
			break
		}
	}
	c.mu.Unlock()
	s.drop(c)
}

func (c *Client) closeIdle() {
	c.mu.Lock()
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	for _, s := range idle {
		s.drop(c)
	}
}
