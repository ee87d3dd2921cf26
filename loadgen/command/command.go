// Package command is the command loadgen: what its flags, variables and files say, the screen during a run, the report and
// the exit code. What a user does is package script's, how a report looks package summary's.
package command

import (
	"context"
	"os"
)

// Main runs the command with the arguments and the environment of this process, and ends the process with its exit code.
func Main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}
