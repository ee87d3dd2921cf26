package expression

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind says what a token is.
type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	numberToken
	textToken
	signToken // an operator or a bracket
)

// token is a word of an expression.
type token struct {
	kind  tokenKind
	text  string // of a text, what it says
	value float64
	at    int // offset in the text
}

// is says whether t is that operator or bracket.
func (t token) is(sign string) bool { return t.kind == signToken && t.text == sign }

// describe is t in a message.
func (t token) describe() string {
	switch t.kind {
	case endToken:
		return "the end"
	case textToken:
		return fmt.Sprintf("the text '%.40s'", t.text)
	}
	return t.text
}

// signs are the operators and brackets, the longer ones first.
var signs = []string{"==", "!=", "<=", ">=", "&&", "||", "??", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "|", ".", ",", "(", ")", "[", "]", "}"}

// scanner cuts a text into tokens.
type scanner struct {
	text string
	at   int
}

// next reads a token. A number behind a dot is a place in a list: it has no dot itself.
func (s *scanner) next(behindDot bool) (token, error) {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
	if s.at == len(s.text) {
		return token{kind: endToken, at: s.at}, nil
	}
	start, c := s.at, s.text[s.at]
	switch {
	case c == '\'' || c == '"':
		return s.quoted(c)
	case c >= '0' && c <= '9':
		return s.digits(behindDot)
	}
	if length := nameLength(s.text[start:]); length > 0 {
		s.at += length
		return token{kind: nameToken, text: s.text[start:s.at], at: start}, nil
	}
	for _, one := range signs {
		if strings.HasPrefix(s.text[start:], one) {
			s.at += len(one)
			return token{kind: signToken, text: one, at: start}, nil
		}
	}
	r, _ := utf8.DecodeRuneInString(s.text[start:])
	return token{}, fmt.Errorf("%q means nothing here: a text stands in quotes, as 'text'", r)
}

// nameLength is how many bytes of s are a name.
func nameLength(s string) int {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return i
		}
	}
	return len(s)
}

func (s *scanner) digits(behindDot bool) (token, error) {
	start := s.at
	s.skipDigits()
	if !behindDot {
		if rest := s.text[s.at:]; len(rest) > 1 && rest[0] == '.' && isDigit(rest[1]) {
			s.at++
			s.skipDigits()
		}
		s.skipExponent()
	}
	text := s.text[start:s.at]
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return token{}, fmt.Errorf("%.40s is no number", text)
	}
	return token{kind: numberToken, text: text, value: f, at: start}, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (s *scanner) skipDigits() {
	for s.at < len(s.text) && isDigit(s.text[s.at]) {
		s.at++
	}
}

// skipExponent skips what 1e3 and 1e-3 have behind the 1.
func (s *scanner) skipExponent() {
	rest := s.text[s.at:]
	if len(rest) == 0 || rest[0] != 'e' && rest[0] != 'E' {
		return
	}
	skip := 1
	if len(rest) > 1 && (rest[1] == '-' || rest[1] == '+') {
		skip = 2
	}
	if len(rest) > skip && isDigit(rest[skip]) {
		s.at += skip
		s.skipDigits()
	}
}

// escapes are what stands for a character behind a backslash.
var escapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', '\'': '\'', '"': '"', '/': '/'}

// quoted reads a text up to its quote.
func (s *scanner) quoted(quote byte) (token, error) {
	start := s.at
	var b strings.Builder
	for s.at++; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		switch {
		case c == quote:
			s.at++
			return token{kind: textToken, text: b.String(), at: start}, nil
		case c != '\\':
			b.WriteByte(c)
		default:
			if err := s.escape(&b); err != nil {
				return token{}, err
			}
		}
	}
	return token{}, fmt.Errorf("the text %.40s is not closed by %c", s.text[start:], quote)
}

// escape reads what stands behind a backslash, and leaves s at its last byte. One that means nothing here stays, as in the regular
// expression '\d+'.
func (s *scanner) escape(b *strings.Builder) error {
	s.at++
	rest := s.text[min(s.at, len(s.text)):]
	if rest == "" {
		return fmt.Errorf(`a backslash stands alone: write it \\`)
	}
	if c, known := escapes[rest[0]]; known {
		b.WriteByte(c)
		return nil
	}
	if rest[0] == 'u' && len(rest) >= 5 {
		if code, err := strconv.ParseUint(rest[1:5], 16, 16); err == nil {
			b.WriteRune(rune(code))
			s.at += 4
			return nil
		}
	}
	b.WriteByte('\\')
	b.WriteByte(rest[0])
	return nil
}
