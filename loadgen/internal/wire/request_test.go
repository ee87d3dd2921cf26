package wire

import (
	"errors"
	"net/http"
	"testing"
)

func TestNewRequestRefuses(t *testing.T) {
	for _, test := range []struct{ method, url string }{
		{"GET", ""}, {"GET", "/path"}, {"GET", "a.test"}, {"GET", "ftp://a.test"}, {"GET", "http://"}, {"GET", "http://a b/"},
		{"GET", "http://a.test:port/"}, {"GET", "http://\x7f/"}, {"G T", "http://a.test"}, {"GET\r\nX: y", "http://a.test"}, {"GET", "%zz"},
	} {
		_, err := NewRequest(test.method, test.url, nil)
		var e *Error
		if !errors.As(err, &e) || e.Code != 1020 {
			t.Errorf("%q %q: got %v, want an error of code 1020", test.method, test.url, err)
		}
	}
}

func TestBadRequestIsAnExchange(t *testing.T) {
	for name, spoil := range map[string]func(*Request){
		"URL":    func(r *Request) { r.URL = "nonsense" },
		"method": func(r *Request) { r.Method = "G T" },
		"name":   func(r *Request) { r.Header["X Y"] = []string{"1"} },
		"value":  func(r *Request) { r.Header["X"] = []string{"1\r\nY: 2"} },
		"host":   func(r *Request) { r.Header.Set("Host", "a\r\nb") },
		"length": func(r *Request) { r.Header.Set("Content-Length", "1") },
		"second": func(r *Request) { r.Header["content-length"] = []string{"0"} },
		"coding": func(r *Request) { r.Header.Set("Transfer-Encoding", "chunked") },
		"key":    func(r *Request) { r.Header["transfer-encoding"] = []string{"chunked"} },
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, Config{Handler: http.NotFoundHandler()})
			req := mustRequest(t, "GET", "http://a.test", "")
			spoil(req)
			var resp Response
			if err := client.Do(req, &resp); err == nil || resp.ErrorCode != 1020 || len(seen.all) != 1 || seen.last().Connected {
				t.Errorf("got %v (%d), %+v", err, resp.ErrorCode, seen.all)
			}
		})
	}
}

func TestSerialised(t *testing.T) {
	n, err := NewNetwork(Config{UserAgent: "wire/1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		method, url, body string
		header            http.Header
		want              string
	}{
		{"GET", "http://a.test", "", nil, "GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: wire/1\r\n\r\n"},
		{"", "http://A.test:81/x?y=z#f", "", nil, "GET /x?y=z HTTP/1.1\r\nHost: a.test:81\r\nUser-Agent: wire/1\r\n\r\n"},
		{"POST", "http://a.test", "", nil, "POST / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: wire/1\r\nContent-Length: 0\r\n\r\n"},
		{"PUT", "http://a.test", "ab", http.Header{"X": {"1", "2"}, "A": {"3"}}, "PUT / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: wire/1\r\nContent-Length: 2\r\nA: 3\r\nX: 1\r\nX: 2\r\n\r\nab"},
		{"GET", "http://[::1]:8080/", "", http.Header{"User-Agent": {""}, "Host": {"b.test"}, "Content-Length": {"0"}}, "GET / HTTP/1.1\r\nHost: b.test\r\nContent-Length: 0\r\n\r\n"},
		{"GET", "http://u:p@bücher.test/ü?ü ü", "", http.Header{"Cookie": {"a=1"}}, "GET /%C3%BC?ü%20ü HTTP/1.1\r\nHost: xn--bcher-kva.test\r\nUser-Agent: wire/1\r\nAuthorization: Basic dTpw\r\nCookie: a=1\r\n\r\n"},
	} {
		r := mustRequest(t, test.method, test.url, test.body)
		r.Header = test.header
		p := r.prepare(n)
		if p.err != nil || string(p.wire) != test.want {
			t.Errorf("%s: got %v,\n%q, want\n%q", test.url, p.err, p.wire, test.want)
		}
		if again := r.prepare(n); again != p {
			t.Errorf("%s: serialised twice", test.url)
		}
	}
}
