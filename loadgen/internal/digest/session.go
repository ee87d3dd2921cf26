package digest

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
)

// Credentials are a user and a password.
type Credentials struct{ User, Password string }

// Validate says whether they can be used. The error has neither of them in it.
func (c Credentials) Validate() error {
	switch {
	case c.User == "":
		return errors.New("it needs a user")
	case strings.Contains(c.User, ":"):
		return errors.New("the user's name can't have a colon in it")
	case !printable(c.User):
		return errors.New("the user's name can't have control characters in it")
	}
	return nil
}

// algorithm is the hash of a name, and whether it is one of those with a key for the session.
func algorithm(name string) (of func() hash.Hash, session, known bool) {
	name, session = strings.CutSuffix(strings.ToUpper(name), "-SESS")
	switch name {
	case "", "MD5":
		return md5.New, session, true
	case "SHA-256":
		return sha256.New, session, true
	case "SHA-512-256":
		return sha512.New512_256, session, true
	}
	return nil, false, false
}

// Session answers one challenge, for as many requests as the server likes. It is not for several goroutines at once.
type Session struct {
	challenge Challenge
	user      string // as it is sent
	hash      func() hash.Hash
	secret    string // RFC 7616's H(A1)
	cnonce    string
	count     uint32 // of requests with this nonce
}

// NewSession begins to answer a challenge that Find found.
func NewSession(c Challenge, as Credentials) *Session { return newSession(c, as, rand.Text()) }

func newSession(c Challenge, as Credentials, cnonce string) *Session {
	s := &Session{challenge: c, user: as.User, cnonce: cnonce}
	var keyed bool
	s.hash, keyed, _ = algorithm(c.Algorithm)
	s.secret = s.sum(as.User, c.Realm, as.Password)
	if keyed {
		s.secret = s.sum(s.secret, c.Nonce, cnonce)
	}
	if c.UserHash {
		s.user = s.sum(as.User, c.Realm)
	}
	return s
}

// Realm is what the user and the password are for.
func (s *Session) Realm() string { return s.challenge.Realm }

// GoOn goes on with another nonce, which the server has named in an Authentication-Info header; empty changes nothing.
func (s *Session) GoOn(nonce string) {
	if nonce != "" && nonce != s.challenge.Nonce {
		s.challenge.Nonce, s.count = nonce, 0
	}
}

// sum is the hash of the parts with colons between them, in hexadecimal digits.
func (s *Session) sum(parts ...string) string {
	h := s.hash()
	_, _ = h.Write([]byte(strings.Join(parts, ":"))) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}

// Authorization is the header's value for the next request; uri is what its request line says.
func (s *Session) Authorization(method, uri string) string {
	c := &s.challenge
	var b strings.Builder
	fmt.Fprintf(&b, "Digest username=%s, realm=%s, nonce=%s, uri=%s", quote(s.user), quote(c.Realm), quote(c.Nonce), quote(uri))
	if c.Algorithm != "" {
		fmt.Fprintf(&b, ", algorithm=%s", c.Algorithm)
	}
	what := s.sum(method, uri)
	if len(c.QOP) > 0 {
		s.count++
		count := fmt.Sprintf("%08x", s.count)
		fmt.Fprintf(&b, `, qop=auth, nc=%s, cnonce="%s", response="%s"`, count, s.cnonce, s.sum(s.secret, c.Nonce, count, s.cnonce, "auth", what))
	} else {
		fmt.Fprintf(&b, `, response="%s"`, s.sum(s.secret, c.Nonce, what))
		if strings.HasSuffix(strings.ToUpper(c.Algorithm), "-SESS") {
			fmt.Fprintf(&b, `, cnonce="%s"`, s.cnonce)
		}
	}
	if c.Opaque != "" {
		fmt.Fprintf(&b, ", opaque=%s", quote(c.Opaque))
	}
	if c.UserHash {
		b.WriteString(", userhash=true")
	}
	return b.String()
}

// quote is s within quotes (RFC 9110, 5.6.4).
func quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }
