package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"example.com/foobar/loadgen/secret"
)

func TestNamed(t *testing.T) {
	for _, name := range []string{"Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-Api-Key", "api_key", "apikey", "access_token",
		"password", "PASSWD", "client_secret", "X-Amz-Signature", "sig", "pass", "db.password", "X-CSRF-Token", "sessionId", "AWS_SECRET_ACCESS_KEY", "tokens", "refresh_tokens"} {
		if !secret.Named(name) {
			t.Errorf("%s: got no secret, want one", name)
		}
	}
	for _, name := range []string{"", "Accept", "user", "id", "author", "passenger", "max_tokens", "max-completion-tokens", "total_tokens", "design", "monkey", "Content-Type", "pint"} {
		if secret.Named(name) {
			t.Errorf("%s: got a secret, want none", name)
		}
	}
	if n := testing.AllocsPerRun(100, func() { secret.Named("X-Some-Header_of-some.length") }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func TestIsTemplate(t *testing.T) {
	for _, v := range []string{"${token}", "Bearer ${token}", "bearer  ${env.T}", "${a}${b}", "ann:${env.PW}", "${env.U}:${env.P}", "sid=${sid}; b=${c}"} {
		if !secret.IsTemplate(v) {
			t.Errorf("%q: got no template, want one", v)
		}
	}
	for _, v := range []string{"", "x", "$${token}", "s3cret${x}", "s3cret ${x}", "${x} s3cret", "${", "Bearer ${x}s3cret", "a$${b}:${c}"} {
		if secret.IsTemplate(v) {
			t.Errorf("%q: got a template, want none", v)
		}
	}
}

func TestURL(t *testing.T) {
	for raw, want := range map[string]string{
		"http://h/":                                 "http://h/",
		"http://h:80/@me?email=a@b.test&q=1#f":      "http://h:80/@me?email=a@b.test&q=1#f",
		"http://ann:s3cret@h/x":                     "http://****:****@h/x",
		"http://s3cret@h/x":                         "http://****:****@h/x",
		"http://user:s3cr%et@h":                     "http://****:****@h",
		"http://user:pass word@h":                   "http://****:****@h",
		"http://user:a/s3cret@h/x":                  "http://****:****@h/x",
		"http://user:a?s3cret@h/x":                  "http://****:****@h/x",
		"http://user:a@s3cret@h/x":                  "http://****:****@h/x",
		"user:s3cret@proxy:3128":                    "****:****@proxy:3128",
		"//user:s3cret@proxy:3128":                  "//****:****@proxy:3128",
		"http://${u}:${p}@h/":                       "http://${u}:${p}@h/",
		"http://ann:s3cret@h/${x}?t=${y}":           "http://****:****@h/${x}?t=${y}",
		"http://${host}/a?token=${t}":               "http://${host}/a?token=${t}",
		"http://h/?api_key=s3cret&b=1":              "http://h/?api_key=***&b=1",
		"http://h/?a=1;access%5Ftoken=s3cret":       "http://h/?a=1;access%5Ftoken=***",
		"http://h/cb#access_token=s3cret&x=y":       "http://h/cb#access_token=***&x=y",
		"http://h/?next=http://h/?token=s3cret":     "http://h/?next=http://h/?token=***",
		"/x?password=s3cret":                        "/x?password=***",
		"http://h/?key=s3cret&monkey=1&password=&a": "http://h/?key=***&monkey=1&password=&a",
		"":     "",
		"init": "init",
	} {
		if got := secret.URL(raw); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                                 "plain",
		`{"user":"ann","password":"s3cret"}`:    `{"user":"ann","password":"***"}`,
		`{"pass\u0077ord":7,"n":1.50}`:          `{"password":"***","n":1.50}`,
		`{"credentials":{"a":["s3cret",null]}}`: `{"credentials":{"a":["***",null]}}`,
		`{"token":"${token}","max_tokens":5}`:   `{"token":"${token}","max_tokens":5}`,
		`{"cut off": 1, "token": "s3cr`:         `{"cut off": 1, "token": "***"`,
		`{"inner":"{\"password\":\"s3cret\"}"}`: `{"inner":"{\"password\":\"***\"}"}`,
		"user=ann&password=s3cret&x=1":          "user=ann&password=***&x=1",
		"GET /?token=s3cret HTTP/1.1":           "GET /?token=*** HTTP/1.1",
		"Authorization: Bearer s3cret\r\nA: b":  "Authorization: ***\r\nA: b",
		"env: a, password: s3cret":              "env: a, password: ***",
		"<login><password>s3cret</password>":    "<login><password>***</password>",
		"see http://ann:s3cret@h/x, and more":   "see http://****:****@h/x, and more",
		"a b: c d=e":                            "a b: c d=e",
	} {
		if got := secret.Text(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestValues(t *testing.T) {
	var none *secret.Values
	if got := none.Mask("as it is"); got != "as it is" {
		t.Errorf("got %q", got)
	}
	var v secret.Values
	v.Add("hunter2", "ann:hunter2", "s3cr%25et/x", "pw", "${token}", "a\"b<c>d")
	for text, want := range map[string]string{
		"the server said hunter2!":   "the server said ***!",
		"Basic YW5uOmh1bnRlcjI=":     "Basic ***",
		"ann:hunter2@h":              "***@h",
		"s3cr%et/x s3cr%25et%2Fx":    "*** ***",
		"pw ${token}":                "pw ${token}",
		`{"x":"a\"b\u003cc\u003ed"}`: `{"x":"***"}`,
	} {
		if got := v.Mask(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestInURL(t *testing.T) {
	for raw, want := range map[string]string{
		"http://h/":                              "",
		"http://ann:s3cret@h/?token=t0ps3cret&a": "ann:s3cret s3cret t0ps3cret",
		"http://user:s3cr%et@h":                  "user:s3cr%et s3cr%et",
		"user:a@b@proxy:1":                       "user:a@b a@b",
		"http://alone@h/":                        "alone",
	} {
		if got := strings.Join(secret.InURL(raw), " "); got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}

// FuzzPlanted plants a secret wherever one may stand: it must be in nothing that is shown.
func FuzzPlanted(f *testing.F) {
	for _, s := range []string{"s3cr%et-7", "pass word-77", "a/b?c#d@e-777", `quo"te\s-7777`, "x:y;z&w=1-7", "ünï-cödé", "$${x}-secret", "\x1b[31mred-777", "'<>&'-77777"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 8 || strings.Contains(s, "${") && !strings.Contains(s, "$${") || secret.IsTemplate(s) || strings.TrimSpace(s) != s {
			return
		}
		absent := func(where, shown, secret string) {
			if strings.Contains(shown, secret) {
				t.Errorf("%s: %q has the secret %q in it", where, shown, secret)
			}
		}
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s)} {
			if !strings.ContainsAny(form, "/?#") { // with one of those it is not known where a URL's user ends, if it can be read
				absent("user of a URL", secret.URL("http://ann:"+form+"@host/x"), form)
				absent("user of a proxy", secret.URL("ann:"+form+"@proxy:3128"), form)
			}
		}
		escaped := url.QueryEscape(s)
		absent("query", secret.URL("http://host/x?a=1&api_key="+escaped+"&b=2"), escaped)
		absent("form", secret.Text("a=1&password="+escaped), escaped)
		absent("header", secret.Value("X-Api-Key", s), s)
		text, err := json.Marshal(map[string]any{"user": "ann", "list": []any{map[string]any{"password": s}}})
		if err != nil {
			t.Fatal(err)
		}
		quoted, _ := json.Marshal(s)
		absent("JSON", string(secret.JSON(text)), string(quoted[1:len(quoted)-1]))
		absent("body", secret.Text(string(text)), string(quoted[1:len(quoted)-1]))
		absent("body that is cut", secret.Text(string(text[:len(text)-2])), string(quoted[1:len(quoted)-1]))
		var v secret.Values
		v.Add(s)
		for _, form := range []string{s, escaped, url.PathEscape(s), string(quoted), strconv.Quote(s), base64.StdEncoding.EncodeToString([]byte(s))} {
			absent("repeated", v.Mask("the server said "+form+" and more"), strings.Trim(form, `"`))
		}
	})
}

// FuzzJSON wants JSON to stay JSON, with the keys it had.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"password":null}],"token":{"b":true}}`, `"x"`, `[]`, `{`, `1e400`, `{"a":1}{"b":2}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid([]byte(s)) {
			return
		}
		if got := secret.JSON(json.RawMessage(s)); !json.Valid(got) {
			t.Errorf("%s: got %s, which is no JSON", s, got)
		}
	})
}
