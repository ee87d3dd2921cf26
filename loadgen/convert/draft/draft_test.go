package draft

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// shop is a draft with most kinds of steps in it.
func shop() *Draft {
	return &Draft{
		Comment: "Made from shop.har.\nSee loadgen convert -h.",
		Options: load.Options{VUs: new(10), Duration: load.For(time.Minute), Thresholds: load.Thresholds{
			"http_req_failed": {"rate<0.01"}, "http_req_duration": {load.AbortOn("p(95)<300", 90*time.Second)}}},
		Env: map[string]string{"HOST": "shop.test"},
		Script: script.Script{
			BaseURL: "https://${env.HOST}",
			Data:    map[string]script.Data{"users": {File: "users.csv", Order: script.Random}},
			Setup:   []script.Step{{Request: script.Request{URL: "/reset", Method: "POST"}}},
			Requests: []script.Step{
				{Comment: "line 3: document.title: a browser's", Name: "login", Request: script.Request{URL: "/login",
					JSON:    json.RawMessage(`{"user":"${users.name}","zip":"01234","n":1.10,"big":12345678901234567890,"no":"no","list":[1,"2",null,true]}`),
					Headers: map[string]script.Lines{"X-Id": {"1", "2"}, "Accept": {"*/*"}}},
					Checks:  []script.Check{{Status: script.Statuses{"200", "3xx"}}, {JSON: "ok=true"}},
					Extract: map[string]script.Extract{"token": {JSON: "token"}}, Think: "1m0s"},
				{Group: "checkout", Requests: []script.Step{
					{If: "vu > 1", Request: script.Request{URL: "/a?b=c#d", Body: "one\ntwo\n", Bearer: "${token}", Timeout: load.Duration(90 * time.Minute)}},
					{Batch: []script.Step{{Request: script.Request{URL: "/x"}}, {Request: script.Request{URL: "/y"}}}},
				}},
				{Set: script.Texts{{Name: "b", Text: "1"}, {Name: "a", Text: "null"}}},
				{Repeat: "3", Requests: []script.Step{{Log: "again: ${index}"}}},
				{Comment: "line 9: left out"},
			},
			Functions: map[string][]script.Step{"buy": {{Think: "1s-3s"}}},
		},
		What: "requests", Converted: 5,
		Left: []Left{{Line: 3, Text: "document.title\x1b[31m", Reason: "a browser's"}},
	}
}

// reread is what a file says to those who read it.
func reread(tb testing.TB, text []byte) *Draft {
	tb.Helper()
	n, err := file.Parse("draft.yaml", text)
	if err != nil {
		tb.Fatalf("%v in:\n%s", err, text)
	}
	d := &Draft{}
	if err = n.Decode(&d.Options); err != nil {
		tb.Fatalf("%v in:\n%s", err, text)
	}
	if env := n.Get("env"); env != nil {
		if err := env.Decode(&d.Env); err != nil {
			tb.Fatalf("%v in:\n%s", err, text)
		}
	}
	s, err := script.Read(n)
	if err != nil {
		tb.Fatalf("%v in:\n%s", err, text)
	}
	d.Script = *s
	return d
}

// bare is the steps without their comments, in the form that reading gives them.
func bare(steps []script.Step) []script.Step {
	var out []script.Step
	for _, s := range prune(steps) {
		if commentOnly(s) {
			continue
		}
		s.Comment = ""
		for _, within := range s.Within() {
			*within = bare(*within)
		}
		if d, fixed := s.Think.Fixed(); fixed && s.Think != "" {
			s.Think = script.Think(shortDuration(load.Duration(d)))
		}
		out = append(out, s)
	}
	return out
}

