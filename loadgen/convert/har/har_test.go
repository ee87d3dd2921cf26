package har

import (
	"encoding/json"
	"strings"
	"testing"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/convert/draft/drafttest"
)

// mustConvert is what a recording becomes, and what is said of it.
func mustConvert(tb testing.TB, r Recording) string {
	tb.Helper()
	d, err := Convert(r)
	return drafttest.MustWrite(tb, d, err) + "\n" + d.Summary()
}

// What a browser recorded of a shop, and what it becomes. UPDATE=1 writes the golden files anew.
func TestGolden(t *testing.T) {
	shop := drafttest.MustRead(t, "testdata/shop.har")
	for name, r := range map[string]Recording{
		"testdata/shop.txt":   {Text: shop, Secrets: &draft.Secrets{}, Speed: 2},
		"testdata/hosts.txt":  {Text: shop, Secrets: &draft.Secrets{}, Hosts: []string{"cdn.test", "*.shop.test"}},
		"testdata/only.txt":   {Text: shop, Secrets: &draft.Secrets{}, Only: []string{"html", "json"}, Hosts: []string{"shop.test"}},
		"testdata/secret.txt": {Text: shop, Only: []string{"json"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustConvert(t, r)
			drafttest.Golden(t, name, got)
		})
	}
}

// No secret of the recording is in the file, unless it is asked for.
func TestSecretsStayOut(t *testing.T) {
	secrets := []string{"hunter2secret", "eyJhbGciOiJIUzI1NiJ9", "old-session-1", "k3y-from-elsewhere", "zzzzzzz", "c5rfToken1234", "f0rmToken98765"}
	got := mustConvert(t, Recording{Text: drafttest.MustRead(t, "testdata/shop.har"), Secrets: &draft.Secrets{}})
	for _, s := range secrets {
		if strings.Contains(got, s) {
			t.Errorf("%s is in:\n%s", s, got)
		}
	}
}

// entries are a recording of requests, each with what is said of it.
func entries(tb testing.TB, all ...string) []byte {
	tb.Helper()
	text := `{"log": {"entries": [` + strings.Join(all, ",\n") + "]}}"
	if !json.Valid([]byte(text)) {
		tb.Fatalf("no JSON: %s", text)
	}
	return []byte(text)
}

func TestConvert(t *testing.T) {
	get := func(url, more string) string {
		return `{"request": {"method": "GET", "url": "` + url + `"}, "response": {"status": 200, "content": {}}` + more + `}`
	}
	for name, test := range map[string]struct {
		text []byte
		want []string // in it
		none string   // not in it
	}{
		"OneAfterTheOther": {entries(t, get("http://h/a", ""), get("http://h/b", "")), []string{"url: /a", "url: /b"}, "batch"},
		"Unsorted": {entries(t, get("http://h/b", `, "startedDateTime": "2026-01-01T00:00:01Z", "time": 1`), get("http://h/a", `, "startedDateTime": "2026-01-01T00:00:00Z", "time": 1`)),
			[]string{"url: /a\n    checks: [{status: 200}]\n  - url: /b"}, "batch"},
		"AtOnce": {entries(t, get("http://h/a", `, "startedDateTime": "2026-01-01T00:00:00+01:00", "time": 100.5`), get("http://h/b", `, "startedDateTime": "2025-12-31T23:00:00.1Z", "time": 1`)),
			[]string{"  - batch:\n      - url: /a"}, "think"},
		"RedirectOfWhichNothingIsRecorded": {entries(t, `{"request": {"method": "GET", "url": "http://h/"}, "response": {"status": 302, "redirectURL": "/x", "content": {}}}`),
			[]string{"redirects: 0", "status: 302"}, ""},
		"Chain": {entries(t, `{"request": {"method": "GET", "url": "http://h/"}, "response": {"status": 301, "headers": [{"name": "location", "value": "b"}], "content": {}}}`,
			`{"request": {"method": "GET", "url": "http://h/b"}, "response": {"status": 307, "redirectURL": "http://h/c", "content": {}}}`, get("http://h/c", "")),
			[]string{"- url: http://h/\n    checks: [{status: 200}]\n"}, "/c"},
		"Loop": {entries(t, `{"request": {"method": "GET", "url": "http://h/"}, "response": {"status": 302, "redirectURL": "http://h/", "content": {}}}`),
			[]string{"redirects: 0"}, ""},
		"Params": {entries(t, `{"request": {"method": "POST", "url": "http://h/", "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "1 2"}]}}, "response": {"status": 200}}`),
			[]string{"form: {a: 1 2}"}, "method"},
		"Base64Body": {entries(t, `{"request": {"method": "POST", "url": "http://h/", "postData": {"mimeType": "text/plain", "encoding": "base64", "text": "aGVsbG8="}}, "response": {"status": 200}}`),
			[]string{"body: hello", "Content-Type: text/plain"}, ""},
		"WrongBase64": {entries(t, `{"request": {"method": "GET", "url": "http://h/"}, "response": {"status": 200, "content": {"mimeType": "application/json", "encoding": "base64", "text": "{\"id\": 4711}"}}}`, get("http://h/things/4711", "")),
			[]string{"url: /things/${id}", "extract: {id: {json: id}}"}, ""},
		"SetCookie": {entries(t, `{"request": {"method": "GET", "url": "http://h/"}, "response": {"status": 200, "headers": [{"name": "Set-Cookie", "value": "XSRF-TOKEN=abcdef123; Path=/"}]}}`,
			`{"request": {"method": "POST", "url": "http://h/", "headers": [{"name": "X-XSRF-Token", "value": "abcdef123"}, {"name": "Cookie", "value": "XSRF-TOKEN=abcdef123"}]}, "response": {"status": 200}}`),
			[]string{"extract: {XSRF_TOKEN: {cookie: XSRF-TOKEN}}", "X-XSRF-Token: '${XSRF_TOKEN}'"}, "cookies"},
		"Template": {entries(t, get("http://h/${x}?a=${y}", "")), []string{"http://h/$${x}?a=$${y}"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := mustConvert(t, Recording{Text: test.text, Secrets: &draft.Secrets{}})
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in:\n%s", want, got)
				}
			}
			if test.none != "" && strings.Contains(got, test.none) {
				t.Errorf("%q is in:\n%s", test.none, got)
			}
		})
	}
}

func TestConvertErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "reading JSON",
		"{\n\"log\": {,":            "line 2: reading JSON",
		"{}":                        "it is no HAR file",
		`{"log": {}}`:               "it has no entries",
		`{"log": {"entries": 1}}`:   "reading JSON",
		`{"log": {"entries": [1]}}`: "no request to take",
		`{"log": {"entries": [{"request": {"url": "ftp://h/"}}]}}`: "no request to take",
	} {
		if _, err := Convert(Recording{Text: []byte(text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", text, err, want)
		}
	}
}

// Whatever is recorded, what it becomes is a file.
func FuzzConvert(f *testing.F) {
	f.Add(drafttest.MustRead(f, "testdata/shop.har"))
	f.Add(entries(f, `{"request": {"method": "POST", "url": "http://u:p@h/a?token=1#x", "headers": [{"name": "a", "value": "b\nc"}], "postData": {"mimeType": "multipart/form-data; boundary=x", "text": "--x"}}, "response": {"status": 302, "redirectURL": "/"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Convert(Recording{Text: []byte(strings.ToValidUTF8(string(text), "?")), Secrets: &draft.Secrets{}, Speed: 1})
		if err != nil {
			return
		}
		drafttest.MustReadBack(t, d)
	})
}
