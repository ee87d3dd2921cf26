package script

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// read reads a script from the text of a file.
func read(text string) (*Script, error) {
	n, err := file.Parse("", []byte(text))
	if err != nil {
		return nil, err
	}
	return Read(n)
}

func mustParse(tb testing.TB, text string) *Script {
	tb.Helper()
	s, err := read(text)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestParseUnknownKey(t *testing.T) {
	tests := []struct{ name, text, path, key string }{
		{"Step", `{"requests": [{"url": "http://h/"}, {"url": "http://h/", "metod": "GET"}]}`, "requests[1]", "metod"},
		{"Check", `{"requests": [{"url": "http://h/", "checks": [{"state": 1}]}]}`, "requests[0].checks[0]", "state"},
		{"Group", `{"functions": {"buy": [{"group": "g", "requests": [{"uri": ""}]}]}}`, "functions.buy[0].requests[0]", "uri"},
		{"Extract", `{"requests": [{"extract": {"id": {"jsn": "a"}}}]}`, "requests[0].extract.id", "jsn"},
		{"Data", `{"data": {"users": {"path": "a"}}}`, "data.users", "path"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.text)
			var unknown *file.UnknownKeyError
			if !errors.As(err, &unknown) || unknown.Key != test.key || unknown.Path != test.path || len(unknown.Known) == 0 {
				t.Errorf("got %#v (%v), want key %q at %q", unknown, err, test.key, test.path)
			}
		})
	}
}

