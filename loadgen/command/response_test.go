package command

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// oddResponses are answers that are unlike others.
func oddResponses(mux *http.ServeMux) {
	mux.HandleFunc("/broken-gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "this is not gzip")
	})
	mux.HandleFunc("/zebra", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "zebra")
		_, _ = io.WriteString(w, "foobar")
	})
	mux.HandleFunc("/lines", func(w http.ResponseWriter, r *http.Request) {
		for name, lines := range r.Header {
			_, _ = fmt.Fprintf(w, "%s: %s\n", name, strings.Join(lines, "|"))
		}
	})
	mux.HandleFunc("/headers", func(w http.ResponseWriter, r *http.Request) {
		c, b, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\nX-Empty:\r\nX-Two: 1\r\nX-Two: 2\r\nX-Fold: a\r\n  b  c\r\nContent-Length: 0\r\n\r\n")
		_ = b.Flush()
		_ = c.Close()
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Location"] = []string{strings.TrimPrefix(r.URL.RawQuery, "to=")}
		w.WriteHeader(http.StatusFound)
	})
}
