package wire

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRedirect(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/{code}", func(w http.ResponseWriter, r *http.Request) {
		var code int
		_, _ = fmt.Sscan(r.PathValue("code"), &code)
		w.Header().Set("Location", "/end?from="+r.PathValue("code"))
		w.WriteHeader(code)
	})
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %q %s", r.Method, sent, r.Header.Get("Content-Type"))
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/nowhere", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusFound) })
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.RawQuery)
		w.WriteHeader(http.StatusFound)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, test := range []struct {
		method, path string
		most         int
		status, hops int
		body, err    string
	}{
		{"POST", "/301", -1, 200, 2, `GET "" `, ""},
		{"POST", "/302", -1, 200, 2, `GET "" `, ""},
		{"PUT", "/303", -1, 200, 2, `GET "" `, ""},
		{"POST", "/307", -1, 200, 2, `POST "sent" text/x`, ""},
		{"PUT", "/308", -1, 200, 2, `PUT "sent" text/x`, ""},
		{"HEAD", "/302", -1, 200, 2, "", ""},
		{"POST", "/302", 0, 302, 1, "", ""},
		{"POST", "/300", -1, 300, 1, "", ""},
		{"HEAD", "/loop", -1, 302, 11, "", ""},
		{"HEAD", "/loop", 3, 302, 4, "", ""},
		{"GET", "/nowhere", -1, 302, 1, "", ""},
		{"GET", "/to?http://[::1", -1, 0, 2, "", "redirect to an invalid URL"},
		{"GET", "/to?ftp://h/", -1, 0, 2, "", `redirect to an invalid URL: scheme "ftp" is neither http nor https`},
		{"GET", "/to?myapp://cb", -1, 0, 2, "", `redirect to an invalid URL: scheme "myapp" is neither http nor https`},
		{"GET", "/to?mailto:ann@h.test", -1, 0, 2, "", `redirect to an invalid URL: scheme "mailto" is neither http nor https`},
		{"GET", "/to?http:///b", -1, 0, 2, "", "redirect to an invalid URL: it has no host"},
		{"GET", "/to?http:b", -1, 0, 2, "", "redirect to an invalid URL: it has no host"},
		{"GET", "/to?http://a%20b/", -1, 0, 2, "", "redirect to an invalid URL"},
		{"GET", "/to?http://h:x/", -1, 0, 2, "", "redirect to an invalid URL"},
		{"GET", "/to?http:///b", 0, 302, 1, "", ""},
	} {
		t.Run(fmt.Sprint(test.method, test.path, test.most), func(t *testing.T) {
			client, seen := mustClient(t, Config{})
			req := mustRequest(t, test.method, server.URL+test.path, "sent")
			req.Header.Set("Content-Type", "text/x")
			req.MaxRedirects = test.most
			var resp Response
			err := client.Do(req, &resp)
			if test.err == "" != (err == nil) || err != nil && err.Error() != test.err {
				t.Errorf("got error %v, want %q", err, test.err)
			}
			if resp.Status != test.status || len(seen.all) != test.hops || string(resp.Body) != test.body {
				t.Errorf("got %d after %d exchanges, %q; want %d, %d, %q", resp.Status, len(seen.all), resp.Body, test.status, test.hops, test.body)
			}
			if test.err != "" && (seen.last().Err == nil || seen.last().URL != server.URL+test.path) {
				t.Errorf("got %v of %s, want the failure of the redirect", seen.last().Err, seen.last().URL)
			}
			if got, want := seen.last().RedirectLimit, strings.HasSuffix(test.path, "loop"); got != want {
				t.Errorf("got redirect limit %v, want %v", got, want)
			}
			if test.hops == 2 && test.err == "" && !strings.HasPrefix(resp.URL, server.URL+"/end?from=") {
				t.Errorf("got URL %s, want where it led", resp.URL)
			}
		})
	}
}

