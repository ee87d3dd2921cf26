package wire

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestHeadIsThatOfItsResponse sends different requests into one Response, whose head must never be another's.
func TestHeadIsThatOfItsResponse(t *testing.T) {
	client, _ := mustClient(t, Config{Timeout: 20 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil // so that headers may repeat
		switch r.URL.Path {
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/away":
			http.Redirect(w, r, "/a", http.StatusFound)
		case "/closing":
			w.Header().Set("Connection", "close")
		case "/cookie":
			http.SetCookie(w, &http.Cookie{Name: "n", Value: "1"})
		}
		w.Header().Set("X-Path", r.URL.Path)
		if r.URL.Path != "/empty" {
			_, _ = fmt.Fprintf(w, "body of %s", r.URL.Path)
		}
	})})
	var resp Response
	for i, path := range []string{"/a", "/a", "/b", "/a", "/empty", "/empty", "/a", "/closing", "/a", "/away", "/away", "/cookie", "/cookie", "/a"} {
		for _, method := range []string{"GET", "HEAD", "GET"} {
			if err := client.Do(mustRequest(t, method, "http://a.test"+path, ""), &resp); err != nil {
				t.Fatalf("request %d: %v", i, err)
			}
			status, want, at := 200, "body of "+path, path
			if path == "/away" {
				want, at = "body of /a", "/a"
			}
			if path == "/empty" {
				status, want = 204, ""
			}
			if method == "HEAD" {
				want = ""
			}
			shown := resp.Header("X-Path")
			if status == 204 {
				at = "" // set after the header was written
			}
			if resp.Status != status || string(resp.Body) != want || shown != at {
				t.Errorf("request %d, %s %s: got %d %q from %q, want %d %q from %q", i, method, path, resp.Status, resp.Body, shown, status, want, at)
			}
		}
	}
	failed := mustRequest(t, "GET", "http://a.test/", "")
	failed.URL = "nonsense"
	if err := client.Do(failed, &resp); err == nil || resp.Header("X-Path") != "" || len(resp.Headers()) != 0 || len(resp.Body) != 0 {
		t.Errorf("got %v with header %q, want an error without", err, resp.Header("X-Path"))
	}
}

func TestHeaderLines(t *testing.T) {
	r := Response{lines: []byte("X-Empty:\r\nX-Two: 1\r\nx-two:  2 \r\nX-Three: \r\nX-Three: b\r\n")}
	for name, want := range map[string]string{"X-Empty": "", "X-TWO": "1, 2", "X-Three": ", b"} {
		if got, present := r.HeaderLines(name); got != want || !present {
			t.Errorf("%s: got %q, %v, want %q", name, got, present, want)
		}
	}
	if got, present := r.HeaderLines("X-Absent"); got != "" || present {
		t.Errorf("got %q, %v of a header that isn't there", got, present)
	}
}
