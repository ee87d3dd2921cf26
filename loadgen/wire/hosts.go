package wire

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
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
