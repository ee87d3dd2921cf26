package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHosts(t *testing.T) {
	h, err := newHosts(map[string]string{
		"a.test": "10.0.0.1", "a.test:81": "10.0.0.2:82", "*.b.test": "10.0.0.3:1", "x.b.test": "10.0.0.4",
		"*.c.b.test": "[::1]:9", "*.p.test:8080": "10.0.0.5", "Caps.test": "10.0.0.6", "v6.test": "::2",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ host, port, want string }{
		{"a.test", "80", "10.0.0.1:0"}, {"a.test", "81", "10.0.0.2:82"}, {"y.b.test", "80", "10.0.0.3:1"},
		{"x.b.test", "80", "10.0.0.4:0"}, {"y.c.b.test", "80", "[::1]:9"}, {"z.p.test", "8080", "10.0.0.5:0"},
		{"z.p.test", "80", ""}, {"b.test", "80", ""}, {"caps.test", "1", "10.0.0.6:0"}, {"v6.test", "1", "[::2]:0"}, {"none", "1", ""},
	} {
		got, ok := h.find(test.host, test.port)
		if ok != (test.want != "") || ok && got.String() != test.want {
			t.Errorf("%s:%s: got %v, want %s", test.host, test.port, got, test.want)
		}
	}
	for name, to := range map[string]string{
		"a": "b", "a:0": "::1", "a:http": "::1", "": "::1", "x*": "::1", "*": "::1", "a.*.b": "::1", "ok": "1.2.3.4:99999",
	} {
		if _, err := newHosts(map[string]string{name: to}); err == nil {
			t.Errorf("%q to %q: got no error", name, to)
		}
	}
}

func TestParseDNS(t *testing.T) {
	for text, want := range map[string]DNS{
		"":                                       {},
		"ttl=5m,select=random,policy=preferIPv4": {5 * time.Minute, "random", "preferIPv4"},
		"ttl=0":                                  {TTL: -1},
		"ttl=inf,select=first":                   {keepForever, "first", ""},
		"ttl=1500, policy=any":                   {1500 * time.Millisecond, "", "any"},
		"select=roundRobin":                      {Select: "roundRobin"},
	} {
		if got, err := ParseDNS(text); err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"ttl", "ttl=x", "ttl=-1s", "select=last", "policy=IPv5", "size=1", "ttl=99999999999999999"} {
		if got, err := ParseDNS(text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
		}
	}
}

func mustAddrs(texts ...string) (addrs []netip.Addr) {
	for _, t := range texts {
		addrs = append(addrs, netip.MustParseAddr(t))
	}
	return addrs
}

func TestResolve(t *testing.T) {
	all := mustAddrs("::1", "10.0.0.1", "::2", "10.0.0.2")
	for name, test := range map[string]struct {
		dns  DNS
		want [][]netip.Addr
	}{
		"first":    {DNS{Select: "first"}, [][]netip.Addr{mustAddrs("10.0.0.1", "10.0.0.2"), mustAddrs("10.0.0.1", "10.0.0.2")}},
		"in turn":  {DNS{Select: "roundRobin"}, [][]netip.Addr{mustAddrs("10.0.0.1", "10.0.0.2"), mustAddrs("10.0.0.2", "10.0.0.1")}},
		"six":      {DNS{Select: "first", Policy: "preferIPv6"}, [][]netip.Addr{mustAddrs("::1", "::2")}},
		"only six": {DNS{Select: "first", Policy: "onlyIPv6"}, [][]netip.Addr{mustAddrs("::1", "::2")}},
		"any":      {DNS{Select: "first", Policy: "any"}, [][]netip.Addr{all}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newResolver(test.dns)
			asked := 0
			r.lookup = func(context.Context, string) ([]netip.Addr, error) { asked++; return all, nil }
			for i, want := range test.want {
				if got, err := r.resolve(context.Background(), "a.test"); err != nil || !slices.Equal(got, want) {
					t.Errorf("answer %d: got %v, %v, want %v", i, got, err, want)
				}
			}
			if asked != 1 {
				t.Errorf("asked %d times, want once", asked)
			}
		})
	}
	t.Run("nothing kept", func(t *testing.T) {
		asked := 0
		r := newResolver(DNS{TTL: -1})
		r.lookup = func(context.Context, string) ([]netip.Addr, error) { asked++; return all, nil }
		for range 3 {
			_, _ = r.resolve(context.Background(), "a.test")
		}
		if asked != 3 {
			t.Errorf("asked %d times, want 3", asked)
		}
	})
	t.Run("failures are not kept", func(t *testing.T) {
		asked := 0
		r := newResolver(DNS{})
		r.lookup = func(context.Context, string) ([]netip.Addr, error) { asked++; return nil, errors.New("no") }
		for range 3 {
			_, _ = r.resolve(context.Background(), "a.test")
		}
		if asked != 3 {
			t.Errorf("asked %d times, want 3", asked)
		}
	})
}