func TestParseKeepsJSON(t *testing.T) {
	s := mustParse(t, `{"requests": [{"url": "http://h/", "json": {"any": [{"key": 1}]}, "think": "1s"}]}`)
	if got, want := string(s.Requests[0].JSON), `{"any":[{"key":1}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCompileErrors(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte("name,mail\na,a@h\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const users = `"data": {"users": {"file": "users.csv"}}, `
	tests := []struct{ name, text, want string }{
		{"NoKind", `{"requests": [{}]}`, `requests[0]: needs one of "url"`},
		{"TwoKinds", `{"requests": [{"url": "http://h/", "batch": []}]}`, `requests[0]: has "url" and "batch"`},
		{"NoSteps", `{"functions": {"buy": []}}`, "functions.buy: no steps"},
		{"URL", `{"requests": [{"url": "ftp://h/"}]}`, `requests[0]: making a request: invalid URL`},
		{"Method", `{"requests": [{"url": "http://h/", "method": "G T"}]}`, "invalid method"},
		{"Group", `{"requests": [{"group": "g"}]}`, "a group needs its name"},
		{"Batch", `{"requests": [{"batch": [{"think": "1s"}]}]}`, "requests[0].batch[0]: a batch holds requests only"},
		{"TwoBodies", `{"requests": [{"url": "http://h/", "body": "a", "bodyFile": "b"}]}`, `give one of "body"`},
		{"BodyFile", `{"requests": [{"url": "http://h/", "bodyFile": "absent"}]}`, "requests[0].bodyFile: open"},
		{"NoCondition", `{"requests": [{"url": "http://h/", "checks": [{"name": "a"}]}]}`, "requests[0].checks[0]: want one of"},
		{"BodyRegex", `{"requests": [{"url": "http://h/", "checks": [{"bodyRegex": "("}]}]}`, "bodyRegex: error parsing regexp"},
		{"Variable", `{"requests": [{"url": "http://h/${id}"}]}`, "requests[0].url: ${id}: no such variable"},
		{"TooEarly", `{"requests": [{"url": "http://h/${id}", "extract": {"id": {"json": "id"}}}]}`, "no such variable"},
		{"InBatch", `{"requests": [{"batch": [{"url": "http://h/", "extract": {"id": {"json": "id"}}}, {"url": "http://h/${id}"}]}]}`, "no such variable"},
		{"NotClosed", `{"requests": [{"url": "http://h/${vu"}]}`, "is not closed"},
		{"Column", `{` + users + `"requests": [{"url": "http://h/${users.age}"}]}`, `no column "age", but name, mail`},
		{"Extract", `{"requests": [{"url": "http://h/", "extract": {"id": {}}}]}`, "requests[0].extract.id: want one of json"},
		{"ExtractName", `{"requests": [{"url": "http://h/", "extract": {"a.b": {"json": "id"}}}]}`, "can't have this name"},
		{"Think", `{"requests": [{"url": "http://h/", "think": "-1s"}]}`, "negative"},
		{"Basic", `{"requests": [{"url": "http://h/", "basic": "me"}]}`, "requests[0].basic: want user:password"},
		{"Order", `{"data": {"users": {"file": "users.csv", "order": "any"}}, "requests": [{"url": "http://h/"}]}`, "want sequential, random, vu or shuffle"},
		{"NoData", `{"data": {"users": {}}, "requests": [{"url": "http://h/"}]}`, `data.users: "file" is missing`},
		{"Folder", `{"requests": [{"url": "http://h/", "bodyFile": "."}]}`, "is a folder: give a file"},
		{"Device", `{"requests": [{"url": "http://h/", "bodyFile": "/dev/zero"}]}`, "requests[0].bodyFile: /dev/zero is a device"},
		{"EndlessData", `{"data": {"users": {"file": "/dev/zero"}}, "requests": [{"url": "http://h/"}]}`, "data.users: /dev/zero is a device"},
		{"Nesting", `{"requests": [` + strings.Repeat(`{"group":"g","requests":[`, 300) + `{"url": "http://h/"}` + strings.Repeat("]}", 300) + `]}`, "groups nest deeper than 50"},
		{"NoFile", `{"data": {"users": {"file": "absent.csv"}}, "requests": [{"url": "http://h/"}]}`, "data.users: open"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := read(test.text)
			if err == nil {
				_, err = s.Compile(dir)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	body := "foobar"
	r := &load.Response{Status: 200, Body: []byte(`{"a":{"b":7},"list":[{"id":1,"n":"x"}]}`)}
	one := func(c Check) check {
		compiler := newTestCompiler(&Script{})
		compiled := compiler.check(c, "x")
		if compiler.problems != nil {
			t.Fatal(compiler.problems)
		}
		return compiled
	}
	for _, test := range []struct {
		check Check
		name  string
		want  bool
	}{
		{Check{Status: Statuses{"200"}}, "is status 200", true},
		{Check{Status: Statuses{"404"}, Name: "gone"}, "gone", false},
		{Check{Status: Statuses{"3xx", "199-201"}}, "is status 3xx or 199-201", true},
		{Check{Status: Statuses{"3xx", "201"}}, "is status 3xx or 201", false},
		{Check{Body: &body}, "returns foobar", false},
		{Check{BodyContains: `"b":7`}, `contains "b":7`, true},
		{Check{BodyRegex: `"b":\d}`}, `matches "b":\d}`, true},
		{Check{Duration: "<200ms"}, "duration < 200ms", true},
		{Check{Duration: ">= 1s"}, "duration >= 1s", false},
		{Check{Size: "<40"}, "size < 40", true},
		{Check{Size: "<=39"}, "size <= 39", true},
		{Check{Size: ">39"}, "size > 39", false},
		{Check{JSON: "a.b=7"}, "a.b is 7", true},
		{Check{JSON: "a.b=7.0"}, "a.b is 7.0", true},
		{Check{JSON: "a.b!=7"}, "a.b != 7", false},
		{Check{JSON: "a.b!=8"}, "a.b != 8", true},
		{Check{JSON: "a.c!=8"}, "a.c != 8", false},
		{Check{JSON: "a.b<10"}, "a.b < 10", true},
		{Check{JSON: "a.b>=10"}, "a.b >= 10", false},
		{Check{JSON: "a.b"}, "has a.b", true},
		{Check{JSON: "a.c"}, "has a.c", false},
		{Check{JSON: "a.c="}, "a.c is ", false},
		{Check{JSON: `list.#(id==1).n=x`}, `list.#(id==1).n is x`, true},
		{Check{That: "response.status == 200 && response.json.a.b > 6"}, "response.status == 200 && response.json.a.b > 6", true},
		{Check{That: "${response.json.a.c}"}, "${response.json.a.c}", false},
		{Check{Status: Statuses{"200"}, BodyContains: "nothing"}, "is status 200, contains nothing", false},
		{Check{Status: Statuses{"200"}, JSON: "a.b"}, "is status 200, has a.b", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := one(test.check)
			passes := true
			for _, condition := range c.all {
				ok, err := condition(&frame{vu: &load.VU{}, response: r}, r)
				if err != nil {
					t.Fatal(err)
				}
				passes = passes && ok
			}
			if c.name != test.name || passes != test.want {
				t.Errorf("got %q %t, want %q %t", c.name, passes, test.name, test.want)
			}
		})
	}
	if c := one(Check{BodyContains: strings.Repeat("word ", 50)}); len([]rune(c.name)) > maxName+len("contains ") {
		t.Errorf("got %q: want it cut", c.name)
	}
}

