package file

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// MustParse parses the text of a file of that name.
func MustParse(tb testing.TB, name, text string) *Node {
	tb.Helper()
	n, err := Parse(name, []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// What plain scalars are in YAML 1.2's core schema (10.3.2), and how they are sent in JSON; "" where they can't be.
func TestCoreSchema(t *testing.T) {
	for written, want := range map[string]string{
		"NO": `"NO"`, "no": `"no"`, "y": `"y"`, "Y": `"Y"`, "yes": `"yes"`, "on": `"on"`, "off": `"off"`, "n": `"n"`,
		"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false", "tRUE": `"tRUE"`,
		"null": "null", "Null": "null", "NULL": "null", "~": "null", "": "null", "nULL": `"nULL"`,
		"0": "0", "-0": "-0", "12": "12", "-7": "-7", "+5": "5", "0o14": "12", "0x1F": "31", "0xff": "31", "0b11": `"0b11"`, "0X1F": `"0X1F"`,
		"-0x1F": `"-0x1F"`, "1_000": `"1_000"`, "12:30": `"12:30"`, "1:20:30": `"1:20:30"`, "2024-01-01": `"2024-01-01"`,
		"2024-01-01T10:00:00Z": `"2024-01-01T10:00:00Z"`, "1e3": "1e3", "1E+3": "1E+3", "1.10": "1.10", ".5": "0.5", "-.5": "-0.5", "5.": "5",
		"5.e3": "5e3", "+1.5e-3": "1.5e-3", "0.5": "0.5", "0e0": "0e0", "123456789012345678901234567890": "123456789012345678901234567890",
		"1.2.3": `"1.2.3"`, "1e": `"1e"`, ".": `"."`, "-": "", "+": `"+"`, "=": `"="`, "<<": `"<<"`, "0o9": `"0o9"`, "0x": `"0x"`, "1,000": `"1,000"`,
		".inf": "", "-.INF": "", "+.Inf": "", ".nan": "", ".NaN": "", "inf": `"inf"`, "NaN": `"NaN"`, ".iNF": `".iNF"`,
		"01234": "", "-012": "", "+00": "", "08": "", "007.5": "", "00": "",
		"'01234'": `"01234"`, `"NO"`: `"NO"`, "!!str 01234": `"01234"`, "!!str ~": `"~"`, "!!int 7": "7", "!!int x": "",
		"!!float 1.5": "1.5", "!!bool yes": "", "!!binary aGk=": "", "!mine x": "", "!!timestamp 2024-01-01": "",
	} {
		if written == "0xff" {
			want = "255"
		}
		n, err := Parse("", []byte("a: "+written))
		var got json.RawMessage
		if err == nil {
			got, err = n.Get("a").JSON()
		}
		if string(got) != want || (err != nil) != (want == "") {
			t.Errorf("%s: got %s, %v, want %s", written, got, err, want)
		}
	}
}

// Where a text is expected, it is what was written.
func TestTextAsWritten(t *testing.T) {
	n := MustParse(t, "", "{a: NO, b: 01234, c: 1e3, d: 0x1F, e: 1.10, f: true, g: 12:30, h: 0o14, i: .inf, j: +5, k: 1_000, l: '', m: 2024-01-01}")
	got := map[string]string{}
	if err := n.Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "NO", "b": "01234", "c": "1e3", "d": "0x1F", "e": "1.10", "f": "true", "g": "12:30", "h": "0o14", "i": ".inf",
		"j": "+5", "k": "1_000", "l": "", "m": "2024-01-01"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	js := MustParse(t, "", `{"a": 1.10, "b": true, "c": 12345678901234567890}`)
	if err := js.Decode(&got); err != nil || got["a"] != "1.10" || got["b"] != "true" || got["c"] != "12345678901234567890" {
		t.Errorf("in JSON: got %v, %v", got, err)
	}
	for _, none := range []string{"a: ~", "a: null", "a:", `{"a": null}`, "a: [x]", "a: {b: x}"} {
		if err := MustParse(t, "", none).Decode(&got); err == nil || !strings.Contains(err.Error(), "want a text") {
			t.Errorf("%s: got %v, want an error", none, err)
		}
	}
}

func TestJSONKeepsWhatIsWritten(t *testing.T) {
	for text, want := range map[string]string{
		`{"z": 1.0, "a": "<b>&\u00e9\ud83d\ude00\/", "n": null}`: `{"z":1.0,"a":"<b>&\u00e9\ud83d\ude00\/","n":null}`,
		"z: 1.0\na: \"<b>&é\"\nn: ~\n1: {k: [1, [2]]}\ne: {}\n":  `{"z":1.0,"a":"<b>&é","n":null,"1":{"k":[1,[2]]},"e":{}}`,
		"{vus: 5, tags: {a: b}}":                                 `{"vus":5,"tags":{"a":"b"}}`,
		"a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n":               `{"a":{"b":1},"c":{"b":1},"d":{"e":2,"b":1}}`,
		"a: &x {b: 1, c: 1}\nd: {<<: [*x, {f: 3, b: 9}], c: 2}":  `{"a":{"b":1,"c":1},"d":{"c":2,"b":1,"f":3}}`,
		"%YAML 1.2\n---\na: |\n  x\n   y\n...\n":                 `{"a":"x\n y\n"}`,
		"\ufeffa: 1\n":                                           `{"a":1}`,
		"\ufeff{\"a\": 1}":                                       `{"a":1}`,
		"\xff\xfea\x00:\x00 \x001\x00":                           `{"a":1}`,
		"{\"a\": 1, b: 2}":                                       "",
		"# nothing\n":                                            `{}`,
		"":                                                       `{}`,
		"---\na: 1\n":                                            `{"a":1}`,
	} {
		n, err := Parse("", []byte(text))
		if err != nil {
			if want != "" {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if got, err := n.JSON(); err != nil || string(got) != want {
			t.Errorf("%q: got %s, %v, want %s", text, got, err, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		l := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+l+",", 10) + "]\n"
	}
	for _, tt := range []struct{ name, text, want string }{
		{"a.json", "{\"a\": 1,\n \"b\" 2}", "a.json:2:6: reading JSON: invalid character '2' after object key"},
		{"a.json", "{\"a\": 1,\n}", "a.json:2:1: reading JSON"},
		{"a.json", "{a: 1}", "a.json:1:2: reading JSON"},
		{"a.json", `{"a": 1} x`, "a.json:1:10: reading JSON"},
		{"a.json", `{"a": 1, "é": {"b": 1, "b": 2}}`, `a.json:1:24: the key "b" is there twice, first in line 1`},
		{"a.json", "{\"a\": \"\xe9\"}", "a.json:1: is not UTF-8"},
		{"a.json", strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "a.json:1:1001: nests deeper than 1000"},
		{"a.json", strings.Repeat("[", 20000) + strings.Repeat("]", 20000), "exceeded max depth"},
		{"a.yaml", "a: 1\nb: 2\na: 3\n", `a.yaml:3:1: the key "a" is there twice, first in line 1`},
		{"a.yaml", "a: {1: x, '1': y}\n", `a.yaml:1:11: the key "1" is there twice`},
		{"a.yaml", "a: 1\n---\nb: 2\n", "a.yaml:2:1: a second document begins here"},
		{"a.yaml", "a: 1\n---\n", "a second document begins here"},
		{"a.yaml", "a: 1\n--- [\n", "a.yaml:2: reading YAML"},
		{"a.yaml", "a: [1\nb: 2", "a.yaml:1: reading YAML"},
		{"a.yaml", "a: &a [*a]", `a.yaml:1:8: the anchor "a" stands for something that has it inside`},
		{"a.yaml", "a: *b", "reading YAML: unknown anchor"},
		{"a.yaml", "? [a]\n: 1", "a.yaml:1:3: a key has to be a text"},
		{"a.yaml", "~: 1", `a key has to be a text: put "~" in quotes`},
		{"a.yaml", "a: !!set {b}", "a.yaml:1:4: the tag !!set is not known here"},
		{"a.yaml", "a: {<<: 5}", "<< takes a map"},
		{"a.yaml", bomb, "aliases stand for more than 100000 values"},
		{"a.yaml", strings.Repeat("- ", 2000) + "a", "nests deeper than 1000"},
		{"a.yaml", strings.Repeat("a", MaxYAML+1), "is larger than 4 MiB"},
		{"", "a: \xe9", "line 1: is not UTF-8"},
	} {
		if _, err := Parse(tt.name, []byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40q: got %v, want %q in it", tt.text, err, tt.want)
		}
	}
}

type inner struct {
	Flag  bool              `json:"flag"`
	Texts map[string]string `json:"texts"`
}

type outer struct {
	Count *int            `json:"count"`
	Share float64         `json:"share"`
	Name  string          `json:"name"`
	List  []inner         `json:"list"`
	Raw   json.RawMessage `json:"raw"`
	Any   any             `json:"any"`
	Other string          `json:"wire" yaml:"file"`
	None  string          `json:"none" yaml:"-"`
	Embedded
}

// Embedded has a key that belongs to the struct around it.
type Embedded struct {
	Deep string `json:"deep"`
}

func TestDecode(t *testing.T) {
	got := outer{Share: 0.5, Name: "kept"}
	n := MustParse(t, "", "{count: 0x10, name: ~, list: [{flag: true, texts: {a: 1}}], raw: [NO, 1e3], any: {a: [1, 1.5, x, ~, true]}, file: 7, deep: NO}")
	if err := n.Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := outer{Count: new(int), Share: 0.5, Name: "kept", List: []inner{{true, map[string]string{"a": "1"}}}, Raw: json.RawMessage(`["NO",1e3]`),
		Any: map[string]any{"a": []any{int64(1), 1.5, "x", nil, true}}, Other: "7", Embedded: Embedded{"NO"}}
	*want.Count = 16
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	n := MustParse(t, "a.yaml", "count: five\nshare: '1'\nlist:\n  - flag: yes\n    txets: 1\nraw: 01\nnone: x\ncuont: 1")
	err := n.Decode(&outer{})
	want := `a.yaml:1:8: count: want a whole number such as 10, got the text "five"
a.yaml:2:8: share: want a number such as 0.5, got the text "1"
a.yaml:4:11: list[0].flag: want true or false, got the text "yes"
a.yaml:5:5: unknown option "txets" in list[0]: did you mean "texts"?
a.yaml:6:6: raw: 01 begins with a zero: write "01" in quotes if that is the text, 1 if it is the number
a.yaml:7:1: unknown option "none": it can be any, count, deep, file, list, name, raw, share
a.yaml:8:1: unknown option "cuont": did you mean "count"?`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	var unknown *UnknownKeyError
	if !errors.As(err, &unknown) || unknown.Path != "list[0]" || unknown.Key != "txets" || unknown.Place != (Place{"a.yaml", 5, 5}) {
		t.Errorf("got %+v", unknown)
	}
	for text, want := range map[string]string{
		"count: 1.5": "want a whole number", "count: 99999999999999999999": "want a whole number", "count: [1]": "got a list", "count: {a: 1}": "got keys with values",
		"share: .inf": "can't be sent as a number", "share: 1e999": "want a number", "list: {}": "want a list such as [a, b]", "list: [1]": "list[0]: want keys with values, got 1",
		"name: []": "name: want a text, got a list",
	} {
		if err := MustParse(t, "", text).Decode(&outer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
	// In our own keys it isn't clear what null is for a text; nothing is nothing.
	own := MustParse(t, "", "name: null")
	own.NotK6()
	if err := own.Decode(&outer{}); err == nil || !strings.Contains(err.Error(), `write "null" in quotes`) {
		t.Errorf("got %v, want an error that asks for quotes", err)
	}
	nothing := MustParse(t, "", "name:\nraw:\ncount:\nlist:")
	nothing.NotK6()
	got := outer{}
	if err := nothing.Decode(&got); err != nil || !reflect.DeepEqual(got, outer{}) {
		t.Errorf("got %+v, %v, want nothing", got, err)
	}
}
