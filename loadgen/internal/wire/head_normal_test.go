package wire

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestUntidyHeaders: what RFC 9112 lets a client accept.
func TestUntidyHeaders(t *testing.T) {
	for name, test := range map[string]struct{ response, body, header string }{
		"bare line feeds":             {"HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\nok", "ok", "1"},
		"mixed line ends":             {"HTTP/1.1 200 OK\r\nX-A: 1\nContent-Length: 2\r\n\nok", "ok", "1"},
		"bare, then mixed":            {"HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\r\nok", "ok", "1"},
		"an empty line in the body":   {"HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 6\n\n\r\n\r\nok", "\r\n\r\nok", "1"},
		"one length twice":            {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok", "ok", "1"},
		"one length as a list":        {"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2, 2\r\n\r\nok", "ok", "1"},
		"bare and chunked":            {"HTTP/1.1 200 OK\nX-A: 1\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n", "ok", "1"},
		"many informational":          {strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 500) + "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok", "ok", "1"},
		"informational, bare":         {"HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok", "ok", "1"},
		"no reason":                   {"HTTP/1.1 200\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok", "ok", "1"},
		"a header larger than memory": {"HTTP/1.1 200 OK\nX-B: " + strings.Repeat("b", 100<<10) + "\nX-A: 1\nContent-Length: 2\n\nok", "ok", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := mustClient(t, Config{Timeout: 20 * time.Second})
			req := mustRequest(t, "GET", "http://"+mustServe(t, answering(test.response)), "")
			for range 3 {
				var resp Response
				if err := client.Do(req, &resp); err != nil || string(resp.Body) != test.body || resp.Header("X-A") != test.header || resp.Headers().Get("X-A") != test.header {
					t.Errorf("got %q, %v, header %q, want %q and %q", resp.Body, err, resp.Headers(), test.body, test.header)
				}
			}
		})
	}
	for _, length := range []string{"2, 3", "2,", "+2", "2 2", "-2", "0x2"} {
		response := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\nok", length)
		client, _ := mustClient(t, Config{Timeout: 20 * time.Second})
		if err := client.Do(mustRequest(t, "GET", "http://"+mustServe(t, answering(response)), ""), &Response{}); err == nil {
			t.Errorf("Content-Length %s: got success, want an error", length)
		}
	}
}

func TestHeaderEnd(t *testing.T) {
	for text, want := range map[string]int{
		"": -1, "a\r\n": -1, "a\r\n\r": -1, "a\r\n\r\n": 5, "a\n\n": 3, "a\n\r\nb": 4, "a\r\n\nb\r\n\r\n": 4, "a\r\n\r\n\n\n": 5,
	} {
		if got := headerEnd([]byte(text)); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

// TestZoneStaysHere: the zone of an address is for this machine.
func TestZoneStaysHere(t *testing.T) {
	target, err := parseTarget("http://[fe80::1%25eth0]:8080/a")
	if err != nil || target.authority != "[fe80::1]:8080" || target.host != "fe80::1%eth0" {
		t.Errorf("got %+v, %v, want a zone in the host and none in the authority", target, err)
	}
	n, err := NewNetwork(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if got := n.tlsConfig(target.host, nil, nil).ServerName; got != "fe80::1" {
		t.Errorf("got server name %q, want fe80::1", got)
	}
}
