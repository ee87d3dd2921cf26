package script

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/foobar/loadgen/load"
)

// echo is a server that notes what it was asked, and answers by the path.
type echo struct {
	mu    sync.Mutex
	asked []string
}

func (s *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	line := r.Method + " " + r.URL.RequestURI()
	for _, name := range []string{"Authorization", "X-A", "Cookie", "Content-Type", "Content-Encoding"} {
		if values := r.Header.Values(name); len(values) > 0 && !strings.HasPrefix(values[0], "multipart/") {
			line += " " + name + "=" + strings.Join(values, ",")
		}
	}
	if _, parameters, found := strings.Cut(r.Header.Get("Content-Type"), "boundary="); found {
		body = bytes.ReplaceAll(bytes.ReplaceAll(body, []byte(parameters), []byte("B")), []byte("\r\n"), []byte("|"))
	}
	if len(body) > 0 {
		line += " " + string(body)
	}
	s.mu.Lock()
	s.asked = append(s.asked, line)
	n := len(s.asked)
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "n", Value: fmt.Sprint("c", n), Path: "/cookies"})
	w.Header().Set("X-N", fmt.Sprint(n))
	switch r.URL.Path {
	case "/missing":
		w.WriteHeader(http.StatusNotFound)
	case "/json":
		fmt.Fprintf(w, `{"token":"t%d","n":%d,"items":[{"id":3,"q":"a b"},{"id":4,"q":"&"}],"none":null,"big":12345678901234567890}`, n, n)
	default:
		fmt.Fprintf(w, "answer %d", n)
	}
}

// played is what a script did.
type played struct {
	asked  []string
	log    string
	result *load.Result
}

