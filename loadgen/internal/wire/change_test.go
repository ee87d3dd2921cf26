package wire

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// wantAsNew compares a request that was changed with one that is made anew.
func wantAsNew(t *testing.T, n *Network, r *Request) {
	t.Helper()
	fresh := &Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body}
	got, want := r.prepare(n), fresh.prepare(n)
	if (got.err == nil) != (want.err == nil) {
		t.Fatalf("%s: got %v, want %v", r.URL, got.err, want.err)
	}
	if want.err != nil {
		return
	}
	if string(got.wire) != string(want.wire) || got.host != want.host || got.cookie != want.cookie {
		t.Errorf("%s: got\n%q, want\n%q", r.URL, got.wire, want.wire)
	}
	a, b := got.target, want.target
	if a.shown != b.shown || a.key != b.key || a.path != b.path || a.url().String() != b.url().String() {
		t.Errorf("%s: got the target %+v, want %+v", r.URL, a, b)
	}
}

func TestChanged(t *testing.T) {
	n, err := NewNetwork(Config{UserAgent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	r := mustRequest(t, "POST", "http://h:81/", "")
	r.Header.Set("X-A", "1")
	r.Header.Set("Cookie", "a=1")
	for _, next := range []struct{ url, body, value string }{
		{"http://h:81/", "", "1"}, {"http://h:81/a/b?q=1", "body", "two"}, {"http://h:81/a/b?q=22", "", " spaces "}, {"http://h:81/?q=1&token=x", "", "3"}, {"http://h:81/?q=2&token=y", "", "3"},
		{"http://h:81/?q=&token=", "", "3"}, {"http://h:81/?q=&token=secret", "", "3"}, {"http://h:81/?q=1;token=secret", "", "3"}, {"http://h:81/é?ü", "", "3"}, {"http://h:81/a%2fb%zz", "", "3"}, {"http://h:81/a%2fb", "x", "3"},
		{"http://u:p@h:81/a", "", "3"}, {"http://h:81/a#b", "", "3"}, {"http://h:81?a", "", "3"}, {"http://h:82/other", "", "3"}, {"http://h:82/other?x", "", "3"}, {"https://[::1]/", "", "3"}, {"https://H/", "", "3"}, {"https://H/a", "", "3"},
		{"http://h:81/", "", "line\nbreak"}, {"http://h:81/a", "", "good"}, {"ftp://h/", "", "1"}, {"http://h:81/a b", "", "1"}, {"http://h:81//x?y=://z", "", "1"}, {"http://h:81/?http://u:p@h/", "", "1"},
	} {
		r.URL, r.Body = next.url, []byte(next.body)
		r.Header["X-A"][0], r.Header["Cookie"][0] = next.value, "a="+strings.TrimSpace(next.value)
		r.Changed()
		wantAsNew(t, n, r)
	}
}

// A request that changes is sent as it is each time, over both versions of HTTP, and costs no memory.
func TestChangedIsSent(t *testing.T) {
	asked := make(chan string, 10)
	serve := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- r.Proto + " " + r.URL.RequestURI() + " " + r.Header.Get("X-A") + " " + string(body)
	}
	for version, newServer := range map[string]func(http.Handler) *httptest.Server{"HTTP/1.1": httptest.NewServer, "HTTP/2.0": func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.EnableHTTP2 = true
		s.StartTLS()
		return s
	}} {
		server := newServer(http.HandlerFunc(serve))
		defer server.Close()
		n, err := NewNetwork(Config{TLS: TLS{InsecureSkipVerify: true}, HTTPVersion: "auto"})
		if err != nil {
			t.Fatal(err)
		}
		client := n.NewClient(1, nobody{})
		defer client.Close()
		r := mustRequest(t, "POST", server.URL, "")
		r.Header.Set("X-A", "")
		var resp Response
		body := []byte("0")
		for _, i := range []string{"1", "2", "3"} {
			copy(body, i)
			r.URL, r.Header["X-A"][0], r.Body = server.URL+"/"+i, i, body
			r.Changed()
			if err := client.Do(r, &resp); err != nil {
				t.Fatal(err)
			}
			if got, want := <-asked, version+" /"+i+" "+i+" "+i; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}

func FuzzChanged(f *testing.F) {
	f.Add("/a?b=c", "/a?b=d", "v")
	f.Add("/a?token=c", "//%2f?token=", "v\n")
	f.Fuzz(func(t *testing.T, one, two, value string) {
		n, err := NewNetwork(Config{})
		if err != nil {
			t.Fatal(err)
		}
		r := &Request{Method: "POST", Header: http.Header{"A": {""}}}
		for i, path := range []string{one, two, two + "x", one} {
			r.URL, r.Header["A"][0] = "http://h"+path, value[:min(i, len(value))]
			r.Changed()
			wantAsNew(t, n, r)
		}
	})
}
