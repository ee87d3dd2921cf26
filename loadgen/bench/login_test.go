package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// shop is a server whose users log in, and which counts what each of them asks.
type shop struct {
	mu    sync.Mutex
	asked map[string]int
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.asked[fmt.Sprintf("%s %s %s %s %s", r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body)]++
	s.mu.Unlock()
	switch {
	case r.URL.Path == "/login":
		var who struct{ User string }
		if json.Unmarshal(body, &who) != nil || who.User == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, `{"token":"t-%s"}`, who.User)
	case !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer t-"):
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
	}
}

// share is how many of the requests begin so.
func (s *shop) share(begin string) int {
	n := 0
	for line, count := range s.asked {
		if strings.HasPrefix(line, begin) {
			n += count
		}
	}
	return n
}

// A token that each user keeps, rows of CSV, weights and pauses by chance: k6's script, the same script run by loadgen, and a file of
// at most 30 lines ask the same requests of the server, as often as chance allows.
func TestOracleLogin(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "login", "login.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines > 30 {
		t.Errorf("the file has %d lines, want 30 at most", lines)
	}
	shops, reports := map[string]*shop{}, map[string]*report{}
	for name, args := range map[string][]string{
		"k6":     {"k6", filepath.Join("testdata", "login", "login.js")},
		"script": {"loadgen", filepath.Join("testdata", "login", "login.js")},
		"file":   {"loadgen", "-config", filepath.Join("testdata", "login", "login.yaml")},
	} {
		s := &shop{asked: map[string]int{}}
		server := httptest.NewServer(s)
		reports[name] = MustRun(t, args[0], append([]string{"-e", "URL=" + server.URL}, args[1:]...)...)
		server.Close()
		shops[name] = s
	}
	want := slices.Sorted(maps.Keys(shops["k6"].asked))
	for name, s := range shops {
		if got := slices.Sorted(maps.Keys(s.asked)); !slices.Equal(got, want) {
			t.Errorf("%s: requests: got\n%s\nwant k6's\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		checkShares(t, name, s)
		checkLoginCounts(t, name, reports[name])
	}
}

// checkShares holds what came against what chance allows: six standard deviations of the binomial distribution.
func checkShares(t *testing.T, name string, s *shop) {
	t.Helper()
	const iterations = 2000
	if got := s.share("POST /login "); got != 5 {
		t.Errorf("%s: got %d logins, want one of each of 5 users", name, got)
	}
	for begin, share := range map[string]float64{"GET /items ": 0.6, "GET /items/": 0.3, "GET /items/3 ": 0.06, "POST /cart ": 0.1} {
		got, want := float64(s.share(begin)), iterations*share
		if far := 6 * math.Sqrt(want*(1-share)); math.Abs(got-want) > far {
			t.Errorf("%s: %s: got %v of %d, want %v ± %.0f", name, begin, got, iterations, want, far)
		}
	}
}

func checkLoginCounts(t *testing.T, name string, r *report) {
	t.Helper()
	for _, of := range []struct {
		metric, statistic string
		want              float64
	}{{"http_reqs", "count", 2005}, {"iterations", "count", 2000}, {"checks", "passes", 2005}, {"checks", "fails", 0}, {"http_req_failed", "passes", 0}} {
		if got := r.value(of.metric, of.statistic); got != of.want {
			t.Errorf("%s: %s of %s: got %v, want %v", name, of.statistic, of.metric, got, of.want)
		}
	}
}