// play runs a script at http://shop for so many iterations of one user.
func play(tb testing.TB, text string, iterations int64, change ...func(*load.Test)) played {
	tb.Helper()
	dir := tb.TempDir()
	for name, text := range map[string]string{"users.csv": "name,e-mail,age\nann,a@h,31\nbob,b@h,9\n", "file.txt": "content"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	env := map[string]string{"HOST": "shop", "LIST": `["x","y"]`}
	compiled, err := mustParse(tb, text).Compile(dir, env)
	if err != nil {
		tb.Fatal(err)
	}
	s, log := &echo{}, &bytes.Buffer{}
	test := &load.Test{Handler: s, Env: env, Seed: 1, Options: load.Options{Iterations: &iterations}}
	compiled.Into(test, log)
	for _, one := range change {
		one(test)
	}
	result, err := test.Run(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return played{s.asked, log.String(), result}
}

// What each form of the language asks of the server.
func TestLanguage(t *testing.T) {
	for name, test := range map[string]struct {
		text       string
		iterations int64
		want       []string // what was asked, or
		log        string
	}{
		"set":         {text: `requests: [{set: {a: 1, b: "${a + 1}", c: "x${b}", d: "007"}}, {url: "http://shop/${a}/${b}/${c}/${d}"}]`, want: []string{"GET /1/2/x2/007"}},
		"names":       {text: `requests: [{url: "http://${env.HOST}/${vu}/${iteration}/${scenario}"}]`, iterations: 2, want: []string{"GET /1/0/default", "GET /1/1/default"}},
		"repeat":      {text: `requests: [{repeat: 2, requests: [{repeat: "${index + 1}", requests: [{url: "http://shop/${index}"}]}, {url: "http://shop/o${index}"}]}]`, want: []string{"GET /0", "GET /o0", "GET /0", "GET /1", "GET /o1"}},
		"no repeat":   {text: `requests: [{repeat: 0, requests: [{url: http://shop/}]}, {url: http://shop/end}]`, want: []string{"GET /end"}},
		"until":       {text: `requests: [{repeat: 9, until: "response.json.n >= 3", requests: [{url: http://shop/json}]}]`, want: []string{"GET /json", "GET /json", "GET /json"}},
		"while":       {text: `requests: [{set: {n: 0}}, {while: n < 2, requests: [{url: "http://shop/${n}"}, {set: {n: "${n + 1}"}}]}]`, want: []string{"GET /0", "GET /1"}},
		"each":        {text: `requests: [{each: {id: [1, a b, {k: v}]}, requests: [{url: "http://shop/${id|url}/${index}"}]}]`, want: []string{"GET /1/0", "GET /a+b/1", "GET /%7B%22k%22%3A%22v%22%7D/2"}},
		"each of":     {text: `requests: [{url: http://shop/json, extract: {items: {json: items}}}, {each: {one: "${items}"}, requests: [{url: "http://shop/${one.id}?q=${one.q|url}"}]}]`, want: []string{"GET /json", "GET /3?q=a+b", "GET /4?q=%26"}},
		"each in env": {text: `requests: [{each: {one: "${env.LIST}"}, requests: [{url: "http://shop/${one}"}]}]`, want: []string{"GET /x", "GET /y"}},
		"if":          {text: `requests: [{if: iteration == 0, requests: [{url: http://shop/yes}], else: [{url: http://shop/no}]}, {if: "${iteration > 0}", url: http://shop/guarded, think: 1ms}]`, iterations: 2, want: []string{"GET /yes", "GET /no", "GET /guarded"}},
		"call":        {text: `{functions: {buy: [{url: "http://shop/buy/${what}"}, {set: {done: yes}}]}, requests: [{set: {what: tea}}, {call: buy}, {url: "http://shop/${done}"}]}`, want: []string{"GET /buy/tea", "GET /yes"}},
		"block":       {text: `requests: [{requests: [{set: {a: 1}}]}, {url: "http://shop/${a}"}]`, want: []string{"GET /1"}},
		"once":        {text: `requests: [{once: [{url: http://shop/json, extract: {token: {json: token}}}]}, {url: http://shop/a, bearer: "${token}"}]`, iterations: 2, want: []string{"GET /json", "GET /a Authorization=Bearer t1", "GET /a Authorization=Bearer t1"}},
		"once again":  {text: `requests: [{once: [{url: http://shop/json, extract: {n: {json: n}}}, {if: n == 1, fail: not yet}]}, {url: "http://shop/${n}"}]`, iterations: 2, want: []string{"GET /json", "GET /json", "GET /2"}},
		"not kept":    {text: `requests: [{if: "${token ?? 'none'}", url: "http://shop/${token ?? 'none'}"}, {set: {token: x}}]`, iterations: 2, want: []string{"GET /none", "GET /none"}},
		"setup":       {text: `{setup: [{url: http://shop/json, extract: {token: {json: token}}}, {set: {n: 5}}], requests: [{url: "http://shop/${token}/${n + 1}"}, {set: {n: 9}}], teardown: [{url: "http://shop/end/${n}", method: DELETE}]}`, iterations: 2, want: []string{"GET /json", "GET /t1/6", "GET /t1/6", "DELETE /end/5"}},
		"pick":        {text: `requests: [{pick: [{weight: 0, url: http://shop/never}, {weight: 2, requests: [{url: http://shop/a}]}]}]`, want: []string{"GET /a"}},
		"batch":       {text: `requests: [{set: {a: 1}}, {batch: [{url: "http://shop/${a}"}]}, {url: "http://shop/${response.header('X-N')}"}]`, want: []string{"GET /1", "GET /1"}},
		"query":       {text: `requests: [{url: http://shop/a, query: {q: "a b&${vu}", z: [1, é], a: ""}}, {url: "http://shop/?x=1", query: {q: 2}}]`, want: []string{"GET /a?a=&q=a+b%261&z=1&z=%C3%A9", "GET /?x=1&q=2"}},
		"form":        {text: `requests: [{url: http://shop/, form: {b: "x&${vu}", a: [1, 2]}}]`, want: []string{"POST / Content-Type=application/x-www-form-urlencoded a=1&a=2&b=x%261"}},
		"json": {text: `requests: [{set: {q: "say \"hi\"", n: 7}}, {url: http://shop/, json: {q: "a ${q}", n: "${n|number}", t: "${n}", list: "${[n, 'a']|raw}", yes: "${n > 1|bool}", "k${n}": {deep: ["${q|upper}", null, 1.50]}, plain: "$${q}"}}]`,
			want: []string{`POST / Content-Type=application/json {"q":"a say \"hi\"","n":7,"t":"7","list":[7,"a"],"yes":true,"k7":{"deep":["SAY \"HI\"",null,1.50]},"plain":"${q}"}`}},
		"multipart": {text: `requests: [{url: http://shop/, multipart: [{name: a, value: "${vu}"}, {name: "f\"", file: file.txt}, {name: g, file: file.txt, filename: "g${vu}.csv", contentType: text/csv}]}]`,
			want: []string{`POST / --B|Content-Disposition: form-data; name="a"||1|--B|Content-Disposition: form-data; name="f%22"; filename="file.txt"|Content-Type: application/octet-stream||content|--B|Content-Disposition: form-data; name="g"; filename="g1.csv"|Content-Type: text/csv||content|--B--|`}},
		"cookies":    {text: `requests: [{url: http://shop/cookies}, {url: http://shop/cookies, cookies: {a: "${vu}", b: x}}, {url: http://shop/cookies}]`, want: []string{"GET /cookies", "GET /cookies Cookie=a=1; b=x; n=c1", "GET /cookies Cookie=n=c2"}},
		"basic":      {text: `requests: [{url: http://shop/, basic: "u${vu}:p"}, {url: http://shop/, basic: "u:p"}]`, want: []string{"GET / Authorization=Basic dTE6cA==", "GET / Authorization=Basic dTpw"}},
		"compress":   {text: `requests: [{url: http://shop/, body: "", method: PUT, compress: gzip}, {url: http://shop/, headers: {X-A: [1, "${vu}"]}}]`, want: []string{"PUT /", "GET / X-A=1,1"}},
		"base":       {text: `{baseURL: "http://${env.HOST}/v1/", requests: [{url: /a}, {url: b}, {url: "http://shop/c"}, {url: "${'/d'}"}, {url: "${'http://shop/e'}"}, {url: "?f"}, {url: "g${vu}"}]}`, want: []string{"GET /v1/a", "GET /v1/b", "GET /c", "GET /v1/d", "GET /e", "GET /v1/?f", "GET /v1/g1"}},
		"baseSlash":  {text: `{baseURL: "${env.BASE ?? 'http://shop/v1/'}", requests: [{url: /a}, {url: b}, {url: "?f"}]}`, want: []string{"GET /v1/a", "GET /v1/b", "GET /v1/?f"}},
		"trimEnd":    {text: `{requests: [{url: "http://shop/${'a--'|trimEnd('-')}"}]}`, want: []string{"GET /a-"}},
		"defaults":   {text: `{baseURL: http://shop, defaults: {headers: {x-a: 1, Authorization: no}, query: {v: 2}, cookies: {c: 3}, checks: [{status: 200}]}, requests: [{url: /}, {url: /own, headers: {X-A: 9}, query: {v: 3, w: 4}}]}`, want: []string{"GET /?v=2 Authorization=no X-A=1 Cookie=c=3", "GET /own?v=3&w=4 Authorization=no X-A=9 Cookie=c=3"}},
		"rows":       {text: `{data: {u: {rows: [{name: ann, age: 31}, {age: 9, name: bob}]}}, requests: [{url: "http://shop/${u.name}/${u.age + 1}"}]}`, iterations: 3, want: []string{"GET /ann/32", "GET /bob/10", "GET /ann/32"}},
		"scalars":    {text: `{data: {id: {rows: [7, "x", {}]}}, requests: [{url: http://shop/}]}`, want: nil},
		"values":     {text: `{data: {id: {rows: [7, "x"]}}, requests: [{url: "http://shop/${id}/${id.value}"}]}`, iterations: 2, want: []string{"GET /7/7", "GET /x/x"}},
		"csv":        {text: `{data: {users: {file: users.csv}}, requests: [{url: "http://shop/${users.name}/${users.e-mail}/${users['e-mail']|upper}"}]}`, iterations: 2, want: []string{"GET /ann/a@h/A@H", "GET /bob/b@h/B@H"}},
		"end":        {text: `{data: {users: {file: users.csv, onEnd: stop}}, requests: [{url: "http://shop/${users.name}"}]}`, iterations: 9, want: []string{"GET /ann", "GET /bob"}},
		"response":   {text: `requests: [{url: http://shop/json}, {url: "http://shop/${response.status}/${response.json.items.1.id}/${response.json('items.#')}/${response.header('x-n')}/${response.json.big}/${response.size}", query: {u: "${response.url}", c: "${response.cookie('n')}", d: "${response.duration > 0}"}}]`, want: []string{"GET /json", "GET /200/4/2/1/12345678901234567890/105?c=c1&d=true&u=http%3A%2F%2Fshop%2Fjson"}},
		"body":       {text: `requests: [{url: http://shop/}, {url: http://shop/, body: "${response.body} and ${response.json.a ?? 'none'}"}]`, want: []string{"GET /", "POST / answer 1 and none"}},
		"extract":    {text: `requests: [{url: http://shop/json, extract: {n: {json: n}, h: {header: X-N}, r: {regex: "\"id\":(\\d)"}, c: {cookie: n}, i: {json: items.1}}}, {url: "http://shop/${n + 1}/${h}/${r}/${c}/${i.id}"}]`, want: []string{"GET /json", "GET /2/1/3/c1/4"}},
		"log":        {text: `requests: [{log: "vu ${vu}"}, {url: http://shop/, think: "${0.001}"}, {think: 1ms-2ms}, {think: exponential(1ms)}, {think: "${1}ms"}]`, want: []string{"GET /"}, log: "vu 1\n"},
		"name":       {text: `requests: [{url: "http://shop/${iteration}", name: "n${iteration}", tags: {t: "v${iteration}"}}, {url: "http://shop/", method: "delete", group: ""}]`, want: []string{"GET /0", "DELETE /"}},
		"order-id":   {text: `requests: [{url: http://shop/json, extract: {order-id: {json: n}}}, {url: "http://shop/${order-id}"}]`, want: []string{"GET /json", "GET /1"}},
		"digits":     {text: `requests: [{url: "http://shop/${'a b'|url}?${random.int(5,5)}&${uuid|length}&${[1,2]|join('+')}"}]`, want: []string{"GET /a+b?5&36&1+2"}},
		"every step": {text: `requests: [{repeat: 3, requests: [{url: "http://shop/${index}", body: "b${index}", headers: {X-A: "${index}"}}]}]`, want: []string{"POST /0 X-A=0 b0", "POST /1 X-A=1 b1", "POST /2 X-A=2 b2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.want == nil {
				if _, err := mustParse(t, test.text).Compile(""); err == nil {
					t.Error("got no error")
				}
				return
			}
			got := play(t, test.text, max(1, test.iterations))
			if !slices.Equal(got.asked, test.want) || got.log != test.log {
				t.Errorf("got\n%s\n%swant\n%s\n%s(%v)", strings.Join(got.asked, "\n"), got.log, strings.Join(test.want, "\n"), test.log, got.result.Err())
			}
		})
	}
}

// How iterations end, and what is told of it.
func TestEnds(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want string // what the errors have in them
	}{
		"fail":         {`requests: [{fail: "vu ${vu} gives up"}]`, "vu 1 gives up"},
		"unset":        {`requests: [{if: vu > 5, set: {a: 1}}, {url: "http://shop/${a}"}]`, "${a}: a has no value"},
		"unset member": {`requests: [{url: http://shop/}, {url: "http://shop/${response.json.token}"}]`, "${response.json.token}: response.json.token has no value"},
		"no request":   {`requests: [{checks: [{status: 200}]}]`, "requests[0]: there was no request before it"},
		"while":        {`requests: [{while: "true", requests: [{set: {a: 1}}]}]`, "requests[0].while: it holds after 10000 rounds still"},
		"rounds":       {`requests: [{set: {n: x}}, {repeat: "${n}", requests: [{set: {a: 1}}]}]`, `requests[1].repeat: "x" is no number of rounds`},
		"no list":      {`requests: [{set: {n: x}}, {each: {a: "${n}"}, requests: [{think: 0s}]}]`, `requests[1].each.a: "x" is no list`},
		"pause":        {`requests: [{set: {n: x}}, {think: "${n}"}]`, `"x" is no time`},
		"negative":     {`requests: [{think: "${0-1}"}]`, `want a time from 0 on`},
		"in a call":    {`{functions: {f: [{fail: no}]}, requests: [{call: f}]}`, "f: no"},
		"record":       {`{metrics: {m: trend}, requests: [{record: {m: x}}]}`, `record m: "x" is no number`},
		"record time":  {`{metrics: {m: time}, requests: [{record: {m: x}}]}`, `record m: "x" is no time`},
		"arithmetic":   {`requests: [{set: {a: "${vu / 0}"}}]`, "${vu / 0}: a division by 0"},
		"condition":    {`requests: [{if: "'a' * 2", fail: no}]`, "'a' * 2: * wants numbers"},
		"check":        {`requests: [{url: http://shop/, checks: [{name: c, that: "1 / (vu - 1)"}]}]`, "check c: 1 / (vu - 1): a division by 0"},
		"bad URL":      {`requests: [{set: {u: "ftp://x"}}, {url: "${u}"}]`, "invalid URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := play(t, test.text, 1)
			var told string
			for _, e := range got.result.Snapshot.Failures {
				told += e.Message + "\n"
			}
			if got.result.Failed != 1 || !strings.Contains(told, test.want) {
				t.Errorf("%d failed, with %q, want %q in it", got.result.Failed, told, test.want)
			}
		})
	}
	got := play(t, `requests: [{abort: enough}]`, 1)
	if code := got.result.ExitCode(); code != 108 || !strings.Contains(fmt.Sprint(got.result.Err()), "enough") {
		t.Errorf("abort: got exit code %d, %v", code, got.result.Err())
	}
	if got = play(t, `{setup: [{fail: no}], requests: [{url: http://shop/}]}`, 1); len(got.asked) != 0 || got.result.ExitCode() == 0 {
		t.Errorf("set-up: got %v, exit code %d", got.asked, got.result.ExitCode())
	}
}

