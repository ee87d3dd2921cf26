package wire

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"
)

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
