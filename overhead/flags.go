package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/nearest"
	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
)

// options are the flags of a run.
type options struct {
	preset, config, out, resume, budget, format string
	cases                                       string
	rounds, maxRounds, rate                     int
	precision, margin                           plan.Percent
	window, warmUp                              plan.Duration
	seed                                        uint64
	quiet, verbose                              bool
	limits                                      limitFlags
	set                                         map[string]bool
}

// limitFlags collects -limit NAME=VALUE.
type limitFlags []string

func (l *limitFlags) String() string     { return strings.Join(*l, " ") }
func (l *limitFlags) Set(s string) error { *l = append(*l, s); return nil }

// text makes a value that reads itself from text a flag.
type text interface {
	UnmarshalText([]byte) error
	String() string
}

type textFlag struct{ text }

func (t textFlag) Set(s string) error { return t.UnmarshalText([]byte(s)) }
func (t textFlag) String() string {
	if t.text == nil || t.text.String() == "0%" || t.text.String() == "0s" {
		return "" // nothing set: the plan's value
	}
	return t.text.String()
}

// parseFlags reads the flags of a run; -h is answered on help.
func parseFlags(args []string, help io.Writer) (*options, error) {
	o := &options{set: map[string]bool{}}
	f := flag.NewFlagSet("overhead", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.preset, "preset", plan.Ladder, "run the preset `NAME`: "+strings.Join(plan.Presets, ", "))
	f.StringVar(&o.config, "config", "", "run the experiment in the YAML `FILE`")
	f.StringVar(&o.resume, "resume", "", "add rounds to the record in `DIR`, by running the commands in it: only your own records")
	f.StringVar(&o.out, "out", "", "keep the record in `DIR` (a new folder overhead-NAME-TIME)")
	f.IntVar(&o.rounds, "rounds", 0, "run `N` rounds (the plan's); with -resume, N more")
	f.Var(textFlag{&o.precision}, "precision", "go on until the primary metric is known to within `SHARE`, such as 2%")
	f.IntVar(&o.maxRounds, "max-rounds", 0, "with -precision, at most `N` rounds (40); -rounds says nothing then")
	f.Var(textFlag{&o.margin}, "margin", "what counts as a cost: `SHARE`, such as 5%")
	f.StringVar(&o.cases, "cases", "", "run only the cases `LIST`, a comma between each; the baseline always runs")
	f.IntVar(&o.rate, "rate", 0, "ask `N` requests a second (open model only)")
	f.Var(textFlag{&o.window}, "window", "measure for `TIME` in each run, such as 12s")
	f.Var(textFlag{&o.warmUp}, "warm-up", "warm up for `TIME` before, such as 3s")
	f.Uint64Var(&o.seed, "seed", 0, "shuffle by this `NUMBER` (a random one, printed)")
	f.Var(&o.limits, "limit", "set a limit of validity: `NAME=VALUE` with rate, lag, steal, throttled, foreign or attempts; may be repeated")
	f.StringVar(&o.budget, "budget", "", "judge by `LIMITS` such as 'allocs<=+130,cpu<=+60%' and exit with 0, 98 or 99")
	f.StringVar(&o.format, "format", "text", "print the report as `FORMAT` at the end: text, markdown, brief, json, bench or html")
	f.BoolVar(&o.quiet, "quiet", false, "no progress on stderr")
	f.BoolVar(&o.verbose, "verbose", false, "print what the services print, on stderr")
	if err := parse(f, args, help, usage); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, usageError{fmt.Errorf("%q is no flag: see overhead -h", f.Arg(0))}
	}
	f.Visit(func(g *flag.Flag) { o.set[g.Name] = true })
	return o, o.validate()
}

// parse parses flags; a mistake names the flag, and -h prints the text above and all flags.
func parse(f *flag.FlagSet, args []string, help io.Writer, above string) error {
	err := f.Parse(args)
	if err == flag.ErrHelp {
		fmt.Fprint(help, above)
		f.SetOutput(help)
		f.PrintDefaults()
		return err
	}
	if err != nil {
		return usageError{fmt.Errorf("%w; see overhead -h", err)}
	}
	return nil
}

func (o *options) validate() error {
	if o.config != "" && o.set["preset"] || o.resume != "" && (o.config != "" || o.set["preset"]) {
		return usageError{fmt.Errorf("-preset, -config and -resume exclude each other")}
	}
	if o.resume != "" {
		for _, name := range []string{"out", "seed", "cases", "rate", "window", "warm-up", "margin"} {
			if o.set[name] {
				return usageError{fmt.Errorf("-%s can't be changed with -resume: rounds of one record must be alike", name)}
			}
		}
	}
	for _, f := range []struct {
		name string
		n    int
	}{{"rounds", o.rounds}, {"max-rounds", o.maxRounds}, {"rate", o.rate}} {
		if o.set[f.name] && f.n < 1 {
			return usageError{fmt.Errorf("-%s %d: write a number above 0", f.name, f.n)}
		}
	}
	if _, ok := formats[o.format]; !ok {
		return usageError{fmt.Errorf("-format %q: write text, markdown, brief, json, bench or html", o.format)}
	}
	if err := o.setLimits(&plan.Plan{}); err != nil {
		return usageError{err}
	}
	_, err := o.budgetLimits()
	return err
}

