package load_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
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
