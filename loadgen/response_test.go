package main

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
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Location"] = []string{strings.TrimPrefix(r.URL.RawQuery, "to=")}
		w.WriteHeader(http.StatusFound)
	})
}
