package plain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"example.com/foobar/loadgen/plain"
)

func TestText(t *testing.T) {
	for _, tt := range []struct{ in, text, line string }{
		{"", "", ""},
		{"GET /ünïcode ✓ 你好 �", "GET /ünïcode ✓ 你好 �", "GET /ünïcode ✓ 你好 �"},
		{"a\n\tb\r\nc", "a\n\tb\nc", "a  b c"},
		{"\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`, `\x1b[31mred\x1b[0m`},
		{"over\rwritten\a\b\x7f", `over\x0dwritten\x07\x08\x7f`, `over\x0dwritten\x07\x08\x7f`},
		{"\u009b31m", `\u009b31m`, `\u009b31m`},
		{"abc\u202edef\u200b\ufeff\u2028", `abc\u202edef\u200b\ufeff\u2028`, `abc\u202edef\u200b\ufeff\u2028`},
		{"\xff\x9b31m", `\xff\x9b31m`, `\xff\x9b31m`},
	} {
		if got := plain.Text(tt.in); got != tt.text {
			t.Errorf("Text(%q): got %q, want %q", tt.in, got, tt.text)
		}
		if got := plain.Line(tt.in); got != tt.line {
			t.Errorf("Line(%q): got %q, want %q", tt.in, got, tt.line)
		}
	}
}

func TestJSON(t *testing.T) {
	in := "a\x1bb\u007fc\u009bd\u202ee\U000e0001f✓"
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	text = plain.JSON(text)
	if want := `"a\u001bb\u007fc\u009bd\u202ee\udb40\udc01f✓"`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var got string
	if err := json.Unmarshal(text, &got); err != nil || got != in {
		t.Errorf("got %q, %v, want %q", got, err, in)
	}
}

// FuzzText: whatever comes in, nothing that controls a terminal comes out, and a text that is fit stays as it is.
func FuzzText(f *testing.F) {
	f.Add("a\x1b]0;title\x07\u0090\xf0\x9fb")
	f.Fuzz(func(t *testing.T, in string) {
		text, line := plain.Text(in), plain.Line(in)
		control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
		if strings.ContainsFunc(text, control) || strings.ContainsFunc(line, unicode.IsControl) {
			t.Errorf("%q became %q and %q", in, text, line)
		}
		if plain.Text(text) != text || plain.Line(line) != line {
			t.Errorf("%q became %q and %q, which are not fit", in, text, line)
		}
	})
}

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"plain 5.0 µs":          "plain 5.0 µs",
		"a|b `c` *d* _e_ ~f~":   "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~",
		`<b> & \ [x](http://a)`: `&lt;b&gt; &amp; \\ \[x\](http&#58;//a)`,
		"@ann #1 www.a.test":    "&#64;ann &#35;1 www&#46;a.test",
	} {
		if got := plain.Markdown(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
