package wire

import (
	"fmt"
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

func mustHTTP2(tb testing.TB, h http.Handler) *httptest.Server {
	tb.Helper()
	server := httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = true
	server.StartTLS()
	tb.Cleanup(server.Close)
	return server
}

func mustH2C(tb testing.TB, h http.Handler) *httptest.Server {
	tb.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	tb.Cleanup(server.Close)
	return server
}

func TestHTTP2(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		time.Sleep(20 * time.Millisecond)
		w.Header().Set("X-Proto", r.Proto)
		_, _ = fmt.Fprintf(w, "%s %s %d", r.Method, r.URL.Path, len(sent))
	})
	for name, test := range map[string]struct {
		server *httptest.Server
		config Config
		tls    string
	}{
		"TLS": {mustHTTP2(t, handler), Config{TLS: TLS{InsecureSkipVerify: true}}, "tls1.3"},
		"h2c": {mustH2C(t, handler), Config{HTTPVersion: "2"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, test.config)
			for _, size := range []int{0, 10, 1 << 20} {
				var resp Response
				req := mustRequest(t, "POST", test.server.URL+"/x", strings.Repeat("x", size))
				if err := client.Do(req, &resp); err != nil {
					t.Fatal(err)
				}
				want := fmt.Sprintf("POST /x %d", size)
				if got := string(resp.Body); got != want || resp.Header("X-Proto") != "HTTP/2.0" || resp.Proto != "HTTP/2.0" {
					t.Errorf("got %q over %s, want %q over HTTP/2.0", got, resp.Proto, want)
				}
				if resp.Timing.Sending+resp.Timing.Waiting < 20*time.Millisecond {
					t.Errorf("got %+v, want at least 20 ms until the first byte", resp.Timing)
				}
			}
			for i, e := range seen.all {
				if e.Reused != (i > 0) || e.TLSVersion != test.tls || !e.Connected || e.Sent == 0 || e.Received == 0 {
					t.Errorf("exchange %d: got %+v", i, e)
				}
				if (e.TLSHandshaking > 0) != (i == 0 && test.tls != "") || (e.Connecting > 0) != (i == 0) {
					t.Errorf("exchange %d: got phases %+v", i, e.Timing)
				}
			}
		})
	}
}

func TestBatch(t *testing.T) {
	var mu sync.Mutex
	var inside, most int
	conns := map[string]bool{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		inside++
		most = max(most, inside)
		conns[r.RemoteAddr] = true
		mu.Unlock()
		time.Sleep(30 * time.Millisecond)
		mu.Lock()
		inside--
		mu.Unlock()
		_, _ = io.WriteString(w, r.URL.Path)
	})
	plain := httptest.NewServer(handler)
	defer plain.Close()
	tls1 := httptest.NewTLSServer(handler)
	defer tls1.Close()
	for name, test := range map[string]struct {
		url         string
		conns, most int
	}{
		"HTTP/1.1": {plain.URL, 6, 6},
		"TLS":      {tls1.URL, 6, 6},
		"HTTP/2":   {mustHTTP2(t, handler).URL, 1, 6},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, Config{TLS: TLS{InsecureSkipVerify: true}})
			inside, most, conns = 0, 0, map[string]bool{}
			var reqs []*Request
			var resps []*Response
			for i := range 18 {
				reqs = append(reqs, mustRequest(t, "GET", fmt.Sprintf("%s/%d", test.url, i), ""))
				resps = append(resps, &Response{})
			}
			client.Batch(reqs, resps)
			for i, r := range resps {
				if want := fmt.Sprintf("/%d", i); r.Err != nil || string(r.Body) != want {
					t.Errorf("got %q, %v, want %q", r.Body, r.Err, want)
				}
			}
			if len(conns) > test.conns || most > test.most || most < 2 || len(seen.all) != 18 {
				t.Errorf("got %d connections, %d at once, %d exchanges; want at most %d, 2 to %d, 18",
					len(conns), most, len(seen.all), test.conns, test.most)
			}
		})
	}
}

// TestBatchBeyondMaxStreams: the server takes fewer streams at once than a batch has requests.
func TestBatchBeyondMaxStreams(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		time.Sleep(5 * time.Millisecond)
	}))
	server.EnableHTTP2 = true
	server.Config.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 3}
	server.StartTLS()
	defer server.Close()
	client, seen := mustClient(t, Config{TLS: TLS{InsecureSkipVerify: true}, Batch: 50, BatchPerHost: 50})
	var reqs []*Request
	var resps []*Response
	var answered int64
	for range 50 {
		reqs, resps = append(reqs, mustRequest(t, "POST", server.URL, "a=1")), append(resps, &Response{})
	}
	for range 4 {
		client.Batch(reqs, resps)
		for _, r := range resps {
			switch {
			case r.Err == nil:
				answered++
			case r.ErrorCode != codeStream+1+1: // net/http's server counts a stream a little longer than it lasts
				t.Fatal(r.Err)
			}
		}
	}
	if requests.Load() != answered || len(seen.all) != 200 {
		t.Errorf("got %d requests at the server, %d exchanges, want %d and 200", requests.Load(), len(seen.all), answered)
	}
}

// TestHTTP2NoConnectionReuse: each request has a connection of its own.
func TestHTTP2NoConnectionReuse(t *testing.T) {
	var conns atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	server.EnableHTTP2 = true
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	server.StartTLS()
	defer server.Close()
	client, _ := mustClient(t, Config{NoConnectionReuse: true, TLS: TLS{InsecureSkipVerify: true}})
	for i, method := range []string{"GET", "HEAD", "POST", "GET", "POST"} {
		var resp Response
		if err := client.Do(mustRequest(t, method, server.URL, map[string]string{"POST": "a=1"}[method]), &resp); err != nil {
			t.Fatal(err)
		}
		if got := conns.Load(); got != int64(i+1) {
			t.Errorf("after %d requests: got %d connections, want as many", i+1, got)
		}
	}
	if client.network.http2.IdleConnTimeout != unusedTime || len(client.idle) != 0 || len(client.sockets) != 0 {
		t.Errorf("got %d kept connections, %d sockets, want none", len(client.idle), len(client.sockets))
	}
}
