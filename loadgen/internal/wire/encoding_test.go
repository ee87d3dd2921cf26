package wire

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// bodies are of all kinds.
func bodies() [][]byte {
	random := make([]byte, 100_000)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(random)
	return [][]byte{[]byte("x"), []byte(`{"name":"ann"}`), bytes.Repeat([]byte("abc "), 500_000), random}
}

var allCodings = [][]string{{"gzip"}, {"deflate"}, {"br"}, {"zstd"}, {"gzip", "br"}, {"br", "zstd", "deflate", "gzip"}, {"gzip", "gzip"}}

// What is encoded is decoded by what reads the responses of servers.
func TestEncode(t *testing.T) {
	for _, codings := range allCodings {
		t.Run(joinCodings(codings), func(t *testing.T) {
			for range 3 { // with encoders that were used before
				for i, body := range bodies() {
					sent, err := Encode(body, codings)
					if err != nil {
						t.Fatal(err)
					}
					server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						w.Header().Set("Content-Encoding", joinCodings(codings))
						_, _ = w.Write(sent)
					})
					client, _ := mustClient(t, Config{Handler: server})
					var resp Response
					if err := client.Do(mustRequest(t, "GET", "http://a.test/", ""), &resp); err != nil || !bytes.Equal(resp.Body, body) {
						t.Errorf("body %d: got %d bytes, %v; want %d", i, len(resp.Body), err, len(body))
					}
				}
			}
		})
	}
}

// Many can encode at once.
func TestEncodeAtOnce(t *testing.T) {
	want := map[string][]byte{}
	body := []byte(strings.Repeat("some text ", 1000))
	for _, codings := range allCodings {
		want[joinCodings(codings)], _ = Encode(body, codings)
	}
	var all sync.WaitGroup
	for range 4 {
		for _, codings := range allCodings {
			all.Go(func() {
				for range 20 {
					if got, err := Encode(body, codings); err != nil || !bytes.Equal(got, want[joinCodings(codings)]) {
						t.Errorf("%q: got another body than alone, %v", codings, err)
					}
				}
			})
		}
	}
	all.Wait()
}

// Encoding allocates its result, and nothing else.
func TestEncodeAllocates(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector empties pools")
	}
	body := []byte(strings.Repeat(`{"name":"ann"}`, 100))
	for _, codings := range [][]string{{"gzip"}, {"deflate"}, {"br"}, {"zstd"}, {"gzip", "br"}} {
		if got := testing.AllocsPerRun(100, func() { _, _ = Encode(body, codings) }); got > 1 {
			t.Errorf("%q: %v allocations, want 1", codings, got)
		}
	}
}

func TestCompress(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(r *Request)
		want   string
	}{
		"a header of its own": {func(r *Request) { r.Header.Set("Content-Encoding", "gzip") }, "leave one of them out"},
		"an upload":           {func(r *Request) { r.Upload = &Upload{} }, "a body that is streamed can't be compressed"},
	} {
		req := mustRequest(t, "POST", "http://a.test/", "x")
		tt.change(req)
		if err := req.Compress([]string{"gzip"}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	req := mustRequest(t, "POST", "http://a.test/", "")
	if err := req.Compress([]string{"gzip"}); err != nil || req.Header.Get("Content-Encoding") != "" || len(req.Body) > 0 {
		t.Errorf("no body: got %q, %v, %v; want it as it is", req.Body, req.Header, err)
	}
	for want, codings := range map[string][]string{"want one coding to 8": nil, `unknown coding "lzw": want gzip, deflate, br or zstd`: {"gzip", "lzw"}} {
		if err := CheckCodings(codings); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", codings, err, want)
		}
	}
}

// Other programs can read it: gzip's and zstd's own, where there are some.
func TestEncodeForOthers(t *testing.T) {
	for name, program := range map[string][]string{"gzip": {"gzip", "-dc"}, "zstd": {"zstd", "-dc"}, "br": {"brotli", "-dc"},
		"deflate": {"python3", "-c", "import sys, zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))"}} {
		t.Run(name, func(t *testing.T) {
			path, err := exec.LookPath(program[0])
			if err != nil {
				t.Skip(program[0] + " is not there")
			}
			body := bytes.Repeat([]byte("abc "), 10_000)
			sent, err := Encode(body, []string{name})
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(path, program[1:]...)
			cmd.Stdin = bytes.NewReader(sent)
			if out, err := cmd.Output(); err != nil || !bytes.Equal(out, body) {
				t.Errorf("got %d bytes, %v; want %d", len(out), err, len(body))
			}
		})
	}
}

// The server is told the coding and the length, over HTTP/1.1 and HTTP/2, and a redirect without the body has neither.
func TestCompressedRequest(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, "/", len(to)+300)
			return
		}
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%s %q %v %d", r.Method, r.Header.Get("Content-Encoding"), r.ContentLength == n, n)
	})
	one := httptest.NewServer(handler)
	defer one.Close()
	for version, server := range map[string]*httptest.Server{"1.1": one, "2": mustH2C(t, handler)} {
		client, _ := mustClient(t, Config{HTTPVersion: version})
		for path, want := range map[string]string{"/": `POST "gzip, br" true `, "/?to=xxx": `GET "" true 0`, "/?to=1234567": `POST "gzip, br" true `} {
			req := mustRequest(t, "POST", server.URL+path, strings.Repeat("x", 10_000))
			if err := req.Compress([]string{"gzip", "br"}); err != nil {
				t.Fatal(err)
			}
			var resp Response
			if err := client.Do(req, &resp); err != nil || !strings.HasPrefix(string(resp.Body), want) {
				t.Errorf("HTTP/%s %s: got %s, %v; want %s", version, path, resp.Body, err, want)
			}
		}
	}
}
