package load

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/secret"
)

// wireConfig turns the options of requests into what the wire wants.
func (t *Test) wireConfig() (wire.Config, error) {
	o := t.Options
	c := wire.Config{
		UserAgent:           or(o.UserAgent, ""),
		MaxRedirects:        or(o.MaxRedirects, wire.DefaultMaxRedirects),
		Timeout:             time.Duration(or(o.Timeout, 0)),
		NoConnectionReuse:   or(o.NoConnectionReuse, false),
		NoVUConnectionReuse: or(o.NoVUConnectionReuse, false),
		NoCookiesReset:      or(o.NoCookiesReset, false),
		DiscardBodies:       or(o.DiscardResponseBodies, false),
		Batch:               or(o.Batch, 0),
		BatchPerHost:        or(o.BatchPerHost, 0),
		HTTPVersion:         or(o.HTTPVersion, ""),
		Hosts:               o.Hosts,
		BlockHostnames:      o.BlockHostnames,
		UnixSocket:          or(o.UnixSocket, ""),
		Handler:             t.Handler,
		Proxy:               wire.ProxyFromEnvironment(),
	}
	if c.MaxRedirects == 0 {
		c.MaxRedirects = -1
	}
	if o.BatchPerHost != nil && *o.BatchPerHost == 0 {
		c.BatchPerHost = -1
	}
	if debug := or(o.HTTPDebug, "none"); debug != "none" {
		c.Debug, c.DebugFull = t.debug(), debug == "full"
	}
	var errs OptionErrors
	c.TLS = o.tls(&errs)
	c.TLS.KeyLog = t.TLSKeyLog
	c.DNS = o.dns(&errs)
	o.addresses(&c, &errs)
	return c, errs.err()
}

func (t *Test) debug() io.Writer {
	if t.Debug != nil {
		return t.Debug
	}
	return io.Discard
}

var tlsVersions = map[string]uint16{"": 0, "tls1.0": tls.VersionTLS10, "tls1.1": tls.VersionTLS11, "tls1.2": tls.VersionTLS12, "tls1.3": tls.VersionTLS13}

func (o HTTPOptions) tls(errs *OptionErrors) wire.TLS {
	t := wire.TLS{InsecureSkipVerify: or(o.InsecureSkipTLSVerify, false), ServerName: or(o.TLSServerName, ""), Resume: or(o.TLSResumption, false)}
	if v := o.TLSVersion; v != nil {
		t.MinVersion, t.MaxVersion = tlsVersion("tlsVersion.min", v.Min, errs), tlsVersion("tlsVersion.max", v.Max, errs)
	}
	for _, name := range o.TLSCipherSuites {
		t.CipherSuites = append(t.CipherSuites, cipherSuite(name, errs))
	}
	if o.TLSCA != nil {
		t.RootCAs = authorities(*o.TLSCA, errs)
	}
	for i, auth := range o.TLSAuth {
		pair, err := auth.pair()
		if err != nil {
			errs.add(fmt.Sprintf("tlsAuth[%d]", i), "%w", err)
			continue
		}
		t.Certificates = append(t.Certificates, wire.ClientCertificate{Certificate: pair, Domains: auth.Domains})
	}
	return t
}

func (a TLSAuth) pair() (tls.Certificate, error) {
	if a.Password != "" {
		return tls.Certificate{}, errors.New("a key with a password cannot be read: decrypt it first (openssl pkey)")
	}
	return tls.X509KeyPair([]byte(a.Cert), []byte(a.Key))
}

func tlsVersion(key, name string, errs *OptionErrors) uint16 {
	v, ok := tlsVersions[name]
	if !ok {
		errs.oneOf(key, name, "tls1.0", "tls1.1", "tls1.2", "tls1.3")
	}
	return v
}

func cipherSuite(name string, errs *OptionErrors) uint16 {
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if s.Name == name {
			return s.ID
		}
	}
	errs.add("tlsCipherSuites", "Go knows no %q; names are like TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", name)
	return 0
}

// authorities are the system's and those in text.
func authorities(text string, errs *OptionErrors) *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(text)) {
		errs.add("tlsCA", "no certificate in PEM form found in it")
	}
	return pool
}