func (o *options) budgetLimits() ([]analysis.Limit, error) {
	if o.budget == "" {
		return nil, nil
	}
	limits, err := analysis.ParseBudget(o.budget)
	if err != nil {
		return nil, usageError{fmt.Errorf("-budget: %w", err)}
	}
	return limits, nil
}

// plan is the plan that the flags choose and change.
func (o *options) plan() (*plan.Plan, error) {
	p, err := o.loadPlan()
	if err != nil {
		return nil, usageError{err}
	}
	if err := o.keepCases(p); err != nil {
		return nil, usageError{err}
	}
	setIf(o.set["rounds"], &p.Rounds, o.rounds)
	setIf(o.set["precision"], &p.Precision, o.precision)
	setIf(o.set["margin"], &p.Margin, o.margin)
	setIf(o.set["window"], &p.Timing.Window, o.window)
	setIf(o.set["warm-up"], &p.Timing.WarmUp, o.warmUp)
	o.capRounds(p, 0)
	if o.set["rate"] {
		if _, open := p.Load.AskedRate(); !open {
			return nil, usageError{fmt.Errorf("-rate %d: the load of this plan is no constant-arrival-rate", o.rate)}
		}
		p.Load.Scenario.Rate = new(int64(o.rate))
	}
	if err := o.setLimits(p); err != nil {
		return nil, usageError{err}
	}
	if err := p.Validate(); err != nil {
		return nil, usageError{o.nameFlags(err)}
	}
	return p, nil
}

// nameFlags says of what a flag has set in the plan by the name of the flag.
func (o *options) nameFlags(err error) error {
	var problems load.OptionErrors
	errors.As(err, &problems)
	for _, p := range problems {
		key := p.Path[strings.LastIndexByte(p.Path, '.')+1:]
		if name := strings.ReplaceAll(key, "_", "-"); o.set[name] {
			p.Path, p.Value = strings.TrimSuffix("-"+name+" "+p.Value, " "), ""
		}
	}
	return err
}

// setIf sets a value of the plan to what a flag says, if it was given: 0 is 0.
func setIf[T any](given bool, v *T, to T) {
	if given {
		*v = to
	}
}

// capRounds keeps the rounds of a plan within its most: -max-rounds holds whatever the plan's rounds are, unless more are done.
func (o *options) capRounds(p *plan.Plan, done int) {
	if !o.set["max-rounds"] {
		p.MaxRounds = max(p.MaxRounds, p.Rounds)
		return
	}
	p.MaxRounds = max(o.maxRounds, done)
	p.Rounds = min(p.Rounds, p.MaxRounds)
}

func (o *options) loadPlan() (*plan.Plan, error) {
	if o.config != "" {
		return plan.LoadFile(o.config)
	}
	if _, err := plan.Preset(o.preset, ""); err != nil {
		return nil, err
	}
	root, err := child.FindRoot("go.work")
	if err != nil {
		return nil, errors.New("no go.work here or above: run a preset inside the repository, or measure a service of your own with -config")
	}
	return plan.Preset(o.preset, root)
}

// keepCases keeps the cases that -cases names, and the baseline.
func (o *options) keepCases(p *plan.Plan) error {
	if o.cases == "" {
		return nil
	}
	names := map[string]bool{p.Baseline: true}
	for name := range strings.SplitSeq(o.cases, ",") {
		name = strings.TrimSpace(name)
		if p.Case(name) == nil {
			var known []string
			for _, c := range p.Cases {
				known = append(known, c.Name)
			}
			return fmt.Errorf("-cases: there is no %q%s", name, nearest.Hint("; ", name, known))
		}
		names[name] = true
	}
	p.Keep(names)
	return nil
}

// setLimits applies -limit.
func (o *options) setLimits(p *plan.Plan) error {
	for _, l := range o.limits {
		name, value, _ := strings.Cut(l, "=")
		var err error
		switch name {
		case "rate":
			err = p.Limits.Rate.UnmarshalText([]byte(value))
		case "lag":
			err = p.Limits.Lag.UnmarshalText([]byte(value))
		case "steal":
			err = p.Limits.Steal.UnmarshalText([]byte(value))
		case "throttled":
			err = p.Limits.Throttled.UnmarshalText([]byte(value))
		case "foreign":
			err = p.Limits.Foreign.UnmarshalText([]byte(value))
		case "attempts":
			if p.Limits.Attempts, err = strconv.Atoi(value); err != nil {
				err = fmt.Errorf("%q is no whole number: write one from 1 to 20", value)
			}
		default:
			err = fmt.Errorf("there is no such limit; there are rate, lag, steal, throttled, foreign and attempts")
		}
		if err != nil {
			return fmt.Errorf("-limit %s: %w", l, err)
		}
	}
	return nil
}

// recordDir is where the record goes.
func (o *options) recordDir(name string, now time.Time) string {
	if o.out != "" {
		return o.out
	}
	word := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
	return fmt.Sprintf("overhead-%.40s-%s", word, now.Format("20060102-150405"))
}

// seedOrRandom is -seed, or a random one.
func (o *options) seedOrRandom() uint64 {
	if o.set["seed"] {
		return o.seed
	}
	return uint64(rand.Uint32())
}
