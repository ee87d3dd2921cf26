package wire

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"example.com/foobar/loadgen/internal/digest"
)

// digestServer asks for digest authentication of ann, whose password is "p:w\"d", and checks every answer by itself.
type digestServer struct {
	algorithm, realm     string
	noQOP, userhash      bool
	uses                 int  // of a nonce before it is stale; 0 is no bound
	next                 bool // name another nonce in each response
	mu                   sync.Mutex
	nonces               map[string]*nonce
	challenged, answered int
	wrong                []string // answers that were not right
	plain                []string // values of Authorization that are no digest
}

type nonce struct {
	count uint64
	keyed string // H(A1) of -sess, from the first answer
}

const annsPassword = `p:w"d`

var parameter = regexp.MustCompile(`([A-Za-z]+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))`)

func (s *digestServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces == nil {
		s.nonces = map[string]*nonce{}
	}
	if auth := r.Header.Get("Authorization"); auth != "" {
		if !strings.HasPrefix(auth, "Digest ") {
			s.plain = append(s.plain, auth)
		} else if stale, err := s.check(auth, r); err != nil {
			s.wrong = append(s.wrong, err.Error())
		} else if stale {
			s.challenge(w, ", stale=true")
			return
		} else {
			s.answered++
			if s.next {
				w.Header().Set("Authentication-Info", fmt.Sprintf(`nextnonce="%s", qop=auth`, s.newNonce()))
			}
			fmt.Fprintf(w, "hello %s %s", r.Method, body)
			return
		}
	}
	s.challenge(w, "")
}

func (s *digestServer) challenge(w http.ResponseWriter, more string) {
	s.challenged++
	if s.algorithm != "" {
		more += ", algorithm=" + s.algorithm
	}
	if !s.noQOP {
		more += `, qop="auth,auth-int"`
	}
	if s.userhash {
		more += ", userhash=true"
	}
	w.Header().Add("WWW-Authenticate", `Basic realm="x"`)
	w.Header().Add("WWW-Authenticate", fmt.Sprintf(`Digest realm=%q, nonce="%s", opaque="op"%s`, s.realm, s.newNonce(), more))
	http.Error(w, "who are you?", http.StatusUnauthorized)
}

func (s *digestServer) newNonce() string {
	n := fmt.Sprintf("nonce%d", len(s.nonces)+1)
	s.nonces[n] = &nonce{}
	return n
}

func (s *digestServer) hash(parts ...string) string {
	h := map[string]func() hash.Hash{"": md5.New, "MD5": md5.New, "SHA-256": sha256.New, "SHA-512-256": sha512.New512_256}[strings.TrimSuffix(s.algorithm, "-sess")]()
	io.WriteString(h, strings.Join(parts, ":"))
	return fmt.Sprintf("%x", h.Sum(nil))
}

// check says what is wrong with an answer, and whether its nonce is stale.
func (s *digestServer) check(auth string, r *http.Request) (stale bool, err error) {
	p := map[string]string{}
	for _, m := range parameter.FindAllStringSubmatch(auth, -1) {
		p[m[1]] = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(m[2]) + m[3]
	}
	user := "ann"
	if s.userhash {
		user = s.hash("ann", s.realm)
	}
	n := s.nonces[p["nonce"]]
	if n == nil || p["username"] != user || p["realm"] != s.realm || p["uri"] != r.RequestURI || p["opaque"] != "op" || p["algorithm"] != s.algorithm {
		return false, fmt.Errorf("%s %s: %q", r.Method, r.RequestURI, p)
	}
	secret := s.hash("ann", s.realm, annsPassword)
	if strings.HasSuffix(s.algorithm, "-sess") {
		if n.keyed == "" {
			n.keyed = s.hash(secret, p["nonce"], p["cnonce"])
		}
		secret = n.keyed
	}
	want := s.hash(secret, p["nonce"], s.hash(r.Method, r.RequestURI))
	if !s.noQOP {
		want = s.hash(secret, p["nonce"], p["nc"], p["cnonce"], "auth", s.hash(r.Method, r.RequestURI))
		count, _ := strconv.ParseUint(p["nc"], 16, 32)
		if len(p["nc"]) != 8 || count <= n.count && s.uses >= 0 || p["qop"] != "auth" || p["cnonce"] == "" {
			return false, fmt.Errorf("the count after %d, %q", n.count, p)
		}
		n.count = count
	}
	if p["response"] != want {
		return false, fmt.Errorf("the response is %s, want %s", p["response"], want)
	}
	return s.uses > 0 && n.count > uint64(s.uses), nil
}

