// Package secret hides credentials in what is shown to people or written to files: by the names that they go by (headers,
// query parameters, members of JSON, variables), by where they stand in a URL, and by their values. A text that is made
// of variables, ${token} say, is no secret and stays.
package secret

import (
	"regexp"
	"strings"
)

// Mask is what stands where a secret was.
const Mask = "***"

// parts are what the name of a secret has in it, in lower case and without separators; whole are complete names.
var (
	parts = []string{"authorization", "cookie", "token", "secret", "passw", "passphrase", "pwd", "apikey", "accesskey",
		"privatekey", "signature", "credential", "sessionid", "sessid", "xauth", "jwt"}
	whole = []string{"pass", "auth", "sig", "pin", "sid", "session", "bearer"}
	// counted is what the name of a number of tokens begins with, as in max_tokens.
	counted = []string{"max", "min", "num", "total", "used", "prompt", "completion", "input", "output", "limit", "budget"}
)

// longest is how much of a name is looked at.
const longest = 128

// Named says whether what goes by that name is a secret: the value of a header, of a query parameter, of a member of JSON,
// of a cookie or a variable. Upper case and the separators - _ . do not matter. It does not allocate.
func Named(name string) bool {
	var room [longest]byte
	flat := room[:0]
	for i := 0; i < len(name) && len(flat) < longest; i++ {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			flat = append(flat, c+'a'-'A')
		case c != '-' && c != '_' && c != '.' && c != ' ':
			flat = append(flat, c)
		}
	}
	if isCount(flat) {
		return false
	}
	for _, w := range whole {
		if string(flat) == w {
			return true
		}
	}
	for _, p := range parts {
		if has(flat, p) {
			return true
		}
	}
	return false
}

// isCount says whether a name is that of a number of tokens.
func isCount(flat []byte) bool {
	if n := len("tokens"); len(flat) < n || string(flat[len(flat)-n:]) != "tokens" {
		return false
	}
	for _, c := range counted {
		if len(flat) > len(c) && string(flat[:len(c)]) == c {
			return true
		}
	}
	return false
}

// has says whether text has part in it.
func has(text []byte, part string) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		if string(text[i:i+len(part)]) == part {
			return true
		}
	}
	return false
}

// variables are ${...}, with the name or the scheme of what they are the value of: "Bearer ${token}", "sid=${sid}".
var variables = regexp.MustCompile(`(?i)(?:(?:basic|bearer|token|digest|apikey)\s+)?(?:[\w.-]+\s*[=:]\s*)?\$\{[^{}$]*\}`)

// IsTemplate says whether v is made of variables alone, so that it holds no secret itself. $${ is no variable.
func IsTemplate(v string) bool {
	if !strings.Contains(v, "${") || strings.Contains(v, "$${") {
		return false
	}
	return strings.Trim(variables.ReplaceAllString(v, ""), " \t:;,") == ""
}

// Value is the value of what goes by that name, or Mask.
func Value(name, value string) string {
	if value == "" || !Named(name) {
		return value
	}
	return Hide(value)
}

// Hide is Mask, unless v is empty or a template.
func Hide(v string) string {
	if v == "" || IsTemplate(v) {
		return v
	}
	return Mask
}
