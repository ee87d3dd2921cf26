package report

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// The signs that mean something in Markdown, and in HTML.
const (
	signs = "\\`*_[]|~$"
	tags  = "<>&"
)

// spare are signs that are left alone where they mean nothing: brackets of an interval, and an underscore within a word.
var spare = regexp.MustCompile(`(\[)-?[\d.]+, -?[\d.]+(\])(?:[^\[(:]|$)|[\pL\d](_)[\pL\d]`)

// linked are what GitHub's Markdown makes links of without being asked, with the place where that is broken: addresses, names of
// people and numbers of issues.
var linked = regexp.MustCompile(`(?i):()//|\bwww()\.|@()[\w.-]|#()\d`)

// first is what makes a heading, a list or a rule of the line that it begins.
var first = regexp.MustCompile(`^\s*(?:\d{1,9}()[.)](?:\s|$)|()[-+](?:\s|$)|()(?:---|===|#))`)

// escapeLine is escape for a text at the beginning of a line or of a list's item.
func escapeLine(text string) string {
	text = escape(text)
	m := first.FindStringSubmatchIndex(text)
	if m == nil {
		return text
	}
	at := max(m[2], m[4], m[6])
	return text[:at] + `\` + text[at:]
}

// escape makes a text mean nothing but itself in Markdown: no cell, code, link, image or element comes of it.
func escape(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	spared, broken := groupStarts(spare, text), groupStarts(linked, text)
	var b strings.Builder
	for at, r := range text {
		if broken[at] {
			b.WriteString("&#8203;") // a space without width
		}
		switch {
		case strings.ContainsRune(tags, r):
			b.WriteString(map[rune]string{'<': "&lt;", '>': "&gt;", '&': "&amp;"}[r])
		case strings.ContainsRune(signs, r) && !spared[at]:
			b.WriteByte('\\')
			fallthrough
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// groupStarts are where the groups of a pattern begin in a text, wherever it matches, also where matches overlap.
func groupStarts(pattern *regexp.Regexp, text string) map[int]bool {
	out := map[int]bool{}
	for from := 0; from < len(text); {
		m := pattern.FindStringSubmatchIndex(text[from:])
		if m == nil {
			break
		}
		for group := 2; group < len(m); group += 2 {
			if m[group] >= 0 {
				out[from+m[group]] = true
			}
		}
		_, size := utf8.DecodeRuneInString(text[from+m[0]:])
		from += m[0] + size
	}
	return out
}

func escapeAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = escape(t)
	}
	return out
}