// The scenario ends when the rows do, with nothing missed and nothing failed.
func TestRowsEnd(t *testing.T) {
	const text = `{data: {users: {file: users.csv, onEnd: stop, order: shuffle}}, functions: {other: [{url: http://shop/other}]}, requests: [{url: "http://shop/${users.name}"}]}`
	for name, options := range map[string]load.Options{
		"shared": {VUs: new(3), Iterations: new(int64(50))}, "looping": {VUs: new(2), Duration: load.For(30e9)}, "rate": {Rate: new(int64(200)), Duration: load.For(30e9)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := play(t, text, 1, func(test *load.Test) { test.Options = options })
			slices.Sort(got.asked)
			if code := got.result.ExitCode(); code != 0 || !slices.Equal(got.asked, []string{"GET /ann", "GET /bob"}) || got.result.Iterations().Sum != 2 {
				t.Errorf("got exit code %d, %v, %v iterations (%v)", code, got.asked, got.result.Iterations().Sum, got.result.Err())
			}
			if dropped := got.result.Counter("dropped_iterations").Sum; dropped != 0 {
				t.Errorf("got %v dropped iterations", dropped)
			}
		})
	}
}

// A script's own metrics, as thresholds and reports see them.
func TestMetrics(t *testing.T) {
	got := play(t, `{metrics: {orders: counter, stock: gauge, ok: rate, price: trend, took: time},
		requests: [{url: http://shop/json, record: {orders: 2, ok: "${response.status == 200}", price: "${response.json.n * 10}", took: "${response.json.n * 1000}"}},
		{record: {stock: "${iteration}", ok: false, took: 1.5s}}, {record: {orders: "${true}"}}]}`, 2)
	r := got.result
	if r.Failed != 0 {
		t.Fatal(r.Err())
	}
	if sum := r.Counter("orders").Sum; sum != 6 {
		t.Errorf("orders: got %v, want 6", sum)
	}
	if last := r.Gauge("stock"); last != 1 {
		t.Errorf("stock: got %v, want 1", last)
	}
	if ok := r.Rate("ok"); ok.Passes != 2 || ok.Count != 4 {
		t.Errorf("ok: got %+v, want 2 of 4", ok)
	}
	if price := r.Trend("price"); price.Min != 10 || price.Max != 20 {
		t.Errorf("price: got %v to %v", price.Min, price.Max)
	}
	if took := r.Times("took"); took.Count != 4 || took.Min.Seconds() != 1 || took.Max.Seconds() != 2 {
		t.Errorf("took: got %v of %v to %v", took.Count, took.Min, took.Max)
	}
}

