package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Config is what all clients of a test share. Its zero value is usable: k6's defaults, TLS verified.
type Config struct {
	// UserAgent is sent by requests that set none of their own.
	UserAgent string
	// MaxRedirects is for requests that leave it to the Config; 0 is DefaultMaxRedirects, -1 none.
	MaxRedirects int
	// Timeout is for requests that set none; 0 is DefaultTimeout.
	Timeout time.Duration
	// NoConnectionReuse closes every connection after its response, NoVUConnectionReuse at the end of an iteration.
	NoConnectionReuse, NoVUConnectionReuse bool
	// NoCookiesReset keeps cookies from one iteration to the next.
	NoCookiesReset bool
	// MaxBody is the most of a body that is kept, decompressed; 0 is DefaultMaxBody. The rest is read and counted.
	MaxBody int
	// DiscardBodies keeps nothing of any body.
	DiscardBodies bool
	// Batch and BatchPerHost bound the connections that Batch opens; 0 is DefaultBatch and DefaultBatchPerHost, and a
	// BatchPerHost of -1 is no bound but Batch.
	Batch, BatchPerHost int

	// Debug is where requests and responses are written, secrets masked; DebugFull writes bodies too.
	Debug     io.Writer
	DebugFull bool

	// HTTPVersion is "" or "auto" (HTTP/2 where TLS agrees on it), "1.1", or "2" (for http:// by prior knowledge).
	HTTPVersion string
	TLS         TLS

	// Hosts maps "host", "host:port" or "*.domain" to "ip" or "ip:port", instead of a look-up.
	Hosts map[string]string
	DNS   DNS
	// LocalIPs are the addresses that virtual users connect from, user i from number i-1, in turn.
	LocalIPs []netip.Addr
	// BlacklistIPs are networks that are never connected to, BlockHostnames names likewise: "x", "*.x" for all below x, "*x"
	// for all that end in x, without a port. Names are blocked also where a proxy would be asked for them.
	BlacklistIPs   []netip.Prefix
	BlockHostnames []string
	// Proxy says through which proxy to reach a URL, nil for none; ProxyFromEnvironment reads the usual variables.
	Proxy func(*url.URL) (*url.URL, error)
	// UnixSocket is the path of the socket that every request goes to, whatever its host.
	UnixSocket string
	// Handler answers every request in this process, over connections in memory.
	Handler http.Handler
}

// TLS says how to trust and to be trusted.
type TLS struct {
	InsecureSkipVerify bool
	// RootCAs are trusted instead of the system's when set.
	RootCAs *x509.CertPool
	// Certificates are shown to servers that ask.
	Certificates []ClientCertificate
	// MinVersion and MaxVersion are of crypto/tls; 0 is its default.
	MinVersion, MaxVersion uint16
	// CipherSuites are for TLS up to 1.2; nil is crypto/tls's choice.
	CipherSuites []uint16
	// ServerName is expected and sent instead of the URL's host.
	ServerName string
	// Resume resumes sessions within one virtual user.
	Resume bool
	// KeyLog is where session secrets go in NSS format (SSLKEYLOGFILE).
	KeyLog io.Writer
}

// ClientCertificate is a certificate for some hosts ("*.x" for all below x), for all when Domains is empty.
type ClientCertificate struct {
	tls.Certificate
	Domains []string
}

// k6's defaults.
const (
	DefaultMaxRedirects = 10
	DefaultTimeout      = 60 * time.Second
	DefaultBatch        = 20
	DefaultBatchPerHost = 6
	DefaultMaxBody      = 64 << 20

	dialTimeout = 30 * time.Second
)

func (c Config) withDefaults() Config {
	setDefault(&c.MaxRedirects, DefaultMaxRedirects)
	setDefault(&c.Timeout, DefaultTimeout)
	setDefault(&c.Batch, DefaultBatch)
	setDefault(&c.BatchPerHost, DefaultBatchPerHost)
	setDefault(&c.MaxBody, DefaultMaxBody)
	setDefault(&c.HTTPVersion, "auto")
	return c
}

// heedGODEBUG takes HTTP/2 away where http2client=0 does so from net/http. As there, the last setting counts.
func (c *Config) heedGODEBUG(settings string) error {
	off := false
	for _, setting := range strings.Split(settings, ",") {
		if value, ok := strings.CutPrefix(setting, "http2client="); ok {
			off = value == "0"
		}
	}
	switch {
	case off && c.HTTPVersion == "auto":
		c.HTTPVersion = "1.1"
	case off && c.HTTPVersion == "2":
		return errors.New("HTTP version 2: GODEBUG has http2client=0, which forbids it: unset that, or take auto or 1.1")
	}
	return nil
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}
