package load

import (
	"net/http"
	"strings"
	"testing"
)

// A challenge that is answered is a request and no failure; one that isn't is what the request comes to.
func TestDigest(t *testing.T) {
	// What is right is wire's to test: here any answer is taken, but that of bob.
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if auth := r.Header.Get("Authorization"); !strings.HasPrefix(auth, "Digest ") || strings.Contains(auth, `"bob"`) {
			w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	for name, tt := range map[string]struct {
		opt              Option
		status           int
		requests, failed float64
	}{
		"ann":     {Digest("ann", "s3cret"), 200, 3, 0},
		"the URL": {Digest("", ""), 200, 3, 0},
		"bob":     {Digest("bob", "s3cret"), 401, 4, 2},
		"nobody":  {Header("X", "y"), 401, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			res := MustDo(t, server, func(vu *VU) {
				for range 2 {
					if res := vu.Get("http://eve:pw@a.test/", tt.opt); res.Status != tt.status {
						t.Errorf("got %d, want %d", res.Status, tt.status)
					}
				}
			})
			failed := res.Snapshot.Total.Find("http_req_failed")
			if got := sum(res, "http_reqs"); got != tt.requests || float64(failed.Passes) != tt.failed {
				t.Errorf("%v requests, %v failed; want %v and %v", got, failed.Passes, tt.requests, tt.failed)
			}
		})
	}
	if _, err := NewRequest("GET", "http://a.test/", Digest("", "s3cret")); err == nil || !strings.Contains(err.Error(), "digest authentication: it needs a user") {
		t.Errorf("got %v", err)
	}
}
