package wire

import (
	"cmp"
	"strings"

	"golang.org/x/net/http/httpguts"

	"example.com/foobar/loadgen/secret"
)

// Changed says that r's URL, the values in its Header or its Body are others than when it was last sent. A request that changes
// belongs to one client, and changes only while it is not under way; the names in its Header stay. Preparing it anew is then cheap,
// as long as scheme, user and host of the URL stay and its path needs no escaping.
func (r *Request) Changed() { r.changed = true }

// originOf is a URL up to its path; it is empty where there is more than scheme and host to it.
func originOf(rawURL string) string {
	scheme, rest, found := strings.Cut(rawURL, "://")
	if !found {
		return ""
	}
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	if strings.ContainsAny(host, "@%[\\") || strings.ToLower(scheme) != scheme || !isASCII(host) {
		return ""
	}
	return rawURL[:len(scheme)+len("://")+len(host)]
}

// again prepares a request that was changed in the memory of what it was before. It is false where it can't.
func (p *prepared) again(r *Request) bool {
	path, same := strings.CutPrefix(r.URL, p.origin)
	if p.origin == "" || !same || p.err != nil || !plain(path) || p.method != r.Method || p.digest != r.Digest {
		return false
	}
	p.body = r.Body
	if !p.sendable() {
		return false // it is told by whoever prepares it anew
	}
	if host := p.header["Host"]; len(host) > 0 {
		p.host = cmp.Or(host[0], p.target.authority)
	}
	t := p.target
	if t.raw != r.URL {
		p.shown(r.URL, path)
		t.raw, t.path, t.parsed = r.URL, path, nil
	}
	r.changed = false
	p.serialise()
	return true
}

// sendable says whether the values of the headers are, whose names were looked at before.
func (p *prepared) sendable() bool {
	if p.special {
		return p.check() == nil
	}
	for _, name := range p.names {
		for _, value := range p.header[name] {
			if !httpguts.ValidHeaderFieldValue(value) {
				return false
			}
		}
	}
	return true
}

// shown sets the URL without its secrets. Where the names in the query are those of the last one, it has as many as that.
func (p *prepared) shown(rawURL, path string) {
	t := p.target
	if _, query, has := strings.Cut(path, "?"); !has || t.shown == t.raw && sameNames(query, t.path) {
		t.shown = rawURL
		return
	}
	t.shown = secret.URL(rawURL)
}

// sameNames says whether the pairs of a query have the names of those of another URL's, and values where those have some.
func sameNames(query, other string) bool {
	_, other, has := strings.Cut(other, "?")
	for has && query != "" && other != "" {
		var one, two string
		one, query, _ = strings.Cut(query, "&")
		two, other, _ = strings.Cut(other, "&")
		name, value, _ := strings.Cut(one, "=")
		otherName, otherValue, _ := strings.Cut(two, "=")
		if name != otherName || (value == "") != (otherValue == "") || strings.ContainsAny(one, ";?") {
			return false
		}
	}
	return has && query == other
}

// plainBytes are those that stand in the path and the query of a URL as they are.
var plainBytes = func() (plain [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/?%") {
		plain[c] = true
	}
	return plain
}()

// plain says whether a path with its query is what url.URL would make of it.
func plain(path string) bool {
	if path == "" || path[0] != '/' {
		return false
	}
	query := false
	for i := range len(path) {
		c := path[i]
		query = query || c == '?'
		if !plainBytes[c] || c == '%' && !query && (i+2 >= len(path) || !isHex(path[i+1]) || !isHex(path[i+2])) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
