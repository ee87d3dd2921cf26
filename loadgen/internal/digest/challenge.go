// Package digest is HTTP's digest authentication (RFC 7616), the user's side of it: it reads what a server asks for and writes
// what answers it. It knows no connection.
package digest

import (
	"slices"
	"strings"
)

// Challenge is what a server asks for in a WWW-Authenticate header.
type Challenge struct {
	Realm, Nonce, Opaque string
	// Algorithm is as the server wrote it; empty is MD5. QOP are the qualities of protection that it offers, none with servers
	// of RFC 2069.
	Algorithm string
	QOP       []string
	// Stale says that the nonce of the request was too old, and the credentials were right. UserHash asks for the user's name as
	// a hash.
	Stale, UserHash bool
}

// Find finds the first challenge of the header's value, its lines joined by ", ", that can be answered.
func Find(header string) (c Challenge, ok bool) {
	for _, one := range parse(header) {
		if !strings.EqualFold(one.scheme, "Digest") {
			continue
		}
		if c := newChallenge(one.params); c.usable() {
			return c, true
		}
	}
	return Challenge{}, false
}

func newChallenge(params map[string]string) Challenge {
	return Challenge{
		Realm: params["realm"], Nonce: params["nonce"], Opaque: params["opaque"], Algorithm: params["algorithm"],
		QOP:      strings.FieldsFunc(strings.ToLower(params["qop"]), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }),
		Stale:    strings.EqualFold(params["stale"], "true"),
		UserHash: strings.EqualFold(params["userhash"], "true"),
	}
}

// usable says whether we know what is asked for, and can repeat it in a header.
func (c Challenge) usable() bool {
	_, _, known := algorithm(c.Algorithm)
	return known && c.Nonce != "" && (len(c.QOP) == 0 || slices.Contains(c.QOP, "auth")) &&
		printable(c.Realm) && printable(c.Nonce) && printable(c.Opaque)
}

// printable says whether s can stand within quotes in a header.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// NextNonce is the nonce that an Authentication-Info header asks to go on with, empty when it does not.
func NextNonce(header string) string {
	for _, one := range parse("Digest " + header) {
		if next := one.params["nextnonce"]; printable(next) {
			return next
		}
	}
	return ""
}

// scheme is a way to authenticate with its parameters, their names in lower case.
type scheme struct {
	scheme string
	params map[string]string
}

// parse reads schemes (RFC 9110, 11.6.1). What it can't read it leaves out, up to the next comma.
func parse(header string) []scheme {
	p := parser{rest: header}
	var all []scheme
	for p.skip(" \t,"); p.rest != ""; p.skip(" \t,") {
		word := p.token()
		p.skip(" \t")
		switch {
		case word == "":
			p.toComma()
		case !strings.HasPrefix(p.rest, "="):
			all = append(all, scheme{scheme: word, params: map[string]string{}})
		default:
			value, ok := p.value()
			if len(all) == 0 || !ok {
				continue
			}
			params, name := all[len(all)-1].params, strings.ToLower(word)
			if _, twice := params[name]; !twice {
				params[name] = value
			}
		}
	}
	return all
}

// parser reads a header from its beginning.
type parser struct{ rest string }

func (p *parser) skip(any string) { p.rest = strings.TrimLeft(p.rest, any) }

func (p *parser) toComma() { _, p.rest, _ = strings.Cut(p.rest, ",") }

// token reads a token; it is empty when there is none.
func (p *parser) token() string {
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !isToken(r) })
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

// isToken says whether r may stand in a token (RFC 9110, 5.6.2).
func isToken(r rune) bool {
	return r > ' ' && r < 0x7f && !strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
}

// value reads "=" and what follows it. It is not ok when that is no value: the end of a token68, or quotes without an end.
func (p *parser) value() (value string, ok bool) {
	p.rest = p.rest[1:]
	p.skip(" \t")
	if strings.HasPrefix(p.rest, `"`) {
		return p.quoted()
	}
	if value = p.token(); value == "" {
		p.toComma()
	}
	return value, value != ""
}

func (p *parser) quoted() (value string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"':
			p.rest = p.rest[i+1:]
			return b.String(), true
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	p.rest = ""
	return "", false
}
