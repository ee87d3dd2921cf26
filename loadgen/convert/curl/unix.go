package curl

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/foobar/loadgen/convert/draft"
)

// shellWord reads a word as a Unix shell does.
func (s *shell) shellWord() error {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '&' && strings.HasSuffix(s.out.String(), ">"): // 2>&1
			s.write(s.take())
		case strings.IndexByte(" \t\n;&|", c) >= 0:
			return nil
		case c == '\'':
			if err := s.single(); err != nil {
				return err
			}
		case c == '"':
			if err := s.double(); err != nil {
				return err
			}
		case c == '$' && s.peek(1) == '\'':
			if err := s.escaped(); err != nil {
				return err
			}
		case c == '$' || c == '`':
			s.variable()
		case c == '\\':
			s.take()
			if s.at < len(s.text) {
				if c := s.take(); c != '\n' {
					s.write(c)
				}
			}
		default:
			s.write(s.take())
		}
	}
	return nil
}

var errOpen = errors.New("a quote is not closed")

// single reads what stands in single quotes: all of it is itself.
func (s *shell) single() error {
	s.take()
	for s.at < len(s.text) {
		c := s.take()
		if c == '\'' {
			return nil
		}
		s.write(c)
	}
	return errOpen
}

// double reads what stands in double quotes: a backslash escapes a few characters, and variables are variables.
func (s *shell) double() error {
	s.take()
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"':
			s.take()
			return nil
		case c == '\\' && strings.IndexByte("\"\\$`\n", s.peek(1)) >= 0 && s.peek(1) != 0:
			s.take()
			if c := s.take(); c != '\n' {
				s.write(c)
			}
		case c == '$' || c == '`':
			s.variable()
		default:
			s.write(s.take())
		}
	}
	return errOpen
}

var shellVariable = regexp.MustCompile(`^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})`)

// variable reads a variable of the environment, which becomes one of ours. What else a shell puts in is odd.
func (s *shell) variable() {
	if m := shellVariable.FindStringSubmatch(s.text[s.at:]); m != nil {
		s.at += len(m[0])
		s.out.WriteString(draft.Mark("env." + m[1] + m[2]))
		return
	}
	if c := s.peek(1); s.text[s.at] == '`' || c == '(' || c == '{' {
		s.odd = "a shell puts something in here"
	}
	s.write(s.take())
}

// ansi are the escapes of $'...' that stand for one character.
var ansi = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'a': '\a', 'b': '\b', 'e': 0x1b, 'E': 0x1b, 'f': '\f', 'v': '\v', '\\': '\\', '\'': '\'', '"': '"', '?': '?'}

// escaped reads $'...', in which a backslash escapes as in C.
func (s *shell) escaped() error {
	s.take()
	s.take()
	var b []byte
	for s.at < len(s.text) {
		c := s.take()
		switch {
		case c == '\'':
			for _, c := range b {
				s.write(c)
			}
			return nil
		case c != '\\' || s.at == len(s.text):
			b = append(b, c)
			continue
		}
		c = s.take()
		if one, known := ansi[c]; known {
			b = append(b, one)
			continue
		}
		b = s.number(b, c)
	}
	return errOpen
}

// number reads the digits of an escape that has them: \x41, \u0041, \U00000041, \101. Two halves of a pair become one character.
func (s *shell) number(b []byte, kind byte) []byte {
	base, most := 16, map[byte]int{'x': 2, 'u': 4, 'U': 8}[kind]
	if kind >= '0' && kind <= '7' {
		base, most = 8, 3
		s.at--
	}
	digits := s.digits(base, most)
	n, err := strconv.ParseUint(digits, base, 32)
	switch {
	case most == 0 || err != nil:
		return append(b, '\\', kind)
	case kind == 'u' || kind == 'U':
		return utf8.AppendRune(b, s.pair(rune(n)))
	}
	return append(b, byte(n))
}

// digits takes up to most digits.
func (s *shell) digits(base, most int) string {
	begin := s.at
	for s.at < len(s.text) && s.at < begin+most {
		if _, err := strconv.ParseUint(s.text[s.at:s.at+1], base, 8); err != nil {
			break
		}
		s.at++
	}
	return s.text[begin:s.at]
}

// pair joins the first half of a pair of UTF-16 with the second, which follows as a \u of its own.
func (s *shell) pair(r rune) rune {
	if r < 0xd800 || r >= 0xdc00 || !strings.HasPrefix(s.text[s.at:], `\u`) {
		return r
	}
	begin := s.at
	s.at += 2
	low, err := strconv.ParseUint(s.digits(16, 4), 16, 32)
	if err != nil || low < 0xdc00 || low > 0xdfff {
		s.at = begin
		return r
	}
	return (r-0xd800)<<10 | (rune(low) - 0xdc00) + 0x10000
}
