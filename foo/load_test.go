package main

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/loadtest"
	"example.com/foobar/telemetry"
)

// loadOf is a load test of foo's own handler, in this process and without tracing; bar is a server of the test.
func loadOf(tb testing.TB) *load.Test {
	server := httptest.NewServer(answer(200, "bar"))
	tb.Cleanup(server.Close)
	s := &telemetry.Service{Settings: telemetry.Settings{Name: "foo"}, Log: slog.New(slog.DiscardHandler)}
	return &load.Test{
		Options: load.Options{VUs: new(4)},
		Handler: routes(s, newBar(s, server.URL, 30*time.Second)),
		Exec: func(vu *load.VU) error {
			res := vu.Get("http://foo.example/foo")
			vu.Check("returns foobar", res.Status == 200 && string(res.Body) == "foobar")
			return nil
		},
	}
}

// Under load every answer is the right one.
func TestLoad(t *testing.T) {
	test := loadOf(t)
	test.Options.Iterations = new(int64(200))
	test.Options.Thresholds = load.Thresholds{"checks": {"rate==1"}}
	loadtest.Run(t, test)
}

func BenchmarkLoad(b *testing.B) {
	loadtest.Bench(b, loadOf(b))
}