// mustDigest makes a request as ann.
func mustDigest(tb testing.TB, method, url, password, body string) *Request {
	tb.Helper()
	req := mustRequest(tb, method, url, body)
	if err := req.SetDigest(digest.Credentials{User: "ann", Password: password}); err != nil {
		tb.Fatal(err)
	}
	return req
}

// statuses are those of all exchanges, a challenge that is answered with a star.
func (s *seen) statuses() string {
	var all []string
	for _, x := range s.all {
		one := strconv.Itoa(x.Status)
		if x.Challenged {
			one += "*"
		}
		all = append(all, one)
	}
	return strings.Join(all, " ")
}

// The first request is challenged, the others answer beforehand; whatever the algorithm and the protocol.
func TestDigest(t *testing.T) {
	for _, s := range []*digestServer{
		{}, {algorithm: "MD5"}, {algorithm: "SHA-256"}, {algorithm: "SHA-512-256"}, {algorithm: "MD5-sess"}, {algorithm: "SHA-256-sess"},
		{noQOP: true}, {algorithm: "SHA-256", userhash: true},
	} {
		for _, version := range []string{"1.1", "2"} {
			t.Run(fmt.Sprint(s.algorithm, s.noQOP, s.userhash, version), func(t *testing.T) {
				s := &digestServer{algorithm: s.algorithm, realm: `a "realm"`, noQOP: s.noQOP, userhash: s.userhash}
				server := mustH2C
				if version == "1.1" {
					server = func(tb testing.TB, h http.Handler) *httptest.Server { return httptest.NewServer(h) }
				}
				at := server(t, s)
				defer at.Close()
				client, seen := mustClient(t, Config{HTTPVersion: version})
				var resp Response
				for i, body := range []string{"", "", "some", strings.Repeat("x", 100_000)} {
					method := "GET"
					if body != "" {
						method = "POST"
					}
					err := client.Do(mustDigest(t, method, at.URL+"/a%20b?c=d&n="+strconv.Itoa(i), annsPassword, body), &resp)
					if want := "hello " + method + " " + body; err != nil || string(resp.Body) != want {
						t.Fatalf("request %d: got %d, %v, %.60q; want %.60q; wrong: %q", i, resp.Status, err, resp.Body, want, s.wrong)
					}
				}
				if n := s.nonces["nonce1"]; !s.noQOP && n.count != 4 {
					t.Errorf("got the count %d, want 4", n.count)
				}
				if got := seen.statuses(); got != "401* 200 200 200 200" || len(s.wrong) > 0 || len(s.plain) > 0 {
					t.Errorf("got %s, wrong %q and others %q; want one challenge", got, s.wrong, s.plain)
				}
			})
		}
	}
}

func TestDigestGoesOn(t *testing.T) {
	for name, tt := range map[string]struct {
		server   *digestServer
		password string
		want     string
	}{
		"a stale nonce":      {&digestServer{uses: 2}, annsPassword, "401* 200 200 401* 200 200"},
		"the next nonce":     {&digestServer{uses: 1, next: true}, annsPassword, "401* 200 200 200 200"},
		"the next of a sess": {&digestServer{next: true, algorithm: "MD5"}, annsPassword, "401* 200 200 200 200"},
		"a wrong password":   {&digestServer{}, "s3cret", "401* 401 401* 401 401* 401 401* 401"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tt.server)
			defer server.Close()
			client, seen := mustClient(t, Config{})
			req := mustDigest(t, "GET", server.URL+"/", tt.password, "")
			for range 4 {
				if err := client.Do(req, &Response{}); err != nil {
					t.Fatal(err)
				}
				client.EndIteration()
			}
			if got := seen.statuses(); got != tt.want {
				t.Errorf("got %s, want %s; wrong: %q", got, tt.want, tt.server.wrong)
			}
		})
	}
}

