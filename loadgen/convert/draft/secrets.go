package draft

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/foobar/loadgen/secret"
)

// Secrets puts variables of the environment where the source has credentials, so that the file has none: the same one for the
// same value.
type Secrets struct {
	// Keep leaves them where they are: for a draft that is run at once and not written.
	Keep bool

	variables []string          // in the order in which they were taken
	byValue   map[string]string // the variable of a value
}

// Hide is the text that stands for the value of what goes by that name: a mark of env.NAME. A value that is empty, or has a variable
// in it already, stays.
func (s *Secrets) Hide(name, value string) string {
	if s.Keep || value == "" || HasMark(value) {
		return Literal(value)
	}
	if known, ok := s.byValue[value]; ok {
		return Mark("env." + known)
	}
	variable := s.free(variableName(name))
	if s.byValue == nil {
		s.byValue = map[string]string{}
	}
	s.byValue[value] = variable
	s.variables = append(s.variables, variable)
	return Mark("env." + variable)
}

// Named is Hide for what is a secret by its name, and the text itself for what is none.
func (s *Secrets) Named(name, value string) string {
	if secret.Named(name) {
		return s.Hide(name, value)
	}
	return Literal(value)
}

// free is a name that no other value has.
func (s *Secrets) free(name string) string {
	for i, numbered := 2, name; ; i++ {
		if !slices.Contains(s.variables, numbered) {
			return numbered
		}
		numbered = fmt.Sprintf("%s_%d", name, i)
	}
}

// variableName is name in the letters of a variable: X_API_KEY for x-api-key.
func variableName(name string) string {
	upper := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	upper = strings.Trim(upper, "_")
	switch {
	case upper == "" || len(upper) > 60:
		return "SECRET"
	case upper == "AUTHORIZATION":
		return "TOKEN"
	case upper[0] >= '0' && upper[0] <= '9':
		return "SECRET_" + upper
	}
	return upper
}

// URL is a URL as it is written in a file: the values of its query that are secrets are hidden. It has no user and password.
func (s *Secrets) URL(raw string) string {
	base, query, asked := strings.Cut(raw, "?")
	if !asked {
		return Literal(raw)
	}
	query, fragment, marked := strings.Cut(query, "#")
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if s.Keep || secret.URL("http://h/?"+pair) == "http://h/?"+pair {
			pairs[i] = Literal(pair)
			continue
		}
		if plain, err := url.QueryUnescape(value); err == nil && url.QueryEscape(plain) == value {
			pairs[i] = Literal(name) + "=" + Filtered(s.Hide(name, plain), "url")
			continue
		}
		pairs[i] = Literal(name) + "=" + s.Hide(name, value)
	}
	out := Literal(base) + "?" + strings.Join(pairs, "&")
	if marked {
		out += "#" + Literal(fragment)
	}
	return out
}