func wantSame(tb testing.TB, d *Draft) {
	tb.Helper()
	text, err := d.YAML()
	if err != nil {
		tb.Fatal(err)
	}
	got, want := reread(tb, text), *d
	for _, list := range want.Script.Lists() {
		*list = bare(*list)
	}
	functions := map[string][]script.Step{}
	for name, steps := range want.Script.Functions {
		functions[name] = bare(steps)
	}
	if len(functions) > 0 {
		want.Script.Functions = functions
	}
	for what, pair := range map[string][2]any{"options": {got.Options, want.Options}, "env": {got.Env, want.Env}, "script": {got.Script, want.Script}} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			tb.Errorf("%s: got\n%+v, want\n%+v in:\n%s", what, pair[0], pair[1], text)
		}
	}
}

func TestYAMLReadsBack(t *testing.T) { wantSame(t, shop()) }

// The golden file is how a draft looks: UPDATE=1 writes it anew.
func TestYAMLGolden(t *testing.T) {
	got, err := shop().YAML()
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/shop.yaml"
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestYAMLEmpty(t *testing.T) {
	text, err := (&Draft{Comment: "nothing"}).YAML()
	if err != nil || string(text) != "# nothing\n" {
		t.Errorf("got %q, %v", text, err)
	}
	hollow := &Draft{Script: script.Script{Requests: []script.Step{{Comment: "a", Group: "g", Requests: []script.Step{{Comment: "b"}, {Comment: "c"}}}}}}
	if text, err = hollow.YAML(); err != nil || string(text) != "# a\n# b\n# c\n" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestSummary(t *testing.T) {
	d := shop()
	if got, want := d.Summary(), "5 requests converted, one thing left out:\n  line 3: document.title\\x1b[31m: a browser's\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	d.Left = nil
	if got, want := d.Summary(), "5 requests converted, nothing left out\n"; got != want || !d.Whole() {
		t.Errorf("got %q, want %q", got, want)
	}
	d.Leave(0, strings.Repeat("x", 300), "too long: %d", 300)
	if got := d.Left[0].String(); len(got) > 120 || !strings.HasSuffix(got, "…: too long: 300") {
		t.Errorf("got %q", got)
	}
}

func TestYAMLRefuses(t *testing.T) {
	for name, d := range map[string]*Draft{
		"NoUTF8": {Env: map[string]string{"A": "\xff"}},
		"NoJSON": {Script: script.Script{Requests: []script.Step{{Request: script.Request{URL: "/", JSON: json.RawMessage(`{"a":`)}}}}},
	} {
		if text, err := d.YAML(); err == nil {
			t.Errorf("%s: got\n%s, want an error", name, text)
		}
	}
}

// Any text that is UTF-8 stands in any place and reads back as it was.
func FuzzYAML(f *testing.F) {
	for _, s := range []string{"", "NO", "~", "0x1f", "12:30", "1e3", "- a", "a: b", "a #b", "${x}", "'", `"`, "a\nb", " a\n b\n", "a\n\n", "\t", "|", "a\r\nb", "\u0085",
		"\ufeff", "\U0001f600", "\x00", "<<", "=", "---", "...", "? a", "!!str a", "&a", "*a", "%YAML", "2024-01-01", "a\n#b\n", "#a\n", "\u2028"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		key := a
		if key == "" || file.IsText(key) == false {
			key = "k" + key
		}
		var quoted bytes.Buffer
		j := json.NewEncoder(&quoted)
		j.SetEscapeHTML(false)
		if err := j.Encode(map[string]any{key: a, "list": []string{b, a}}); err != nil {
			t.Fatal(err)
		}
		wantSame(t, &Draft{Comment: a, Env: map[string]string{key: b}, Script: script.Script{Requests: []script.Step{
			{Comment: b, Name: a, Request: script.Request{URL: "/" + b, Body: b, JSON: bytes.TrimSpace(quoted.Bytes()), Headers: map[string]script.Lines{key: {a, b}}}},
			{Comment: a, Group: "g" + b, Requests: []script.Step{{Comment: a, Log: "x" + b}, {Comment: a}}},
			{Comment: b},
		}}})
	})
}
