package file

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// FuzzParse feeds texts: nothing may crash, what is read can be written as JSON and read again as the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"a: 1\nb: [NO, 01, 1e3, .inf, ~]\n", `{"a": [1, "b", null, true, {"c": 1.50}]}`, "a: &a {b: 1}\nc: {<<: *a}\n", "{a: 1}", "a: &a [*a]",
		"--- !!map\na: !!str 1\n", "a: |\n  x\n", "\ufeffa: 'x'", "\xff\xfea\x00", "? a\n: b", "<<: [{a: 1}, {a: 2}]", "%YAML 1.2\n---\n{}\n", "a: *a"} {
		f.Add("x.yaml", text)
		f.Add("", text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		n, err := Parse(name, []byte(text))
		if err != nil {
			if strings.Contains(err.Error(), "%!") && !strings.Contains(name+text, "%") {
				t.Errorf("a message that isn't one: %v", err)
			}
			return
		}
		var v any
		_ = n.Decode(&v)
		written, err := n.JSON()
		if err != nil {
			return
		}
		if !json.Valid(written) {
			t.Fatalf("%q: %s is no JSON", text, written)
		}
		again, err := Parse("x.json", written)
		if err != nil {
			t.Fatalf("%q: %s can't be read again: %v", text, written, err)
		}
		if second, err := again.JSON(); err != nil || string(second) != string(written) {
			t.Errorf("%q: %s, and again %s, %v", text, written, second, err)
		}
	})
}

// FuzzJSON feeds JSON: in a file of YAML it means the same, where it is read at all.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"a": [1, -0, 1e3, 0.5, "NO", null, true, {}], "b": "\u00e9\n"}`, `{"": ""}`, `{"a": "\/ \ud83d\ude00"}`, `{"a": 1E+2}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want any
		if json.Unmarshal([]byte(text), &want) != nil {
			return
		}
		for _, parse := range []func(*document) (*Node, error){(*document).parseJSON, (*document).parseYAML} {
			d := &document{text: []byte(text), json: true}
			n, err := parse(d)
			if err != nil {
				continue
			}
			n.end = 0 // not as it was written
			written, err := n.JSON()
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			var got any
			if err := json.Unmarshal(written, &got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%q: got %s, %v, want %v", text, written, err, want)
			}
		}
	})
}
