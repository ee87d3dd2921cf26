package wire

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// proxyFor is the proxy for t, nil for none.
func (n *Network) proxyFor(t *target) *url.URL {
	if n.config.Proxy == nil || n.memory != nil || n.config.UnixSocket != "" {
		return nil
	}
	proxy, err := n.config.Proxy(t.url)
	if err != nil {
		return nil
	}
	return proxy
}

// viaHTTPProxy says that t's requests go to a proxy that reads their URL.
func (n *Network) viaHTTPProxy(t *target) bool {
	proxy := n.proxyFor(t)
	return proxy != nil && strings.HasPrefix(proxy.Scheme, "http")
}

// reach makes the socket over which t is spoken to, a proxy's if there is one.
func (c *Client) reach(ctx context.Context, t *target, timing *Timing, limit time.Duration) (*conn, error) {
	n := c.network
	local := c.local
	if !local.IsValid() {
		local = netip.Addr{}
	}
	socket, err := n.connect(ctx, local, t.host, t.port, timing)
	if err != nil {
		return nil, err
	}
	return c.attach(socket, Now(), limit)
}
