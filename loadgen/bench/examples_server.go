package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// bin is a server that answers as the public ones that examples ask do, as far as the examples look at it, over HTTP and over TLS,
// and keeps an account of what it was asked.
type bin struct {
	plain, secure *httptest.Server

	mu    sync.Mutex
	asked []string
}

func newBin() (*bin, error) {
	b := &bin{}
	b.plain = httptest.NewServer(b)
	b.secure = httptest.NewUnstartedServer(b)
	b.secure.EnableHTTP2 = true
	b.secure.StartTLS()
	return b, nil
}

func (b *bin) close() {
	b.plain.Close()
	b.secure.Close()
}

// account are the requests that came: method, host, path, what k6 and loadgen can be told apart by in headers, and the body.
func (b *bin) account() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// options writes a file of options that both programs take: all hosts are this server.
func (b *bin) options(hosts map[string]bool) (file string, err error) {
	to := map[string]string{}
	for host, secure := range hosts {
		server := b.plain
		if secure {
			server = b.secure
		}
		to[host] = server.Listener.Addr().String()
	}
	text, err := json.Marshal(map[string]any{"hosts": to, "insecureSkipTLSVerify": true})
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp("", "examples-*.json")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return f.Name(), err
}

// compared are the headers that requests are compared by, and those of the script's own, X-….
var compared = []string{"Accept", "Accept-Language", "Content-Type", "Referer", "User-Agent"}

// note adds a request to the account. Of digest authentication, which is another each time, it is noted that it is there.
func (b *bin) note(r *http.Request, body []byte) {
	var line strings.Builder
	fmt.Fprintf(&line, "%s %s%s", r.Method, r.Host, r.URL.RequestURI())
	for _, name := range compared {
		if v := r.Header.Get(name); v != "" {
			fmt.Fprintf(&line, " %s=%s", name, v)
		}
	}
	if cookies := strings.Split(r.Header.Get("Cookie"), "; "); cookies[0] != "" { // k6 has no order for them
		slices.Sort(cookies)
		fmt.Fprintf(&line, " Cookie=%s", strings.Join(cookies, "; "))
	}
	authorization := r.Header.Get("Authorization")
	if strings.HasPrefix(authorization, "Digest ") {
		authorization = "Digest"
	}
	fmt.Fprintf(&line, " Authorization=%s X-Test=%s %q", authorization, r.Header.Get("X-Test"), body)
	b.mu.Lock()
	b.asked = append(b.asked, line.String())
	b.mu.Unlock()
}

func (b *bin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.note(r, body)
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "redirect":
		redirect(w, r, rest)
	case "basic-auth":
		authorized(w, r, "Basic ", `Basic realm="examples"`)
	case "digest-auth":
		authorized(w, r, "Digest ", `Digest realm="examples", nonce="n", qop="auth", opaque="o", algorithm=MD5`)
	case "cookies":
		cookies(w, r, rest)
	case "graphql":
		answerJSON(w, map[string]any{"data": map[string]any{"repository": map[string]any{"issues": map[string]any{"edges": []any{
			map[string]any{"node": map[string]any{"id": "I_1", "number": 1, "title": "one"}}}}}}})
	case "pi.php":
		fmt.Fprint(w, "3.14")
	case "test.k6.io", "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<html><head><title>examples</title></head><body><p class="description">This is a replacement of the service </p></body></html>`)
	default:
		echoJSON(w, r, body)
	}
}

// redirect leads on n times, and then to /get.
func redirect(w http.ResponseWriter, r *http.Request, rest string) {
	n, err := strconv.Atoi(rest)
	if err != nil || n < 1 {
		http.NotFound(w, r)
		return
	}
	to := "/get"
	if n > 1 {
		to = "/redirect/" + strconv.Itoa(n-1)
	}
	http.Redirect(w, r, to, http.StatusFound)
}

// authorized answers those who say who they are, and asks the others.
func authorized(w http.ResponseWriter, r *http.Request, prefix, challenge string) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), prefix) {
		w.Header().Set("WWW-Authenticate", challenge)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answerJSON(w, map[string]any{"authenticated": true, "user": "user"})
}

// cookies tells the cookies that came, or sets those that are asked for.
func cookies(w http.ResponseWriter, r *http.Request, rest string) {
	if rest == "set" {
		for name, values := range r.URL.Query() {
			http.SetCookie(w, &http.Cookie{Name: name, Value: values[0], Path: "/"})
		}
		http.Redirect(w, r, "/cookies", http.StatusFound)
		return
	}
	found := map[string]string{}
	for _, c := range r.Cookies() {
		found[c.Name] = c.Value
	}
	answerJSON(w, map[string]any{"cookies": found})
}

// echoJSON tells what was asked.
func echoJSON(w http.ResponseWriter, r *http.Request, body []byte) {
	answer := map[string]any{"args": single(r.URL.Query()), "headers": single(map[string][]string(r.Header)), "url": "http://" + r.Host + r.URL.RequestURI()}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if r.ParseForm() == nil {
			answer["form"] = single(r.PostForm)
		}
	}
	var value any
	if json.Unmarshal(body, &value) == nil {
		answer["json"] = value
	}
	answerJSON(w, answer)
}

// single has one value as it is, several as a list.
func single(all map[string][]string) map[string]any {
	out := map[string]any{}
	for name, values := range all {
		out[name] = values
		if len(values) == 1 {
			out[name] = values[0]
		}
	}
	return out
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
