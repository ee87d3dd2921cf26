package wire

import (
	"crypto/tls"
	"net"
	"strings"
)

// tlsConfig is for a handshake with host, offering protocols. sessions may be nil.
func (n *Network) tlsConfig(host string, protocols []string, sessions tls.ClientSessionCache) *tls.Config {
	c := &n.config.TLS
	config := &tls.Config{
		RootCAs:            c.RootCAs,
		InsecureSkipVerify: c.InsecureSkipVerify, // the user's explicit choice
		MinVersion:         c.MinVersion,
		MaxVersion:         c.MaxVersion,
		CipherSuites:       c.CipherSuites,
		ServerName:         withoutZone(host),
		NextProtos:         protocols,
		KeyLogWriter:       c.KeyLog,
	}
	if c.ServerName != "" {
		config.ServerName = c.ServerName
	}
	if c.Resume {
		config.ClientSessionCache = sessions
	}
	for _, cert := range c.Certificates {
		if len(cert.Domains) == 0 || matchesName(cert.Domains, host) {
			config.Certificates = append(config.Certificates, cert.Certificate)
		}
	}
	return config
}

// protocols are what to offer by ALPN.
func (n *Network) protocols() []string {
	switch n.config.HTTPVersion {
	case "1.1":
		return []string{"http/1.1"}
	case "2":
		return []string{"h2"}
	}
	return []string{"h2", "http/1.1"}
}

// handshake puts TLS over c, noting how long it took.
func handshake(c net.Conn, config *tls.Config, t *Timing) (*tls.Conn, error) {
	over := tls.Client(c, config)
	began := Now()
	if err := over.Handshake(); err != nil {
		return nil, during("tls handshake", err)
	}
	t.TLSHandshaking = Now() - began
	return over, nil
}

// tlsVersion is "tls1.2" or "tls1.3", as k6 tags it.
func tlsVersion(version uint16) string {
	return strings.ToLower(strings.ReplaceAll(tls.VersionName(version), " ", ""))
}