func (o HTTPOptions) dns(errs *OptionErrors) wire.DNS {
	var d wire.DNS
	if o.DNS == nil {
		return d
	}
	spec := []string{}
	for _, part := range [][2]string{{"ttl", o.DNS.TTL}, {"select", o.DNS.Select}, {"policy", o.DNS.Policy}} {
		if part[1] != "" {
			spec = append(spec, part[0]+"="+part[1])
		}
	}
	d, err := wire.ParseDNS(strings.Join(spec, ","))
	if err != nil {
		errs.add("dns", "%w", err)
	}
	return d
}

// addresses reads the options that hold IP addresses or URLs.
func (o HTTPOptions) addresses(c *wire.Config, errs *OptionErrors) {
	for i, text := range o.BlacklistIPs {
		prefix, err := parseNetwork(text)
		if err != nil {
			errs.add(fmt.Sprintf("blacklistIPs[%d]", i), "%w", err)
		}
		c.BlacklistIPs = append(c.BlacklistIPs, prefix)
	}
	if o.LocalIPs != nil {
		ips, err := parseLocalIPs(*o.LocalIPs)
		if err != nil {
			errs.add("localIPs", "%w", err)
		}
		c.LocalIPs = ips
	}
	if o.Proxy != nil {
		o.proxy(c, errs)
	}
}

// proxy puts the proxy of the options in the place of the environment's.
func (o HTTPOptions) proxy(c *wire.Config, errs *OptionErrors) {
	proxy, err := url.Parse(*o.Proxy)
	switch {
	case *o.Proxy == "none":
		c.Proxy = nil
	case err != nil || proxy.Host == "" || !strings.HasPrefix(cmp.Or(proxy.Scheme, "?"), "http"):
		errs.addValue("proxy", fmt.Sprintf("%q", secret.URL(*o.Proxy)), "that is no URL of a proxy: write it as http://HOST:PORT, or none")
	default:
		c.Proxy = func(*url.URL) (*url.URL, error) { return proxy, nil }
	}
}

// parseNetwork reads a network or one address.
func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, fmt.Errorf("%q is no network: write it as 10.0.0.0/8", text)
	}
	return prefix, nil
}

// maxLocalIPs bounds what a slip in a network's length can come to.
const maxLocalIPs = 1 << 16

// parseLocalIPs reads addresses, ranges and networks: "10.0.0.5,10.0.0.7-10.0.0.9,10.1.0.0/28".
func parseLocalIPs(text string) ([]netip.Addr, error) {
	var all []netip.Addr
	for part := range strings.SplitSeq(text, ",") {
		first, last, err := addressRange(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		for a := first; ; a = a.Next() {
			if all = append(all, a); len(all) > maxLocalIPs {
				return nil, fmt.Errorf("%q comes to more than %d addresses", text, maxLocalIPs)
			}
			if a == last {
				break
			}
		}
	}
	return all, nil
}

// addressRange is the first and the last address of one part.
func addressRange(part string) (first, last netip.Addr, err error) {
	bad := fmt.Errorf("%q is no address, range or network: write 10.0.0.5, 10.0.0.7-10.0.0.9 or 10.1.0.0/28", part)
	if net, err := netip.ParsePrefix(part); err == nil {
		first = net.Masked().Addr()
		for last = first; net.Contains(last.Next()) && net.Addr().BitLen()-net.Bits() <= 16; {
			last = last.Next()
		}
		if net.Addr().BitLen()-net.Bits() > 16 {
			return first, last, fmt.Errorf("network %q is too large: /%d at most", part, net.Addr().BitLen()-16)
		}
		return first, last, nil
	}
	from, to, ranged := strings.Cut(part, "-")
	if first, err = netip.ParseAddr(from); err != nil {
		return first, last, bad
	}
	if !ranged {
		return first, first, nil
	}
	if last, err = netip.ParseAddr(to); err != nil || last.Less(first) || last.BitLen() != first.BitLen() {
		return first, last, bad
	}
	return first, last, nil
}
