package command_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/foobar/loadgen/command"
	"example.com/foobar/loadgen/load"
)

// A test of a load test's flags: what main would end with, and what it would print.
func ExampleRun() {
	test := &load.Test{
		Handler: http.NotFoundHandler(),
		Exec: func(vu *load.VU) error {
			vu.Check("is there", vu.Get("http://shop.example/").Status == 200)
			return nil
		},
	}
	var report strings.Builder
	code := command.Run(context.Background(), test, []string{"-i", "3", "-threshold", "checks:rate==1"}, nil, &report, io.Discard)
	fmt.Println("exit code", code)
	fmt.Println(strings.Contains(report.String(), "✗ is there"))
	// Output:
	// exit code 99
	// true
}
