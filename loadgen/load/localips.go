package load

import (
	"fmt"
	"net/netip"
	"strings"
)

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
