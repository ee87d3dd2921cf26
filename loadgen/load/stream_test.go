package load

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/engine"
)

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// MustServe2 serves h over HTTP/2 with TLS, or over HTTP/1.1 without.
func MustServe2(tb testing.TB, h http.Handler, http2 bool) (url string, o Options) {
	tb.Helper()
	srv := httptest.NewUnstartedServer(h)
	if srv.EnableHTTP2 = http2; http2 {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	tb.Cleanup(srv.Close)
	o.InsecureSkipTLSVerify = new(true)
	return srv.URL, o
}

// mustStop runs a test whose users say when they are where they can be cut off, and stops it when so many have.
func mustStop(tb testing.TB, o Options, users int, exec func(vu *VU, begun func()) error) *Result {
	tb.Helper()
	begun := make(chan struct{}, users)
	o.Scenarios = map[string]Scenario{"s": {Executor: PerVUIterations, VUs: new(users), Iterations: new(int64(1)), GracefulStop: For(50 * time.Millisecond)}}
	r := MustStart(tb, &Test{Options: o, Exec: func(vu *VU) error { return exec(vu, func() { begun <- struct{}{} }) }})
	for range users {
		<-begun
	}
	r.stop(engine.InterruptedSignal)
	return r.Wait()
}

// bothProtocols runs test over HTTP/1.1 and HTTP/2.
func bothProtocols(t *testing.T, h http.Handler, test func(t *testing.T, url string, o Options)) {
	for name, http2 := range map[string]bool{"HTTP1": false, "HTTP2": true} {
		t.Run(name, func(t *testing.T) {
			url, o := MustServe2(t, h, http2)
			test(t, url, o)
		})
	}
}

// allocated is what this process has allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// largeBody is the bytes of /large.
const largeBody = 16 << 20

// stream writes events, gzip, downloads, and what no server should.
var stream = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	flush := w.(http.Flusher).Flush
	switch r.URL.Path {
	case "/events":
		fmt.Fprint(w, "\uFEFFid: 1\ndata: a\n\n")
		flush()
		fmt.Fprint(w, ": a comment\r\nevent: end\r\ndata: b\r\ndata:\r\ndata:  c\r\n\r\nevent: none\r\n\r\ndata: cut off")
	case "/endless":
		for i := 0; r.Context().Err() == nil; i++ {
			fmt.Fprintf(w, "data: %d\n\n", i)
			flush()
			if i >= 3 {
				<-r.Context().Done()
			}
		}
	case "/gzip":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for i := range 3 {
			fmt.Fprintf(z, "data: %d\n\n", i)
			_ = z.Flush()
			flush()
		}
		_ = z.Close()
	case "/bad-gzip":
		w.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(w, "this is not gzip")
	case "/long-line":
		for range 3 {
			fmt.Fprint(w, "data: ", strings.Repeat("x", 1<<20))
		}
	case "/large":
		n := largeBody
		w.Header().Set("Content-Length", fmt.Sprint(n))
		_, _ = io.CopyN(w, zeros{}, int64(n))
	case "/moved":
		http.Redirect(w, r, "/events", http.StatusFound)
	case "/cut":
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "data: a\n\n")
		flush()
		panic(http.ErrAbortHandler)
	case "/empty":
		w.WriteHeader(http.StatusNoContent)
	default:
		fmt.Fprint(w, "foobar")
	}
})

// events are the data of a response's events.
func events(into *[]string) Option {
	return Receive(func(s *Stream) error {
		for e := range s.Events() {
			*into = append(*into, fmt.Sprintf("%s %s %q", e.ID, e.Type, e.Data))
		}
		return nil
	})
}

func TestReceiveEvents(t *testing.T) {
	bothProtocols(t, stream, func(t *testing.T, url string, o Options) {
		test := &Test{Options: o}
		gap := test.NewTimeTrend("gap")
		test.Exec = func(vu *VU) error {
			for path, want := range map[string][]string{
				"/events": {`1 message "a"`, `1 end "b\n\n c"`},
				"/moved":  {`1 message "a"`, `1 end "b\n\n c"`},
				"/gzip":   {` message "0"`, ` message "1"`, ` message "2"`},
				"/empty":  nil,
				"/foobar": nil,
			} {
				var got []string
				res := vu.Get(url+path, events(&got))
				if res.Err != nil || !slices.Equal(got, want) || len(res.Body) != 0 || res.Status == 0 {
					t.Errorf("%s: got %q, %v, want %q", path, got, res.Err, want)
				}
			}
			res := vu.Get(url+"/events", Receive(func(s *Stream) error {
				last := time.Duration(0)
				if s.Status() != 200 || s.Header("Content-Type") == "" {
					t.Errorf("got %d, %q", s.Status(), s.Header("Content-Type"))
				}
				for e := range s.Events() {
					gap.Add(vu, e.Since)
					if e.After < last || e.Since != e.After-last {
						t.Errorf("got %v after the beginning and %v since the event before, which came after %v", e.After, e.Since, last)
					}
					last = e.After
				}
				return nil
			}))
			return res.Err
		}
		res := MustFinish(t, test)
		if got := res.Snapshot.Total.Find("gap").Count; got != 2 || res.Failed != 0 {
			t.Errorf("%d values of the metric, %d iterations failed: %+v", got, res.Failed, res.Snapshot.Failures)
		}
	})
}

