package wire

import (
	"errors"
	"sync"
	"time"
)

// call is one request under way: its hops, one after the other.
type call struct {
	client  *Client
	request *Request
	hop     *prepared
	resp    *Response
	Exchange
	// batched says that others of the same client are under way.
	batched bool
	// answered says that something was received.
	answered bool
	// body is the response's as it came.
	body body
	// redirects is how many are followed at most, followed how many were.
	redirects, followed int
	// limit is when the call must be over.
	limit time.Duration
}

// calls keeps what is needed only while a request is under way.
var calls = sync.Pool{New: func() any { return new(call) }}

// follow does req with its redirects.
func (c *call) follow(req *Request, resp *Response) {
	resp.reset()
	n := c.client.network
	c.request, c.resp, c.hop = req, resp, req.prepare(n)
	now := Now()
	timeout := req.Timeout
	setDefault(&timeout, n.config.Timeout)
	c.limit = now + timeout
	if c.client.interrupted.Load() {
		resp.Err = ErrInterrupted
		resp.ErrorCode = codeOther
		return
	}
	c.redirects, c.followed = req.MaxRedirects, 0
	if c.redirects < 0 {
		c.redirects = n.config.MaxRedirects
	}
	c.exchange(now)
	for resp.Err == nil && isRedirect(resp.Status) && c.followed < c.redirects {
		next := c.redirect()
		if next == nil {
			break
		}
		c.hop = next
		c.followed++
		resp.Release()
		resp.lines, resp.Truncated = nil, false
		c.exchange(Now())
	}
	c.request, c.resp, c.hop = nil, nil, nil
	c.Exchange.Request, c.Exchange.Err = nil, nil
}

// exchange is one hop: a connection, the request, the response; and telling the observer.
func (c *call) exchange(now time.Duration) {
	c.answered = false
	c.Exchange = Exchange{}
	c.Request, c.Method, c.URL, c.Start = c.request, c.hop.method, c.request.URL, now
	if c.hop.target != nil {
		c.URL = c.hop.target.shown
	}
	err := c.hop.err
	if err == nil {
		err = c.attempt()
	}
	c.finish(err)
}

// attempt does the hop over a kept connection, or a new one; and again over a new one if the kept one had been closed
// by the server before it answered anything.
func (c *call) attempt() error {
	if s := c.client.take(c.hop.target.key, c.Start); s != nil {
		c.Reused = true
		err := c.over(s)
		if err == nil || !c.mayRepeat(s, err) {
			return err
		}
		c.Reused = false
	}
	s, err := c.dial()
	if err != nil {
		return err
	}
	return c.over(s)
}

// mayRepeat: nothing was received over a connection that had been kept, and sending again does no harm.
func (c *call) mayRepeat(s *stream, err error) bool {
	if c.answered || errors.Is(err, errTimeout) || c.client.interrupted.Load() {
		return false
	}
	var e *Error
	if errors.As(err, &e) && (e.Code == codeStream+1+7 || e.Code == codeGoAway+1) {
		return true // REFUSED_STREAM and a polite GOAWAY say that nothing was done
	}
	return c.hop.replayable()
}

// dial makes the connection, or finds the one that another request of the batch has just made for several.
func (c *call) dial() (*stream, error) {
	if c.batched && c.client.network.mayShare(c.hop.target) {
		s, done := c.client.awaitShared(c.hop.target.key)
		defer done()
		if s != nil {
			c.Reused = true
			return s, nil
		}
	}
	ctx, cancel := c.client.context(Now(), c.limit)
	defer cancel()
	// A goroutine of its own, so that the user's does not keep the deep stack that dialling and handshakes need.
	var s *stream
	var err error
	opened := make(chan struct{})
	go func() {
		s, err = c.client.open(ctx, c.hop, &c.Timing, c.limit)
		close(opened)
	}()
	if <-opened; err != nil {
		c.count(s)
		c.Blocked = Now() - c.Start
		return nil, err
	}
	if c.client.agreed(s); s.h2 != nil {
		c.client.keep(s)
	}
	return s, nil
}

// over does the hop over s and keeps or closes it.
func (c *call) over(s *stream) error {
	c.Connected = true
	c.TLSVersion = s.version
	if s.h2 != nil {
		return c.overHTTP2(s)
	}
	now := c.Start
	if !c.Reused {
		now = Now()
	}
	s.conn.start(now, c.limit)
	keep, err := c.overHTTP1(s)
	end := Now()
	c.answered = s.conn.read != 0
	c.phases(s.conn.instants, end)
	if keep && err == nil {
		c.count(s)
		s.served++
		s.idleSince = end
		c.client.keep(s)
		return c.decode()
	}
	if err != nil {
		s.conn.release()
	}
	s.drop(c.client)
	c.count(s)
	if err != nil {
		return err
	}
	return c.decode()
}

// phases makes durations of the instants that the connection noted.
func (c *call) phases(i instants, end time.Duration) {
	if i.began == 0 {
		c.Blocked = end - c.Start
		return
	}
	c.Blocked = i.began - c.Start
	wrote, read := i.wrote, i.read
	switch {
	case read == 0 && wrote == 0:
		wrote, read = end, end
	case read == 0:
		read = end
	case wrote == 0 || wrote > read:
		wrote = read
	}
	c.Sending = wrote - i.began
	c.Waiting = read - wrote
	c.Receiving = max(end-read-c.MemoryWait, 0)
}

// count tells the exchange of the bytes that passed over s.
func (c *call) count(s *stream) {
	sent, received := s.bytes()
	c.Sent += sent
	c.Received += received
}

// finish fills the response and tells the observer.
func (c *call) finish(err error) {
	r := c.resp
	if err != nil && c.client.interrupted.Load() {
		err = ErrInterrupted
	}
	if err != nil {
		c.Status = 0
		r.Release()
		r.lines, r.Truncated = nil, false
	}
	c.Err, c.ErrorCode, c.Truncated = err, errorCode(err, c.Status), r.Truncated
	c.RedirectLimit = err == nil && isRedirect(c.Status) && c.redirects > 0 && c.followed == c.redirects && r.Header("Location") != ""
	r.Status, r.Proto, r.URL = c.Status, c.Proto, c.URL
	r.Timing, r.Err, r.ErrorCode = c.Timing, c.Err, c.ErrorCode
	if c.client.network.debug != nil {
		c.client.network.debug.exchange(c)
	}
	if err == nil {
		c.storeCookies()
	}
	o := c.client.observer
	if o == nil {
		return
	}
	if c.batched {
		c.client.telling.Lock()
		defer c.client.telling.Unlock()
	}
	o.Exchanged(&c.Exchange)
}
