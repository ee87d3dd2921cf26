package curl

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"example.com/foobar/loadgen/convert/draft"
)

// word is one argument of a command.
type word struct {
	line int
	// text is what it says, with a draft.Mark for a variable of the environment.
	text string
	// odd says why that can't be known: there is a command in it, say.
	odd string
}

// split cuts a text into commands, by the rules of a Unix shell or of Windows' cmd.
func split(text string) ([][]word, error) {
	text = draft.Unmarked(strings.ReplaceAll(text, "\r\n", "\n"))
	s := &shell{text: text, line: 1}
	if isCmd(text) {
		return s.commands(s.cmdWord)
	}
	return s.commands(s.shellWord)
}

// isCmd says whether a text is for Windows' cmd: it has a caret before a quote or at the end of a line.
func isCmd(text string) bool {
	if strings.Contains(text, "\\\n") || strings.Contains(text, "$'") {
		return false
	}
	return strings.Contains(text, `^"`) || strings.Contains(text, " ^\n") || strings.Contains(text, "\"^\n")
}

// shell reads a text from its beginning.
type shell struct {
	text string
	at   int
	line int
	out  strings.Builder // of the word that is being read
	odd  string
}

// commands reads all commands with what reads one of their words.
func (s *shell) commands(next func() error) ([][]word, error) {
	var all [][]word
	var words []word
	for {
		end := s.skip()
		if end && len(words) > 0 {
			all, words = append(all, words), nil
		}
		switch {
		case s.at == len(s.text):
			return all, nil
		case end:
			continue
		}
		line := s.line
		s.out.Reset()
		s.odd = ""
		if err := next(); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		text := s.out.String()
		if !utf8.ValidString(text) {
			text, s.odd = strings.ToValidUTF8(text, "\ufffd"), "it has bytes that are no text: write them into a file and give --data-binary @FILE"
		}
		words = append(words, word{line: line, text: text, odd: s.odd})
	}
}

// skip goes over spaces, comments and the ends of lines that go on, and says whether the command ends.
func (s *shell) skip() (end bool) {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '\n' || c == ';' || c == '&' || c == '|':
			s.take()
			return true
		case c == ' ' || c == '\t':
			s.take()
		case (c == '\\' || c == '^') && s.peek(1) == '\n':
			s.take()
			s.take()
		case c == '#':
			for s.at < len(s.text) && s.text[s.at] != '\n' {
				s.take()
			}
		default:
			return false
		}
	}
	return true
}

// peek is the character that stands n further on, 0 behind the end.
func (s *shell) peek(n int) byte {
	if s.at+n < len(s.text) {
		return s.text[s.at+n]
	}
	return 0
}

// take takes the next character.
func (s *shell) take() byte {
	c := s.text[s.at]
	s.at++
	if c == '\n' {
		s.line++
	}
	return c
}

// write adds a character to the word.
func (s *shell) write(c byte) { s.out.WriteByte(c) }
