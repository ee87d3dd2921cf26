package wire

import (
	"errors"
	"sync"
	"time"

	"example.com/foobar/loadgen/internal/digest"
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
	// answered says that something was received, unprocessed that the server cannot have processed the request.
	answered, unprocessed bool
	// body is the response's as it came.
	body body
	// redirects is how many are followed at most, followed how many were.
	redirects, followed int
	// authorization answers the server's challenge, session is what it follows from; answers counts those of this hop.
	authorization string
	session       *digest.Session
	answers       int
	// limit is when the call must be over.
	limit time.Duration
	// on is the connection that the hop goes over, began when it was begun to be sent.
	on    *stream
	began time.Duration
	// panicked is what the request's Receive panicked with.
	panicked *Panicked
}

// calls keeps what is needed only while a request is under way.
var calls = sync.Pool{New: func() any { return new(call) }}

// do sends req and follows its redirects.
func (c *call) do(req *Request, resp *Response) {
	resp.reset()
	n := c.client.network
	c.request, c.resp, c.hop = req, resp, req.prepare(n)
	now := Now()
	timeout := req.Timeout
	setDefault(&timeout, n.config.Timeout)
	c.limit = now + timeout
	if timeout < 0 {
		c.limit = noLimit
	}
	if c.client.interrupted.Load() {
		resp.Err = ErrInterrupted
		resp.ErrorCode = codeOther
		return
	}
	c.redirects, c.followed, c.answers = req.MaxRedirects, 0, 0
	if c.redirects < 0 {
		c.redirects = n.config.MaxRedirects
	}
	c.exchange(now)
	for c.goOn() {
		resp.Release()
		resp.lines, resp.Truncated = nil, false
		c.exchange(Now())
	}
	c.request, c.resp, c.hop, c.on = nil, nil, nil, nil
	c.session, c.authorization = nil, ""
	c.Exchange.Request, c.Exchange.Err = nil, nil
	if c.panicked != nil {
		panic(c.panicked)
	}
}

// goOn prepares the exchange that follows from the response, if one does: a challenge or a redirect.
func (c *call) goOn() bool {
	switch {
	case c.resp.Err != nil:
		return false
	case c.Challenged:
		c.answer()
		return true
	case !isRedirect(c.resp.Status) || c.followed == c.redirects:
		return false
	}
	next := c.redirect()
	if next == nil {
		return false
	}
	c.hop, c.answers = next, 0
	c.followed++
	return true
}

// noLimit is the limit of a call that has none: later than any test.
const noLimit = time.Duration(1 << 61)

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
		c.authorize()
		err = c.attempt()
	}
	c.finish(err)
}

// attempt does the hop over a kept connection, or a new one; and again when that does no harm.
func (c *call) attempt() error {
	s := c.client.takeIdle(c.hop.target.key, c.Start)
	for tried := 0; ; tried++ {
		var err error
		if c.Reused = s != nil; s == nil {
			if s, err = c.dial(); err != nil {
				return err
			}
		}
		if err = c.over(s); err == nil || !c.mayRepeat(s, err, tried) {
			return err
		}
		if s.h2 == nil {
			s = nil // the other kept ones may be as old
			continue
		}
		if !c.pause(tried) {
			return err
		}
		s = c.client.takeIdle(c.hop.target.key, Now())
	}
}

// maxRefusals is how often a stream that the server refused is sent again.
const maxRefusals = 6

// mayRepeat says whether the hop may be sent again after err. Over HTTP/2 that is so only when the server said that it
// did not process the stream, or nothing was sent (RFC 9113, 8.7). Over HTTP/1.1 it is so once, when a kept connection
// was closed before anything was received, and either no byte of the request can have reached the server's program or
// the method makes a second time harmless (RFC 9112, 9.5).
func (c *call) mayRepeat(s *stream, err error, tried int) bool {
	switch {
	case c.answered, errors.Is(err, errTimeout), c.client.interrupted.Load():
		return false
	case s.h2 != nil:
		return c.unprocessed && tried < maxRefusals
	}
	return c.Reused && (c.unprocessed || c.hop.replayable())
}

// pause waits before a refused stream is sent again, not at all the first time; it is false when there is no time left.
func (c *call) pause(tried int) bool {
	if tried == 0 {
		return true
	}
	ctx, done := c.client.context(Now(), c.limit)
	defer done()
	wait := time.NewTimer(time.Millisecond << tried)
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-ctx.Done():
		return false
	}
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
	if c.client.noteProtocol(s); s.h2 != nil && c.client.network.mayKeep() {
		c.client.putIdle(s)
	}
	return s, nil
}

// over does the hop over s and keeps or closes it.
func (c *call) over(s *stream) error {
	c.Connected, c.unprocessed, c.on = true, false, s
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
		s.idleSince = end
		c.client.putIdle(s)
		return c.decode()
	}
	if err != nil {
		s.conn.release()
		if c.Reused && !c.answered {
			c.client.suspicious.Store(true)
			c.unprocessed = s.unprocessed(err)
		}
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
	c.Challenged = err == nil && c.answerable()
	c.noteNonce(err)
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
