package golang

import (
	"go/token"
	"strings"
	"unicode"

	"example.com/foobar/loadgen/plain"
)

// reserved are names that the program has for something else.
var reserved = map[string]bool{"vu": true, "v": true, "res": true, "load": true, "command": true, "time": true, "url": true, "values": true, "baseURL": true,
	"string": true, "error": true, "len": true, "new": true, "int": true, "true": true, "false": true, "nil": true, "min": true, "max": true, "any": true, "init": true, "index": true,
	"main": true, "one": true, "all": true, "err": true, "n": true, "append": true, "cap": true, "close": true, "copy": true, "panic": true, "print": true, "range": true,
	"float64": true, "int64": true, "byte": true, "bool": true, "rune": true, "bytes": true, "json": true, "strings": true, "strconv": true, "log": true, "os": true,
	"regexp": true, "base64": true, "hex": true, "math": true, "html": true, "fmt": true, "slices": true, "cmp": true, "hmac": true, "md5": true, "sha256": true, "csv": true,
	"atomic": true, "gjson": true, "once": true}

// goName is name as one of Go: userName for user-name.
func goName(name string) string {
	var b strings.Builder
	upper := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = b.Len() > 0
			continue
		case b.Len() == 0 && unicode.IsDigit(r):
			b.WriteByte('n')
		case upper:
			r = unicode.ToUpper(r)
		case b.Len() == 0:
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
		upper = false
	}
	out := b.String()
	if out == "" {
		out = "value"
	}
	if token.IsKeyword(out) || helperText[out] != "" || strings.HasPrefix(out, "once") {
		out += "_"
	}
	return out
}

// comment is a text as comments of Go.
func comment(text string) string {
	text = strings.TrimSpace(plain.Text(text))
	if text == "" {
		return ""
	}
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.ReplaceAll(line, "left out: ", "TODO: ")
		b.WriteString(strings.TrimRight("// "+line, " \t") + "\n")
	}
	return b.String()
}
