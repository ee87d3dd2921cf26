// Bench runs loadgen beside its peers against the same server, in the same rounds, and prints what each of them costs.
// It judges no service and is no part of loadgen.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // something could not be run or measured
	exitUsage  = 2 // the command line makes no sense
	exitMissed = 3 // -strict, and a goal was missed
)

const usageText = `Usage: GOWORK=off go -C loadgen/bench run . [flags]

Runs loadgen beside wrk, k6, vegeta, hey and bombardier against one nginx on loopback, several times in turn, and prints
Markdown: CPU time per request with its ratio to wrk, requests per second, peak memory, and every goal that loadgen has.
The peers written in Go are built from source; nginx and wrk must be installed (on Debian: apt-get install nginx-light wrk).

Nothing else should run on the machine. The whole takes about half an hour, with -quick some minutes.

  go run . -quick                           a first look: do all of them run here?
  go run . -o results.json > results.md     everything, as text and as data
  go run . -run cost -peers wrk,loadgen     CPU per request against wrk alone
  go run . -run start,allocations           some of the benchmarks
  go run . -seed 42 -rounds 15              the same order again, more rounds
  go run . -strict                          exit with 3 when a goal is missed
  go run . -examples k6/examples            which scripts of k6 convert, and do the same

Benchmarks:
`

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintln(stderr, "bench:", err)
		return exitUsage
	}
	if s.examples != "" {
		if err := compareExamples(ctx, s.examples, stdout, stderr); err != nil {
			fmt.Fprintln(stderr, "bench:", err)
			return exitFailed
		}
		return exitOK
	}
	report, err := measureAll(ctx, s, stderr)
	if report != nil { // what was measured before something failed is worth having
		fmt.Fprint(stdout, report.markdown())
		if s.output != "" {
			err = errors.Join(err, report.write(s.output))
		}
	}
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "bench:", err)
		return exitFailed
	case s.strict && report.missed() > 0:
		fmt.Fprintf(stderr, "bench: %d of the goals were missed\n", report.missed())
		return exitMissed
	}
	return exitOK
}

// settings are what the flags say.
type settings struct {
	benchmarks  []benchmark
	peers       []peer
	rounds      int
	duration    time.Duration
	connections int
	seed        uint64
	quick       bool
	strict      bool
	output      string
	examples    string
}

// parse reads the flags; it prints the usage and returns flag.ErrHelp for -h.
func parse(args []string, stdout, stderr io.Writer) (*settings, error) {
	var s settings
	var names, peerNames string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&names, "run", "", "`benchmarks` to run, separated by commas (default all)")
	flags.StringVar(&peerNames, "peers", "", "`programs` to run in the benchmark cost, separated by commas (default all)")
	flags.IntVar(&s.rounds, "rounds", 0, "how many times each program runs (default 7, with -quick 2)")
	flags.DurationVar(&s.duration, "duration", 0, "how long each run lasts (default 10s, with -quick 2s)")
	flags.IntVar(&s.connections, "connections", 50, "connections of each program")
	flags.Uint64Var(&s.seed, "seed", 0, "order of the runs in each round (default: a new one, which is printed)")
	flags.BoolVar(&s.quick, "quick", false, "few and short runs: shows that all works, not how fast")
	flags.BoolVar(&s.strict, "strict", false, "exit with 3 when a goal is missed")
	flags.StringVar(&s.examples, "examples", "", "measure nothing: convert the scripts of k6 in this `folder`, and run those of plain HTTP beside k6")
	flags.StringVar(&s.output, "o", "", "also write everything as JSON to this `file`")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usageText)
		for _, b := range benchmarks {
			fmt.Fprintf(stdout, "  %-12s %s\n", b.name, b.title)
		}
		fmt.Fprint(stdout, "\nFlags:\n")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("%w; -h shows the flags", err)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is no flag; -h shows what there is", flags.Arg(0))
	}
	return &s, s.complete(names, peerNames)
}

// complete resolves names and fills in the defaults.
func (s *settings) complete(names, peerNames string) (err error) {
	if s.benchmarks, err = choose("run", names, benchmarks, func(b benchmark) string { return b.name }); err != nil {
		return err
	}
	if s.peers, err = choose("peers", peerNames, peers, func(p peer) string { return p.name }); err != nil {
		return err
	}
	if s.rounds == 0 {
		s.rounds = s.pick(7, 2)
	}
	if s.duration == 0 {
		s.duration = time.Duration(s.pick(10, 2)) * time.Second
	}
	if s.seed == 0 {
		s.seed = uint64(time.Now().UnixNano())
	}
	if s.rounds < 1 || s.connections < 1 || s.duration < time.Second {
		return errors.New("-rounds and -connections must be 1 or more, -duration 1s or more")
	}
	return nil
}

// pick is the whole number for a whole run or the one for a quick run.
func (s *settings) pick(whole, quick int) int {
	if s.quick {
		return quick
	}
	return whole
}

// choose returns those of all that a list of names mentions, in their own order; all of them for an empty list.
func choose[T any](flagName, list string, all []T, name func(T) string) ([]T, error) {
	if list == "" {
		return all, nil
	}
	wanted := map[string]bool{}
	for n := range strings.SplitSeq(list, ",") {
		wanted[strings.TrimSpace(n)] = true
	}
	var chosen []T
	var known []string
	for _, v := range all {
		known = append(known, name(v))
		if wanted[name(v)] {
			chosen = append(chosen, v)
			delete(wanted, name(v))
		}
	}
	for n := range wanted {
		return nil, fmt.Errorf("-%s knows no %q; it takes a list of %s", flagName, n, strings.Join(known, ", "))
	}
	return chosen, nil
}
