package wire

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// httpProxy relays absolute URLs and tunnels; it wants user u with password p, and leads every name to addr.
func httpProxy(addr string, heard chan<- string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard <- r.Method + " " + r.RequestURI
		if r.Header.Get("Proxy-Authorization") != "Basic dTpw" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Method != http.MethodConnect {
			w.Header().Set("X-Auth", r.Header.Get("Authorization"))
			_, _ = io.WriteString(w, "relayed")
			return
		}
		there, err := net.Dial("tcp", addr)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		join(here, buffered, there)
	})
}

func join(here net.Conn, from io.Reader, there net.Conn) {
	go func() {
		_, _ = io.Copy(there, from)
		_ = there.Close()
	}()
	_, _ = io.Copy(here, there)
	_ = here.Close()
}

func TestHTTPProxy(t *testing.T) {
	origin := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "tunnelled "+r.Proto) }))
	origin.EnableHTTP2 = true
	origin.StartTLS()
	defer origin.Close()
	heard := make(chan string, 99)
	proxies := map[string]*httptest.Server{
		"http":  httptest.NewServer(httpProxy(origin.Listener.Addr().String(), heard)),
		"https": httptest.NewTLSServer(httpProxy(origin.Listener.Addr().String(), heard)),
	}
	for scheme, server := range proxies {
		defer server.Close()
		via, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			user               *url.Userinfo
			url, version, body string
			heard              string
			status             int
			err                string
		}{
			"absolute":     {url.UserPassword("u", "p"), "http://u:p@a.test/x?y", "", "relayed", "GET http://a.test/x?y", 200, ""},
			"tunnel":       {url.UserPassword("u", "p"), "https://a.test/x", "1.1", "tunnelled HTTP/1.1", "CONNECT a.test:443", 200, ""},
			"HTTP/2":       {url.UserPassword("u", "p"), "https://a.test/x", "2", "tunnelled HTTP/2.0", "CONNECT a.test:443", 200, ""},
			"refused":      {nil, "https://a.test/x", "", "", "CONNECT a.test:443", 0, "proxy refused the tunnel: 407 Proxy Authentication Required"},
			"unauthorised": {nil, "http://a.test/x", "", "", "GET http://a.test/x", 407, ""},
		} {
			t.Run(scheme+" "+name, func(t *testing.T) {
				through := *via
				through.User = test.user
				client, seen := mustClient(t, Config{
					Proxy: func(*url.URL) (*url.URL, error) { return &through, nil }, TLS: TLS{InsecureSkipVerify: true}, HTTPVersion: test.version, Timeout: 20 * time.Second,
				})
				for range 2 {
					var resp Response
					err := client.Do(mustRequest(t, "GET", test.url, ""), &resp)
					if test.err == "" != (err == nil) || err != nil && err.Error() != test.err {
						t.Fatalf("got %v, want %q", err, test.err)
					}
					if string(resp.Body) != test.body || resp.Status != test.status {
						t.Errorf("got %d %q, want %d %q", resp.Status, resp.Body, test.status, test.body)
					}
				}
				if got := <-heard; got != test.heard {
					t.Errorf("the proxy heard %q, want %q", got, test.heard)
				}
				for len(heard) > 0 {
					<-heard
				}
				if e := seen.last(); e.Reused != (err == nil && test.err == "") {
					t.Errorf("got %+v, want a kept connection", e)
				}
				if e := seen.all[0]; test.err == "" && (e.Connecting == 0 || e.Connecting > e.Blocked) {
					t.Errorf("got %+v, want a new connection's phases", e.Timing)
				}
			})
		}
	}
}

// socksServer speaks as much SOCKS5 as needed, and leads every name to addr.
func socksServer(addr string, names chan<- string) func(net.Conn) {
	return func(c net.Conn) {
		r := bufio.NewReader(c)
		head := make([]byte, 2)
		_, _ = io.ReadFull(r, head)
		_, _ = r.Discard(int(head[1]))
		_, _ = c.Write([]byte{5, 0})
		request := make([]byte, 5)
		_, _ = io.ReadFull(r, request)
		name := make([]byte, int(request[4])+2)
		_, _ = io.ReadFull(r, name)
		port := binary.BigEndian.Uint16(name[len(name)-2:])
		names <- string(name[:len(name)-2])
		there, err := net.Dial("tcp", addr)
		if err != nil || port == 1 {
			_, _ = c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		join(c, r, there)
	}
}

func TestSOCKS(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) }))
	defer origin.Close()
	names := make(chan string, 9)
	addr := mustServe(t, socksServer(origin.Listener.Addr().String(), names))
	client, seen := mustClient(t, Config{Timeout: 20 * time.Second, Proxy: func(*url.URL) (*url.URL, error) { return url.Parse("socks5://" + addr) }})
	for range 2 {
		var resp Response
		if err := client.Do(mustRequest(t, "GET", "http://a.test/", ""), &resp); err != nil || string(resp.Body) != "a.test" {
			t.Fatalf("got %q, %v", resp.Body, err)
		}
	}
	if got := <-names; got != "a.test" || !seen.last().Reused {
		t.Errorf("the proxy was asked for %q, reused %v", got, seen.last().Reused)
	}
	err := client.Do(mustRequest(t, "GET", "http://a.test:1/", ""), &Response{})
	if err == nil || !strings.HasPrefix(err.Error(), "socks: ") || strings.Contains(err.Error(), addr) {
		t.Errorf("got %v, want an error of socks without addresses", err)
	}
}

func TestProxyFromEnvironment(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://p.test:3128")
	t.Setenv("NO_PROXY", "b.test")
	proxy := ProxyFromEnvironment()
	for raw, want := range map[string]string{"http://a.test": "http://p.test:3128", "http://b.test": "", "http://127.0.0.1": ""} {
		u, _ := url.Parse(raw)
		got, err := proxy(u)
		if err != nil || want == "" != (got == nil) || got != nil && got.String() != want {
			t.Errorf("%s: got %v, %v, want %s", raw, got, err, want)
		}
	}
	client, _ := mustClient(t, Config{Proxy: func(*url.URL) (*url.URL, error) { return url.Parse("ftp://p") }})
	if err := client.Do(mustRequest(t, "GET", "http://a.test", ""), &Response{}); err == nil || !strings.Contains(err.Error(), `proxy scheme "ftp"`) {
		t.Errorf("got %v, want an error about the scheme", err)
	}
}
