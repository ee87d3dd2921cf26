package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"
)

// ProxyFromEnvironment is a Config.Proxy that heeds HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in capitals or not, as they
// are now.
func ProxyFromEnvironment() func(*url.URL) (*url.URL, error) {
	return httpproxy.FromEnvironment().ProxyFunc()
}

// proxyFor is the proxy for t, nil for none.
func (n *Network) proxyFor(t *target) (*url.URL, error) {
	if n.config.Proxy == nil || n.memory != nil || n.config.UnixSocket != "" {
		return nil, nil
	}
	p, err := n.config.Proxy(t.url())
	if err != nil {
		return nil, &Error{Code: codeURL, Message: "invalid proxy", Err: err}
	}
	if p == nil {
		return nil, nil
	}
	if proxyPorts[p.Scheme] == "" {
		return nil, &Error{Code: codeURL, Message: fmt.Sprintf("proxy scheme %q: it must be http, https, socks5 or socks5h", p.Scheme)}
	}
	return p, nil
}

var proxyPorts = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}

// speaksHTTP says that the requests for http:// URLs are given to the proxy as they are.
func speaksHTTP(p *url.URL) bool {
	return p != nil && (p.Scheme == "http" || p.Scheme == "https")
}

// reach makes the connection over which the hop's target is spoken to. over is the way through a proxy with TLS of its
// own, nil when the socket itself is the way.
func (c *Client) reach(ctx context.Context, p *prepared, timing *Timing, limit time.Duration) (socket *conn, over *tls.Conn, err error) {
	t, via := p.target, p.proxy
	host, port := t.host, t.port
	if via != nil {
		if host, port = via.Hostname(), via.Port(); port == "" {
			port = proxyPorts[via.Scheme]
		}
	}
	for _, name := range []string{t.host, host} {
		if matchesName(c.network.config.BlockHostnames, name) {
			return nil, nil, &Error{Code: codeBlocked, Message: "hostname " + name + " is blocked"}
		}
	}
	s, err := c.network.connect(ctx, c.local, host, port, timing)
	if err != nil {
		return nil, nil, err
	}
	if socket, err = c.attach(s, Now(), limit); err != nil || via == nil {
		return socket, nil, err
	}
	over, err = c.tunnel(ctx, socket, p)
	if err != nil {
		_ = socket.Close()
		c.detach(socket)
	}
	return socket, over, err
}

// tunnel makes socket, which leads to the hop's proxy, lead to its target.
func (c *Client) tunnel(ctx context.Context, socket *conn, p *prepared) (*tls.Conn, error) {
	if !speaksHTTP(p.proxy) {
		return nil, socks(ctx, socket, p)
	}
	var over *tls.Conn
	way := &stream{conn: socket}
	if p.proxy.Scheme == "https" {
		var err error
		config := c.network.tlsConfig(p.proxy.Hostname(), []string{"http/1.1"}, nil)
		config.ServerName = p.proxy.Hostname()
		if over, err = handshake(socket, config, &Timing{}); err != nil {
			return nil, err
		}
		way.tls = over
	}
	if !p.target.tls {
		return over, nil
	}
	return over, way.connect(p)
}

// connect asks an HTTP proxy for a tunnel.
func (s *stream) connect(p *prepared) error {
	to := net.JoinHostPort(p.target.host, p.target.port)
	var b bytes.Buffer
	fmt.Fprintf(&b, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", to, to)
	if agent := p.network.config.UserAgent; agent != "" {
		fmt.Fprintf(&b, "User-Agent: %s\r\n", agent)
	}
	if p.proxy.User != nil {
		fmt.Fprintf(&b, "Proxy-Authorization: %s\r\n", basicAuth(p.proxy.User))
	}
	b.WriteString("\r\n")
	if err := s.send(b.Bytes()); err != nil {
		return during("proxy", err)
	}
	in := parsers.Get().(*parser)
	defer parsers.Put(in)
	in.small.Reset(s.rw())
	defer in.small.Reset(nil)
	in.in = in.small
	if _, err := in.readHeader(); err != nil {
		return during("proxy", err)
	}
	if status := in.header.StatusCode(); status != http.StatusOK {
		return &Error{Code: codeOther, Message: fmt.Sprintf("proxy refused the tunnel: %d %s", status, http.StatusText(status))}
	}
	if in.in.Buffered() > 0 {
		return malformed("the proxy spoke before the tunnel was used")
	}
	return nil
}

// connected is a proxy.Dialer that has dialled already.
type connected struct{ net.Conn }

func (g connected) Dial(string, string) (net.Conn, error) { return g.Conn, nil }

func (g connected) DialContext(context.Context, string, string) (net.Conn, error) { return g.Conn, nil }

// socks asks a SOCKS5 proxy for the way to the hop's target, whose name the proxy looks up.
func socks(ctx context.Context, socket *conn, p *prepared) error {
	var auth *proxy.Auth
	if u := p.proxy.User; u != nil {
		password, _ := u.Password()
		auth = &proxy.Auth{User: u.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", p.proxy.Host, auth, connected{socket})
	if err == nil {
		_, err = d.(proxy.ContextDialer).DialContext(ctx, "tcp", net.JoinHostPort(p.target.host, p.target.port))
	}
	socket.armed = 0 // it moved the socket's deadline
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	if e := systemError("socks", err); e != nil {
		return e
	}
	return &Error{Code: codeOther, Message: "socks: " + Fold(err.Error()), Err: err}
}