func TestData(t *testing.T) {
	dir := t.TempDir()
	const id, csv, js = "\ufeff", "id,name\n1,a\n2,\"b,c\"\n", `[{"id":1,"name":"a","x":0},{"id":"2","name":"b,c"}]`
	utf16 := func(text string) string {
		b := "\xff\xfe"
		for _, c := range []byte(text) {
			b += string(c) + "\x00"
		}
		return b
	}
	for name, text := range map[string]string{"plain.csv": csv, "mark.csv": id + csv, "plain.json": js, "mark.json": id + js, "wide.csv": utf16(csv),
		"wide.json": utf16(js), "spaces.csv": "id,name,,\n1,a,,\n2,\"b,c\",,\n"} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := Data{File: name}.read("users", dir)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(strings.Join(r.columns, " ")); got != "id name" {
				t.Errorf("got columns %q, want id and name", got)
			}
			for i, want := range []string{"1 a", "2 b,c", "1 a"} {
				if one, _ := r.choose(&load.VU{}); one[0].String()+" "+one[1].String() != want {
					t.Errorf("row %d: got %v, want %s", i, one, want)
				}
			}
			r.order = PerVU
			if one, _ := r.choose(&load.VU{ID: 4}); one[0].String() != "2" {
				t.Errorf("user 4: got %v, want the second row", one)
			}
		})
	}
	for text, want := range map[string]string{`{}`: "want an array of objects", `[1,{}]`: "row 2: want an array of objects, or of other values", `[`: "unexpected EOF",
		`[{"a":1},{"a":1,"b":2,"a":3}]`: `row 2: the key "a" is there twice`, `[{"a":1}] x`: "behind the array", "": "unexpected EOF", "[{\"a\":\"\xe9\"}]": "UTF-8",
		`[{"a" 1}]`: "row 1: invalid character"} {
		if _, err := parseJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
	for text, want := range map[string]string{"a,b\n1\n": "wrong number of fields", "id,name,id\n1,a,2\n": `the column "id" is there twice`} {
		if _, err := parseCSV([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q in it", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`[{"url":"http://h/${vu}","checks":[{"json":"a=1"}],"extract":{"x":{"regex":"(a)"}}},{"url":"http://h/${x}"}]`)
	f.Add(`[{"group":"g","requests":[{"batch":[{"url":"http://h/"}]}]},{"think":"1s-3s"}]`)
	f.Add(`[{"repeat":"${vu}","until":"a==1","requests":[{"set":{"a":"${index}"}},{"each":{"b":[1,"x"]},"requests":[{"pick":[{"weight":2,"log":"${b}"}]}]}]}]`)
	f.Add(`[{"url":"http://h/","query":{"a":["${vu}"]},"json":{"a":["${1|number}","x${vu}"]},"cookies":{"a":"b"},"checks":[{"duration":"<1s","that":"response.json.a[0] ?? true"}]}]`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := read(`{"requests":` + text + "}")
		if err != nil {
			return
		}
		for step := range s.All {
			if step.BodyFile != "" || step.Multipart != nil {
				return
			}
		}
		if c, err := s.Compile(t.TempDir()); err == nil && len(s.Requests) > 0 && c.Exec == nil {
			t.Error("neither a function nor an error")
		}
	})
}

// What YAML 1.1 would have taken for something else is sent as it was written.
func TestWrittenAsText(t *testing.T) {
	s := mustParse(t, `
requests:
  - url: http://h/
    headers: {Country: NO, Zip: 01234, Value: 1e3, Yes: y, At: 12:30, Octal: 0o14, Inf: .inf, Version: 1.10, On: true}
    json: {country: NO, v: 1e3, y: y, t: 12:30, big: 12345678901234567890, price: 1.10, day: 2024-01-01, m: <b>, o: 0o14, none: ~, zip: "01234"}
    tags: {zip: 01234, off: off}
    name: 1e3
    extract: {a: {json: 0}}
  - {url: http://h/, body: 007, bearer: 0123}
`)
	step := s.Requests[0]
	for name, want := range map[string]string{"Country": "NO", "Zip": "01234", "Value": "1e3", "Yes": "y", "At": "12:30", "Octal": "0o14", "Inf": ".inf",
		"Version": "1.10", "On": "true"} {
		if got := step.Headers[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	want := `{"country":"NO","v":1e3,"y":"y","t":"12:30","big":12345678901234567890,"price":1.10,"day":"2024-01-01","m":"<b>","o":12,"none":null,"zip":"01234"}`
	if got := string(step.JSON); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if step.Tags["zip"] != "01234" || step.Tags["off"] != "off" || step.Name != "1e3" {
		t.Errorf("got the tags %v and the name %q", step.Tags, step.Name)
	}
	if second := s.Requests[1]; second.Body != "007" || second.Bearer != "0123" {
		t.Errorf("got body %q, bearer %q", second.Body, second.Bearer)
	}
	for text, want := range map[string]string{
		"requests: [{url: http://h/, json: {zip: 01234}}]":        `line 1, column 41: requests[0].json.zip: 01234 begins with a zero: write "01234" in quotes`,
		"requests: [{url: http://h/, json: {v: [.nan]}}]":         `requests[0].json.v[0]: .nan can't be sent as a number: write ".nan" in quotes`,
		"requests: [{url: http://h/, headers: {A: null}}]":        `write "null" in quotes if that is the text`,
		"requests: [{url: http://h/, body: ~}]":                   `requests[0].body: want a text, got ~: write "~" in quotes`,
		"requests: [{url: http://h/, discard: yes}]":              `requests[0].discard: want true or false, got the text "yes"`,
		"requests: [{url: http://h/, think: 2}]":                  `requests[0].think: 2 has no unit: write it as 2s, or 2ms`,
		`{"requests": [{"url": "http://h/", "timeout": "2000"}]}`: `requests[0].timeout: 2000 has no unit`,
		"requests: [{url: http://h/, checks: [{status: {}}]}]":    `requests[0].checks[0].status: want a text, got keys with values`,
		"requests: {url: http://h/}":                              "requests: want a list such as [a, b], got keys with values",
	} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		step string
		want string // the lines sent, or
		err  string
	}{
		"list":               {`{"url": "http://a/", "headers": {"X": [1, "2", true]}}`, "X: 1\r\nX: 2\r\nX: true\r\n", ""},
		"one":                {`{"url": "http://a/", "headers": {"X": 1.50, "y": ""}}`, "X: 1.50\r\nY: \r\n", ""},
		"capitals":           {`{"url": "http://a/", "headers": {"x-a": 1, "X-A": 2}}`, "X-A: 2\r\nX-A: 1\r\n", ""},
		"variables":          {`{"url": "http://a/", "headers": {"X": ["${vu}", "b"]}}`, "X: 1\r\nX: b\r\n", ""},
		"length":             {`{"url": "http://a/", "body": "abc", "headers": {"content-length": 3}}`, "Content-Length: 3\r\n", ""},
		"no length":          {`{"url": "http://a/", "headers": {"Content-Length": 0}}`, "Content-Length: 0\r\n", ""},
		"wrong length":       {`{"url": "http://a/", "body": "abc", "headers": {"Content-Length": 5}}`, "", "requests[0].headers: header Content-Length: 5: the body has 3 bytes"},
		"lengths":            {`{"url": "http://a/", "body": "abc", "headers": {"Content-Length": "3, 3"}}`, "", "the body has 3 bytes"},
		"two lengths":        {`{"url": "http://a/", "body": "abc", "headers": {"Content-Length": [3, 3]}}`, "", "the body has 3 bytes"},
		"length, variable":   {`{"url": "http://a/${vu}", "body": "abc", "headers": {"Content-Length": 4}}`, "", "the body has 3 bytes"},
		"transfer encoding":  {`{"url": "http://a/", "headers": {"transfer-encoding": "chunked"}}`, "", "header Transfer-Encoding: a body is sent whole"},
		"trailer, variable":  {`{"url": "http://a/", "headers": {"Trailer": "${vu}"}}`, "", "header Trailer: a body is sent whole"},
		"space in a name":    {`{"url": "http://a/", "headers": {"X A": 1}}`, "", `invalid header name "X A"`},
		"name, variable":     {`{"url": "http://a/", "headers": {"X:": "${vu}"}}`, "", `invalid header name "X:"`},
		"injection":          {`{"url": "http://a/", "headers": {"X": "a\r\nY: b"}}`, "", `invalid value of header "X"`},
		"bearer's injection": {`{"url": "http://a/", "bearer": "a\nY: b"}`, "", `invalid value of header "Authorization"`},
		"two hosts":          {`{"url": "http://a/", "headers": {"Host": ["a", "b"]}}`, "", "header Host is given 2 times"},
		"bad host":           {`{"url": "http://a/", "headers": {"Host": "a b"}}`, "", `invalid Host header "a b"`},
		"null":               {`{"url": "http://a/", "headers": {"X": null}}`, "", "want a text"},
		"map":                {`{"url": "http://a/", "headers": {"X": {"a": 1}}}`, "", "want a text"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := read(`{"requests": [` + test.step + `]}`)
			if err == nil {
				_, err = s.Compile(t.TempDir())
			}
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c := newTestCompiler(s)
			build := c.builder(&s.Requests[0], "requests[0]")
			var got strings.Builder
			lines := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _ = r.Header.Write(&got) })
			_, err = (&load.Test{Handler: lines, Exec: func(vu *load.VU) error {
				f := c.program.newFrame(vu)
				req, err := build(&f)
				if err == nil {
					err = vu.Do(req).Err
				}
				return err
			}}).Run(t.Context())
			if err != nil || got.String() != test.want {
				t.Errorf("got %q, %v, want %q", got.String(), err, test.want)
			}
		})
	}
}
