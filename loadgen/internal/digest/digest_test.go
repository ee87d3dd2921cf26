package digest

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"
)

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name, header string
		want         Challenge
		ok           bool
	}{
		{"plain", `Digest realm="a b", nonce="n", qop="auth"`, Challenge{Realm: "a b", Nonce: "n", QOP: []string{"auth"}}, true},
		{"everything", `digest Realm="r",NONCE=n , opaque="o\"\\", algorithm=SHA-256-sess, qop="auth-int, auth",stale=TRUE,userhash=true, charset=UTF-8`,
			Challenge{Realm: "r", Nonce: "n", Opaque: `o"\`, Algorithm: "SHA-256-sess", QOP: []string{"auth-int", "auth"}, Stale: true, UserHash: true}, true},
		{"RFC 2069", `Digest realm="r", nonce="n"`, Challenge{Realm: "r", Nonce: "n"}, true},
		{"after others", `Basic realm="x, Digest", Negotiate abc/d==, Bearer, Digest nonce="n", realm="r"`, Challenge{Realm: "r", Nonce: "n"}, true},
		{"before others", `Digest nonce="n", realm="r", Basic realm="x", nonce="y"`, Challenge{Realm: "r", Nonce: "n"}, true},
		{"the first that is known", `Digest realm="r", nonce="a", algorithm=SHA3, Digest realm="r", nonce="b", algorithm="sha-256", Digest realm="r", nonce="c"`,
			Challenge{Realm: "r", Nonce: "b", Algorithm: "sha-256"}, true},
		{"said twice", `Digest realm="r", nonce="a", nonce="b"`, Challenge{Realm: "r", Nonce: "a"}, true},
		{"nonsense between", `Digest realm="r", =, ;;, "x", a=, nonce=n`, Challenge{Realm: "r", Nonce: "n"}, true},
		{"spaces", "  Digest   realm = \"r\" ,\tnonce\t=\t\"n\" ", Challenge{Realm: "r", Nonce: "n"}, true},
		{"no nonce", `Digest realm="r"`, Challenge{}, false},
		{"only auth-int", `Digest realm="r", nonce="n", qop="auth-int"`, Challenge{}, false},
		{"an open quote", `Digest realm="r", nonce="n`, Challenge{}, false},
		{"a control character", "Digest realm=\"r\r\", nonce=\"n\"", Challenge{}, false},
		{"Basic", `Basic realm="r", nonce="n"`, Challenge{}, false},
		{"parameters of nothing", `realm="r", nonce="n"`, Challenge{}, false},
		{"nothing", "", Challenge{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Find(tt.header)
			if len(got.QOP) == 0 {
				got.QOP = nil
			}
			if ok != tt.ok || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %v; want %+v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// The examples of RFC 7616, 3.9.1, and of RFC 2617, 3.5.
func TestAuthorization(t *testing.T) {
	const nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
	const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	for _, tt := range []struct {
		c                      Challenge
		password, cnonce, want string
	}{
		{Challenge{Realm: "http-auth@example.org", Nonce: nonce, Algorithm: "MD5", QOP: []string{"auth", "auth-int"}, Opaque: "o"}, "Circle of Life", cnonce,
			"8ca523f5e9506fed4657c9700eebdbec"},
		{Challenge{Realm: "http-auth@example.org", Nonce: nonce, Algorithm: "SHA-256", QOP: []string{"auth"}}, "Circle of Life", cnonce,
			"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		{Challenge{Realm: "testrealm@host.com", Nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", QOP: []string{"auth"}}, "Circle Of Life", "0a4f113b",
			"6629fae49393a05397450978507c4ef1"},
	} {
		got := newSession(tt.c, Credentials{"Mufasa", tt.password}, tt.cnonce).Authorization("GET", "/dir/index.html")
		if !strings.Contains(got, `response="`+tt.want+`"`) || !strings.Contains(got, "nc=00000001") || !strings.Contains(got, `username="Mufasa"`) {
			t.Errorf("%s: got %s, want the response %s", tt.c.Algorithm, got, tt.want)
		}
	}
}

func TestCounting(t *testing.T) {
	s := NewSession(Challenge{Realm: "r", Nonce: "a", QOP: []string{"auth"}}, Credentials{"u", "p"})
	for _, want := range []string{"nc=00000001", "nc=00000002"} {
		if got := s.Authorization("GET", "/"); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if s.GoOn(""); !strings.Contains(s.Authorization("GET", "/"), "nc=00000003") {
		t.Error("want the count to go on without another nonce")
	}
	if s.GoOn("b"); !strings.Contains(s.Authorization("GET", "/"), `nonce="b", uri="/", qop=auth, nc=00000001, `) {
		t.Error("want the count to begin again with another nonce")
	}
	if got := NextNonce(`rspauth="x", nextnonce="c", qop=auth`); got != "c" {
		t.Errorf("got the next nonce %q, want c", got)
	}
	if got := NextNonce(""); got != "" {
		t.Errorf("got the next nonce %q, want none", got)
	}
}

func TestCredentials(t *testing.T) {
	for user, want := range map[string]string{"": "needs a user", "a:b": "colon", "a\r\nX y": "control characters", "Jäsøn": ""} {
		err := Credentials{user, "s3cret"}.Validate()
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%q: got %v, want %q", user, err, want)
		}
	}
}

// FuzzFind feeds headers: what is answered is a header that can be sent, and says what was asked for.
func FuzzFind(f *testing.F) {
	for _, header := range []string{`Digest realm="a \" b", nonce="n", qop="auth", opaque=x`, `Basic realm=x, Digest nonce=n, algorithm=MD5-sess`,
		"Negotiate abc==, Digest realm=\"\", nonce=\"\xff\"", `a="`, `=,"\`, "Digest"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		NextNonce(header)
		c, ok := Find(header)
		if !ok || !httpguts.ValidHeaderFieldValue(header) {
			return
		}
		sent := NewSession(c, Credentials{"u", "p"}).Authorization("GET", `/"\`)
		if !httpguts.ValidHeaderFieldValue(sent) {
			t.Fatalf("%q can't be sent", sent)
		}
		back := parse(sent)
		if len(back) != 1 || back[0].params["realm"] != c.Realm || back[0].params["nonce"] != c.Nonce || back[0].params["opaque"] != c.Opaque || back[0].params["uri"] != `/"\` {
			t.Errorf("%q was answered by %q", header, sent)
		}
	})
}

// What answers beforehand allocates the header's value, and nothing else.
func TestAuthorizationAllocates(t *testing.T) {
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		s := NewSession(Challenge{Realm: "r", Nonce: "n", Algorithm: algorithm, QOP: []string{"auth"}}, Credentials{"ann", "pw"})
		if got := testing.AllocsPerRun(100, func() { s.Authorization("GET", "/orders/7") }); got > 1 {
			t.Errorf("%s: %v allocations, want 1", algorithm, got)
		}
	}
}
