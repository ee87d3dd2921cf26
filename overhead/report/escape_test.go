package report

import (
	"bytes"
	"strings"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

func TestEscape(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"Interval", "+57.0 % [45.1, 70.2] and [-1, 2].", "+57.0 % [45.1, 70.2] and [-1, 2]."},
		{"Word", "http_req_duration", "http_req_duration"},
		{"Emphasis", "_a_ *b* ~c~", `\_a\_ \*b\* \~c\~`},
		{"Cell", "a | b", `a \| b`},
		{"Element", "<b>&amp;", "&lt;b&gt;&amp;amp;"},
		{"Link", "[x](javascript:y)", `\[x\](javascript:y)`},
		{"Image", "![x](y)", `!\[x\](y)`},
		{"IntervalAsLink", "[1, 2](y)", `\[1, 2\](y)`},
		{"IntervalAsReference", "[1, 2]: y", `\[1, 2\]: y`},
		{"IntervalBeforeReference", "[1, 2][3, 4]", `\[1, 2\][3, 4]`},
		{"Code", "`x`", "\\`x\\`"},
		{"Backslash", `a\|b`, `a\\\|b`},
		{"Mathematics", "$x$", `\$x\$`},
		{"Address", "see https://evil.test now", "see https:&#8203;//evil.test now"},
		{"AddressWithoutScheme", "www.evil.test", "www&#8203;.evil.test"},
		{"Mail", "a@b.test", "a@&#8203;b.test"},
		{"Name", "@somebody", "@&#8203;somebody"},
		{"Issue", "see #12", "see #&#8203;12"},
		{"Lines", "a\n# b", `a # b`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := escape(c.text); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	for _, c := range []struct{ text, want string }{
		{"- item", `\- item`}, {"1. item", `1\. item`}, {"# heading", `\# heading`}, {"---", `\---`}, {"-6.7 µs", "-6.7 µs"}, {"3 rounds", "3 rounds"},
	} {
		t.Run("Line "+c.text, func(t *testing.T) {
			if got := escapeLine(c.text); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("[x](y) @z <b> www.a.b |")
	f.Fuzz(func(t *testing.T, text string) {
		got := escape(text)
		if strings.ContainsAny(got, "<>\n") || strings.Contains(got, "](http") && !strings.Contains(got, `\](http`) {
			t.Errorf("%q became %q", text, got)
		}
		bare := strings.NewReplacer(`\\`, "", `\|`, "", "\\`", "", `\*`, "").Replace(got)
		if strings.ContainsAny(bare, "|`*") {
			t.Errorf("%q became %q", text, got)
		}
	})
}

// What a service said, or whoever wrote the record, neither steers a terminal nor becomes a part of a page.
func TestHostileRecord(t *testing.T) {
	const evil = "\x1b]0;owned\x07\u202e <script>alert(1)</script> [click](https://evil.test) ![](https://evil.test/x.png) | @all"
	f := recordtest.InMemory(t, "quick", 6)
	p := &f.Experiment.Plan
	p.Name, p.Description, p.Caveats = evil, evil, []string{evil}
	e := &f.Experiment.Environment
	e.CPU, e.Kernel, e.SharedCPUs, e.Revision = evil, evil, evil, evil
	f.Experiment.Command = []string{evil}
	f.Runs[0].Gates = append(f.Runs[0].Gates, record.Gate{Name: "started", Shown: evil})
	f.Runs[4].Ledger.Services[0].Dropped = map[string]int64{evil: 3}
	a := analysis.New(f)
	limits, err := analysis.ParseBudget("allocs<=+130")
	if err != nil {
		t.Fatal(err)
	}
	a.Spend(limits)
	for name, draw := range drawings {
		got := render(t, draw, a)
		for _, never := range []string{"\x1b", "\x07", "\u202e"} {
			if bytes.Contains(got, []byte(never)) {
				t.Errorf("%s has %q in it", name, never)
			}
		}
		switch name {
		case "html", "markdown", "brief":
			if bytes.Contains(got, []byte("<script")) {
				t.Errorf("%s has an element in it", name)
			}
		}
		if name == "markdown" {
			for _, never := range []string{"[click](", "![](", "https://", "@all", " | @"} {
				if bytes.Contains(got, []byte(never)) {
					t.Errorf("%s has %q in it", name, never)
				}
			}
		}
	}
	files, err := Pictures(a)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if strings.ContainsAny(name, `/\`) || bytes.ContainsAny(content, "\x1b\u202e") || bytes.Contains(content, []byte("<script")) {
			t.Errorf("%s is hostile", name)
		}
	}
}
