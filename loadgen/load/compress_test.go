package load

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The body is compressed wherever Compress stands among the options, once for a request that is made once.
func TestCompress(t *testing.T) {
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			var err error
			if body, err = gzip.NewReader(r.Body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		text, _ := io.ReadAll(body)
		fmt.Fprintf(w, "%s %v %s", r.Header.Get("Content-Encoding"), r.ContentLength < 200, text)
	})
	order := map[string]string{"item": strings.Repeat("a", 1000)}
	want := `gzip true {"item":"` + order["item"] + `"}`
	once, err := NewRequest("POST", "http://a.test/", JSON(order), Compress("gzip"))
	if err != nil {
		t.Fatal(err)
	}
	MustDo(t, server, func(vu *VU) {
		for name, send := range map[string]func() *Response{
			"after":  func() *Response { return vu.Post("http://a.test/", JSON(order), Compress("gzip")) },
			"before": func() *Response { return vu.Post("http://a.test/", Compress("gzip"), JSON(order)) },
			"once":   func() *Response { vu.Do(once); return vu.Do(once) },
		} {
			if res := send(); string(res.Body) != want {
				t.Errorf("%s: got %d %s, want %s", name, res.Status, res.Body, want)
			}
		}
		if res := vu.Get("http://a.test/", Compress("gzip")); string(res.Body) != " true " {
			t.Errorf("without a body: got %s", res.Body)
		}
	})
	for want, opts := range map[string][]Option{
		`compressing the body: unknown coding "lzw": want gzip, deflate, br or zstd`: {Body("", []byte("x")), Compress("lzw")},
		"compressing the body: want one coding to 8":                                 {Compress()},
		"a body that is streamed can't be compressed":                                {Compress("br"), Upload("", 1, func() (io.Reader, error) { return strings.NewReader("x"), nil })},
	} {
		if _, err := NewRequest("POST", "http://a.test/", opts...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
