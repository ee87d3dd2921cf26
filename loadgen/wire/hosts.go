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
		if err := checkHostName(name); err != nil {
			return nil, err
		}
		h[strings.ToLower(name)] = addr
	}
	return h, nil
}

func parseHostAddr(text string) (netip.AddrPort, error) {
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return netip.AddrPortFrom(addr, 0), nil
	}
	return netip.ParseAddrPort(text)
}

func checkHostName(name string) error {
	host, port, hasPort := strings.Cut(name, ":")
	if strings.Count(name, ":") > 1 { // an IPv6 address
		hasPort, host = false, name
	}
	if hasPort {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("hosts entry %q: %q is no port number", name, port)
		}
	}
	if host == "" || strings.Contains(strings.TrimPrefix(host, "*."), "*") {
		return fmt.Errorf("hosts entry %q: write host, host:port or *.domain", name)
	}
	return nil
}

// find is the address for host and port, port 0 meaning the request's own.
func (h hosts) find(host, port string) (netip.AddrPort, bool) {
	if len(h) == 0 {
		return netip.AddrPort{}, false
	}
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

// matchesName says whether host is one of patterns, where "*.x" is every name below x and "*" every name.
func matchesName(patterns []string, host string) bool {
	for _, p := range patterns {
		p = strings.ToLower(p)
		if p == host || p == "*" {
			return true
		}
		if below, ok := strings.CutPrefix(p, "*"); ok && strings.HasPrefix(below, ".") && strings.HasSuffix(host, below) {
			return true
		}
	}
	return false
}