// The body is never held in memory, and is in the metrics as any other.
func TestReceiveLarge(t *testing.T) {
	bothProtocols(t, stream, func(t *testing.T, url string, o Options) {
		res := MustFinish(t, &Test{Options: o, Exec: func(vu *VU) error {
			before, pause := allocated(), 20*time.Millisecond
			got := int64(0)
			res := vu.Get(url+"/large", Receive(func(s *Stream) (err error) {
				time.Sleep(pause)
				got, err = io.Copy(io.Discard, s)
				return err
			}))
			if used := allocated() - before; used > largeBody*3/2 || got != largeBody || res.Err != nil {
				t.Errorf("got %d bytes, %v, with %d MiB allocated", got, res.Err, used>>20)
			}
			if res.Timing.Receiving < pause {
				t.Errorf("receiving took %v, and its function %v", res.Timing.Receiving, pause)
			}
			return nil
		}})
		if d := res.Snapshot.Total.Find("http_req_duration"); d.Max < 20e6 || sum(res, "data_received") < largeBody {
			t.Errorf("http_req_duration %v, data_received %v", d.Max, sum(res, "data_received"))
		}
	})
}

// A stream that goes wrong is a failed request, whatever its function makes of it; the user goes on.
func TestReceiveThatFails(t *testing.T) {
	for path, want := range map[string]string{
		"/cut":       "",
		"/bad-gzip":  "decompressing the response's body",
		"/long-line": "larger than 1 MiB",
		"/endless":   "request timeout",
	} {
		limit := time.Minute
		if path == "/endless" {
			limit = 300 * time.Millisecond
		}
		t.Run(path, func(t *testing.T) {
			bothProtocols(t, stream, func(t *testing.T, url string, o Options) {
				res := MustFinish(t, &Test{Options: o, Exec: func(vu *VU) error {
					var got []string
					if res := vu.Get(url+path, events(&got), Timeout(limit)); res.Err == nil || !strings.Contains(res.Err.Error(), want) || res.Status != 0 {
						t.Errorf("got %v, %d, want %s", res.Err, res.Status, want)
					}
					return vu.Get(url).Err
				}})
				if f := res.Snapshot.Total.Find("http_req_failed"); f.Passes != 1 || f.Count != 2 || res.Failed != 0 {
					t.Errorf("%d of %d failed, want 1 of 2; %+v", f.Passes, f.Count, res.Snapshot.Failures)
				}
			})
		})
	}
}

// However the function of a stream ends, the request is counted and the user goes on.
func TestReceiveEnds(t *testing.T) {
	type want struct {
		requests, failed float64
		iterations       string // how many ended how: complete, failed, panicked
		message          string
	}
	for name, tt := range map[string]struct {
		f    func(vu *VU, s *Stream) error
		want want
	}{
		"early":   {func(_ *VU, s *Stream) error { _, err := s.Read(make([]byte, 1)); return err }, want{4, 0, "2 0 0", ""}},
		"unread":  {func(*VU, *Stream) error { return nil }, want{4, 0, "2 0 0", ""}},
		"error":   {func(*VU, *Stream) error { return io.EOF }, want{4, 2, "2 0 0", "receiving the body: EOF"}},
		"Fail":    {func(vu *VU, _ *Stream) error { vu.Fail("enough"); return nil }, want{2, 2, "0 2 0", "enough"}},
		"panic":   {func(*VU, *Stream) error { panic("oh") }, want{2, 2, "0 0 2", "panic: oh (stream_test.go"}},
		"Goexit":  {func(*VU, *Stream) error { runtime.Goexit(); return nil }, want{0, 0, "0 0 2", errGoexit.Error()}},
		"request": {func(vu *VU, s *Stream) error { return vu.Get(nested.Load().(string)).Err }, want{6, 0, "2 0 0", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			bothProtocols(t, stream, func(t *testing.T, url string, o Options) {
				nested.Store(url + "/nested")
				o.Iterations = new(int64(2))
				res := MustFinish(t, &Test{Options: o, Exec: func(vu *VU) error {
					res := vu.Get(url+"/endless", Receive(func(s *Stream) error { return tt.f(vu, s) }))
					if (res.Err == nil) != (tt.want.failed == 0) || res.URL != url+"/endless" {
						t.Errorf("got %+v", res)
					}
					return vu.Get(url).Err
				}})
				got := fmt.Sprintf("%d %d %d", int(sum(res, "iterations"))-int(res.Failed), res.Failed, res.Panicked)
				failed := res.Snapshot.Total.Find("http_req_failed").Passes
				if sum(res, "http_reqs") != tt.want.requests || float64(failed) != tt.want.failed || got != tt.want.iterations {
					t.Errorf("got %v requests, %d failed, iterations %s, want %+v; %+v", sum(res, "http_reqs"), failed, got, tt.want, res.Snapshot.Failures)
				}
				told := tt.want.message == ""
				for _, f := range res.Snapshot.Failures {
					told = told || strings.HasPrefix(f.Message, tt.want.message)
				}
				if !told {
					t.Errorf("got %+v, want %q", res.Snapshot.Failures, tt.want.message)
				}
			})
		})
	}
}