func TestRedirectKeepsSecretsAtHome(t *testing.T) {
	heard := make(chan http.Header, 9)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header.Clone()
		h.Set("Host", r.Host)
		heard <- h
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	for name, test := range map[string]struct {
		from, to, auth, referer string
	}{
		"other host":       {"http://a.test/?to=http://b.test/", "b.test", "", "http://a.test/?to=http://b.test/"},
		"same host":        {"http://a.test/?to=/x", "a.test", "Bearer secret", "http://a.test/?to=/x"},
		"same by name":     {"http://a.test/?to=http://A.test:80/x", "a.test:80", "Bearer secret", "http://a.test/?to=http://A.test:80/x"},
		"below":            {"http://a.test/?to=http://x.a.test/", "x.a.test", "", "http://a.test/?to=http://x.a.test/"},
		"other port":       {"http://a.test/?to=http://a.test:81/", "a.test:81", "", "http://a.test/?to=http://a.test:81/"},
		"secure to not":    {"https://a.test/?to=http://a.test/", "a.test", "", ""},
		"not to secure":    {"http://a.test/?to=https://a.test/", "a.test", "", "http://a.test/?to=https://a.test/"},
		"user, not secure": {"https://u:p@a.test/?to=http://a.test/", "a.test", "", ""},
		"user in the URL":  {"http://u:p@a.test/?to=http://b.test/", "b.test", "", "http://a.test/?to=http://b.test/"},
		"user, other port": {"http://u:p@a.test/?to=http://a.test:81/", "a.test:81", "", "http://a.test/?to=http://a.test:81/"},
		"user, same host":  {"http://u:p@a.test/?to=/x", "a.test", "Basic dTpw", "http://a.test/?to=/x"},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, Config{Handler: handler})
			req := mustRequest(t, "GET", test.from, "")
			if !strings.Contains(test.from, "u:p@") {
				req.Header.Set("Authorization", "Bearer secret")
			}
			req.Header.Set("Cookie", "own=secret")
			if err := client.Do(req, &Response{}); err != nil {
				t.Fatal(err)
			}
			if first := <-heard; first.Get("Authorization") == "" {
				t.Error("got no Authorization in the first request")
			}
			second := <-heard
			if got := second.Get("Authorization"); got != test.auth {
				t.Errorf("got Authorization %q, want %q", got, test.auth)
			}
			if got := second.Get("Cookie"); got != map[bool]string{true: "own=secret"}[test.auth != ""] {
				t.Errorf("got Cookie %q beside Authorization %q", got, test.auth)
			}
			if got := second.Get("Referer"); got != test.referer {
				t.Errorf("got Referer %q, want %q", got, test.referer)
			}
			if got := second.Get("Host"); got != test.to {
				t.Errorf("got Host %q, want %q", got, test.to)
			}
			for _, e := range seen.all {
				if strings.Contains(e.URL, "u:p") {
					t.Errorf("got %s, want user and password masked", e.URL)
				}
			}
		})
	}
}

// A Host of the user's own stays as long as redirects lead to paths of the same server.
func TestRedirectKeepsTheHost(t *testing.T) {
	var heard []string
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Host)
		if to, ok := strings.CutPrefix(r.URL.RawQuery, "to="); ok {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}
	})
	for to, want := range map[string]string{
		"/x?to=y?to=?to=/z": "shop.test shop.test shop.test shop.test shop.test",
		"//a.test/x":        "shop.test a.test",
		"http://a.test/x":   "shop.test a.test",
		"//b.test/x?to=/z":  "shop.test b.test b.test",
	} {
		heard = nil
		client, _ := mustClient(t, Config{Handler: handler})
		req := mustRequest(t, "GET", "http://a.test/?to="+to, "")
		req.Header.Set("Host", "shop.test")
		if err := client.Do(req, &Response{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(heard, " "); got != want {
			t.Errorf("%s: got the hosts %s, want %s", to, got, want)
		}
	}
}

func TestCookies(t *testing.T) {
	heard := make(chan string, 99)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard <- r.Header.Get("Cookie")
		switch r.URL.Path {
		case "/set":
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "1", Path: "/"})
			http.SetCookie(w, &http.Cookie{Name: "b", Value: "2", Path: "/"})
		case "/hop":
			http.SetCookie(w, &http.Cookie{Name: "c", Value: "3", Path: "/"})
			http.Redirect(w, r, "/", http.StatusFound)
		}
	})
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprint("keep ", keep), func(t *testing.T) {
			client, _ := mustClient(t, Config{Handler: handler, NoCookiesReset: keep})
			do := func(path, own string) string {
				t.Helper()
				req := mustRequest(t, "GET", "http://a.test"+path, "")
				if own != "" {
					req.Header.Set("Cookie", own)
				}
				if err := client.Do(req, &Response{}); err != nil {
					t.Fatal(err)
				}
				return <-heard
			}
			if got := do("/set", ""); got != "" {
				t.Errorf("got %q at first, want none", got)
			}
			if got := do("/", ""); got != "a=1; b=2" {
				t.Errorf("got %q, want a=1; b=2", got)
			}
			if got := do("/", "own=0"); got != "own=0; a=1; b=2" {
				t.Errorf("got %q, want own=0; a=1; b=2", got)
			}
			if first, second := do("/hop", ""), <-heard; first != "a=1; b=2" || second != "a=1; b=2; c=3" {
				t.Errorf("got %q and %q over a redirect", first, second)
			}
			if got := len(client.Cookies("http://b.test/")); got != 0 {
				t.Errorf("got %d cookies for another host", got)
			}
			if err := client.SetCookie("http://a.test/", &http.Cookie{Name: "d", Value: "4"}); err != nil {
				t.Fatal(err)
			}
			if got := do("/", ""); got != "a=1; b=2; c=3; d=4" {
				t.Errorf("got %q, want d=4 as well", got)
			}
			client.EndIteration()
			want := map[bool]string{false: "", true: "a=1; b=2; c=3; d=4"}[keep]
			if got := do("/", ""); got != want {
				t.Errorf("after the iteration: got %q, want %q", got, want)
			}
		})
	}
}