// The same seed draws the same, and each weight has its share.
func TestSeed(t *testing.T) {
	const text = `{data: {users: {rows: [1, 2, 3, 4, 5, 6, 7, 8], order: shuffle}, any: {rows: [1, 2, 3, 4, 5, 6, 7, 8], order: random}},
		requests: [{pick: [{weight: 3, set: {p: a}}, {set: {p: b}}]}, {url: "http://shop/${p}/${users}/${any}/${random.int(1,1000)}/${uuid}"}]}`
	first, second := play(t, text, 400), play(t, text, 400)
	if !slices.Equal(first.asked, second.asked) {
		t.Error("one seed gave two runs")
	}
	if other := play(t, text, 400, func(test *load.Test) { test.Seed = 2 }); slices.Equal(first.asked, other.asked) {
		t.Error("two seeds gave one run")
	}
	a, round := 0, map[string]int{}
	for i, line := range first.asked {
		if strings.HasPrefix(line, "GET /a/") {
			a++
		}
		if i < 8 {
			round[strings.Split(line, "/")[2]]++
		}
	}
	if a < 250 || a > 350 || len(round) != 8 {
		t.Errorf("got %d of 400 with weight 3 of 4, and %d rows in the first round of 8", a, len(round))
	}
}

// One name for all URLs of a step, whatever is in their query.
func TestNamesOfSteps(t *testing.T) {
	got := play(t, `{baseURL: "http://${env.HOST}", requests: [{url: "/a/${iteration}"}, {url: /b, query: {i: "${iteration}"}}, {url: /c, name: "c ${iteration}"}, {url: /d, tags: {t: "t${iteration}"}}]}`, 2)
	names := map[string]bool{}
	for _, row := range got.result.Snapshot.Breakdown {
		for _, tag := range row.Tags {
			if tag.Key == "name" {
				names[tag.Value] = true
			}
		}
	}
	if got, want := strings.Join(sortedKeys(names), " | "), "c 0 | c 1 | http://${env.HOST}/a/${iteration} | http://${env.HOST}/b | http://${env.HOST}/d"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What would be an error in the values of a query or a form never leaves them.
func FuzzForm(f *testing.F) {
	f.Add("a b&c", "k=")
	f.Fuzz(func(t *testing.T, value, key string) {
		c := newTestCompiler(&Script{})
		form := c.pairs(map[string]Lines{strings.ReplaceAll(key, "$", ""): {strings.ReplaceAll(value, "$", "")}}, "form")
		if got, err := url.ParseQuery(form.Text()); err != nil || got.Get(strings.ReplaceAll(key, "$", "")) != strings.ReplaceAll(value, "$", "") {
			t.Errorf("got %q, %v", form.Text(), err)
		}
	})
}
