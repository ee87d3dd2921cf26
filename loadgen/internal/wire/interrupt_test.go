package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestInterrupt(t *testing.T) {
	for name, test := range map[string]struct {
		scheme    string
		serve     func(net.Conn)
		handler   http.Handler
		body      string
		connected bool
	}{
		"reading":     {"http://", swallow, nil, "", true},
		"writing":     {"http://", func(net.Conn) { time.Sleep(20 * time.Second) }, nil, strings.Repeat("x", 64<<20), true},
		"handshaking": {"https://", swallow, nil, "", false},
		"dripping":    {"http://", drip, nil, "", true},
		"HTTP/2":      {"", nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), "", true},
		"looking up":  {"http://never.test", nil, nil, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, seen := mustClient(t, Config{TLS: TLS{InsecureSkipVerify: true}})
			under := make(chan struct{}, 1)
			client.network.resolver.lookup = func(ctx context.Context, _ string) ([]netip.Addr, error) {
				under <- struct{}{}
				<-ctx.Done()
				return nil, ctx.Err()
			}
			url := test.scheme
			switch {
			case test.handler != nil:
				url = mustHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					under <- struct{}{}
					test.handler.ServeHTTP(w, r)
				})).URL
			case test.serve != nil:
				url += mustServe(t, func(c net.Conn) {
					_, _ = c.Read(make([]byte, 1))
					under <- struct{}{}
					test.serve(c)
				})
			}
			go func() {
				<-under
				client.Interrupt()
			}()
			var resp Response
			err := client.Do(mustRequest(t, "POST", url, test.body), &resp)
			if !errors.Is(err, ErrInterrupted) || resp.ErrorCode != codeOther {
				t.Errorf("got %v (%d), want %v", err, resp.ErrorCode, ErrInterrupted)
			}
			if len(seen.all) != 1 || !errors.Is(seen.last().Err, ErrInterrupted) || seen.last().Connected != test.connected {
				t.Errorf("got exchanges %+v, want one, interrupted", seen.all)
			}
			if err := client.Do(mustRequest(t, "GET", url, ""), &resp); !errors.Is(err, ErrInterrupted) || len(seen.all) != 1 {
				t.Errorf("after an interrupt: got %v, %d exchanges, want %v and no further one", err, len(seen.all), ErrInterrupted)
			}
			client.Reset()
			ok := mustRequest(t, "GET", "http://"+mustServe(t, answering(foobar)), "")
			if err := client.Do(ok, &resp); err != nil {
				t.Errorf("after Reset: %v", err)
			}
		})
	}
}

func swallow(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// TestInterruptRace is for the race detector.
func TestInterruptRace(t *testing.T) {
	client, _ := mustClient(t, Config{Timeout: 20 * time.Second})
	req := mustRequest(t, "GET", "http://"+mustServe(t, answering(foobar)), "")
	for range 50 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			client.Interrupt()
		}()
		for {
			if err := client.Do(req, &Response{}); errors.Is(err, ErrInterrupted) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		<-done
		client.Reset()
	}
}

func TestTimeout(t *testing.T) {
	silent := mustServe(t, swallow)
	h2 := mustHTTP2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	for name, url := range map[string]string{
		"reading": "http://" + silent, "handshaking": "https://" + silent, "HTTP/2": h2.URL, "looking up": "http://never.test",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, seen := mustClient(t, Config{TLS: TLS{InsecureSkipVerify: true}})
			client.network.resolver.lookup = func(ctx context.Context, _ string) ([]netip.Addr, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			req := mustRequest(t, "GET", url, "")
			req.Timeout = 200 * time.Millisecond
			var resp Response
			if err := client.Do(req, &resp); err == nil || err.Error() != "request timeout" || resp.ErrorCode != 1050 {
				t.Errorf("got %v (%d), want request timeout (1050)", err, resp.ErrorCode)
			}
			if e := seen.last(); e.End()-e.Start < req.Timeout {
				t.Errorf("got an end after %v, want at least %v", e.End()-e.Start, req.Timeout)
			}
		})
	}
}

func TestTimeoutCoversRedirects(t *testing.T) {
	hops := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(60 * time.Millisecond)
		http.Redirect(w, r, "/", http.StatusFound)
	})
	client, seen := mustClient(t, Config{Handler: hops})
	req := mustRequest(t, "GET", "http://any.test", "")
	req.Timeout = 200 * time.Millisecond
	if err := client.Do(req, &Response{}); err == nil || err.Error() != "request timeout" {
		t.Errorf("got %v, want request timeout", err)
	}
	if got := len(seen.all); got < 2 || got > 4 {
		t.Errorf("got %d hops in 200 ms, want 2 to 4", got)
	}
}
