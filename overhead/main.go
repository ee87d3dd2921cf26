// Command overhead answers what tracing costs a service, with an error bar, or says that it can't tell.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/experiment"
)

// Exit codes.
const (
	exitOK           = 0
	exitFailed       = 1   // something went wrong that no other code names
	exitNothingValid = 97  // no run was valid: nothing was measured that counts
	exitInconclusive = 98  // -budget: the rounds can't tell
	exitOver         = 99  // -budget: over it
	exitUsage        = 104 // a flag or a plan that can't be used
	exitInterrupted  = 105 // Ctrl-C; what was measured is kept and reported
)

// usageError is the user's to mend.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program and returns its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	command, rest := "run", args
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		command, rest = args[0], args[1:]
	}
	var err error
	code := exitOK
	switch command {
	case "run":
		code, err = runExperiment(ctx, rest, stdout, stderr)
	case "report":
		code, err = runReport(rest, stdout, stderr)
	case "init":
		err = runInit(rest, stdout, stderr)
	case "generate":
		err = runGenerate(ctx, rest, stdin, stdout)
	case "help":
		_, err = parseFlags([]string{"-h"}, stdout)
	default:
		err = usageError{fmt.Errorf("there is no command %q: write run, report, init or help", command)}
	}
	return errorExitCode(code, err, stderr)
}

func errorExitCode(code int, err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return code
	}
	fmt.Fprintln(stderr, "overhead:", plain.Text(err.Error()))
	var wrong usageError
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, experiment.ErrNothingValid):
		return exitNothingValid
	case errors.As(err, &wrong):
		return exitUsage
	}
	return exitFailed
}
