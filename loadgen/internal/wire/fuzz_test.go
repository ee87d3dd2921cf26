package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// scripted is a server that says what it was told to and then ends, whatever it is sent.
type scripted struct {
	net.Conn
	say []byte
	cut int
}

func (s *scripted) Read(p []byte) (int, error) {
	if len(s.say) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), max(1, s.cut))], s.say)
	s.say = s.say[n:]
	return n, nil
}

func (s *scripted) Write(p []byte) (int, error)      { return len(p), nil }
func (s *scripted) Close() error                     { return nil }
func (s *scripted) SetDeadline(time.Time) error      { return nil }
func (s *scripted) SetReadDeadline(time.Time) error  { return nil }
func (s *scripted) SetWriteDeadline(time.Time) error { return nil }

func FuzzResponse(f *testing.F) {
	for _, say := range []string{
		foobar, "", "HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.1 204 No Content\r\n\r\n", "\r\n\r\n" + foobar,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n" + foobar,
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.0 200 OK\r\nContent-Length: 99999999999999\r\n\r\na",
		"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
	} {
		f.Add([]byte(say), 7, false)
		f.Add([]byte(say), 4096, true)
	}
	n, err := NewNetwork(Config{MaxBody: 1000, Timeout: time.Minute})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, say []byte, cut int, head bool) {
		client := n.NewClient(1, nil)
		method := map[bool]string{false: "GET", true: "HEAD"}[head]
		req := mustRequest(t, method, "http://a.test/", "")
		req.MaxRedirects = 0
		socket, err := client.attach(&scripted{say: say, cut: cut}, Now(), 0)
		if err != nil {
			t.Fatal(err)
		}
		client.putIdle(&stream{conn: socket, key: "http://a.test:80", idleSince: Now()})
		var resp Response
		err = client.fuzzed(req, &resp)
		if len(resp.Body) > 1000 || err != nil && len(resp.Body) > 0 {
			t.Errorf("got a body of %d bytes, %v", len(resp.Body), err)
		}
		if err == nil && (resp.Status < 100 || resp.Status > 999) {
			t.Errorf("got status %d", resp.Status)
		}
		var e *Error
		if err != nil && (!errors.As(err, &e) || len(e.Message) > 200) {
			t.Errorf("got error %v, want a short one of ours", err)
		}
		_ = resp.Headers()
	})
}

// fuzzed is Do over the kept connection alone.
func (c *Client) fuzzed(req *Request, resp *Response) error {
	one := &call{client: c, request: req, resp: resp, hop: req.prepare(c.network), limit: Now() + time.Minute}
	one.finish(one.over(c.takeIdle(one.hop.target.key, Now())))
	return resp.Err
}

func FuzzLocation(f *testing.F) {
	for _, l := range []string{"/x", "//b.test", "http://b.test/\x00", "?", "#", "http://[::1", "http://u:p@c.test", "ftp://x", "\\", "http:", "%", "http://a.test:99999/"} {
		f.Add(l)
	}
	n, err := NewNetwork(Config{})
	if err != nil {
		f.Fatal(err)
	}
	client := n.NewClient(1, nil)
	f.Fuzz(func(t *testing.T, location string) {
		if strings.ContainsAny(location, "\r\n") {
			return // no header holds those
		}
		req := mustRequest(t, "POST", "http://user:hush@a.test/from", "body")
		c := &call{client: client, request: req, hop: req.prepare(n), resp: &Response{lines: []byte("Location: " + location + "\r\n")}}
		c.Status = 302
		next := c.redirect()
		if next == nil {
			return
		}
		if next.err != nil && len(next.err.Error()) > 200 {
			t.Errorf("%.100q: got the error %v, want a short one", location, next.err)
		}
		if strings.Contains(next.target.shown, "hush") {
			t.Errorf("%q: got %s, want the password masked", location, next.target.shown)
		}
		if next.err == nil && (strings.Count(string(next.head), "\n") != strings.Count(string(next.head), "\r\n") || !strings.HasPrefix(string(next.head), "GET ")) {
			t.Errorf("%q: got %q", location, next.head)
		}
		if next.err == nil && next.target.key != "http://a.test:80" && strings.Contains(string(next.head), "Authorization: Basic dXNlcjpodXNo") {
			t.Errorf("%q: got the password in %q", location, next.head)
		}
	})
}

func FuzzHosts(f *testing.F) {
	f.Add("a.test", "1.2.3.4")
	f.Add("*.b:80", "[::1]:9")
	f.Add("::1", "::1%eth0")
	f.Fuzz(func(t *testing.T, name, to string) {
		h, err := newHosts(map[string]string{name: to})
		if err != nil {
			return
		}
		for host, addr := range h {
			if !addr.IsValid() && !addr.Addr().IsValid() {
				t.Errorf("%q to %q: got %v", name, to, addr)
			}
			h.find(host, "80")
		}
	})
}

func FuzzDNS(f *testing.F) {
	f.Add("ttl=5m,select=random,policy=preferIPv4")
	f.Add("ttl=inf")
	f.Add("ttl=0,,")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDNS(text)
		if err == nil && (d.validate() != nil || d.expiry(nil) <= 0) {
			t.Errorf("%q: got %+v", text, d)
		}
	})
}

func FuzzEncoding(f *testing.F) {
	for _, e := range []string{"gzip", "deflate", "br", "zstd", "gzip, br", "x", "identity,gzip,gzip,gzip,gzip"} {
		f.Add(e, compressed(f, e, "some text"))
	}
	n, err := NewNetwork(Config{MaxBody: 10_000})
	if err != nil {
		f.Fatal(err)
	}
	client := n.NewClient(1, nil)
	f.Fuzz(func(t *testing.T, encoding string, raw []byte) {
		for _, unread := range []bool{false, true} {
			c := &call{client: client, request: &Request{UnreadBody: unread}, resp: &Response{}, limit: Now() + time.Minute}
			c.body = c.newBody(encoding)
			if err := c.body.copy(bufio.NewReader(bytes.NewReader(raw)), int64(len(raw))); err != nil {
				t.Fatal(err)
			}
			_ = c.decode()
			if got := len(c.resp.Body); got > 10_000 || unread && got > 0 {
				t.Errorf("got %d bytes", got)
			}
			if c.resp.Release(); n.room.used != 0 {
				t.Errorf("got %d bytes of the room in use, want all given back", n.room.used)
			}
		}
	})
}
