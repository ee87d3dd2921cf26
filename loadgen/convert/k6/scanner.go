package k6

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner finds the imports and exports of a module. It knows strings, templates, comments, regular expressions and brackets, and
// nothing else of the language.
type scanner struct {
	text  string
	at    int
	depth []byte // open brackets
	last  string // the word or sign before
	fresh bool   // a new line has begun since
	err   error
}

// statement goes on to the next import or export that stands at the top of the module, and returns the word and where it stands.
func (s *scanner) statement() (word string, at int, ok bool) {
	for s.at < len(s.text) {
		start := s.at
		token := s.token()
		if token == "" {
			continue
		}
		if begins := s.begins(); (token == "import" || token == "export") && begins && len(s.depth) == 0 {
			if token == "export" || !s.callFollows() {
				s.last = ";"
				return token, start, true
			}
		}
		s.last, s.fresh = token, false
	}
	return "", 0, false
}

// begins says whether a statement can begin here.
func (s *scanner) begins() bool { return s.last == "" || s.last == ";" || s.last == "}" || s.fresh }

// callFollows says whether import is a function or import.meta here.
func (s *scanner) callFollows() bool {
	rest := strings.TrimLeft(s.text[s.at:], " \t")
	return strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, ".")
}

// token reads one word or sign, or, returning "", what is between them.
func (s *scanner) token() string {
	rest := s.text[s.at:]
	switch c := rest[0]; {
	case c == '\n':
		s.fresh = true
		s.at++
		return ""
	case c == ' ' || c == '\t' || c == '\r':
		s.at++
		return ""
	case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "#!") && s.at == 0:
		s.skip(rest, "\n", 0)
		return ""
	case strings.HasPrefix(rest, "/*"):
		s.skip(rest[2:], "*/", 4)
		return ""
	case c == '"' || c == '\'':
		s.quoted(c)
		return "text"
	case c == '`':
		s.at++
		s.template()
		return "text"
	case c == '/' && s.regexpFollows():
		s.regexp()
		return "text"
	}
	return s.wordOrSign(rest)
}

// skip goes on to behind end, which begins somewhere in rest; extra is how much longer than rest[:index] the comment is.
func (s *scanner) skip(rest, end string, extra int) {
	i := strings.Index(rest, end)
	if i < 0 {
		s.at = len(s.text)
		return
	}
	s.at += i + extra
}

func (s *scanner) wordOrSign(rest string) string {
	r, size := utf8.DecodeRuneInString(rest)
	if !wordRune(r) {
		s.at += size
		s.bracket(rest[0])
		return rest[:size]
	}
	n := strings.IndexFunc(rest, func(r rune) bool { return !wordRune(r) })
	if n < 0 {
		n = len(rest)
	}
	s.at += n
	return rest[:n]
}

func wordRune(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// bracket keeps account of what is open. A closing brace that ends the expression of a template goes on with the template.
func (s *scanner) bracket(c byte) {
	switch c {
	case '(', '[', '{':
		s.depth = append(s.depth, c)
	case ')', ']', '}':
		if len(s.depth) == 0 {
			return
		}
		open := s.depth[len(s.depth)-1]
		s.depth = s.depth[:len(s.depth)-1]
		if open == '`' {
			s.template()
		}
	}
}

func (s *scanner) quoted(quote byte) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case quote, '\n':
			s.at++
			return
		}
	}
}

// template reads on to the end of a template, or into an expression of it.
func (s *scanner) template() {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\\':
			s.at++
		case c == '`':
			s.at++
			return
		case strings.HasPrefix(s.text[s.at:], "${"):
			s.at += 2
			s.depth = append(s.depth, '`')
			return
		}
	}
}

// regexpFollows says whether a slash begins a regular expression and is no division.
func (s *scanner) regexpFollows() bool {
	switch s.last {
	case ")", "]", "}", "text":
		return false
	case "", "return", "typeof", "case", "in", "of":
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(s.last)
	return !wordRune(r)
}

func (s *scanner) regexp() {
	class := false
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\\':
			s.at++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '\n', c == '/' && !class:
			s.at++
			return
		}
	}
}
