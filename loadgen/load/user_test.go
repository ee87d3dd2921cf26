package load

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// echo answers with what was asked, as JSON.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseMultipartForm(1 << 20)
	files := map[string]string{}
	if r.MultipartForm != nil {
		for name, list := range r.MultipartForm.File {
			f, err := list[0].Open()
			if err != nil {
				panic(err)
			}
			data, _ := io.ReadAll(f)
			files[name] = list[0].Filename + " " + list[0].Header.Get("Content-Type") + " " + string(data)
		}
	}
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Set-Cookie", "seen=yes; Path=/; HttpOnly")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "host": r.Host, "query": r.URL.RawQuery, "form": r.PostForm, "files": files, "header": r.Header, "body": string(body)})
})

// MustDo runs one iteration against a handler.
func MustDo(tb testing.TB, h http.Handler, do func(vu *VU)) *Result {
	tb.Helper()
	return MustFinish(tb, &Test{Handler: h, Exec: func(vu *VU) error { do(vu); return nil }})
}

func TestRequestOptions(t *testing.T) {
	mediaType := func(r *Response) string {
		kind, _, _ := mime.ParseMediaType(r.Value("header.Content-Type.0").String())
		return kind
	}
	for name, tt := range map[string]struct {
		send func(vu *VU) *Response
		want map[string]string
	}{
		"header": {func(vu *VU) *Response {
			return vu.Get("http://a.test/", Header("X-A", "1"), Header("X-A", "2"), Header("Host", "b.test"))
		}, map[string]string{"method": "GET", "host": "b.test", "header.X-A": `["1","2"]`}},
		"query": {func(vu *VU) *Response {
			return vu.Get("http://a.test/?x=1#top", Query(url.Values{"q": {"a&b=c d", "é#"}}))
		}, map[string]string{"query": "x=1&q=a%26b%3Dc+d&q=%C3%A9%23"}},
		"query of none": {func(vu *VU) *Response {
			return vu.Get("http://a.test/?", Query(url.Values{"q": {"1"}}), Query(url.Values{"r": {"2"}}))
		},
			map[string]string{"query": "q=1&r=2"}},
		"json": {func(vu *VU) *Response { return vu.Post("http://a.test/", JSON(map[string]int{"item": 1})) },
			map[string]string{"method": "POST", "body": `{"item":1}`, "header.Content-Type.0": "application/json"}},
		"type of one's own": {func(vu *VU) *Response {
			return vu.Patch("http://a.test/", Header("Content-Type", "application/merge-patch+json"), JSON(1))
		}, map[string]string{"method": "PATCH", "body": "1", "header.Content-Type": `["application/merge-patch+json"]`}},
		"form": {func(vu *VU) *Response { return vu.Post("http://a.test/", Form(url.Values{"user": {"eve & co"}})) },
			map[string]string{"form.user.0": "eve & co"}},
		"multipart": {func(vu *VU) *Response {
			return vu.Put("http://a.test/", Multipart(Part{Name: "user", Data: []byte("eve")},
				Part{Name: "photo", FileName: "a\"\r\nX: y.png", ContentType: "image/png", Data: []byte("png")}, Part{Name: "other", FileName: "b", ContentType: "nonsense/\r\nX: y"}))
		}, map[string]string{"method": "PUT", "form.user.0": "eve", "files.photo": "a%22%0D%0AX: y.png image/png png", "files.other": "b application/octet-stream "}},
		"delete":  {func(vu *VU) *Response { return vu.Delete("http://a.test/") }, map[string]string{"method": "DELETE", "body": ""}},
		"request": {func(vu *VU) *Response { return vu.Request("PURGE", "http://a.test/") }, map[string]string{"method": "PURGE"}},
	} {
		t.Run(name, func(t *testing.T) {
			MustDo(t, echo, func(vu *VU) {
				res := tt.send(vu)
				for path, want := range tt.want {
					if got := res.Value(path); got.String() != want {
						t.Errorf("%s: got %q, want %q; %v %s", path, got, want, res.Err, res.Body)
					}
				}
				if name == "multipart" && mediaType(res) != "multipart/form-data" {
					t.Errorf("got %q, want multipart/form-data", mediaType(res))
				}
			})
		})
	}
}

// What can't be sent is a failed request that says why, and no panic.
func TestRequestsThatCannotBe(t *testing.T) {
	res := MustDo(t, echo, func(vu *VU) {
		for name, opt := range map[string]Option{"writing the body as JSON": JSON(func() {}), "invalid value of header": Header("X", "a\r\nb"), "invalid header name": Header("X y", "a")} {
			if res := vu.Post("http://a.test/", opt); res.Err == nil || !strings.Contains(res.Err.Error(), name) || res.Status != 0 {
				t.Errorf("got %+v, want an error with %q", res, name)
			}
		}
	})
	if got := sum(res, "http_reqs"); got != 3 {
		t.Errorf("%v requests, want 3 failed ones", got)
	}
}