// A nonce that the server has forgotten without saying so, as after a restart, is replaced.
func TestDigestForgotten(t *testing.T) {
	s := &digestServer{}
	server := httptest.NewServer(s)
	defer server.Close()
	client, seen := mustClient(t, Config{})
	for range 2 {
		if err := client.Do(mustDigest(t, "GET", server.URL+"/", annsPassword, ""), &Response{}); err != nil {
			t.Fatal(err)
		}
		clear(s.nonces)
	}
	if got := seen.statuses(); got != "401* 200 401* 200" {
		t.Errorf("got %s", got)
	}
}

// Each realm and each user is remembered by itself.
func TestDigestRealms(t *testing.T) {
	mux := http.NewServeMux()
	a, b := &digestServer{realm: "a"}, &digestServer{realm: "b", algorithm: "SHA-256"}
	mux.Handle("/a/", a)
	mux.Handle("/b/", b)
	server := httptest.NewServer(mux)
	defer server.Close()
	client, seen := mustClient(t, Config{})
	other, otherSeen := mustClient(t, Config{})
	for i := range 3 {
		for _, path := range []string{"/a/", "/b/x", "/a/c/d"} {
			if err := client.Do(mustDigest(t, "GET", server.URL+path, annsPassword, ""), &Response{}); err != nil {
				t.Fatal(err)
			}
		}
		_ = other.Do(mustDigest(t, "GET", server.URL+"/a/", annsPassword, ""), &Response{})
		if want := []string{"401* 200", "401* 200 200", "401* 200 200 200"}[i]; otherSeen.statuses() != want {
			t.Errorf("another user: got %s, want %s", otherSeen.statuses(), want)
		}
	}
	// /b/x is first asked with the answer for /a/, which is nobody's there.
	if got := seen.statuses(); got != "401* 200 401* 200 200 200 200 200 200 200 200" {
		t.Errorf("got %s", got)
	}
}

// Nothing of the user goes to another origin.
func TestDigestRedirect(t *testing.T) {
	mux := http.NewServeMux()
	near := &digestServer{realm: "near"}
	mux.Handle("/end", near)
	mux.Handle("/gate", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusTemporaryRedirect)
	}))
	home := httptest.NewServer(mux)
	defer home.Close()
	far := &digestServer{realm: "near"}
	var sent []string
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, fmt.Sprint(r.Header))
		far.ServeHTTP(w, r)
	}))
	defer away.Close()
	for name, tt := range map[string]struct{ to, want string }{
		"the same origin": {"/end", "307 401* 200 307 200"},
		"another origin":  {away.URL + "/end", "307 401 307 401"},
		"and back":        {away.URL + "/back?" + home.URL, "307 401 307 401"},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := mustClient(t, Config{})
			req := mustRequest(t, "GET", strings.Replace(home.URL, "//", "//ann:"+url.QueryEscape(annsPassword)+"@", 1)+"/gate?to="+url.QueryEscape(tt.to), "")
			if err := req.SetDigest(digest.Credentials{}); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := client.Do(req, &Response{}); err != nil {
					t.Fatal(err)
				}
			}
			if got := seen.statuses(); got != tt.want || len(near.wrong)+len(near.plain)+len(far.plain)+len(far.wrong) > 0 {
				t.Errorf("got %s, want %s; %+v", got, tt.want, near)
			}
		})
	}
	if all := strings.Join(sent, ""); strings.Contains(all, "Authorization") || strings.Contains(all, "ann") {
		t.Errorf("the other origin was sent %s", all)
	}
}