// TestNames goes through a server with every way of finding it.
func TestNames(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		w.Header().Set("X-From", host)
	}))
	defer server.Close()
	addr := server.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	refused := mustRefused(t)
	found := func(addrs ...string) func(context.Context, string) ([]netip.Addr, error) {
		return func(context.Context, string) ([]netip.Addr, error) { return mustAddrs(addrs...), nil }
	}
	for name, test := range map[string]struct {
		config  Config
		lookup  func(context.Context, string) ([]netip.Addr, error)
		url     string
		message string
		code    int
	}{
		"hosts":        {Config{Hosts: map[string]string{"a.test": addr}}, nil, "http://a.test", "", 0},
		"look-up":      {Config{}, found("127.0.0.1"), "http://a.test:" + port, "", 0},
		"next address": {Config{DNS: DNS{Select: "first"}}, found("127.0.0.2", "127.0.0.1"), "http://a.test:" + port, "", 0},
		"refused":      {Config{}, nil, "http://" + refused, "dial tcp " + refused + ": connect: connection refused", 1212},
		"unknown":      {Config{}, nil, "http://a.test", "lookup a.test: no such host", 1101},
		"failed look-up": {Config{}, func(context.Context, string) ([]netip.Addr, error) {
			return nil, &net.DNSError{Err: "server misbehaving"}
		}, "http://a.test", "lookup a.test: server misbehaving", 1100},
		"blocked":          {Config{BlockHostnames: []string{"*.test"}}, nil, "http://a.test", "hostname a.test is blocked", 1111},
		"blacklisted":      {Config{BlacklistIPs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, nil, server.URL, "ip 127.0.0.1 is blacklisted", 1110},
		"blacklisted name": {Config{BlacklistIPs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, found("10.1.1.1"), "http://a.test", "ip 10.1.1.1 is blacklisted", 1110},
		"local address":    {Config{LocalIPs: mustAddrs("127.0.0.3")}, nil, server.URL, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "local address" && !canBind("127.0.0.3") {
				t.Skip("this system has no address 127.0.0.3 to connect from")
			}
			client, seen := mustClient(t, test.config)
			if test.lookup == nil {
				test.lookup = func(context.Context, string) ([]netip.Addr, error) { return nil, &net.DNSError{IsNotFound: true} }
			}
			client.network.resolver.lookup = test.lookup
			var resp Response
			err := client.Do(mustRequest(t, "GET", test.url, ""), &resp)
			if test.message == "" != (err == nil) || err != nil && err.Error() != test.message || resp.ErrorCode != test.code {
				t.Errorf("got %v (%d), want %s (%d)", err, resp.ErrorCode, test.message, test.code)
			}
			if e := seen.last(); e.Connected != (err == nil) || err != nil && (e.Duration() != 0 || e.Sent != 0) {
				t.Errorf("got %+v", e)
			}
			if name == "local address" && resp.Header("X-From") != "127.0.0.3" {
				t.Errorf("got a connection from %s, want 127.0.0.3", resp.Header("X-From"))
			}
		})
	}
}

// mustRefused is an address where nobody listens.
func mustRefused(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func canBind(ip string) bool {
	l, err := net.Listen("tcp", ip+":0")
	if err == nil {
		_ = l.Close()
	}
	return err == nil
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.Host)) })}
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()
	client, seen := mustClient(t, Config{UnixSocket: path})
	for range 2 {
		var resp Response
		if err := client.Do(mustRequest(t, "GET", "http://any.test/", ""), &resp); err != nil || string(resp.Body) != "any.test" {
			t.Errorf("got %q, %v, want any.test", resp.Body, err)
		}
	}
	if !seen.last().Reused {
		t.Error("got a new connection, want the kept one")
	}
	gone, _ := mustClient(t, Config{UnixSocket: path + "x"})
	if err := gone.Do(mustRequest(t, "GET", "http://any.test/", ""), &Response{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names the path", err)
	}
}
