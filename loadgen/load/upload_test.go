package load

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// counted answers with how many bytes came, and how.
var counted = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if to := r.URL.Query().Get("to"); to != "" {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		return
	}
	n, err := io.Copy(io.Discard, r.Body)
	fmt.Fprintf(w, "%d %v %v %v", n, r.ContentLength, r.TransferEncoding, err)
})

// What is sent is as large as it is said to be, never held in memory, and sent again where a redirect asks for it.
func TestUpload(t *testing.T) {
	const size = 16 << 20
	bothProtocols(t, counted, func(t *testing.T, url string, o Options) {
		encoding := map[bool]string{true: "[]", false: "[chunked]"}[strings.HasPrefix(url, "https")]
		opened := 0
		open := func() (io.Reader, error) { opened++; return io.LimitReader(zeros{}, size), nil }
		res := MustFinish(t, &Test{Options: o, Exec: func(vu *VU) error {
			before := allocated()
			for path, want := range map[string]string{"/": fmt.Sprintf("%d %d [] <nil>", size, size), "/?to=/": fmt.Sprintf("%d %d [] <nil>", size, size)} {
				if got := string(vu.Post(url+path, Upload("", size, open)).Body); got != want {
					t.Errorf("%s: got %q, want %q", path, got, want)
				}
			}
			if got, want := string(vu.Put(url, Upload("", -1, open)).Body), fmt.Sprintf("%d -1 %s <nil>", size, encoding); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if used := allocated() - before; used > 3*size {
				t.Errorf("%d MiB were allocated to send 4 bodies of %d MiB", used>>20, size>>20)
			}
			return nil
		}})
		if opened != 4 {
			t.Errorf("the body was opened %d times, want 4", opened)
		}
		if sent := sum(res, "data_sent"); sent < 3*size {
			t.Errorf("data_sent is %v, want 3 bodies", sent)
		}
	})
}

// A body that is sent while the answer to it comes, in step.
func TestUploadAndReceive(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		in := bufio.NewReader(r.Body)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			fmt.Fprintf(w, "data: %s\n", line)
			w.(http.Flusher).Flush()
		}
	})
	bothProtocols(t, echo, func(t *testing.T, url string, o Options) {
		MustFinish(t, &Test{Options: o, Exec: func(vu *VU) error {
			from, to := io.Pipe()
			go func() { _, _ = io.WriteString(to, "0\n") }()
			n := 0
			res := vu.Post(url, Upload("", -1, func() (io.Reader, error) { return from, nil }), Receive(func(s *Stream) error {
				for e := range s.Events() {
					if e.Data != fmt.Sprint(n) || e.After <= 0 {
						t.Errorf("got %+v, want %d", e, n)
					}
					if n++; n == 10 {
						_ = to.Close()
						continue
					}
					fmt.Fprintln(to, n)
				}
				return nil
			}))
			if res.Err != nil || n != 10 {
				t.Errorf("%d echoes, %v", n, res.Err)
			}
			return nil
		}})
	})
}

type closing struct {
	io.Reader
	closed atomic.Bool
}

func (c *closing) Close() error { c.closed.Store(true); return nil }

// failing gives a few bytes and then an error or a panic.
type failing struct{ with any }

func (f failing) Read([]byte) (int, error) {
	if err, ok := f.with.(error); ok {
		return 3, err
	}
	panic(f.with)
}

// A body that can't be read, or is not as long as it was said, is a failed request at once, and the user goes on.
func TestUploadThatFails(t *testing.T) {
	file := &closing{}
	text := func() io.Reader { return strings.NewReader("abc") }
	for name, tt := range map[string]struct {
		size int64
		from func() io.Reader
		err  error
		want string
	}{
		"open":  {3, text, errors.New("no such file"), "no such file"},
		"read":  {100, func() io.Reader { return failing{errors.New("bad disk")} }, nil, "bad disk"},
		"panic": {-1, func() io.Reader { return failing{"oh"} }, nil, "panic: oh"},
		"short": {5, func() io.Reader { file.Reader = text(); return file }, nil, "it ended 2 bytes before the size that was given"},
		"long":  {2, text, nil, "it is longer than the size that was given"},
	} {
		t.Run(name, func(t *testing.T) {
			bothProtocols(t, counted, func(t *testing.T, url string, o Options) {
				res := MustFinish(t, &Test{Options: o, Exec: func(vu *VU) error {
					res := vu.Post(url, Upload("a/b", tt.size, func() (io.Reader, error) { return tt.from(), tt.err }))
					if want := "reading the body to send: " + tt.want; res.Err == nil || res.Err.Error() != want || res.ErrorCode != 1000 {
						t.Errorf("got %v, code %d, want %s", res.Err, res.ErrorCode, want)
					}
					if res := vu.Get(url); res.Status != 200 {
						t.Errorf("got %v for the next request", res.Err)
					}
					return nil
				}})
				if f := res.Snapshot.Total.Find("http_req_failed"); f.Passes != 1 || f.Count != 2 {
					t.Errorf("%d of %d failed, want 1 of 2", f.Passes, f.Count)
				}
			})
		})
	}
	if !file.closed.Load() {
		t.Error("a body that can be closed was not")
	}
}

// A server may answer before it has read everything, and the response counts.
func TestUploadAnsweredEarly(t *testing.T) {
	early := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) })
	bothProtocols(t, early, func(t *testing.T, url string, o Options) {
		MustFinish(t, &Test{Options: o, Exec: func(vu *VU) error {
			for range 3 {
				if res := vu.Post(url, Upload("", -1, func() (io.Reader, error) { return zeros{}, nil })); res.Status != 413 && res.Err == nil {
					t.Errorf("got %d, %v, want 413", res.Status, res.Err)
				}
			}
			return nil
		}})
	})
}

// A reader that blocks for ever holds up nobody when time is up.
func TestUploadThatBlocks(t *testing.T) {
	bothProtocols(t, counted, func(t *testing.T, url string, o Options) {
		never, end := io.Pipe()
		defer end.Close()
		res := mustStop(t, o, 2, func(vu *VU, begun func()) error {
			return vu.Post(url, Upload("", -1, func() (io.Reader, error) { begun(); return never, nil })).Err
		})
		if got := sum(res, "http_reqs_interrupted"); got != 2 || res.Interrupted != 2 {
			t.Errorf("%v requests and %d iterations interrupted, want 2", got, res.Interrupted)
		}
	})
}
