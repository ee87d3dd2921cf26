package load

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Whatever is new in each request, a run's memory does not grow with the number of requests.
func TestMemoryIsFlat(t *testing.T) {
	const early, late, limit = 200, 400, 6 << 20
	long := strings.Repeat("x", 60<<10)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "foobar")
	})
	fresh := func(vu *VU, url string, opts ...Option) {
		req, err := NewRequest("POST", url, opts...)
		if err != nil {
			t.Fatal(err)
		}
		if res := vu.Do(req); res.Err != nil {
			t.Error(res.Err)
		}
	}
	const url = "http://shop.test/"
	plain := func(text string) Option { return Body("text/plain", []byte(text)) }
	fixed := Name("fixed")
	ways := map[string]func(vu *VU, text string){
		"body":     func(vu *VU, text string) { fresh(vu, url, fixed, plain(text)) },
		"post":     func(vu *VU, text string) { vu.Post(url, plain(text)) },
		"post url": func(vu *VU, text string) { vu.Post(url + text) },
		"header":   func(vu *VU, text string) { fresh(vu, url, fixed, Header("X-Text", text)) },
		"url":      func(vu *VU, text string) { fresh(vu, url+text, fixed) },
		"query":    func(vu *VU, text string) { vu.Get(url, Query(map[string][]string{"text": {text}})) },
		"unnamed":  func(vu *VU, text string) { fresh(vu, url+text) },
		"get":      func(vu *VU, text string) { vu.Get(url + text) },
		"name":     func(vu *VU, text string) { fresh(vu, url, Name(text)) },
		"tags":     func(vu *VU, text string) { fresh(vu, url, fixed, plain(text), Tags(map[string]string{"user": text})) },
		"post tag": func(vu *VU, text string) { vu.Post(url, Tags(map[string]string{"user": text})) },
		"batch": func(vu *VU, text string) {
			req, err := NewRequest("POST", url, plain(text), Tags(map[string]string{"user": text}))
			if err != nil {
				t.Fatal(err)
			}
			vu.Batch(req)
		},
		"tag":   func(vu *VU, text string) { vu.Tag("user", text); vu.Get(url) },
		"check": func(vu *VU, text string) { vu.Check(text, true) },
		"group": func(vu *VU, text string) { vu.Group(text, func() error { vu.Get(url); return nil }) },
		"fail":  func(vu *VU, text string) { vu.Get("http://" + text) },
	}
	for name, do := range ways {
		t.Run(name, func(t *testing.T) {
			if os.Getenv("FOOBAR_LONG") != "1" && !slices.Contains([]string{"post", "header", "get", "tags", "check"}, name) {
				t.Skip("one way of each kind is enough: FOOBAR_LONG=1 tries them all")
			}
			var at [2]uint64
			test := &Test{Handler: handler, Options: Options{VUs: new(1), Iterations: new(int64(late + 1))}, Exec: func(vu *VU) error {
				switch vu.Iteration {
				case early:
					at[0] = heap()
				case late:
					at[1] = heap()
				}
				do(vu, fmt.Sprint(vu.Iteration, long))
				return nil
			}}
			MustFinish(t, test)
			if grown := int64(at[1]) - int64(at[0]); grown > limit {
				t.Errorf("grew by %d MB in %d iterations that have %d MB of new text, want at most %d MB", grown>>20, late-early, (late-early)*len(long)>>20, limit>>20)
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
