package child

import (
	"strings"
	"testing"
)

func TestOutput(t *testing.T) {
	write := func(parts ...string) (*output, string) {
		var passed strings.Builder
		o := newOutput(Command{Name: "foo", Tail: 3, Output: func(line string) { passed.WriteString(line + "|") }})
		for _, p := range parts {
			if n, err := o.Write([]byte(p)); n != len(p) || err != nil {
				t.Fatalf("wrote %d of %d, %v", n, len(p), err)
			}
		}
		o.flush()
		return o, passed.String()
	}
	for _, c := range []struct {
		name       string
		parts      []string
		want, said string
	}{
		{"Lines", []string{"a\nb\n"}, "a|b|", "\nfoo said:\n  a\n  b"},
		{"InParts", []string{"a", "b\nc", "\n"}, "ab|c|", "\nfoo said:\n  ab\n  c"},
		{"NeverEnded", []string{"a\nb"}, "a|b|", "\nfoo said:\n  a\n  b"},
		{"Empty", []string{"\n\n"}, "||", "\nfoo said:\n  \n  "},
		{"Controls", []string{"\x1b[2Jgone\r\n"}, `\x1b[2Jgone|`, `: \x1b[2Jgone`},
		{"TheLastThree", []string{"a\nb\nc\nd\ne\n"}, "a|b|c|d|e|", "\nfoo said:\n  c\n  d\n  e"},
		{"Nothing", nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, got := write(c.parts...)
			if got != c.want || o.said() != c.said {
				t.Errorf("passed on %q, said %q, want %q and %q", got, o.said(), c.want, c.said)
			}
		})
	}
	t.Run("LineWithoutEnd", func(t *testing.T) {
		const size = 8 << 20
		parts := make([]string, size/32768)
		for i := range parts {
			parts[i] = strings.Repeat("x", 32768)
		}
		o, got := write(parts...)
		if n := strings.Count(got, "x"); n != size {
			t.Errorf("%d of %d bytes were passed on", n, size)
		}
		if kept := len(strings.Join(o.tail, "")); cap(o.line) > 4*maxLine || kept > 3*maxLine {
			t.Errorf("kept %d and %d bytes", cap(o.line), kept)
		}
	})
}
