// Package command is the command loadgen, for loadgen itself and for load tests that are written in Go:
//
//	func main() { command.Main(&load.Test{Exec: visit}) }
//
// gives a program every flag, variable and file of options, the progress, the reports, the REST API and the exit codes; its -h
// shows them all. What they come to is package settings', how a report looks package summary's.
package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/settings"
	"example.com/foobar/loadgen/stack"
)

// Main runs the command with the arguments and the environment of this process, and ends the process with its exit code. See
// Run.
func Main(test *load.Test) {
	os.Exit(Run(context.Background(), test, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// Run runs the command and returns its exit code. The users do what test says, and its Options are the lowest layer: a file
// (-config), K6_* variables and flags are laid over them, and -env over its Env. Without a test they do what a URL or a file
// says, or ask foo and bar. test itself is not changed. The report goes to stdout, everything else to stderr. The end of ctx
// ends the load; Ctrl-C and SIGTERM end it gracefully, and a second one at once.
func Run(ctx context.Context, test *load.Test, args, environ []string, stdout, stderr io.Writer) (code int) {
	p := program(test)
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(stderr, "%s: a bug: %s\n%s", p.Name, plain.Text(fmt.Sprint(v)), debug.Stack())
			code = exitPanicked
		}
	}()
	s, err := settings.Read(p, args, environ)
	session := newSession(p, s, stdout, stderr)
	switch {
	case err != nil:
		return session.complain(err)
	case s.Action == "help":
		return help(stdout, p)
	case s.Action == "init":
		return session.init(s.Args)
	case s.Action == "compare":
		return session.compare(s.Args)
	case s.Action == "convert":
		return session.convert(s.Args, os.Stdin)
	case s.Action == "schema":
		return session.schema(s.Args)
	case s.Action == "version":
		return printVersion(stdout)
	case s.Action == "inspect":
		return session.inspect()
	}
	return session.run(ctx)
}

// program is the one that test belongs to; a Go program goes by the name of its file.
func program(test *load.Test) settings.Program {
	if test == nil {
		return settings.Program{Name: "loadgen", Cases: stack.Cases}
	}
	return settings.Program{Name: strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"), Test: test}
}

func printVersion(w io.Writer) int {
	fmt.Fprintf(w, "loadgen %s (%s, %s/%s)\n", settings.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitOK
}

// inspect prints the settings, secrets hidden, and makes no load.
func (s *session) inspect() int {
	for _, line := range slices.Concat(s.settings.Warnings, s.settings.Notices) {
		s.screen.warn(line)
	}
	text, err := s.settings.Inspect()
	if err != nil {
		return s.complain(err)
	}
	s.stdout.Write(text)
	return exitOK
}
