package digest

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
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
	hash      hash.Hash
	secret    string // RFC 7616's H(A1)
	cnonce    string
	count     uint32 // of requests with this nonce
	// before and after are what of the answer is the same each time.
	before, after string
	// text and header are room for what is hashed and what is answered.
	text, header []byte
}

// NewSession begins to answer a challenge that Find found.
func NewSession(c Challenge, as Credentials) *Session { return newSession(c, as, rand.Text()) }

func newSession(c Challenge, as Credentials, cnonce string) *Session {
	of, keyed, _ := algorithm(c.Algorithm)
	s := &Session{challenge: c, cnonce: cnonce, hash: of()}
	s.secret = s.sum(as.User, c.Realm, as.Password)
	if keyed {
		s.secret = s.sum(s.secret, c.Nonce, cnonce)
	}
	user := as.User
	if c.UserHash {
		user = s.sum(as.User, c.Realm)
		s.after = ", userhash=true"
	}
	if c.Opaque != "" {
		s.after = ", opaque=" + quote(c.Opaque) + s.after
	}
	if len(c.QOP) > 0 || keyed {
		s.after = `, cnonce="` + cnonce + `"` + s.after
	}
	if c.Algorithm != "" {
		s.after = ", algorithm=" + c.Algorithm + s.after
	}
	s.before = "Digest username=" + quote(user) + ", realm=" + quote(c.Realm) + ", nonce="
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
	s.text = s.text[:0]
	for i, part := range parts {
		if i > 0 {
			s.text = append(s.text, ':')
		}
		s.text = append(s.text, part...)
	}
	s.hashText()
	return string(s.text)
}

// hashText puts the hash of the text in its place, in hexadecimal digits.
func (s *Session) hashText() {
	s.hash.Reset()
	_, _ = s.hash.Write(s.text) // a hash takes everything
	n := len(s.text)
	s.text = s.hash.Sum(s.text)
	raw := s.text[n:]
	s.text = hex.AppendEncode(s.text, raw)
	s.text = append(s.text[:0], s.text[n+len(raw):]...)
}

// Authorization is the header's value for the next request; uri is what its request line says.
func (s *Session) Authorization(method, uri string) string {
	b := appendQuoted(append(s.header[:0], s.before...), s.challenge.Nonce)
	b = appendQuoted(append(b, ", uri="...), uri)
	var count [8]byte
	if len(s.challenge.QOP) > 0 {
		s.count++
		hex.Encode(count[:], []byte{byte(s.count >> 24), byte(s.count >> 16), byte(s.count >> 8), byte(s.count)})
		b = append(append(append(b, ", qop=auth, nc="...), count[:]...), `, response="`...)
	} else {
		b = append(b, `, response="`...)
	}
	s.respond(method, uri, count[:])
	b = append(append(append(b, s.text...), '"'), s.after...)
	s.header = b
	return string(b)
}

// respond makes the text the response (RFC 7616, 3.4.1; RFC 2069 without a quality of protection).
func (s *Session) respond(method, uri string, count []byte) {
	s.text = append(append(append(s.text[:0], method...), ':'), uri...)
	s.hashText()
	var what [2 * sha512.Size]byte
	n := copy(what[:], s.text)
	s.text = append(append(append(append(s.text[:0], s.secret...), ':'), s.challenge.Nonce...), ':')
	if len(s.challenge.QOP) > 0 {
		s.text = append(append(append(append(append(s.text, count...), ':'), s.cnonce...), ":auth"...), ':')
	}
	s.text = append(s.text, what[:n]...)
	s.hashText()
}

// quote is s within quotes (RFC 9110, 5.6.4).
func quote(s string) string { return string(appendQuoted(nil, s)) }

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
