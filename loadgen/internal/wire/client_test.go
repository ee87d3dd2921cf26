package wire

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// seen records what the observer was told.
type seen struct{ all []Exchange }

func (s *seen) Exchanged(e *Exchange) { s.all = append(s.all, *e) }

func (s *seen) last() Exchange { return s.all[len(s.all)-1] }

func mustClient(tb testing.TB, c Config) (*Client, *seen) {
	tb.Helper()
	n, err := NewNetwork(c)
	if err != nil {
		tb.Fatal(err)
	}
	o := &seen{}
	client := n.NewClient(1, o)
	tb.Cleanup(func() {
		client.Close()
		if err := n.Close(); err != nil {
			tb.Error(err)
		}
	})
	return client, o
}

func mustRequest(tb testing.TB, method, url string, body string) *Request {
	tb.Helper()
	r, err := NewRequest(method, url, []byte(body))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestDo(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Agent", r.UserAgent())
		_, _ = io.WriteString(w, "hello")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		_, _ = w.Write(sent)
	})
	mux.HandleFunc("/chunked", func(w http.ResponseWriter, r *http.Request) {
		for i := range 5 {
			_, _ = fmt.Fprintf(w, "part %d\n", i)
			w.(http.Flusher).Flush()
		}
	})
	mux.HandleFunc("/empty", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/early", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "late")
	})
	mux.HandleFunc("/missing", http.NotFound)
	for name, server := range map[string]*httptest.Server{"plain": httptest.NewServer(mux), "TLS": httptest.NewTLSServer(mux)} {
		t.Run(name, func(t *testing.T) {
			defer server.Close()
			client, seen := mustClient(t, Config{UserAgent: "wire", TLS: TLS{InsecureSkipVerify: true}, HTTPVersion: "1.1"})
			for _, test := range []struct {
				method, path, send, want string
				status                   int
			}{
				{"GET", "/hello", "", "hello", 200},
				{"HEAD", "/hello", "", "", 200},
				{"POST", "/echo", "body", "body", 200},
				{"POST", "/echo", strings.Repeat("x", 1<<20), strings.Repeat("x", 1<<20), 200},
				{"GET", "/chunked", "", "part 0\npart 1\npart 2\npart 3\npart 4\n", 200},
				{"GET", "/empty", "", "", 204},
				{"GET", "/early", "", "late", 200},
				{"GET", "/missing", "", "404 page not found\n", 404},
			} {
				var resp Response
				if err := client.Do(mustRequest(t, test.method, server.URL+test.path, test.send), &resp); err != nil {
					t.Fatalf("%s %s: %v", test.method, test.path, err)
				}
				if got := string(resp.Body); got != test.want || resp.Status != test.status {
					t.Errorf("%s %s: got %d %.40q, want %d %.40q", test.method, test.path, resp.Status, got, test.status, test.want)
				}
				e := seen.last()
				if e.Sending < 0 || e.Waiting < 0 || e.Receiving < 0 || e.Blocked < 0 || e.End() > Now() {
					t.Errorf("%s: impossible phases %+v", test.path, e.Timing)
				}
			}
			for i, e := range seen.all {
				if e.Reused != (i > 0) {
					t.Errorf("exchange %d (%s): got reused %v", i, e.URL, e.Reused)
				}
			}
		})
	}
}

func TestIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this system has no IPv6: " + err.Error())
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })}
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()
	client, _ := mustClient(t, Config{})
	var resp Response
	if err := client.Do(mustRequest(t, "GET", "http://"+l.Addr().String(), ""), &resp); err != nil || string(resp.Body) != l.Addr().String() {
		t.Errorf("got %q, %v, want %s", resp.Body, err, l.Addr())
	}
}

func TestHeader(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Agent", r.UserAgent())
	}))
	defer server.Close()
	client, _ := mustClient(t, Config{UserAgent: "wire/1", Timeout: 10 * time.Second})
	var resp Response
	if err := client.Do(mustRequest(t, "GET", server.URL, ""), &resp); err != nil {
		t.Fatal(err)
	}
	if got := resp.Header("x-agent"); got != "wire/1" {
		t.Errorf("got X-Agent %q, want wire/1", got)
	}
	if got := resp.Headers().Get("X-Agent"); got != "wire/1" {
		t.Errorf("got X-Agent %q among all, want wire/1", got)
	}
}

// The context of a request to a handler lasts as long as the request, that of the second on a connection too.
func TestHandlerContext(t *testing.T) {
	contexts := make(chan context.Context, 1)
	client, _ := mustClient(t, Config{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(10 * time.Millisecond) // meanwhile the server reads on, and is stopped from it when the handler returns
		fmt.Fprint(w, r.Context().Err())
		contexts <- r.Context()
	})})
	for range 3 {
		var resp Response
		if err := client.Do(mustRequest(t, "GET", "http://foo.example/", ""), &resp); err != nil {
			t.Fatal(err)
		}
		if got := string(resp.Body); got != "<nil>" {
			t.Errorf("got a context that is %s, want one that has not ended", got)
		}
		<-(<-contexts).Done()
	}
}