// A query is not in the tags: a row for each value would be many.
func TestQueryIsNotInTheTags(t *testing.T) {
	const key = "http_reqs{name:http://a.test/item}"
	res := MustFinish(t, &Test{Handler: echo, Options: Options{Iterations: new(int64(5)), Thresholds: Thresholds{key: {"count==5"}}}, Exec: func(vu *VU) error {
		return vu.Get("http://a.test/item", Query(url.Values{"id": {string(rune('a' + vu.Iteration))}})).Err
	}})
	if len(res.ThresholdsFailed) != 0 {
		t.Errorf("failed: %v", res.ThresholdsFailed)
	}
}

// A plain GET or a request made once allocates nothing, and neither do the methods of an iteration that keeps state.
func TestMethodsAllocateNothing(t *testing.T) {
	server := MustAnswer(t)
	req, err := NewRequest("POST", server, Header("X-A", "b"), Tags(map[string]string{"shop": "toys"}), Name("order"))
	if err != nil {
		t.Fatal(err)
	}
	var counts PerUser[int]
	test := &Test{Setup: func(*VU) (any, error) { return 7, nil }}
	took, paid, spent := test.NewTimeTrend("took"), test.NewRate("paid"), test.NewCounter("spent")
	test.Exec = func(vu *VU) error {
		for name, do := range map[string]func(){
			"Get":     func() { vu.Get(server) },
			"Do":      func() { vu.Do(req) },
			"PerUser": func() { *counts.Value(vu)++ },
			"Rand":    func() { vu.Rand().IntN(10) },
			"Data":    func() { _ = Data[int](vu) },
			"Add":     func() { took.Add(vu, time.Second); paid.Add(vu, true); spent.Add(vu, 1) },
		} {
			if allocs := testing.AllocsPerRun(500, do); allocs != 0 && !underRace {
				t.Errorf("%s: %v allocations, want 0", name, allocs)
			}
		}
		return nil
	}
	MustFinish(t, test)
}

func TestPerUser(t *testing.T) {
	var mu sync.Mutex
	made := 0
	tokens := PerUser[string]{New: func(vu *VU) string {
		mu.Lock()
		defer mu.Unlock()
		made++
		return "token of " + string(rune('0'+vu.ID))
	}}
	var counts, others PerUser[int64]
	seen := map[int64]int64{}
	MustFinish(t, &Test{Options: Options{Scenarios: map[string]Scenario{"a": {Executor: PerVUIterations, VUs: new(3), Iterations: new(int64(4))}}}, Exec: func(vu *VU) error {
		*counts.Value(vu)++
		if *counts.Value(vu) != vu.Iteration+1 || *others.Value(vu) != 0 || *tokens.Value(vu) != "token of "+string(rune('0'+vu.ID)) {
			t.Errorf("user %d in iteration %d: got %d, %d, %q", vu.ID, vu.Iteration, *counts.Value(vu), *others.Value(vu), *tokens.Value(vu))
		}
		mu.Lock()
		defer mu.Unlock()
		seen[vu.ID] += 1
		return nil
	}})
	if made != 3 || len(seen) != 3 {
		t.Errorf("%d tokens made for %v, want one for each of 3 users", made, seen)
	}
}

func TestDataOfAnotherType(t *testing.T) {
	res := MustFinish(t, &Test{Setup: func(*VU) (any, error) { return 7, nil }, Exec: func(vu *VU) error { _ = Data[string](vu); return nil }})
	if f := res.Snapshot.Failures; res.Failed != 1 || len(f) != 1 || f[0].Message != "set-up returned a int, and string is asked for" {
		t.Errorf("got %d failed, %+v", res.Failed, f)
	}
}

// The same seed gives each user the same numbers, another seed, user or scenario others.
func TestRand(t *testing.T) {
	draw := func(seed uint64, scenario string) map[uint64][]uint64 {
		var mu sync.Mutex
		drawn := map[uint64][]uint64{}
		MustFinish(t, &Test{Seed: seed, Options: Options{Scenarios: map[string]Scenario{scenario: {Executor: PerVUIterations, VUs: new(3), Iterations: new(int64(2))}}}, Exec: func(vu *VU) error {
			mu.Lock()
			defer mu.Unlock()
			drawn[vu.number] = append(drawn[vu.number], vu.Rand().Uint64())
			return nil
		}})
		return drawn
	}
	first, again := draw(1, "a"), draw(1, "a")
	all := map[uint64]bool{}
	for _, drawn := range []map[uint64][]uint64{first, draw(2, "a"), draw(1, "b")} {
		for user, numbers := range drawn {
			for _, n := range numbers {
				all[n] = true
			}
			if len(numbers) != 2 || !slices.Equal(first[user], again[user]) {
				t.Errorf("user %d: got %v, %v and %v", user, first[user], again[user], numbers)
			}
		}
	}
	if len(all) != 18 {
		t.Errorf("got %d different numbers, want 18", len(all))
	}
}

