package wire

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestMatchesName(t *testing.T) {
	for _, test := range []struct {
		pattern, host string
		want          bool
	}{
		{"a.test", "a.test", true}, {"A.Test", "a.test", true}, {"a.test", "a.test.", true}, {"a.test.", "a.test", true},
		{"a.test", "b.a.test", false}, {"a.test", "xa.test", false},
		{"*.test", "a.test", true}, {"*.test", "a.b.test.", true}, {"*.test.", "a.test", true}, {"*.test", "test", false}, {"*.test", "atest", false},
		{"*test", "a.test", true}, {"*test", "mytest", true}, {"*test", "test", true}, {"*test", "test.example", false},
		{"*", "anything", true}, {"*", "::1", true},
		{"127.0.0.1", "127.0.0.1", true}, {"127.0.0.1", "::ffff:127.0.0.1", true}, {"::ffff:7f00:1", "127.0.0.1", true},
		{"::1", "::1", true}, {"[::1]", "::1", true}, {"0:0::1", "::1", true}, {"fe80::1", "fe80::1%lo", true}, {"::1", "::2", false},
		{"bücher.test", "xn--bcher-kva.test", true}, {"*.bücher.test", "a.xn--bcher-kva.test", true}, {"xn--bcher-kva.test", "bücher.test", true},
	} {
		if got := matchesName([]string{"other.example", test.pattern}, test.host); got != test.want {
			t.Errorf("%q on %q: got %v, want %v", test.pattern, test.host, got, test.want)
		}
		if err := checkPatterns("name", []string{test.pattern}); err != nil {
			t.Errorf("%q: %v", test.pattern, err)
		}
	}
}

func TestCheckPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		"a.test:28081": "a name has no port", "*.a.test:80": "a name has no port", "[::1]:80": "a name has no port", "*:80": "a name has no port",
		"http://a.test": "no name of a host", "a.test/x": "no name of a host", "10.0.0.0/8": "no name of a host", "user@a.test": "no name of a host",
		"": "match no host", "*.": "match no host", "**": "match no host", "a.*.test": "match no host", "*.*.test": "match no host",
		"a..test": "match no host", "*..test": "match no host", ".test": "match no host", "a b": "match no host",
	} {
		err := checkPatterns("blocked hostname", []string{pattern})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", pattern, err, want)
		}
		if _, err := NewNetwork(Config{BlockHostnames: []string{pattern}}); err == nil {
			t.Errorf("%q: a network was made", pattern)
		}
		certificates := []ClientCertificate{{Domains: []string{pattern}}}
		if _, err := NewNetwork(Config{TLS: TLS{Certificates: certificates}}); err == nil {
			t.Errorf("%q: a network was made with a certificate for it", pattern)
		}
	}
}

// A pattern that is accepted matches something.
func FuzzPatterns(f *testing.F) {
	for _, seed := range []string{"a.test", "*.test", "*test", "[::1]", "::ffff:1.2.3.4", "bücher.", "a:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if checkPatterns("name", []string{pattern}) != nil {
			return
		}
		host := pattern
		if strings.HasPrefix(pattern, "*") {
			host = "a" + pattern[1:]
		}
		if !matchesName([]string{pattern}, host) {
			t.Errorf("%q does not match %q", pattern, host)
		}
	})
}

// Names and addresses that must not be asked are not, whatever the form in which they are written and the way to them.
func TestBlocked(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	proxy, _ := url.Parse(server.URL)
	through := func(*url.URL) (*url.URL, error) { return proxy, nil }
	at := func(name string) map[string]string { return map[string]string{name: server.Listener.Addr().String()} }
	networks := func(text string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(text)} }
	for name, test := range map[string]struct {
		config Config
		url    string
		code   int
	}{
		"root's dot":             {Config{BlockHostnames: []string{"a.test"}, Hosts: at("a.test")}, "http://a.test./", 1111},
		"end of a name":          {Config{BlockHostnames: []string{"*test"}, Hosts: at("a.test")}, "http://a.test/", 1111},
		"address as a name":      {Config{BlockHostnames: []string{"127.0.0.1"}}, "http://[::ffff:127.0.0.1]" + port, 1111},
		"through a proxy":        {Config{BlockHostnames: []string{"a.test"}, Proxy: through}, "http://a.test/", 1111},
		"the proxy":              {Config{BlockHostnames: []string{"127.0.0.1"}, Proxy: through}, "http://a.test/", 1111},
		"in memory":              {Config{BlockHostnames: []string{"a.test"}, Handler: server.Config.Handler}, "http://a.test/", 1111},
		"another name":           {Config{BlockHostnames: []string{"b.test"}, Hosts: at("a.test")}, "http://a.test/", 0},
		"IPv4 network as IPv6":   {Config{BlacklistIPs: networks("::ffff:127.0.0.1/128")}, server.URL, 1110},
		"wider":                  {Config{BlacklistIPs: networks("::ffff:127.0.0.0/104")}, server.URL, 1110},
		"IPv4 address as IPv6":   {Config{BlacklistIPs: networks("127.0.0.0/8")}, "http://[::ffff:127.0.0.1]" + port, 1110},
		"both as IPv6":           {Config{BlacklistIPs: networks("::ffff:127.0.0.1/128")}, "http://[::ffff:127.0.0.1]" + port, 1110},
		"hosts as IPv6":          {Config{BlacklistIPs: networks("127.0.0.0/8"), Hosts: map[string]string{"a.test": "::ffff:127.0.0.1"}}, "http://a.test" + port, 1110},
		"IPv6 says nothing here": {Config{BlacklistIPs: networks("::/0")}, server.URL, 0},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := mustClient(t, test.config)
			var resp Response
			_ = client.Do(mustRequest(t, "GET", test.url, ""), &resp)
			if resp.ErrorCode != test.code || (resp.Err == nil) != (test.code == 0) {
				t.Errorf("got %v (%d), want code %d", resp.Err, resp.ErrorCode, test.code)
			}
		})
	}
	if _, err := NewNetwork(Config{BlacklistIPs: networks("::ffff:0.0.0.0/90")}); err == nil {
		t.Error("a network of IPv4 and more in the form of IPv6 was accepted, and would block nothing")
	}
}

func TestHostsForms(t *testing.T) {
	h, err := newHosts(map[string]string{"a.test.": "10.0.0.1", "[::1]:8080": "10.0.0.2", "[::2]": "10.0.0.3", "bücher.test": "10.0.0.4", "*.c.test:1": "10.0.0.5"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ host, port, want string }{
		{"a.test", "80", "10.0.0.1:0"}, {"a.test.", "80", "10.0.0.1:0"}, {"::1", "8080", "10.0.0.2:0"}, {"::1", "80", ""},
		{"::2", "80", "10.0.0.3:0"}, {"xn--bcher-kva.test", "80", "10.0.0.4:0"}, {"x.c.test", "1", "10.0.0.5:0"},
	} {
		if got, ok := h.find(test.host, test.port); ok != (test.want != "") || ok && got.String() != test.want {
			t.Errorf("%s:%s: got %v, want %s", test.host, test.port, got, test.want)
		}
	}
	for _, name := range []string{"http://a.test", "a.test/x", "*a.test", "a b", "a..test"} {
		if _, err := newHosts(map[string]string{name: "10.0.0.1"}); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}
