package load_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
)

// A load test of a handler, in the process of the test: no port is opened.
func ExampleTest_handler() {
	test := &load.Test{
		Options: load.Options{VUs: new(2), Iterations: new(int64(10))},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "foobar") }),
		Exec: func(vu *load.VU) error {
			res := vu.Get("http://foo.example/foo")
			vu.Check("is status 200", res.Status == 200)
			vu.Check("returns foobar", string(res.Body) == "foobar")
			return res.Err
		},
	}
	result, err := test.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, check := range result.Snapshot.Total.Checks {
		fmt.Printf("%s: %d passed, %d failed\n", check.Name, check.Passes, check.Fails)
	}
	// Output:
	// is status 200: 10 passed, 0 failed
	// returns foobar: 10 passed, 0 failed
}

// Arrivals at a rate, whatever the server does, and a threshold that judges them.
func ExampleTest_rate() {
	test := &load.Test{
		Options: load.Options{
			Rate:       new(int64(100)),
			Duration:   load.For(300 * time.Millisecond),
			Thresholds: load.Thresholds{"http_req_response_time": {"p(95)<0.001"}},
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}),
		Exec:    func(vu *load.VU) error { return vu.Get("http://foo.example/").Err },
	}
	result, err := test.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Iterations().Sum, "iterations, exit code", result.ExitCode())
	fmt.Println("failed:", result.ThresholdsFailed)
	// Output:
	// 30 iterations, exit code 99
	// failed: [http_req_response_time]
}

// Two scenarios, one after the other, with groups, think time and a metric of the test's own.
func ExampleTest_scenarios() {
	test := &load.Test{
		Options: load.Options{Scenarios: map[string]load.Scenario{
			"browse": {Executor: load.PerVUIterations, VUs: new(2), Iterations: new(int64(3)), Exec: "browse"},
			"buy":    {Executor: load.SharedIterations, VUs: new(2), Iterations: new(int64(4)), Exec: "buy", After: "browse"},
		}},
		Handler: http.NotFoundHandler(),
	}
	spent := test.NewCounter("spent")
	test.Functions = map[string]load.Func{
		"browse": func(vu *load.VU) error {
			vu.Get("http://shop.example/items")
			vu.Sleep(time.Millisecond)
			return nil
		},
		"buy": func(vu *load.VU) error {
			return vu.Group("checkout", func() error {
				vu.Check("is paid", vu.Post("http://shop.example/pay", load.JSON(map[string]int{"item": 1})).Status == 200)
				spent.Add(vu, 12.5)
				return nil
			})
		},
	}
	result, err := test.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Iterations().Sum, "iterations,", result.Counter("spent").Sum, "spent")
	fmt.Println("never passed:", result.Verdict.ChecksNeverPassed)
	// Output:
	// 10 iterations, 50 spent
	// never passed: [is paid]
}

// shop is a server for the examples.
var shop = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/login":
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1", Path: "/"})
		fmt.Fprintf(w, `{"token": "token of %s"}`, r.FormValue("user"))
	case "/search":
		fmt.Fprintf(w, `{"items": [{"id": 7, "name": %q}]}`, r.FormValue("q"))
	case "/photos":
		_, file, err := r.FormFile("photo")
		fmt.Fprint(w, file.Filename, " ", file.Size, " ", err)
	case "/films":
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, " ", err)
	case "/news":
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: first\n\nevent: end\ndata: last\n\n")
	default:
		_ = json.NewEncoder(w).Encode(r.Header.Get("Authorization") + " " + r.Header.Get("Cookie"))
	}
})

// Headers, queries, forms with and without files, JSON, and cookies.
func ExampleOption() {
	const site = "http://shop.example"
	test := &load.Test{Handler: shop, Exec: func(vu *load.VU) error {
		var login struct{ Token string }
		if err := vu.Post(site+"/login", load.Form(url.Values{"user": {"eve"}})).JSON(&login); err != nil {
			return err
		}
		found := vu.Get(site+"/search", load.Query(url.Values{"q": {"salt & pepper"}}))
		fmt.Println(found.Value("items.0.name"))

		if err := vu.SetCookie(site, &http.Cookie{Name: "theme", Value: "dark"}); err != nil {
			return err
		}
		order := vu.Post(site+"/orders", load.JSON(map[string]any{"item": 7}), load.Header("Authorization", login.Token)).Clone()
		photo := vu.Post(site+"/photos", load.Multipart(load.Part{Name: "photo", FileName: "a.png", Data: []byte("png")}))
		fmt.Print(string(order.Body), string(photo.Body), "\n")
		return nil
	}}
	if _, err := test.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// salt & pepper
	// "token of eve session=s1; theme=dark"
	// a.png 3 <nil>
}

// Each user logs in once and keeps its token. The first user's numbers are the same each time that the test runs.
func ExamplePerUser() {
	tokens := load.PerUser[string]{New: func(vu *load.VU) string {
		fmt.Println("user", vu.ID, "logs in to", load.Data[string](vu))
		return "secret"
	}}
	test := &load.Test{
		Options: load.Options{Iterations: new(int64(2))},
		Handler: shop,
		Setup:   func(vu *load.VU) (any, error) { return "http://shop.example", nil },
		Exec: func(vu *load.VU) error {
			item := fmt.Sprint("/items/", vu.Rand().IntN(1000))
			res := vu.Get(load.Data[string](vu)+item, load.Header("Authorization", *tokens.Value(vu)), load.Name("item"))
			fmt.Print(string(res.Body))
			return res.Err
		},
		Teardown: func(vu *load.VU) error {
			fmt.Println("torn down", load.Data[string](vu))
			return nil
		},
	}
	if _, err := test.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// user 1 logs in to http://shop.example
	// "secret "
	// "secret "
	// torn down http://shop.example
}

// A body that is sent out of a reader, and events that are read as they come, with a metric of the time between them.
func ExampleReceive() {
	test := &load.Test{Handler: shop}
	between := test.NewTimeTrend("between_news")
	test.Exec = func(vu *load.VU) error {
		film := func() (io.Reader, error) { return strings.NewReader("so many pictures"), nil }
		sent := vu.Post("http://shop.example/films", load.Upload("video/mp4", 16, film))
		fmt.Println(string(sent.Body))

		return vu.Get("http://shop.example/news", load.Timeout(10*time.Minute), load.Receive(func(s *load.Stream) error {
			for event := range s.Events() {
				between.Add(vu, event.Since)
				fmt.Println(event.Type, event.Data)
			}
			return nil
		})).Err
	}
	result, err := test.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Snapshot.Total.Find("between_news").Count, "times")
	// Output:
	// 16 <nil>
	// message first
	// end last
	// 2 times
}
