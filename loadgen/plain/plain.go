// Package plain makes texts of others fit for a terminal or a report: what controls a terminal is shown and has no effect, and columns
// are as wide as what is in them.
package plain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is text with its control characters written as in Go, "\x1b" say, so that no escape sequence, no change of the
// direction of writing and no invisible character has an effect. Line breaks and tabs stay; \r\n becomes \n.
func Text(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && unfit(r) }) {
		return text
	}
	return shown(strings.ReplaceAll(text, "\r\n", "\n"), "\n\t")
}

// Line is text on one line: as in Text, with a space for each line break and tab.
func Line(text string) string {
	if !strings.ContainsFunc(text, unfit) {
		return text
	}
	return shown(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(text), "")
}

// unfit says whether r has an effect on a terminal beside its place in the text, or can't be seen. What is no UTF-8 is unfit;
// what joins letters and emoji is not.
func unfit(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

func shown(text, kept string) string {
	var b strings.Builder
	for i, r := range text {
		size := utf8.RuneLen(r)
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == utf8.RuneError, !unfit(r), strings.ContainsRune(kept, r):
			b.WriteString(text[i : i+size])
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// JSON is JSON with its control characters escaped, those from U+007F to U+009F too, which encoding/json lets through.
func JSON(text []byte) []byte {
	if !strings.ContainsFunc(string(text), jsonUnfit) {
		return text
	}
	var b strings.Builder
	for _, r := range string(text) {
		if !jsonUnfit(r) {
			b.WriteRune(r)
			continue
		}
		if r > 0xffff {
			high := (r - 0x10000) >> 10
			fmt.Fprintf(&b, `\u%04x`, 0xd800+high)
			r = 0xdc00 + (r-0x10000)&0x3ff
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return []byte(b.String())
}

func jsonUnfit(r rune) bool { return r >= 0x7f && r != utf8.RuneError && unfit(r) }

// Width is how many columns a text takes, a character each.
func Width(text string) int { return utf8.RuneCountInString(text) }

// Pad is the spaces that make a text as wide as width.
func Pad(text string, width int) string { return strings.Repeat(" ", max(0, width-Width(text))) }
