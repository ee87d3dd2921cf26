package wire

type http2Conn struct{}

func (h *http2Conn) usable() bool { return false }
func (h *http2Conn) close()       {}

// agree takes the protocol that TLS agreed on.
func (s *stream) agree(*Network) error { return nil }

func (c *call) overHTTP2(s *stream) error { return nil }
