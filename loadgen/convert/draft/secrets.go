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
	// Known is the expression for a value that comes from a response, "" for any other; nil knows none.
	Known func(value string) string

	variables []string          // in the order in which they were taken
	byValue   map[string]string // the variable of a value
}

// Hide is the text that stands for the value of what goes by that name: a mark of env.NAME. A value that is empty, or has a variable
// in it already, stays.
func (s *Secrets) Hide(name, value string) string {
	if known := s.known(value); known != "" {
		return Mark(known)
	}
	if s.Keep || value == "" || HasMark(value) {
		return Literal(value)
	}
	if known, ok := s.byValue[value]; ok {
		return Mark("env." + known)
	}
	variable := s.free(VariableName(name))
	if s.byValue == nil {
		s.byValue = map[string]string{}
	}
	s.byValue[value] = variable
	s.variables = append(s.variables, variable)
	return Mark("env." + variable)
}

// Named is Hide for what is a secret by its name, and the text itself for what is none.
func (s *Secrets) Named(name, value string) string {
	if secret.Named(name) || s.known(value) != "" {
		return s.Hide(name, value)
	}
	return Literal(value)
}

func (s *Secrets) known(value string) string {
	if s.Known == nil || value == "" || HasMark(value) {
		return ""
	}
	return s.Known(value)
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

// VariableName is name in the letters of a variable: X_API_KEY for x-api-key.
func VariableName(name string) string {
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

// URL is a URL as it is written in a file: what is known of its path and its query has its expression, and the values of its query that
// are secrets are hidden. It has no user and password.
func (s *Secrets) URL(raw string) string {
	raw, fragment, marked := strings.Cut(raw, "#")
	base, query, asked := strings.Cut(raw, "?")
	head, path, found := strings.Cut(base, "://")
	if found {
		segments := strings.Split(path, "/")
		for i, segment := range segments[1:] {
			segments[i+1] = s.escaped("", segment, url.PathUnescape)
		}
		base = Literal(head) + "://" + strings.Join(segments, "/")
	}
	if !asked {
		return base
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, given := strings.Cut(pair, "=")
		shown := "http://h/?" + pair
		pairs[i] = Literal(name)
		if given {
			pairs[i] += "=" + s.escaped(secretName(name, shown), value, url.QueryUnescape)
		}
	}
	out := base + "?" + strings.Join(pairs, "&")
	if marked {
		out += "#" + Literal(fragment)
	}
	return out
}

// secretName is the name of a pair of a query if its value is a secret, "" otherwise.
func secretName(name, shown string) string {
	if secret.URL(shown) == shown {
		return ""
	}
	return name
}

// escaped is a part of a URL, of which unescape gives what it says; one with a name is a secret.
func (s *Secrets) escaped(name, part string, unescape func(string) (string, error)) string {
	value, err := unescape(part)
	if err != nil {
		return Literal(part)
	}
	stand := Literal(value)
	if name != "" || s.known(value) != "" {
		stand = s.Hide(name, value)
	}
	switch {
	case !HasMark(stand) || stand == Literal(value):
		return Literal(part)
	case value == url.QueryEscape(value):
		return stand // the like of it has nothing to escape
	}
	return Filtered(stand, "url")
}
