package curl

import "strings"

// cmdWord reads a word as Windows does: cmd first takes its carets away, then the program splits its line at quotes, in which
// \" is a quote and \\" a backslash before the end.
func (s *shell) cmdWord() error {
	quoted, plain := false, false // in quotes for the program, and for cmd, for which ^" is no quote
	slashes := 0
	for s.at < len(s.text) {
		c := s.text[s.at]
		if !quoted && !plain && (strings.IndexByte(" \t\n&|", c) >= 0) {
			break
		}
		escaped := false
		switch {
		case c == '^' && !plain && s.peek(1) == '\n': // the line goes on, and a further line break is one
			s.take()
			s.take()
			if s.at < len(s.text) && s.text[s.at] == '\n' {
				s.take()
				slashes = s.backslashes(slashes)
				s.write('\n')
			}
			continue
		case c == '^' && !plain && s.peek(1) != 0:
			s.take()
			c, escaped = s.text[s.at], true
		case c == '\n' && plain && !quoted:
			plain = false
			continue
		}
		s.take()
		switch {
		case c == '\\':
			slashes++
			continue
		case c != '"':
			slashes = s.backslashes(slashes)
			s.write(c)
			continue
		}
		odd := slashes%2 == 1
		slashes = s.backslashes(slashes / 2)
		if !escaped {
			plain = !plain
		}
		switch {
		case odd:
			s.write('"')
		case quoted && !escaped && s.peek(0) == '"': // "" in quotes is a quote
			s.take()
			plain = !plain
			s.write('"')
		default:
			quoted = !quoted
		}
	}
	s.backslashes(slashes)
	if quoted {
		return errOpen
	}
	return nil
}

// backslashes writes n of them; none are left.
func (s *shell) backslashes(n int) int {
	for range n {
		s.write('\\')
	}
	return 0
}
