package command

import (
	"compress/gzip"
	"crypto/md5"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

var digestParameter = regexp.MustCompile(`(\w+)="?([^",]*)"?`)

// digest asks for digest authentication of ann, whose password is hunter2.
func digest(w http.ResponseWriter, r *http.Request) {
	p := map[string]string{}
	for _, m := range digestParameter.FindAllStringSubmatch(r.Header.Get("Authorization"), -1) {
		p[m[1]] = m[2]
	}
	hash := func(parts ...string) string { return fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(parts, ":")))) }
	secret, what := hash("ann", "shop", "hunter2"), hash(r.Method, r.RequestURI)
	if p["response"] == "" || p["response"] != hash(secret, p["nonce"], p["nc"], p["cnonce"], "auth", what) {
		w.Header().Set("WWW-Authenticate", `Digest realm="shop", nonce="n1", qop="auth"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, "hello %s %s", p["username"], p["nc"])
}

// compressed answers with the coding and the text of a body in gzip.
func compressed(w http.ResponseWriter, r *http.Request) {
	body, err := gzip.NewReader(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	text, err := io.ReadAll(body)
	fmt.Fprintf(w, "%s %s %v", r.Header.Get("Content-Encoding"), text, err)
}
