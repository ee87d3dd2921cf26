package load

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// What checks could not see of bodies is said below the report, and that there was more to follow.
func TestResponsesThatAreNotAsTheySeem(t *testing.T) {
	mebibyte := make([]byte, 1<<20)
	for name, test := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			for range 65 {
				_, _ = w.Write(mebibyte)
			}
		}, "1 response bodies were cut at 64 MiB"},
		"unknown coding": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "zebra")
			_, _ = w.Write(mebibyte)
		}, `not known, "zebra"`},
		"redirect limit": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/")
			w.WriteHeader(http.StatusFound)
			_, _ = w.Write(mebibyte)
		}, "1 responses were redirects that were not followed"},
		"whole": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(mebibyte) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			body := 0
			r := MustFinish(t, &Test{Handler: test.serve, Exec: func(vu *VU) error {
				body = len(vu.Get("http://a.test/").Body)
				return nil
			}})
			got := ""
			for _, w := range r.Snapshot.Warnings {
				got += w.Message + "\n"
			}
			if body < 1<<20 || !strings.Contains(got, test.want) || test.want == "" && got != "" {
				t.Errorf("got %d bytes and the warnings %q, want %q", body, got, test.want)
			}
		})
	}
}

func TestUndecodableResponses(t *testing.T) {
	r := MustFinish(t, &Test{Options: Options{Iterations: new(int64(3))}, Exec: func(vu *VU) error { vu.Get("http://a.test/"); return nil },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("this is not gzip"))
		})})
	if v := r.Verdict; !v.NothingSucceeded || v.Undecodable != 3 {
		t.Errorf("got %+v, want nothing to have succeeded for 3 that can't be decompressed", v)
	}
}

// Requests that were all cut off got no response either.
func TestNothingButInterrupted(t *testing.T) {
	asked := make(chan struct{}, 9)
	r := MustFinish(t, &Test{Options: Options{Scenarios: map[string]Scenario{"hold": {Executor: ConstantVUs, Duration: For(50 * time.Millisecond), GracefulStop: For(0)}}},
		Exec: func(vu *VU) error { vu.Get("http://a.test/"); return nil },
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked <- struct{}{}
			<-r.Context().Done()
		})})
	if len(asked) > 0 && !r.Verdict.NothingSucceeded {
		t.Errorf("got %+v, want nothing to have succeeded", r.Verdict)
	}
}
