package draft

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"example.com/foobar/loadgen/script"
)

// isText says whether a file can hold s.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// SetHeader gives r a header of the source: authorization and cookies under the keys that stand for them, secrets hidden. It says
// whether it can be sent.
func SetHeader(r *script.Request, name, value string, s *Secrets) bool {
	if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) || !isText(value) {
		return false
	}
	switch http.CanonicalHeaderKey(name) {
	case "Authorization":
		setAuthorization(r, value, s)
	case "Cookie":
		SetCookies(r, value, s)
	default:
		AddHeader(r, name, s.Named(name, value))
	}
	return true
}

func setAuthorization(r *script.Request, value string, s *Secrets) {
	scheme, credentials, _ := strings.Cut(value, " ")
	credentials = strings.TrimSpace(credentials)
	switch {
	case strings.EqualFold(scheme, "Bearer") && credentials != "" && r.Basic == "":
		r.Bearer = s.Hide("Authorization", credentials)
	case strings.EqualFold(scheme, "Basic") && r.Bearer == "":
		if plain, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.Contains(string(plain), ":") && isText(string(plain)) {
			SetBasic(r, string(plain), s)
			return
		}
		fallthrough
	default:
		AddHeader(r, "Authorization", s.Hide("Authorization", value))
	}
}

// SetBasic gives r a user and a password, of which the password is a secret.
func SetBasic(r *script.Request, userPassword string, s *Secrets) {
	r.Basic = UserPassword(userPassword, s)
}

// UserPassword is "user:password" as it stands in a file.
func UserPassword(userPassword string, s *Secrets) string {
	user, password, _ := strings.Cut(userPassword, ":")
	return Literal(user) + ":" + s.Hide("PASSWORD", password)
}

// SetCookies gives r the cookies of a header such as "a=1; b=2".
func SetCookies(r *script.Request, header string, s *Secrets) {
	for pair := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if name == "" {
			continue
		}
		if r.Cookies == nil {
			r.Cookies = map[string]string{}
		}
		r.Cookies[name] = s.Hide(name, value)
	}
}
