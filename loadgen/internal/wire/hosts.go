package wire

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"
)

// hosts is where names lead without a look-up: "host:port" before "host", exact names before the longest "*.domain".
type hosts map[string]netip.AddrPort

// newHosts reads Config.Hosts.
func newHosts(from map[string]string) (hosts, error) {
	h := hosts{}
	for name, to := range from {
		addr, err := parseHostAddr(to)
		if err != nil {
			return nil, fmt.Errorf("hosts entry %q: %q is not an address: write ip or ip:port, as in 127.0.0.1:8080 or [::1]:8080", name, to)
		}
		key, err := hostKey(name)
		if err != nil {
			return nil, err
		}
		h[key] = addr
	}
	return h, nil
}

func parseHostAddr(text string) (netip.AddrPort, error) {
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return netip.AddrPortFrom(addr, 0), nil
	}
	return netip.ParseAddrPort(text)
}

// hostKey is what find looks for: the name as it is compared, with its port if it has one.
func hostKey(name string) (string, error) {
	if addr, err := parseIP(name); err == nil {
		return canonicalHost(addr.String()), nil
	}
	host, suffix := name, ""
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		host, suffix = name[:i], name[i:]
		if n, err := strconv.ParseUint(suffix[1:], 10, 16); err != nil || n == 0 {
			return "", fmt.Errorf("hosts entry %q: %q is no port number", name, suffix[1:])
		}
	}
	if addr, err := parseIP(host); err == nil {
		return canonicalHost(addr.String()) + suffix, nil
	}
	domain, wild := strings.CutPrefix(host, "*.")
	if checkName(domain) != nil {
		return "", fmt.Errorf("hosts entry %q: write host, host:port or *.domain", name)
	}
	if host = canonicalHost(domain); wild {
		host = "*." + host
	}
	return host + suffix, nil
}

// find is the address for host and port, port 0 meaning the request's own.
func (h hosts) find(host, port string) (netip.AddrPort, bool) {
	if len(h) == 0 {
		return netip.AddrPort{}, false
	}
	host = canonicalHost(host)
	for _, suffix := range []string{":" + port, ""} {
		if a, ok := h[host+suffix]; ok {
			return a, true
		}
	}
	for rest := host; ; {
		_, after, ok := strings.Cut(rest, ".")
		if !ok {
			return netip.AddrPort{}, false
		}
		rest = after
		for _, suffix := range []string{":" + port, ""} {
			if a, ok := h["*."+rest+suffix]; ok {
				return a, true
			}
		}
	}
}

// canonicalHost is host in the one form in which hosts are compared: lower case, in ASCII, without brackets, zone and the
// dot of the root; an IPv4 address also where it was written as an IPv6 one.
func canonicalHost(host string) string {
	host = strings.TrimSuffix(host, ".")
	if addr, err := parseIP(host); err == nil {
		return addr.Unmap().WithZone("").String()
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil && !isASCII(host) {
		host = ascii
	}
	return strings.ToLower(host)
}

// parseIP reads an address, in brackets or without.
func parseIP(host string) (netip.Addr, error) {
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") {
		host = strings.TrimSuffix(inner, "]")
	}
	return netip.ParseAddr(host)
}

// matchesName says whether host is one of patterns: "x" is that name, "*.x" every name below x, "*x" every name that ends in
// x, and "*" every name.
func matchesName(patterns []string, host string) bool {
	if len(patterns) == 0 {
		return false
	}
	host = canonicalHost(host)
	for _, p := range patterns {
		below, wild := strings.CutPrefix(p, "*")
		if !wild && canonicalHost(p) == host {
			return true
		}
		name, dot := strings.CutPrefix(below, ".")
		if name = canonicalHost(name); dot {
			name = "." + name
		}
		if wild && strings.HasSuffix(host, name) {
			return true
		}
	}
	return false
}

// checkPatterns says which of the patterns for matchesName could match no host.
func checkPatterns(what string, patterns []string) error {
	for _, p := range patterns {
		if _, err := parseIP(p); err == nil || p == "*" {
			continue
		}
		name, wild := strings.CutPrefix(p, "*")
		below, dot := strings.CutPrefix(name, ".")
		if wild && dot {
			name = below
		}
		err := checkName(name)
		if first, _, _ := strings.Cut(name, "."); err == nil && wild && !dot && !isASCII(first) {
			err = errors.New("the end of a name has to be in ASCII, for names are compared as they are sent")
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", what, p, err)
		}
	}
	return nil
}

// checkName says what is wrong with the name of a host.
func checkName(name string) error {
	ascii := canonicalHost(name)
	const want = "write a name such as example.com, *.example.com for all below it, or *example.com for all that end so"
	switch {
	case strings.ContainsAny(name, "/@?#"):
		return fmt.Errorf("it is no name of a host: %s", want)
	case strings.Contains(name, ":"):
		return fmt.Errorf("a name has no port: %s", want)
	case name == "", strings.Contains(name, "*"), strings.HasPrefix(name, "."), strings.Contains(name, ".."), !isASCII(ascii), !httpguts.ValidHostHeader(ascii):
		return fmt.Errorf("it could match no host: %s", want)
	}
	return nil
}

// ipv4Networks turns networks of IPv4 that were written as IPv6 ones, ::ffff:10.0.0.0/104 say, into what they mean.
func ipv4Networks(networks []netip.Prefix) ([]netip.Prefix, error) {
	var plain []netip.Prefix
	for _, n := range networks {
		if n.Addr().Is4In6() {
			if n.Bits() < 96 {
				return nil, fmt.Errorf("blacklisted network %s: write networks of IPv4 as 10.0.0.0/8", n)
			}
			n = netip.PrefixFrom(n.Addr().Unmap(), n.Bits()-96)
		}
		plain = append(plain, n)
	}
	return plain, nil
}
