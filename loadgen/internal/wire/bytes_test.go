package wire

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// counting counts what passes through the sockets that a listener accepts.
type counting struct {
	net.Listener
	read, wrote atomic.Int64
	open        sync.WaitGroup
}

type countingConn struct {
	net.Conn
	of   *counting
	once sync.Once
}

func (l *counting) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	return &countingConn{Conn: c, of: l}, nil
}

func (c *countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.of.read.Add(int64(n))
	return n, err
}

// Write counts before the client can read, since the connection may be closed before Write is done.
func (c *countingConn) Write(p []byte) (int, error) {
	c.of.wrote.Add(int64(len(p)))
	n, err := c.Conn.Write(p)
	c.of.wrote.Add(int64(n - len(p)))
	return n, err
}

func (c *countingConn) Close() error {
	c.once.Do(c.of.open.Done)
	return c.Conn.Close()
}

// closeFrame is more than what HTTP/2 may say at the end to a server that no longer reads.
const closeFrame = 200

func TestBytesOnTheWire(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, strings.Repeat("answer ", 1000))
	})
	for name, test := range map[string]struct {
		tls, h2 bool
		config  Config
	}{
		"plain":    {},
		"no reuse": {config: Config{NoConnectionReuse: true}},
		"TLS 1.3":  {tls: true, config: Config{HTTPVersion: "1.1"}},
		"TLS 1.2":  {tls: true, config: Config{HTTPVersion: "1.1", TLS: TLS{MaxVersion: tls.VersionTLS12}}},
		"HTTP/2":   {tls: true, h2: true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(handler)
			counter := &counting{Listener: server.Listener}
			server.Listener = counter
			server.EnableHTTP2 = test.h2
			if test.tls {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			test.config.TLS.InsecureSkipVerify = true
			test.config.Timeout = 20 * time.Second
			client, seen := mustClient(t, test.config)
			for _, path := range []string{"/", "/away", "/"} {
				for _, size := range []int{0, 100, 300_000} {
					req := mustRequest(t, "POST", server.URL+path, strings.Repeat("x", size))
					if err := client.Do(req, &Response{}); err != nil {
						t.Fatal(err)
					}
				}
			}
			var told Exchange
			for _, e := range seen.all {
				told.Sent += e.Sent
				told.Received += e.Received
			}
			client.Close()
			counter.open.Wait()
			sent, received := client.Traffic()
			read, wrote := counter.read.Load(), counter.wrote.Load()
			if !test.tls && (told.Sent != read || told.Received != wrote) { // with TLS a goodbye follows the last exchange
				t.Errorf("exchanges were told of %d and %d bytes, the server saw %d and wrote %d", told.Sent, told.Received, read, wrote)
			}
			if !test.h2 && sent != read || sent > read+closeFrame || sent < told.Sent {
				t.Errorf("got %d bytes sent in all, %d by exchanges, the server saw %d", sent, told.Sent, read)
			}
			if received > wrote || received < told.Received {
				t.Errorf("got %d bytes received in all, %d by exchanges, the server wrote %d", received, told.Received, wrote)
			}
			if sent, received := client.Traffic(); sent != 0 || received != 0 {
				t.Errorf("got %d and %d bytes since, want none", sent, received)
			}
		})
	}
}

func TestPhases(t *testing.T) {
	const pause = 50 * time.Millisecond
	addr := mustServe(t, func(c net.Conn) {
		buf := make([]byte, 4096)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
			time.Sleep(pause)
			_, _ = io.WriteString(c, foobar[:len(foobar)-1])
			time.Sleep(pause)
			_, _ = io.WriteString(c, foobar[len(foobar)-1:])
		}
	})
	client, seen := mustClient(t, Config{Timeout: 20 * time.Second})
	req := mustRequest(t, "GET", "http://"+addr+"/", "")
	longest := time.Duration(0)
	for i := range 4 {
		before := Now()
		var resp Response
		if err := client.Do(req, &resp); err != nil {
			t.Fatal(err)
		}
		after := Now()
		e := seen.last()
		// A busy machine may note the end of sending late, and the first byte too; what lies around them is certain.
		if e.Sending+e.Waiting < pause || e.Duration() < 2*pause {
			t.Errorf("got %+v, want at least %v before the first byte and again after it", e.Timing, pause)
		}
		longest = max(longest, min(e.Waiting, e.Receiving+pause/2))
		if e.Start < before || e.End() > after || e.End() < before+2*pause {
			t.Errorf("got an exchange from %v to %v within %v to %v", e.Start, e.End(), before, after)
		}
		if sum := e.Sending + e.Waiting + e.Receiving; e.Duration() != sum || e.Sending <= 0 {
			t.Errorf("got duration %v of %v", e.Duration(), e.Timing)
		}
		if first := i == 0; (e.Connecting > 0) != first || e.TLSHandshaking != 0 || e.Connecting > e.Blocked || e.Reused == first {
			t.Errorf("exchange %d: got %+v", i, e.Timing)
		}
		if resp.Timing != e.Timing {
			t.Errorf("got %+v in the response, %+v in the exchange", resp.Timing, e.Timing)
		}
	}
	if longest < pause {
		t.Errorf("got waiting of %v at best, want %v", longest, pause)
	}
}