// nested is what TestReceiveEnds asks for while it receives.
var nested atomic.Value

// Streams end when time is up, at the end of the graceful stop, whether they are read or slept in.
func TestReceiveIsCutOff(t *testing.T) {
	for name, f := range map[string]func(vu *VU, s *Stream) error{
		"read":      func(_ *VU, s *Stream) error { _, err := io.Copy(io.Discard, s); return err },
		"swallowed": func(_ *VU, s *Stream) error { _, _ = io.Copy(io.Discard, s); return nil },
		"events": func(_ *VU, s *Stream) error {
			for range s.Events() {
			}
			return nil
		},
		"sleep": func(vu *VU, _ *Stream) error { vu.Sleep(time.Hour); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bothProtocols(t, stream, func(t *testing.T, url string, o Options) {
				res := mustStop(t, o, 2, func(vu *VU, begun func()) error {
					return vu.Get(url+"/endless", Timeout(-1), Receive(func(s *Stream) error {
						begun()
						return f(vu, s)
					})).Err
				})
				if got := sum(res, "http_reqs_interrupted"); got != 2 || res.Interrupted != 2 || sum(res, "http_reqs") != 0 || sum(res, "data_received") == 0 {
					t.Errorf("%v requests and %d iterations interrupted, want 2; %v bytes, %+v", got, res.Interrupted, sum(res, "data_received"), res.Snapshot.Failures)
				}
			})
		})
	}
}

// A connection whose stream was read to its end serves the next request, one whose stream was not is closed.
func TestReceiveKeepsConnections(t *testing.T) {
	for _, whole := range []bool{true, false} {
		var opened atomic.Int64
		srv := httptest.NewUnstartedServer(stream)
		srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		srv.Start()
		MustFinish(t, &Test{Exec: func(vu *VU) error {
			for _, path := range []string{"/events", "/gzip", "/foobar", "/empty"} {
				vu.Get(srv.URL+path, Receive(func(s *Stream) error {
					if !whole && path != "/empty" {
						return nil
					}
					_, err := io.Copy(io.Discard, s)
					return err
				}))
			}
			return vu.Get(srv.URL).Err
		}})
		srv.Close()
		if got, want := opened.Load(), map[bool]int64{true: 1, false: 4}[whole]; got != want {
			t.Errorf("read to the end %v: %d connections, want %d", whole, got, want)
		}
	}
}

// Bytes that are no HTTP in the middle of a stream fail the request, and end nothing else.
func TestReceiveNonsense(t *testing.T) {
	for _, body := range []string{
		"zz\r\n", "5\r\nabc", "3\r\nabcdef\r\n", "3\r\nabc\r\n0\r\n" + strings.Repeat("x: y\r\n", 1000), "-1\r\n", "ffffffffffffffff\r\n", "3;" + strings.Repeat("x", 1<<20), "",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = http.ReadRequest(bufio.NewReader(c))
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+body)
				_ = c.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, c)
				_ = c.Close()
			}
		}()
		res := MustFinish(t, &Test{Exec: func(vu *VU) error {
			return vu.Get("http://"+l.Addr().String()+"/", Receive(func(s *Stream) error { _, _ = io.Copy(io.Discard, s); return nil })).Err
		}})
		_ = l.Close()
		if res.Failed != 1 || sum(res, "http_reqs") != 1 {
			t.Errorf("%.20q: %d iterations failed, want 1", body, res.Failed)
		}
	}
}

// A few bytes that decompress to endlessly many end when time is up.
func TestReceiveBomb(t *testing.T) {
	var bomb bytes.Buffer
	z, _ := gzip.NewWriterLevel(&bomb, gzip.BestCompression)
	_, _ = io.CopyN(z, zeros{}, 4<<20)
	_ = z.Close()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for r.Context().Err() == nil {
			if _, err := w.Write(bomb.Bytes()); err != nil {
				return
			}
		}
	})
	bothProtocols(t, h, func(t *testing.T, url string, o Options) {
		res := mustStop(t, o, 1, func(vu *VU, begun func()) error {
			return vu.Get(url, Receive(func(s *Stream) error {
				begun()
				_, err := io.Copy(io.Discard, s)
				return err
			})).Err
		})
		if res.Interrupted != 1 {
			t.Errorf("%d interrupted, want 1", res.Interrupted)
		}
	})
}
