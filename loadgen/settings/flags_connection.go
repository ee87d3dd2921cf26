package settings

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

func connectionFlags() []option {
	return []option{
		{name: "no-connection-reuse", env: "K6_NO_CONNECTION_REUSE", about: "a new connection for each request",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.NoConnectionReuse })},
		{name: "no-vu-connection-reuse", env: "K6_NO_VU_CONNECTION_REUSE", about: "new connections for each iteration",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.NoVUConnectionReuse })},
		{name: "http-version", form: "1.1|2", about: "speak this version alone (over TLS the server chooses)",
			set: optional(oneOf("1.1", "2"), func(s *Settings) **string { return &s.layer.HTTPVersion })},
		{name: "insecure-skip-tls-verify", env: "K6_INSECURE_SKIP_TLS_VERIFY", about: "believe any certificate",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.InsecureSkipTLSVerify })},
		{name: "cacert", form: "FILE", about: "believe these authorities (PEM) too", set: fileText(func(s *Settings) **string { return &s.layer.TLSCA })},
		{name: "cert", form: "FILE", about: "client certificate (PEM); goes with -key", set: readable(func(s *Settings) *string { return &s.cert })},
		{name: "key", form: "FILE", about: "its key (PEM)", set: readable(func(s *Settings) *string { return &s.key })},
		{name: "server-name", form: "NAME", about: "name to ask for and to verify in TLS, whatever the URL's host",
			set: optional(text, func(s *Settings) **string { return &s.layer.TLSServerName })},
		{name: "tls-resumption", about: "resume TLS sessions, which k6 never does",
			set: optional(boolean, func(s *Settings) **bool { return &s.layer.TLSResumption })},
		{name: "resolve", env: "K6_HOSTS", form: "HOST:PORT:IP", about: "where a name is, as in curl, or HOST=IP[:PORT]; repeatable", many: true, set: resolve},
		{name: "dns", env: "K6_DNS", form: "OPTIONS", about: "ttl=5m,select=random|first|roundRobin,policy=preferIPv4|preferIPv6|onlyIPv4|onlyIPv6|any", set: dns},
		{name: "unix-socket", form: "PATH", about: "connect to this socket, whatever the URL's host",
			set: optional(text, func(s *Settings) **string { return &s.layer.UnixSocket })},
		{name: "proxy", form: "URL|none", about: "proxy to go through (HTTP_PROXY, HTTPS_PROXY and NO_PROXY)",
			set: optional(text, func(s *Settings) **string { return &s.layer.Proxy })},
		{name: "local-ips", env: "K6_LOCAL_IPS", form: "IPS", about: "addresses to connect from: 10.0.0.1,10.0.0.8-10.0.0.12,10.1.0.0/28",
			set: optional(text, func(s *Settings) **string { return &s.layer.LocalIPs })},
		{name: "blacklist-ip", env: "K6_BLACKLIST_IPS", form: "CIDR", about: "never connect there; several with commas",
			set: value(list, func(s *Settings) *[]string { return &s.layer.BlacklistIPs })},
		{name: "block-hostnames", env: "K6_BLOCK_HOSTNAMES", form: "NAME", about: "never ask these, *.example.com say; several with commas",
			set: value(list, func(s *Settings) *[]string { return &s.layer.BlockHostnames })},
		{name: "batch", env: "K6_BATCH", form: "N", about: "requests of a batch at once (20)",
			set: optional(integer, func(s *Settings) **int { return &s.layer.Batch })},
		{name: "batch-per-host", env: "K6_BATCH_PER_HOST", form: "N", about: "of those, to one host (6)",
			set: optional(integer, func(s *Settings) **int { return &s.layer.BatchPerHost })},
	}
}

const resolveForm = "want HOST:PORT:IP, such as example.com:443:127.0.0.1, or HOST=IP[:PORT]"

func resolve(s *Settings, v string) error {
	host, place, err := parseResolve(v)
	if err != nil {
		return err
	}
	put(&s.layer.Hosts, host, place)
	return nil
}

// parseResolve reads curl's HOST:PORT:IP or HOST[:PORT]=IP[:PORT] into an entry of k6's hosts.
func parseResolve(v string) (host, place string, err error) {
	if host, place, found := strings.Cut(v, "="); found {
		if host == "" || !isPlace(place) {
			return "", "", errors.New(resolveForm)
		}
		return host, place, nil
	}
	host, rest, _ := strings.Cut(v, ":")
	port, ip, _ := strings.Cut(rest, ":")
	address, err := netip.ParseAddr(strings.Trim(ip, "[]"))
	if _, bad := strconv.ParseUint(port, 10, 16); host == "" || bad != nil || err != nil || address.Zone() != "" {
		return "", "", errors.New(resolveForm)
	}
	return host + ":" + port, address.String(), nil
}

// isPlace says whether v is an IP address, with or without a port.
func isPlace(v string) bool {
	if _, err := netip.ParseAddrPort(v); err == nil {
		return true
	}
	_, err := netip.ParseAddr(v)
	return err == nil
}

func dns(s *Settings, v string) error {
	d := &load.DNS{}
	for part := range strings.SplitSeq(v, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch strings.TrimSpace(key) {
		case "ttl":
			d.TTL = value
		case "select":
			d.Select = value
		case "policy":
			d.Policy = value
		default:
			return errors.New("want ttl=5m,select=random,policy=preferIPv4, or some of them")
		}
	}
	s.layer.DNS = d
	return nil
}

// readCertificate joins -cert and -key.
func (s *Settings) readCertificate() error {
	if s.cert == "" && s.key == "" {
		return nil
	}
	if s.cert == "" || s.key == "" {
		return errors.New("-cert and -key go together: give both files")
	}
	cert, err := file.Read(s.cert, maxPEM)
	if err != nil {
		return fmt.Errorf("-cert: %w", err)
	}
	key, err := file.Read(s.key, maxPEM)
	if err != nil {
		return fmt.Errorf("-key: %w", err)
	}
	s.Load.TLSAuth = []load.TLSAuth{{Cert: string(cert), Key: string(key)}}
	return nil
}

// fileText reads a file's content into an option.
func fileText(at func(*Settings) **string) func(*Settings, string) error {
	return func(s *Settings, path string) error {
		b, err := file.Read(path, maxPEM)
		if err != nil {
			return err
		}
		*at(s) = new(string(b))
		s.read = append(s.read, namedFile{"the file", path})
		return nil
	}
}
