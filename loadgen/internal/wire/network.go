package wire

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/valyala/fasthttp/fasthttputil"
)

// Network is a Config made ready and shared by clients: kept look-ups, TLS settings, proxies.
type Network struct {
	config   Config
	hosts    hosts
	resolver *resolver
	memory   *memory
	debug    *debugLog
	room     *room
	maxLayer int // of a body in several codings, in bytes
	http2    *http.Transport
}

// NewNetwork checks c; the error says which setting is wrong and what it takes.
func NewNetwork(c Config) (*Network, error) {
	n := &Network{config: c.withDefaults(), resolver: newResolver(c.DNS), room: newRoom(), maxLayer: maxLayer}
	n.http2 = newHTTP2Transport(n.mayKeep())
	if err := n.config.heedGODEBUG(os.Getenv("GODEBUG")); err != nil {
		return nil, err
	}
	var err error
	if n.hosts, err = newHosts(c.Hosts); err != nil {
		return nil, err
	}
	if err = n.config.checkNames(); err != nil {
		return nil, err
	}
	if n.config.BlacklistIPs, err = ipv4Networks(c.BlacklistIPs); err != nil {
		return nil, err
	}
	switch n.config.HTTPVersion {
	case "auto", "1.1", "2":
	default:
		return nil, fmt.Errorf("HTTP version %q: it must be auto, 1.1 or 2", c.HTTPVersion)
	}
	if err := c.DNS.validate(); err != nil {
		return nil, err
	}
	if c.Handler != nil && c.UnixSocket != "" {
		return nil, errors.New("a handler and a unix socket exclude each other")
	}
	if c.Handler != nil {
		n.memory = newMemory(c.Handler)
	}
	if c.Debug != nil {
		n.debug = &debugLog{to: c.Debug, bodies: c.DebugFull}
	}
	return n, nil
}

// checkNames refuses names that would be accepted and do nothing.
func (c Config) checkNames() error {
	if err := checkPatterns("blocked hostname", c.BlockHostnames); err != nil {
		return err
	}
	for _, cert := range c.TLS.Certificates {
		if err := checkPatterns("domain of a client certificate", cert.Domains); err != nil {
			return err
		}
	}
	return nil
}

// Close ends what the Network itself runs: the server of Config.Handler. Its clients are closed before.
func (n *Network) Close() error {
	if n.memory == nil {
		return nil
	}
	return n.memory.close()
}

// NewClient makes the client of the virtual user with that number, from 1 (it chooses among LocalIPs).
func (n *Network) NewClient(vu int, o Observer) *Client {
	c := &Client{network: n, observer: o}
	if ips := n.config.LocalIPs; len(ips) > 0 {
		c.local = ips[(max(vu, 1)-1)%len(ips)]
	}
	return c
}

// memory serves a handler in this process, over connections that are no sockets.
type memory struct {
	listener *fasthttputil.InmemoryListener
	server   *http.Server
}

func newMemory(h http.Handler) *memory {
	m := &memory{listener: fasthttputil.NewInmemoryListener(), server: &http.Server{Handler: h}}
	go func() { _ = m.server.Serve(serverEnds{m.listener}) }()
	return m
}

// serverEnds accepts the ends of connections that the server reads from.
type serverEnds struct{ *fasthttputil.InmemoryListener }

func (l serverEnds) Accept() (net.Conn, error) {
	c, err := l.InmemoryListener.Accept()
	return serverEnd{c}, err
}

// serverEnd is one of them. The server ends each of its own reads by a deadline, and knows the error for one by a method that
// fasthttputil's lacks: it would take the client for gone, and end the contexts of all further requests.
type serverEnd struct{ net.Conn }

func (c serverEnd) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == fasthttputil.ErrTimeout {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

func (m *memory) dial() (net.Conn, error) { return m.listener.Dial() }

func (m *memory) close() error { return m.server.Close() }
