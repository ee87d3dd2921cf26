package wire

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestDebug(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "hush"})
		_, _ = io.WriteString(w, "the answer")
	})
	for _, full := range []bool{false, true} {
		var out bytes.Buffer
		client, _ := mustClient(t, Config{Handler: handler, Debug: &out, DebugFull: full, UserAgent: "wire"})
		req := mustRequest(t, "POST", "http://user:hush@a.test/x?y=z", "the question")
		req.Header.Set("Cookie", "own=hush")
		req.Header.Set("Proxy-Authorization", "hush")
		req.Header.Set("X-Plain", "shown")
		if err := client.Do(req, &Response{}); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		for _, want := range []string{"http://****:****@a.test/x?y=z", "POST /x?y=z HTTP/1.1", "X-Plain: shown", "Cookie: ****", "Authorization: ****", "Set-Cookie: ****", "HTTP/1.1 200"} {
			if !strings.Contains(got, want) {
				t.Errorf("got no %q in:\n%s", want, got)
			}
		}
		if strings.Contains(got, "hush") || strings.Contains(got, "dXNlcjpodXNo") {
			t.Errorf("got a secret in:\n%s", got)
		}
		if strings.Contains(got, "the question") != full || strings.Contains(got, "the answer") != full {
			t.Errorf("full %v: got\n%s", full, got)
		}
	}
	t.Run("error", func(t *testing.T) {
		var out bytes.Buffer
		client, _ := mustClient(t, Config{Debug: &out})
		_ = client.Do(mustRequest(t, "GET", "http://"+mustRefused(t), ""), &Response{})
		if !strings.Contains(out.String(), "Error: dial tcp") {
			t.Errorf("got %s", out.String())
		}
	})
}
