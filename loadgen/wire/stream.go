package wire

import (
	"context"
	"crypto/tls"
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
	// served counts responses; idleSince is when the last was over.
	served    int
	idleSince time.Duration
	// toldSent and toldReceived are the bytes that exchanges were already told of.
	toldSent, toldReceived int64
}

// restTime is how long a connection may have rested before it is looked at again: what ended within it shows itself
// when it is used.
const restTime = 50 * time.Millisecond

func (s *stream) rw() io.ReadWriter {
	if s.tls != nil {
		return s.tls
	}
	return s.conn
}

// stale reports that the server has closed the connection, or said something that was not asked for.
func (s *stream) stale(now time.Duration) bool {
	if s.h2 != nil {
		return !s.h2.usable()
	}
	if now-s.idleSince < restTime {
		return false
	}
	data, ended := s.conn.pending()
	// TLS session tickets may come after a handshake; after a response only a goodbye does.
	return ended || data && (s.tls == nil || s.served > 0)
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
		err = s.agree(c.network, p.target)
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
