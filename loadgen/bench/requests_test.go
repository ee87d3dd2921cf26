package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	brotli "github.com/molecule-man/go-brrr"
)

// ledger is what a server was asked, a line for each request.
type ledger struct {
	mu    sync.Mutex
	lines []string
}

func (l *ledger) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// sorted are the lines, of which users that ask side by side make any order.
func (l *ledger) sorted() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(slices.Sorted(slices.Values(l.lines)), "\n")
}

// compareCounts wants both to have counted the same.
func compareCounts(t *testing.T, reports map[string]*report) {
	t.Helper()
	for _, of := range [][2]string{{"http_reqs", "count"}, {"http_req_failed", "passes"}, {"http_req_failed", "fails"}, {"checks", "passes"}, {"checks", "fails"},
		{"iterations", "count"}, {"http_req_duration{expected_response:true}", "count"}} {
		if got, want := reports["loadgen"].count(of[0], of[1]), reports["k6"].count(of[0], of[1]); got != want {
			t.Errorf("%s of %s: got %v, want k6's %v", of[1], of[0], got, want)
		}
	}
}

// A user's first request with digest authentication is two at the server, for both. k6's first gives the password away, with basic
// authentication, before it knows what is asked for; ours has nothing.
func TestOracleDigest(t *testing.T) {
	for _, password := range []string{"hunter2", "wrong"} {
		t.Run(password, func(t *testing.T) {
			ledgers, reports := map[string]*ledger{}, map[string]*report{}
			for _, name := range []string{"k6", "loadgen"} {
				l := &ledger{}
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					auth := r.Header.Get("Authorization")
					scheme, _, _ := strings.Cut(auth, " ")
					l.add("%s %s %s", r.Method, r.RequestURI, strings.TrimPrefix(scheme, map[string]string{"k6": "Basic"}[name]))
					if scheme != "Digest" || password == "wrong" { // what answers are right is tested elsewhere
						w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth", algorithm=MD5`)
						w.WriteHeader(http.StatusUnauthorized)
					}
				}))
				defer server.Close()
				url := strings.Replace(server.URL, "//", "//ann:"+password+"@", 1) + "/x?y=z"
				flags := []string{"--vus", "5", "--iterations", "5"}
				if name == "k6" {
					flags = append(flags, "-e", "URL="+url, filepath.Join("testdata", "digest.js"))
				} else {
					flags = append(flags, "-k6-exit-codes", "-digest-auth", "ann:"+password, "-check-status", "200", server.URL+"/x?y=z")
				}
				ledgers[name], reports[name] = l, MustRun(t, name, flags...)
			}
			compareCounts(t, reports)
			if got, want := ledgers["loadgen"].sorted(), ledgers["k6"].sorted(); got != want {
				t.Errorf("the server was asked\n%s\nwant as by k6\n%s", got, want)
			}
		})
	}
}

// Bodies that are sent compressed are the same to a server, whichever of the two sends them.
func TestOracleCompress(t *testing.T) {
	body := strings.Repeat("some text, ", 300)
	for _, codings := range []string{"gzip", "deflate", "br", "zstd", "gzip, br", "br, zstd, gzip"} {
		t.Run(codings, func(t *testing.T) {
			ledgers, reports := map[string]*ledger{}, map[string]*report{}
			for _, name := range []string{"k6", "loadgen"} {
				l := &ledger{}
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					sent, _ := io.ReadAll(r.Body)
					text, err := undo(sent, r.Header.Get("Content-Encoding"))
					l.add("%s %q %v %v %q", r.Method, r.Header.Get("Content-Encoding"), r.ContentLength == int64(len(sent)), err, text)
				}))
				defer server.Close()
				flags := []string{"--iterations", "2"}
				if name == "k6" {
					flags = append(flags, "-e", "URL="+server.URL, "-e", "BODY="+body, "-e", "CODINGS="+codings, filepath.Join("testdata", "compress.js"))
				} else {
					flags = append(flags, "-body", body, "-compress", codings, "-check-status", "200", server.URL)
				}
				ledgers[name], reports[name] = l, MustRun(t, name, flags...)
			}
			compareCounts(t, reports)
			got, want := ledgers["loadgen"].sorted(), ledgers["k6"].sorted()
			if got != want || !strings.Contains(want, body) {
				t.Errorf("the server was sent\n%s\nwant as by k6\n%s", got, want)
			}
		})
	}
}

// undo takes the codings off a body, the last one first.
func undo(body []byte, encoding string) (string, error) {
	for _, name := range slices.Backward(strings.Split(encoding, ", ")) {
		var from io.Reader
		var err error
		switch in := bytes.NewReader(body); name {
		case "gzip":
			from, err = gzip.NewReader(in)
		case "deflate":
			from, err = zlib.NewReader(in)
		case "br":
			from = brotli.NewReader(in)
		case "zstd":
			from, err = zstd.NewReader(in)
		}
		if err != nil || from == nil {
			return "", fmt.Errorf("%q: %w", name, err)
		}
		if body, err = io.ReadAll(from); err != nil {
			return "", fmt.Errorf("%q: %w", name, err)
		}
	}
	return string(body), nil
}
