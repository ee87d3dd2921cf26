package wire

import (
	"net"
	"net/http"

	"github.com/valyala/fasthttp/fasthttputil"
)

// memory serves a handler in this process, over connections that are no sockets.
type memory struct {
	listener *fasthttputil.InmemoryListener
	server   *http.Server
}

func newMemory(h http.Handler) *memory {
	m := &memory{listener: fasthttputil.NewInmemoryListener(), server: &http.Server{Handler: h}}
	go func() { _ = m.server.Serve(m.listener) }()
	return m
}

func (m *memory) dial() (net.Conn, error) { return m.listener.Dial() }

func (m *memory) close() error { return m.server.Close() }
