package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What a server sets is sent back as it came (RFC 6265, 4.1.1 and 5.4).
func TestCookiesAreSentAsTheyCame(t *testing.T) {
	for set, want := range map[string]string{
		`m="a b"; Path=/`:                     `m="a b"`,
		`m=""`:                                `m=""`,
		`m="`:                                 `m="`,
		`m={"a":1,"b":"x y"}; HttpOnly`:       `m={"a":1,"b":"x y"}`,
		`m=a\b`:                               `m=a\b`,
		`m=a=b==; Path=/`:                     `m=a=b==`,
		`m=grün`:                              `m=grün`,
		`user[name]=a:b`:                      `user[name]=a:b`,
		`  m  =  v  ;Path=/`:                  `m=v`,
		`m=`:                                  `m=`,
		`m=v; Path=/other`:                    "",
		`m=v; Secure`:                         "",
		`m=v; Max-Age=0`:                      "",
		`m=v; Domain=b.test`:                  "",
		`=v`:                                  "",
		`v`:                                   "",
		"m=a\tb":                              "m=a\tb",
		"m=" + strings.Repeat("x", maxCookie): "",
		`m=v; Path=/` + strings.Repeat("x", 2000): "m=v",
	} {
		client, _ := mustClient(t, Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/set" {
				w.Header()["Set-Cookie"] = []string{set}
			}
			w.Header().Set("X-Got", r.Header.Get("Cookie"))
		})})
		var resp Response
		for _, path := range []string{"/set", "/"} {
			if err := client.Do(mustRequest(t, "GET", "http://a.test"+path, ""), &resp); err != nil {
				t.Fatal(err)
			}
		}
		if got := resp.Header("X-Got"); got != want {
			t.Errorf("%.60s: got Cookie %q, want %q", set, got, want)
		}
	}
}

func TestCookiesThatCannotBeSent(t *testing.T) {
	client, _ := mustClient(t, Config{})
	for _, cookie := range []http.Cookie{
		{Name: "a", Value: "b\r\nX: y"}, {Name: "a\r\nX", Value: "y"}, {Name: "", Value: "y"}, {Name: "a", Value: "b; c=d"}, {Name: "a=b", Value: "c"},
		{Name: "a", Value: "\x00"}, {Name: "a", Value: strings.Repeat("x", maxCookie)},
	} {
		if err := client.SetCookie("http://a.test/", &cookie); err == nil {
			t.Errorf("got no error for %.40q=%.40q", cookie.Name, cookie.Value)
		}
	}
	if got := client.Cookies("http://a.test/"); len(got) > 0 {
		t.Errorf("got the cookies %v, want none", got)
	}
}

func TestCookiesAreBounded(t *testing.T) {
	j := newJar()
	set := func(host string, n int, attributes string) {
		t.Helper()
		u, err := url.Parse("http://" + host + "/a/b")
		if err != nil {
			t.Fatal(err)
		}
		var cookies []*http.Cookie
		for i := range n {
			cookies = append(cookies, parseSetCookie(fmt.Sprintf("c%d=%d%s", i, i, attributes)))
		}
		j.set(u, cookies)
	}
	got := func(at string) (names []string) {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range j.over.Cookies(u) {
			names = append(names, c.Name)
		}
		return names
	}
	set("other.test", 1, "")
	set("www.a.test", 1000, "")
	if names := got("http://www.a.test/a/"); len(names) != maxSiteCookies || names[0] != "c820" {
		t.Errorf("got %d cookies from %v on, want the last %d", len(names), names[:1], maxSiteCookies)
	}
	set("shop.a.test", 200, "; Domain=a.test; Path=/x") // the same site
	if names := got("http://www.a.test/a/"); len(names) != 0 {
		t.Errorf("got %d cookies, want the older of the site gone", len(names))
	}
	if names := got("http://b.a.test/x"); len(names) != maxSiteCookies {
		t.Errorf("got %d cookies, want %d", len(names), maxSiteCookies)
	}
	if set("www.a.test", 200, "; Domain=.A.test; Path=/x"); len(j.kept) != maxSiteCookies+1 {
		t.Errorf("got %d kept, want the same ones as those of another host of the domain", len(j.kept))
	}
	set("shop.a.test", 200, "; Domain=a.test; Path=/x; Max-Age=0")
	if names := got("http://b.a.test/x"); len(names) != 0 || len(j.kept) != 1 {
		t.Errorf("got %d cookies, %d kept, want those removed by their server gone", len(names), len(j.kept))
	}
	if names := got("http://other.test/a/"); len(names) != 1 {
		t.Errorf("got %v of another site, want its cookie untouched", names)
	}
	set("other.test", 1, "") // again, which makes it no younger and no second one
	if len(j.kept) != 1 {
		t.Errorf("got %d kept, want 1", len(j.kept))
	}
	for i := range 100 {
		set(fmt.Sprintf("s%d.test", i), 50, "")
	}
	if len(j.kept) != maxCookies || len(got("http://other.test/a/")) != 0 || len(got("http://s99.test/a/")) != 50 {
		t.Errorf("got %d kept, want the youngest %d of all sites", len(j.kept), maxCookies)
	}
}

func FuzzSetCookie(f *testing.F) {
	for _, line := range []string{"a=b", `a="b c"; Path=/; Max-Age=3`, "=", ";", "a=b; Domain=.x", "a\x00=b", "a=b; Expires=Wed, 25 Nov 2026 17:00:00 GMT"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		cookie := parseSetCookie(line)
		if cookie == nil {
			return
		}
		j := newJar()
		u := &url.URL{Scheme: "https", Host: "a.test", Path: "/"}
		j.set(u, []*http.Cookie{cookie})
		for _, c := range j.over.Cookies(u) {
			if strings.ContainsAny(c.Name+c.Value, "\r\n\x00;") || c.Name == "" || !strings.Contains(line, c.Value) {
				t.Errorf("%q: got %q=%q", line, c.Name, c.Value)
			}
		}
	})
}
