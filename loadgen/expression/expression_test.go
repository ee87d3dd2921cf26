package expression

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// source is an Env that draws from a seed.
type source struct{ random *rand.Rand }

func (s source) Rand() *rand.Rand { return s.random }

func seeded(seed uint64) Env { return source{rand.New(rand.NewPCG(seed, 0))} }

// table is Names with values. "none" has none yet.
type table map[string]Value

var names = table{
	"vu": NumberOf(7), "token": TextOf("a b&c"), "five": TextOf("5"), "none": UnsetOf("none"), "nil": NullValue(), "yes": BoolOf(true), "empty": TextOf(""),
	"cart": JSONOf(`{"items":[{"id":1,"n":"x.y"},{"id":2}],"a.b":{"c":true},"total":12.50,"big":12345678901234567890,"none":null}`),
	"ids":  JSONOf(`[3,"4",{"k":1}]`), "users.e-mail": TextOf("a@h"), "jsonText": TextOf(`{"k":[10,20]}`), "data.name": TextOf("n"),
}

func (t table) Value(path []string, optional bool) (Eval, int, error) {
	for used := len(path); used > 0; used-- {
		if v, ok := t[strings.Join(path[:used], ".")]; ok {
			return func(Env) (Value, error) { return v, nil }, used, nil
		}
	}
	if path[0] == "later" && !optional {
		return nil, 0, errors.New("no such variable yet")
	} else if path[0] == "later" {
		return func(Env) (Value, error) { return UnsetOf("later"), nil }, 1, nil
	}
	return nil, 0, nil
}

func (t table) Method(path []string) func(Env, Value) (Value, error) {
	if strings.Join(path, ".") != "response.header" {
		return nil
	}
	return func(_ Env, arg Value) (Value, error) { return TextOf("<" + arg.String() + ">"), nil }
}

func (t table) Plain(name string) Eval {
	v, ok := t[name]
	if !ok {
		return nil
	}
	return func(Env) (Value, error) { return v, nil }
}

func (t table) Known() []string {
	var all []string
	for name := range t {
		all = append(all, name)
	}
	return all
}

