package measure

import (
	"bytes"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	write := func(parts ...string) (*tail, string) {
		var out bytes.Buffer
		l := &tail{name: "foo", out: &out}
		for _, p := range parts {
			if n, err := l.Write([]byte(p)); n != len(p) || err != nil {
				t.Fatalf("wrote %d of %d, %v", n, len(p), err)
			}
		}
		l.close()
		return l, out.String()
	}
	for _, c := range []struct {
		name  string
		parts []string
		want  string
	}{
		{"Lines", []string{"a\nb\n"}, "foo | a\nfoo | b\n"},
		{"InParts", []string{"a", "b\nc", "\n"}, "foo | ab\nfoo | c\n"},
		{"NeverEnded", []string{"a\nb"}, "foo | a\nfoo | b\n"},
		{"Empty", []string{"\n\n"}, "foo | \nfoo | \n"},
		{"Steering", []string{"\x1b[2Jgone\r\n"}, "foo | \\x1b[2Jgone\n"},
		{"Nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, got := write(c.parts...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("LineWithoutEnd", func(t *testing.T) {
		const size = 8 << 20
		parts := make([]string, size/32768)
		for i := range parts {
			parts[i] = strings.Repeat("x", 32768)
		}
		l, got := write(parts...)
		if n := strings.Count(got, "x"); n != size {
			t.Errorf("%d of %d bytes were passed on", n, size)
		}
		if cap(l.line) > 4*lineSize || cap(l.kept) > 4*tailSize {
			t.Errorf("kept %d and %d bytes", cap(l.line), cap(l.kept))
		}
	})
	t.Run("LastIsPrintable", func(t *testing.T) {
		l, _ := write("one\ntwo\nthree\nfour \x1b[0m\n")
		if got, want := l.last(), ": two\nthree\nfour \\x1b[0m"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
