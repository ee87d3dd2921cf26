package wire

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// once reads a request's header, says response and closes.
func once(response string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.WriteString(c, response)
		}
	}
}

// reset makes closing c send RST.
func reset(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }

func TestNonsense(t *testing.T) {
	for name, test := range map[string]struct {
		serve   func(net.Conn)
		message string
		code    int
	}{
		"garbage":         {once("SSH-2.0-OpenSSH_9.9\r\n"), "malformed HTTP response: it does not begin with HTTP/", 1000},
		"short garbage":   {once("\x00"), "malformed HTTP response: it does not begin with HTTP/", 1000},
		"bad status":      {once("HTTP/1.1 abc OK\r\n\r\n"), "malformed HTTP response: bad status line or header", 1000},
		"bad version":     {once("HTTP/x 200 OK\r\n\r\n"), "malformed HTTP response: bad status line or header", 1000},
		"bad header":      {once("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), "malformed HTTP response: bad status line or header", 1000},
		"bad length":      {once("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "malformed HTTP response: bad status line or header", 1000},
		"two lengths":     {once("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), "malformed HTTP response: bad status line or header", 1000},
		"nothing":         {once(""), "connection closed before the response", 1000},
		"cut status line": {once("HTTP/1.1 2"), "connection closed within the response's header", 1000},
		"cut header":      {once("HTTP/1.1 200 OK\r\nContent-Le"), "connection closed within the response's header", 1000},
		"cut body":        {once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!"), "connection closed within the response's body", 1000},
		"cut chunk":       {once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nfive!"), "connection closed within the response's body", 1000},
		"cut last chunk":  {once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"), "connection closed within the response's body", 1000},
		"bad chunk":       {once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nfive!"), "malformed HTTP response: bad chunk", 1000},
		"huge chunk size": {once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nfive!"), "malformed HTTP response: bad chunk", 1000},
		"chunk too long":  {once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n"), "malformed HTTP response: bad chunk", 1000},
		"odd encoding":    {once("HTTP/1.1 200 OK\r\nTransfer-Encoding: zebra\r\n\r\n"), "malformed HTTP response: bad status line or header", 1000},
		"endless 1xx":     {once(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 50000)), "malformed HTTP response: too many informational responses", 1000},
		"huge header":     {once("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2<<20) + "\r\n\r\n"), "malformed HTTP response: its header is larger than 1 MiB", 1000},
		"corrupt gzip":    {once("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde"), "decompressing the response's body: it ends too early", 1701},
		"reset":           {func(c net.Conn) { _, _ = c.Read(make([]byte, 10)); reset(c) }, "request: connection reset by peer", 1220},
		"reset in body": {func(c net.Conn) {
			once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!")(c)
			time.Sleep(50 * time.Millisecond)
			reset(c)
		}, "request: connection reset by peer", 1220},
		"drip":               {drip, "request timeout", 1050},
		"silence":            {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "request timeout", 1050},
		"TLS where plain is": {func(c net.Conn) { _, _ = c.Write([]byte{21, 3, 1, 0, 2, 2, 80}); _, _ = c.Read(make([]byte, 999)) }, "malformed HTTP response: it does not begin with HTTP/", 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, seen := mustClient(t, Config{})
			req := mustRequest(t, "GET", "http://"+mustServe(t, test.serve)+"/", "")
			if test.code == 1050 {
				req.Timeout = 300 * time.Millisecond
			} else {
				req.Timeout = 20 * time.Second
			}
			var resp Response
			err := client.Do(req, &resp)
			if err == nil || err.Error() != test.message || resp.ErrorCode != test.code {
				t.Errorf("got %v (%d), want %s (%d)", err, resp.ErrorCode, test.message, test.code)
			}
			e := seen.last()
			if len(seen.all) != 1 || !e.Connected || e.Status != 0 || resp.Status != 0 || !errors.Is(e.Err, err) {
				t.Errorf("got %d exchanges, the last %+v", len(seen.all), e)
			}
			if e.Waiting < 0 || e.Sending < 0 || e.Receiving < 0 || e.Sent == 0 {
				t.Errorf("got impossible phases or bytes: %+v", e)
			}
		})
	}
}

// drip answers a byte at a time, for ever.
func drip(c net.Conn) {
	_, _ = c.Read(make([]byte, 999))
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestUnusualButRight(t *testing.T) {
	for name, test := range map[string]struct {
		response, body, header string
		reused                 bool
	}{
		"until the end":   {"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nall of it", "all of it", "1", false},
		"HTTP/1.0":        {"HTTP/1.0 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab", "ab", "1", false},
		"close":           {"HTTP/1.1 200 OK\r\nX-A: 1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", "ab", "1", false},
		"no reason":       {"HTTP/1.1 200\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab", "ab", "1", true},
		"chunk extension": {"HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nX-T: 1\r\n\r\n", "ab", "1", true},
		"early hints":     {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab", "ab", "1", true},
		"big header":      {"HTTP/1.1 200 OK\r\nX-Big: " + strings.Repeat("b", 100_000) + "\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab", "ab", "1", true},
		"folded":          {"HTTP/1.1 200 OK\r\nX-A: 1\r\n  2  3 \r\n\t4\r\nContent-Length:\r\n 2\r\n\r\nab", "ab", "1 2  3 4", true},
		"folded at once":  {"HTTP/1.1 200 OK\r\n X-A: 0\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab", "ab", "1", true},
		"folded, bare":    {"HTTP/1.1 200 OK\nX-A: 1\n 2\nContent-Length: 2\n\nab", "ab", "1 2", true},
		"304":             {"HTTP/1.1 304 Not Modified\r\nX-A: 1\r\nContent-Length: 20\r\n\r\n", "", "1", true},
		"too much":        {"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nabcd", "ab", "1", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, seen := mustClient(t, Config{Timeout: 20 * time.Second})
			serve := answering(test.response)
			if name == "until the end" {
				serve = once(test.response)
			}
			req := mustRequest(t, "GET", "http://"+mustServe(t, serve)+"/", "")
			for range 2 {
				var resp Response
				if err := client.Do(req, &resp); err != nil {
					t.Fatal(err)
				}
				if string(resp.Body) != test.body || resp.Header("X-A") != test.header {
					t.Errorf("got body %q, X-A %q, want %q, %q", resp.Body, resp.Header("X-A"), test.body, test.header)
				}
			}
			if got := seen.last().Reused; got != test.reused {
				t.Errorf("got reused %v, want %v", got, test.reused)
			}
		})
	}
}

func TestHeadKeepsTheConnection(t *testing.T) {
	client, seen := mustClient(t, Config{Timeout: 20 * time.Second})
	req := mustRequest(t, "HEAD", "http://"+mustServe(t, answering("HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n"))+"/", "")
	for range 2 {
		if err := client.Do(req, &Response{}); err != nil {
			t.Fatal(err)
		}
	}
	if !seen.last().Reused {
		t.Error("got a new connection, want the kept one")
	}
}

func TestLargeBodies(t *testing.T) {
	const size = 3 << 20
	big := strings.Repeat("0123456789abcdef", size/16)
	for name, response := range map[string]string{
		"length":  "HTTP/1.1 200 OK\r\nContent-Length: 3145728\r\n\r\n" + big,
		"chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n" + big + "\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			addr := mustServe(t, answering(response))
			for _, limit := range []int{size, size / 2, 10} {
				client, seen := mustClient(t, Config{MaxBody: limit, Timeout: 20 * time.Second})
				var resp Response
				for _, discard := range []bool{false, true} {
					req := mustRequest(t, "GET", "http://"+addr+"/", "")
					req.DiscardBody = discard
					if err := client.Do(req, &resp); err != nil {
						t.Fatal(err)
					}
					want := big[:limit]
					if discard {
						want = ""
					}
					if string(resp.Body) != want || resp.Truncated != (limit < size && !discard) {
						t.Errorf("limit %d: got %d bytes, truncated %v", limit, len(resp.Body), resp.Truncated)
					}
					if got := seen.last().Received; got != int64(len(response)) {
						t.Errorf("got %d bytes received, want %d", got, len(response))
					}
				}
				if !seen.last().Reused {
					t.Error("got a new connection, want the kept one")
				}
			}
		})
	}
}

func TestEarlyAnswer(t *testing.T) {
	client, seen := mustClient(t, Config{Timeout: 20 * time.Second})
	addr := mustServe(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 100))
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
		_, _ = c.Read(make([]byte, 1)) // reads no further, and stays
		time.Sleep(300 * time.Millisecond)
	})
	var resp Response
	if err := client.Do(mustRequest(t, "POST", "http://"+addr+"/", strings.Repeat("x", 32<<20)), &resp); err != nil {
		t.Fatal(err)
	}
	if e := seen.last(); resp.Status != 413 || e.Waiting != 0 || e.Sending == 0 {
		t.Errorf("got status %d, %+v; want 413, waiting 0", resp.Status, e.Timing)
	}
}