// Requests of a batch are each challenged at first, and count on one nonce later.
func TestDigestBatch(t *testing.T) {
	s := &digestServer{uses: -1} // counts come in any order
	server := httptest.NewServer(s)
	defer server.Close()
	client, seen := mustClient(t, Config{})
	for range 2 {
		var reqs []*Request
		var resps []*Response
		for range 5 {
			reqs, resps = append(reqs, mustDigest(t, "GET", server.URL+"/", annsPassword, "")), append(resps, &Response{})
		}
		client.Batch(reqs, resps)
		for i, r := range resps {
			if r.Err != nil || r.Status != 200 {
				t.Errorf("request %d: got %d, %v", i, r.Status, r.Err)
			}
		}
	}
	if got := len(seen.all); got < 11 || got > 15 || s.answered != 10 {
		t.Errorf("got %d exchanges, want at most 5 challenges and 10 answers", got)
	}
}

// A body that is streamed is sent again, and one that is received is the answer's.
func TestDigestStreams(t *testing.T) {
	s := &digestServer{}
	server := httptest.NewServer(s)
	defer server.Close()
	client, _ := mustClient(t, Config{})
	req := mustDigest(t, "PUT", server.URL+"/", annsPassword, "")
	req.Upload = &Upload{Size: -1, Open: func() (io.Reader, error) { return strings.NewReader("piece by piece"), nil }}
	var got []string
	req.Receive = func(s *Stream) error {
		b, err := io.ReadAll(s)
		got = append(got, string(b))
		return err
	}
	if err := client.Do(req, &Response{}); err != nil || len(got) != 1 || got[0] != "hello PUT piece by piece" {
		t.Errorf("got %q, %v", got, err)
	}
}

// Nothing that lets anyone else in is written for people to read.
func TestDigestIsSecret(t *testing.T) {
	s := &digestServer{}
	var out bytes.Buffer
	client, _ := mustClient(t, Config{Handler: s, Debug: &out, DebugFull: true})
	req := mustDigest(t, "GET", "http://a.test/", annsPassword, "")
	if err := client.Do(req, &Response{}); err != nil || s.answered != 1 {
		t.Fatal(err, s.wrong)
	}
	if got := out.String(); !strings.Contains(got, "Authorization: ****") || strings.Contains(got, "response=") || strings.Contains(got, annsPassword) {
		t.Errorf("got\n%s", got)
	}
}

func TestDigestRefused(t *testing.T) {
	req := mustRequest(t, "GET", "http://a.test/", "")
	if err := req.SetDigest(digest.Credentials{Password: "s3cret"}); err == nil || !strings.Contains(err.Error(), "digest authentication: it needs a user") {
		t.Errorf("got %v", err)
	}
	req = mustDigest(t, "GET", "http://a.test/", annsPassword, "")
	req.Header.Set("Authorization", "Bearer x")
	client, _ := mustClient(t, Config{Handler: &digestServer{}})
	if err := client.Do(req, &Response{}); err == nil || !strings.Contains(err.Error(), "leave one of them out") {
		t.Errorf("got %v", err)
	}
}

// curl agrees with the server of these tests, where there is one.
func TestDigestServerIsRight(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not there")
	}
	for _, s := range []*digestServer{{realm: `a "realm"`}, {algorithm: "SHA-256"}, {algorithm: "MD5-sess"}, {noQOP: true}, {algorithm: "SHA-256", userhash: true}} {
		server := httptest.NewServer(s)
		out, err := exec.Command(curl, "-sS", "--noproxy", "*", "--digest", "-u", "ann:"+annsPassword, server.URL+"/x?y=z", server.URL+"/x").CombinedOutput()
		if server.Close(); err != nil || string(out) != "hello GET hello GET " || len(s.wrong) > 0 {
			t.Errorf("%q: got %s, %v, wrong %q", s.algorithm, out, err, s.wrong)
		}
	}
}
