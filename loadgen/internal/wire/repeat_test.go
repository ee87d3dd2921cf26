package wire

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestServerClosedWhileIdle(t *testing.T) {
	for name, wait := range map[string]time.Duration{"at once": 0, "after a rest": 20 * restTime} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan struct{}, 9)
			addr := mustServe(t, func(c net.Conn) {
				_, _ = http.ReadRequest(bufio.NewReader(c))
				_, _ = io.WriteString(c, foobar)
				_ = c.Close()
				closed <- struct{}{}
			})
			client, seen := mustClient(t, Config{Timeout: 20 * time.Second})
			req := mustRequest(t, "GET", "http://"+addr+"/", "")
			for i := range 3 {
				var resp Response
				if err := client.Do(req, &resp); err != nil {
					t.Fatalf("request %d: %v", i, err)
				}
				<-closed
				time.Sleep(wait)
			}
			if e := seen.last(); len(seen.all) != 3 || e.Reused || !e.Connected || e.Connecting == 0 {
				t.Errorf("got %d exchanges, the last %+v; want 3, over a new connection", len(seen.all), e)
			}
		})
	}
}

func TestHalfClosedWhileIdle(t *testing.T) {
	t.Parallel()
	// The server ends its side but goes on reading: nothing but a look at the socket tells.
	addr := mustServe(t, func(c net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(c))
		_, _ = io.WriteString(c, foobar)
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
	})
	client, _ := mustClient(t, Config{Timeout: 30 * time.Second})
	req := mustRequest(t, "GET", "http://"+addr+"/", "")
	for range 2 {
		if err := client.Do(req, &Response{}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPostIsNotSentTwice(t *testing.T) {
	requests := make(chan string, 9)
	addr := mustServe(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for i := 0; ; i++ {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			requests <- req.Method
			if i > 0 {
				return // took the request, answers nothing
			}
			_, _ = io.WriteString(c, foobar)
		}
	})
	client, _ := mustClient(t, Config{Timeout: 20 * time.Second})
	req := mustRequest(t, "POST", "http://"+addr+"/", "x")
	first, second := client.Do(req, &Response{}), client.Do(req, &Response{})
	if first != nil || second == nil || len(requests) != 2 {
		t.Errorf("got %v, %v, %d requests; want success, an error, 2", first, second, len(requests))
	}
}

// TestPostOverAClosedConnection: the server closes after every answer and doesn't say so.
func TestPostOverAClosedConnection(t *testing.T) {
	t.Parallel()
	cert := mustCertificate(t, "a.test")
	for name, test := range map[string]struct {
		tls  bool
		wait time.Duration
	}{
		"at once": {false, 0}, "after a rest": {false, 20 * restTime}, "TLS at once": {true, 0}, "TLS after a rest": {true, 20 * restTime},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS != "linux" && test.wait < restTime {
				t.Skip("only Linux tells what was acknowledged")
			}
			var requests atomic.Int64
			closed := make(chan struct{}, 1)
			addr := mustServe(t, func(c net.Conn) {
				if test.tls {
					c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
				}
				req, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, req.Body)
				requests.Add(1)
				_, _ = io.WriteString(c, foobar)
				_ = c.Close()
				closed <- struct{}{}
			})
			config, url := Config{Timeout: 20 * time.Second}, "http://"+addr
			if test.tls {
				config.TLS.RootCAs, config.Hosts, url = pool(cert), map[string]string{"a.test": addr}, "https://a.test"
			}
			client, seen := mustClient(t, config)
			req := mustRequest(t, "POST", url, "x")
			for i := range 30 {
				var resp Response
				if err := client.Do(req, &resp); err != nil || string(resp.Body) != "foobar" {
					t.Fatalf("request %d: got %q, %v", i, resp.Body, err)
				}
				if e := seen.last(); e.Reused {
					t.Errorf("request %d: got a kept connection, want a new one", i)
				}
				<-closed
				client.suspicious.Store(i%2 == 0)
				time.Sleep(test.wait)
			}
			if got := requests.Load(); got != 30 || len(seen.all) != 30 {
				t.Errorf("got %d requests at the server and %d exchanges, want 30 of each", got, len(seen.all))
			}
		})
	}
}

// TestPostThatMayHaveBeenProcessed: over a kept connection the server takes a part of the second request at least.
func TestPostThatMayHaveBeenProcessed(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(c net.Conn, r *bufio.Reader){
		"closed after all":        func(_ net.Conn, r *bufio.Reader) { _, _ = http.ReadRequest(r) },
		"closed after a byte":     func(_ net.Conn, r *bufio.Reader) { _, _ = r.ReadByte() },
		"reset after a byte":      func(c net.Conn, r *bufio.Reader) { _, _ = r.ReadByte(); reset(c) },
		"half closed, then taken": func(c net.Conn, r *bufio.Reader) { _ = c.(*net.TCPConn).CloseWrite(); _, _ = io.Copy(io.Discard, r) },
	} {
		t.Run(name, func(t *testing.T) {
			var connections atomic.Int64
			addr := mustServe(t, func(c net.Conn) {
				connections.Add(1)
				r := bufio.NewReaderSize(c, 16)
				_, _ = http.ReadRequest(r)
				_, _ = r.Discard(1)
				_, _ = io.WriteString(c, foobar)
				end(c, r)
			})
			client, seen := mustClient(t, Config{Timeout: 20 * time.Second})
			req := mustRequest(t, "POST", "http://"+addr, "x")
			first, second := client.Do(req, &Response{}), client.Do(req, &Response{})
			if name == "half closed, then taken" && second == nil && !seen.last().Reused {
				t.Skip("the end was seen before the request")
			}
			if first != nil || second == nil || connections.Load() != 1 || len(seen.all) != 2 {
				t.Errorf("got %v, %v, %d connections, %d exchanges; want success, an error, 1, 2", first, second, connections.Load(), len(seen.all))
			}
		})
	}
}