// A context ends with its iteration, and each iteration has another.
func TestContextEndsWithTheIteration(t *testing.T) {
	var earlier []<-chan struct{}
	MustFinish(t, &Test{Options: Options{Iterations: new(int64(2))}, Exec: func(vu *VU) error {
		for _, done := range earlier {
			<-done
		}
		ctx := vu.Context()
		if ctx.Err() != nil || ctx != vu.Context() {
			t.Errorf("got %v, want one context for the iteration", ctx.Err())
		}
		earlier = append(earlier, ctx.Done())
		return nil
	}})
	for _, done := range earlier {
		<-done
	}
	cut := mustStop(t, Options{}, 1, func(vu *VU, begun func()) error {
		begun()
		<-vu.Context().Done()
		return vu.Context().Err()
	})
	if cut.Interrupted != 1 || cut.Failed != 0 {
		t.Errorf("%d interrupted, %d failed, want 1 and 0", cut.Interrupted, cut.Failed)
	}
}

func TestCookies(t *testing.T) {
	const site = "http://a.test/"
	MustFinish(t, &Test{Handler: echo, Options: Options{Iterations: new(int64(2))}, Exec: func(vu *VU) error {
		if got := vu.Cookies(site); len(got) != 0 {
			t.Errorf("got %v at the beginning of an iteration, want none", got)
		}
		if err := vu.SetCookie(site, &http.Cookie{Name: "theme", Value: "dark"}); err != nil {
			t.Error(err)
		}
		if err := vu.SetCookie(site, &http.Cookie{Name: "a b", Value: "x"}); err == nil {
			t.Error("a cookie that can't be sent was taken")
		}
		res := vu.Get(site)
		if got := res.Value("header.Cookie.0").String(); got != "theme=dark" {
			t.Errorf("sent %q, want theme=dark", got)
		}
		if set := res.Cookies(); len(set) != 1 || set[0].Name != "seen" || !set[0].HttpOnly {
			t.Errorf("the response sets %v, want seen", set)
		}
		names := []string{}
		for _, c := range vu.Cookies(site) {
			names = append(names, c.Name+"="+c.Value)
		}
		if slices.Sort(names); !slices.Equal(names, []string{"seen=yes", "theme=dark"}) {
			t.Errorf("got %v", names)
		}
		return nil
	}})
}

// A clone is as it was when the response it was made of is another.
func TestClone(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Path", r.URL.Path)
		_, _ = io.WriteString(w, r.URL.Path+large)
	})
	MustDo(t, h, func(vu *VU) {
		first := vu.Get("http://a.test/first").Clone()
		second := vu.Get("http://a.test/second")
		if first.Header("X-Path") != "/first" || string(first.Body) != "/first"+large || first.Timing.Duration() == 0 || first.Status != 200 {
			t.Errorf("got %q and %.20q of the first response", first.Header("X-Path"), first.Body)
		}
		if second.Header("X-Path") != "/second" || string(second.Body) != "/second"+large {
			t.Errorf("got %q and %.20q of the second response", second.Header("X-Path"), second.Body)
		}
		first.release()
		second.release()
		if len(first.Body)+len(second.Body) != 0 || first.Headers().Get("X-Path") != "/first" {
			t.Error("there is a body after Release, or no header")
		}
	})
}

func TestJSON(t *testing.T) {
	body := `{"id":7,"items":[{"id":1,"price":1.5},{"id":2,"price":2}]}`
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, body) })
	MustDo(t, h, func(vu *VU) {
		res := vu.Get("http://a.test/")
		var order struct {
			ID    int
			Items []struct{ Price float64 }
		}
		if err := res.JSON(&order); err != nil || order.ID != 7 || order.Items[1].Price != 2 {
			t.Errorf("got %+v, %v", order, err)
		}
		var ids []int
		if err := res.JSON(&ids, "items.#.id"); err != nil || !slices.Equal(ids, []int{1, 2}) {
			t.Errorf("got %v, %v", ids, err)
		}
		if got := res.Value("items.#(price>1.8).id").Int(); got != 2 {
			t.Errorf("got %d, want 2", got)
		}
		if err := res.JSON(&ids, "items.9.id"); err == nil || !strings.Contains(err.Error(), `nothing at "items.9.id"`) {
			t.Errorf("got %v", err)
		}
		if err := res.JSON(&ids, "id"); err == nil {
			t.Error("a number became a list")
		}
		refused := &Response{Err: errors.New("refused")}
		if err := refused.JSON(&ids); err == nil || refused.Value("id").Exists() {
			t.Errorf("got %v of no response", err)
		}
	})
}

// What nests deep enough to use up the stack of a goroutine is no JSON, and ends nothing.
func TestDeepJSON(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat(open, 32<<20/len(open)))
		})
		MustDo(t, h, func(vu *VU) {
			res := vu.Get("http://a.test/")
			var v any
			if err := res.JSON(&v); err == nil || res.Value("a.a").Exists() || res.JSON(&v, "a") == nil || len(res.Body) < 30<<20 {
				t.Errorf("%d bytes of %q: %v", len(res.Body), open, err)
			}
		})
	}
	if !validJSON([]byte(strings.Repeat("[", 9000) + strings.Repeat("]", 9000))) {
		t.Error("JSON of 9,000 levels is refused")
	}
}