func TestValues(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1", "1.50": "1.5", "1e3": "1000", "'a'": `"a"`, `"a\n\"\u00e9'"`: `"a\n\"é'"`, "true": "true", "null": "null", "[]": "[]", "[1,'a',[true]]": `[1,"a",[true]]`,
		"1+2": "3", "1+2*3": "7", "(1+2)*3": "9", "10-4-3": "3", "7%4": "3", "-vu": "-7", "- 1": "-1", "!yes": "false", "!none": "true", "!!token": "true", "1/4": "0.25",
		"'a'+1": `"a1"`, "five+1": `"51"`, "five*2": "10", "number(five)+1": "6", "five-1": "4", "0.1+0.2": "0.30000000000000004",
		"1==1.0": "true", "five==5": "true", "'05'==5": "true", "'a'=='b'": "false", "null==none": "true", "nil==null": "true", "''==null": "false", "0==null": "false", "'x' != 'y'": "true",
		"2<10": "true", "'2'<'10'": "true", "'b'<'a'": "false", "'b'>='a'": "true", "none<1": "false", "none>1": "false", "yes==true": "true", "yes=='true'": "true",
		"5 in [1,5]": "true", "'5' in ids": "false", "'4' in ids": "true", "'k' in jsonText": "true", "'total' in cart": "true", "'b' in 'abc'": "true", "'abc' contains 'd'": "false", "ids contains 3": "true",
		"'abc42' matches '[0-9]+$'": "true", `'a.1' matches '^\w\.\d$'`: "true", `'\q\u12'`: `"\\q\\u12"`, "none matches 'a'": "false", "yes && token": `"a b&c"`, "empty || 'd'": `"d"`, "0 || 5": "5", "empty ?? 'd'": `""`, "none ?? 'd'": `"d"`, "nil ?? 1": "1",
		"later ?? 1": "1", "later || 2": "2", "later.a.b ?? 3": "3", "later == null": "true", "later|default(4)": "4", "(later) ?? 5": "5", "later[0] ?? 6": "6", "vu > 5 ? 'big' : 'small'": `"big"`, "none ? 1 : empty ? 2 : 3": "3", "1 < 2 && 2 < 3": "true",
		"cart.items.0.id": "1", "cart.items[1].id": "2", "cart['a.b'].c": "true", "cart.items[0]['n']": `"x.y"`, "cart.total": "12.5", "cart.big": "12345678901234567890", "cart.big == 12345678901234567891": "false",
		"cart.items[vu-7].id": "1", "cart.missing ?? 'no'": `"no"`, "cart.none": "null", "cart.items|length": "2", "cart|length": "5", "jsonText.k.1": "20", "(ids)[0]": "3", "ids[2].k": "1", "[10,20][1]": "20",
		"token|url": `"a+b%26c"`, "token|base64": `"YSBiJmM="`, "'a?>'|base64url": `"YT8-"`, "'YT8-'|unbase64": `"a?>"`, "token|base64|unbase64": `"a b&c"`, "token|json": `"\"a b&c\""`, "cart.items[1]|json": `"{\"id\":2}"`,
		"'hi'|hex": `"6869"`, "'hi'|md5": `"49f68a5c8493ec2c0bf489821c21fc3b"`, "'hi'|sha256": `"8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"`,
		"'hi'|hmac('k')": `"233f8e9a13f278f19758a015d82f51e6e27966f1efc29d2cffb5d1a45ae9dc4c"`,
		"'aé'|upper":     `"AÉ"`, "'AB'|lower": `"ab"`, "' a '|trim": `"a"`, "'aé'|length": "2", "five|number": "5", "yes|number": "1", "'x'|raw": `"x"`, "'false'|bool": "false", "'1'|bool": "true", "3.7|int": "3", "-3.7|int": "-3",
		"3.7|round": "4", "3.14159|round(2)": "3.14", "none|default('d')": `"d"`, "empty|default('d')": `""`, "'a,b'|split(',')": `["a","b"]`, "ids|join('-')": `"3-4-{\"k\":1}"`, "'aba'|replace('a','x')": `"xbx"`,
		"'abcdef'|slice(1,3)": `"bc"`, "'abcdef'|slice(-2)": `"ef"`, "'abc'|slice(5)": `""`, "[1,2,3]|slice(1)": "[2,3]", "0|date('2006-01-02T15:04')": `"1970-01-01T00:00"`, "'<a>'|html": `"&lt;a&gt;"`,
		"range(3)": "[0,1,2]", "range(0)": "[]", "min(3,five,9)": "3", "max(3,five)": "5", "response.header('X')": `"<X>"`, "${vu}": "7", " ${ vu + 1 } ": "8", "users.e-mail": `"a@h"`, "random.item(['x'])": `"x"`,
		"random.int(4,4)": "4", "data.name|upper": `"N"`, "'a' | upper | lower": `"a"`, "random.text(0)": `""`, "ids.9 ?? 0": "0", "random.item([[1,2],[1,2]])": "[1,2]",
	} {
		of, err := Compile(text, names)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		v, err := of(seeded(1))
		if got := string(v.AppendJSON(nil)); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
}

// What is wrong is told when the text is read, or, if it is the values, when it is evaluated.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"": "want a value, got the end", "1 +": "want a value, got the end", "tokn": `tokn: no such variable; did you mean "token"?`, "zzzzzz": "no such variable", "later": "no such variable yet", "later == 1": "no such variable yet", "!later": "no such variable yet", "later && 1": "no such variable yet", "later.a.b": "no such variable yet",
		"later + 1": "no such variable yet", "vu vu": "want an operator or the end, got vu", "(1": "want ), got the end", "[1": "want ,, got the end", "'a": "is not closed by '", `'\`: "a backslash stands alone",
		"1 ? 2": "want :", "a.": "want a name behind the dot", "vu|": "want a filter such as url behind |", "vu|uppper": `there is no filter uppper: did you mean "upper"?`, "vu|upper(1)": "upper has 1 arguments: want upper",
		"vu|hmac": "want hmac(KEY)", "random.itn(1,2)": `there is no function random.itn: did you mean "random.int"?`, "random.int(1)": "random.int has 1 arguments: want random.int(1,100)", "random.item()": "random.item has 0", "random.item([])": "of an empty list",
		"token()": "there is no function token", "'a'()": "only a function has arguments", "vu @ 1": "'@' means nothing here", "response.header()": "want one", "'a' matches '('": "error parsing regexp",
		strings.Repeat("(", 200) + "1": "nests deeper than 100", strings.Repeat("1+", 3000) + "1": "more than 2000 parts", strings.Repeat("!", 200) + "1": "nests deeper",
		"random": "no such variable", "1 = 2": "'=' means nothing here", "[1 2]": "want ,, got 2",
	} {
		if _, err := Compile(text, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %q in it", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"none + 1": "none has no value", "none|upper": "none has no value", "cart.missing|upper": "cart.missing has no value", "token * 2": "* wants numbers, got the text 'a b&c'", "1/0": "a division by 0", "1%0": "a division by 0",
		"1e308*10": "out of range", "random.int(2,1)": "the first is greater", "random.int(1.5,2)": "wants a whole number, got 1.5", "random.text(-1)": "want a number from 0", "random.text(1,'')": "of no letters", "range(1e9)": "want a number from 0 to 100000",
		"token|number": "the text 'a b&c' is no number", "'%'|unbase64": "is no base64", "token|join(',')": "join wants a list", "random.item(ids|slice(9))": "of an empty list", "1|round(99)": "from 0 to 15", "'a' matches token + '('": "error parsing regexp",
		"'\\\\'" + strings.Repeat("|json", 40): "longer than 16 MiB", "range(99999)|json|replace('','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')": "longer than 16 MiB", "range(99999)|json|split('')|join('')" + strings.Repeat("|hex", 30): "longer than 16 MiB",
	} {
		of, err := Compile(text, names)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if v, err := of(seeded(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %q in it", text, v, err, want)
		}
	}
}

func TestTemplates(t *testing.T) {
	for _, tt := range []struct {
		text string
		form Form
		want string
	}{
		{"", AsText, ""}, {"plain $ } text", AsText, "plain $ } text"}, {"a${vu}b${token}", AsText, "a7ba b&c"}, {"$${vu} ${vu}", AsText, "${vu} 7"}, {"${'}'}${vu+1}", AsText, "}8"},
		{"${users.e-mail}", AsText, "a@h"}, {"q=é ${token}", InQuery, "q%3D%C3%A9+a+b%26c"}, {`say "${cart}"`, InJSON, ""}, {"${nil}|", AsText, "|"}, {"${ vu }", AsText, "7"}, {"x${vu}${vu}", InQuery, "x77"},
	} {
		tmpl, err := NewTemplate(tt.text, tt.form, names)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		b, err := tmpl.Append(seeded(1), nil)
		if tt.form == InJSON {
			var s string
			if err := json.Unmarshal([]byte(`"`+string(b)+`"`), &s); err != nil || s != `say "`+names["cart"].text+`"` {
				t.Errorf("%s: got %s, %v", tt.text, b, err)
			}
			continue
		}
		if string(b) != tt.want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", tt.text, b, err, tt.want)
		}
	}
	for text, want := range map[string]string{
		"a${vu": "${vu: it is not closed by }", "${}": "${}: want a value, got }", "x${nope.y} z": "${nope.y}: no such variable", "${vu vu}": "${vu vu}: want an operator or }, got vu", "${'}": "is not closed by '", "${a b": "it is not closed by }",
	} {
		if _, err := NewTemplate(text, AsText, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
	tmpl, _ := NewTemplate("a${none}", AsText, names)
	if _, err := tmpl.Append(seeded(1), nil); err == nil || err.Error() != "${none}: none has no value" {
		t.Errorf("got %v", err)
	}
	for text, want := range map[string]bool{"${vu|number}": true, "${vu}": false, "a${vu|number}": false, "${vu|raw}": true, "${token|upper}": false, "${1 + 1|int}": true} {
		if tmpl, err := NewTemplate(text, InJSON, names); err != nil || tmpl.Bare() != want {
			t.Errorf("%s: %v, want it bare: %t", text, err, want)
		}
	}
}

// The same seed gives the same values, another gives others; all of what can be drawn is.
func TestRandom(t *testing.T) {
	uuids := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for text, fits := range map[string]func(Value) bool{
		"random.int(-1,1)":           func(v Value) bool { return v.number >= -1 && v.number <= 1 && v.number == float64(int(v.number)) },
		"random.float(2,3)":          func(v Value) bool { return v.number >= 2 && v.number < 3 },
		"random.float()":             func(v Value) bool { return v.number >= 0 && v.number < 1 },
		"random.item('a','b',vu)":    func(v Value) bool { return v.text == "a" || v.text == "b" || v.number == 7 },
		"random.item(['a','b'])":     func(v Value) bool { return v.text == "a" || v.text == "b" },
		"random.item(ids)":           func(v Value) bool { return v.IsSet() },
		"random.item(token)":         func(v Value) bool { return v.text == "a b&c" },
		"random.text(8)":             func(v Value) bool { return len(v.text) == 8 },
		"random.text(3,'éü')":        func(v Value) bool { return utf8.RuneCountInString(v.text) == 3 && strings.Trim(v.text, "éü") == "" },
		"random.bool":                func(v Value) bool { return v.kind == Bool },
		"random.bool(0)":             func(v Value) bool { return !v.Truth() },
		"uuid":                       func(v Value) bool { return uuids.MatchString(v.text) },
		"random.int(0,9) + ':' + vu": func(v Value) bool { return strings.HasSuffix(v.text, ":7") },
	} {
		of, err := Compile(text, names)
		if err != nil {
			t.Fatal(err)
		}
		first, second, other := draw(t, of, 1, fits), draw(t, of, 1, fits), draw(t, of, 2, fits)
		if first != second {
			t.Errorf("%s: got %s and then %s of one seed", text, first, second)
		}
		if first == other && !strings.Contains(text, "token") && !strings.Contains(text, "(0)") {
			t.Errorf("%s: got %s of another seed too", text, first)
		}
	}
	for _, text := range []string{"now", "now.ms", "now.unix", "now.ms|date('2006')"} {
		of, err := Compile(text, names)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := of(nil); err != nil || !v.Truth() {
			t.Errorf("%s: got %v, %v", text, v, err)
		}
	}
}

func draw(t *testing.T, of Eval, seed uint64, fits func(Value) bool) string {
	t.Helper()
	e, all := seeded(seed), ""
	for range 40 {
		v, err := of(e)
		if err != nil || !fits(v) {
			t.Fatalf("got %v, %v", v, err)
		}
		all += fmt.Sprint(v.String(), " ")
	}
	return all
}

// The names, numbers, texts and comparisons of a usual request cost no memory.
func TestNoAllocations(t *testing.T) {
	for _, text := range []string{"/${vu}/${token}?q=${token|default('x')}", "${vu > 5 && token != ''}", "${random.int(1,100)}", "${random.item('a','b')}", "${five*2+1}", "${cart.total}"} {
		tmpl, err := NewTemplate(text, InQuery, names)
		if err != nil {
			t.Fatal(err)
		}
		e, b := seeded(1), make([]byte, 0, 1024)
		if n := testing.AllocsPerRun(100, func() { b, _ = tmpl.Append(e, b[:0]) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func BenchmarkTemplate(b *testing.B) {
	for name, text := range map[string]string{"Names": "http://127.0.0.1:8080/orders/${vu}?q=${token}", "Random": "/items/${random.int(1,1000)}", "Condition": "${vu > 5 && token != ''}", "JSON": "${cart.items.1.id}"} {
		b.Run(name, func(b *testing.B) {
			tmpl, err := NewTemplate(text, AsText, names)
			if err != nil {
				b.Fatal(err)
			}
			e, to := seeded(1), make([]byte, 0, 1024)
			b.ReportAllocs()
			for b.Loop() {
				to, _ = tmpl.Append(e, to[:0])
			}
		})
	}
}

// FuzzTemplate reads texts as each form and evaluates them: nothing may crash, what stands in a query or in JSON can't leave it.
func FuzzTemplate(f *testing.F) {
	for _, text := range []string{"a${vu}b$${c}", "${token|url|base64}", "${cart.items[0].n ?? 'x'}", "${random.item([1,'a'])}", "${vu>1?'a':-2.5e3}", `${"\u00e9" matches 'a|b'}`, "${[1,2]|slice(-1)|json}", "${now|slice(0,4)}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for form := AsText; form <= InQuery; form++ {
			tmpl, err := NewTemplate(text, form, names)
			if err != nil {
				continue
			}
			b, err := tmpl.Append(seeded(1), nil)
			if err != nil {
				continue
			}
			switch form {
			case AsText:
				if !strings.Contains(text, "${") && string(b) != text {
					t.Errorf("got %q, want %q as it is", b, text)
				}
			case InJSON:
				if !json.Valid([]byte(`"` + string(b) + `"`)) {
					t.Errorf("%q is no text of JSON", b)
				}
			case InQuery:
				if _, err := url.QueryUnescape(string(b)); err != nil || strings.ContainsAny(string(b), "&=# ") {
					t.Errorf("%q leaves the query: %v", b, err)
				}
			}
		}
		if of, err := Compile(text, names); err == nil {
			if v, err := of(seeded(1)); err == nil && !json.Valid(v.AppendJSON(nil)) {
				t.Errorf("%q is no JSON", v.AppendJSON(nil))
			}
		}
	})
}
