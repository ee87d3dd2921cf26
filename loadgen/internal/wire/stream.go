package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"
)

// stream is a connection over which a client speaks HTTP to one server.
type stream struct {
	conn *conn
	tls  *tls.Conn // nil without TLS
	key  string
	// version is TLS's, as in Exchange.TLSVersion.
	version string
	// h2 speaks HTTP/2; nil for HTTP/1.1.
	h2 *http2Conn
	// idleSince is when the last response was over, ended that TLS was ended.
	idleSince time.Duration
	ended     bool
	// toldSent and toldReceived are the bytes that exchanges were already told of.
	toldSent, toldReceived int64
}

// restTime is how long a connection may have rested before it is looked at again, at the cost of a system call. Users that
// do not pause pay nothing: what ended within so short a time shows itself when it is used, and then the request is sent
// again if the server cannot have processed it.
const restTime = time.Millisecond

func (s *stream) rw() io.ReadWriter {
	if s.tls != nil {
		return s
	}
	return s.conn
}

// Read reads from TLS and remembers its end: a goodbye may come together with the response before it.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.tls.Read(p)
	s.ended = s.ended || err != nil
	return n, err
}

// Write writes to TLS.
func (s *stream) Write(p []byte) (int, error) { return s.tls.Write(p) }

// stale reports that the server has closed a kept connection of HTTP/1.1, or said something that was not asked for. One
// that has rested less than restTime is looked at only when another was found closed.
func (s *stream) stale(now time.Duration, suspicious bool) bool {
	return s.ended || (suspicious || now-s.idleSince >= restTime) && s.conn.readable()
}

// unprocessed says that the server cannot have processed the request that failed with err over a connection that it had
// kept before: nothing was sent, or its side had been closed before a byte of it arrived. The end of TLS is followed by
// the end of the connection, which is waited for.
func (s *stream) unprocessed(err error) bool {
	if s.tls != nil && errors.Is(err, errNoAnswer) {
		s.conn.awaitEnd(closeGrace)
	}
	return s.conn.undelivered()
}

// bytes is what has passed since it was last asked.
func (s *stream) bytes() (sent, received int64) {
	if s.conn == nil {
		return 0, 0
	}
	allSent, allReceived := s.conn.sent.Load(), s.conn.received.Load()
	sent, received = allSent-s.toldSent, allReceived-s.toldReceived
	s.toldSent, s.toldReceived = allSent, allReceived
	return sent, received
}

// close says goodbye and closes.
func (s *stream) close() {
	switch {
	case s.h2 != nil:
		s.h2.close()
	case s.tls != nil:
		s.conn.limit = Now() + closeGrace
		_ = s.tls.Close()
	default:
		_ = s.conn.Close()
	}
}

// open makes a new connection for a hop: through its proxy, with TLS, with the protocol agreed on. The stream that comes
// with an error is closed, and tells what has passed over it.
func (c *Client) open(ctx context.Context, p *prepared, timing *Timing, limit time.Duration) (*stream, error) {
	s := &stream{key: p.target.key}
	var err error
	if s.conn, s.tls, err = c.reach(ctx, p, timing, limit); err != nil {
		return s, err
	}
	if err = c.secure(s, p.target, timing); err == nil {
		err = s.negotiate(c.network, p.target)
	}
	if err != nil {
		s.drop(c)
	}
	return s, err
}

// attach makes a socket the client's, so that Interrupt closes it.
func (c *Client) attach(socket net.Conn, now, limit time.Duration) (*conn, error) {
	over := newConn(socket)
	over.start(now, limit)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupted.Load() {
		over.abort()
		return nil, ErrInterrupted
	}
	c.sockets = append(c.sockets, over)
	return over, nil
}

// detach forgets a socket that was closed, and adds up what passed over it.
func (c *Client) detach(over *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range c.sockets {
		if s == over {
			last := len(c.sockets) - 1
			c.sockets[i], c.sockets[last] = c.sockets[last], nil
			c.sockets = c.sockets[:last]
			c.closedSent += over.sent.Load()
			c.closedReceived += over.received.Load()
			return
		}
	}
}

// secure puts TLS over s where t wants it.
func (c *Client) secure(s *stream, t *target, timing *Timing) error {
	if !t.tls || c.network.memory != nil {
		return nil
	}
	var over net.Conn = s.conn
	if s.tls != nil {
		over = s.tls
	}
	secured, err := handshake(over, c.network.tlsConfig(t.host, c.network.protocols(), c.sessionCache()), timing)
	if err != nil {
		return err
	}
	s.tls = secured
	s.version = tlsVersion(secured.ConnectionState().Version)
	return nil
}

// drop closes a stream and takes it from the client.
func (s *stream) drop(c *Client) {
	s.close()
	c.detach(s.conn)
}

// sessionCache keeps TLS sessions of this virtual user.
func (c *Client) sessionCache() tls.ClientSessionCache {
	if !c.network.config.TLS.Resume {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions == nil {
		c.sessions = tls.NewLRUClientSessionCache(0)
	}
	return c.sessions
}
