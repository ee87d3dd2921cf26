package measure

import (
	"context"
	"fmt"
	"os"
	"testing"

	"example.com/foobar/overhead/generate"
)

// TestMain lets the test's own program be the load generator.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "generate" {
		if err := generate.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}
