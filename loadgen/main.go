// Command loadgen drives virtual users against HTTP services and reports in k6's terms. It is the command line of package
// load; what a user does is package script's, how a report looks package summary's.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}
