package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/foobar/loadgen/compare"
	"example.com/foobar/loadgen/settings"
	"example.com/foobar/loadgen/summary"
)

const compareSynopsis = `loadgen compare says what differs between load tests, and whether that can be told from chance.

  loadgen compare [flags] BEFORE.json AFTER.json
  loadgen compare [flags] BEFORE.json... -- AFTER.json...

The files are those that -summary-json writes. Runs of different loads (scenarios, users, rates, durations) are refused.
With four runs a side and more, the change of a statistic has its 95 % interval, and it is worse, better, or ~ (no difference can be
told) by the Mann-Whitney test. Fewer can't be judged (?): * marks what lies beyond all that the files hold, and may be chance all the same.

Examples:
  loadgen compare before.json after.json
  loadgen compare -max-regression 'http_req_duration:p(95)=5%' old/*.json -- new/*.json
        exit code 117 when the 95th percentile rose by more than 5 %
  loadgen compare -format markdown before.json after.json >>"$GITHUB_STEP_SUMMARY"
  loadgen -config test.yaml -baseline before.json -max-regression 'http_req_duration:p(95)=5%'
        the same at the end of a run
`

const compareCodes = `A limit is METRIC:STATISTIC=PERCENT, where the metric may be a part, http_req_duration{name:login}. With a sign it is the way that is worse:
orders:count=-2% may not fall by more. ~ passes no limit, ? does when the change is beyond it: with too few runs to tell, a limit should leave room.

Exit codes:
    0  no limit was passed                         124  the comparison can't be written
  104  a file can't be read, the loads differ,     255  unknown flag or unreadable value
       or a limit is on what is not in a file
  117  worse than -max-regression allows`

// comparison is what the command line of compare says.
type comparison struct {
	compare.Options
	before, after []string
	format        string
}

// compare compares runs: compare [flags] BEFORE AFTER.
func (s *session) compare(args []string) int {
	c := &comparison{format: comparisonFormats[0]}
	switch err := c.read(args); {
	case errors.Is(err, flag.ErrHelp):
		return c.flags().help(s.stdout, compareSynopsis, compareCodes)
	case err != nil:
		return s.complain(&settings.UsageError{Err: fmt.Errorf("compare: %w", err)})
	}
	result, err := c.compare()
	if err != nil {
		return s.complain(fmt.Errorf("compare: %w", err))
	}
	if err := c.write(s.stdout, result); err != nil {
		return s.complain(&codedError{exitOutputFailed, fmt.Errorf("compare: %w", err)})
	}
	for _, line := range result.Regressions {
		s.screen.warn("worse than -max-regression allows: " + line)
	}
	if len(result.Regressions) > 0 {
		return exitRegression
	}
	return exitOK
}

// comparisonFormats are what a comparison can be written as.
var comparisonFormats = []string{"text", "markdown"}

func (c *comparison) flags() flagsOf {
	files := func(to *[]string) func(string) error {
		return func(v string) error { *to = append(*to, strings.Split(v, ",")...); return nil }
	}
	return flagsOf{"compare", 22, []flagOf{
		{"before", "FILE,...", "the runs before; with -after, in place of the arguments", files(&c.before)},
		{"after", "FILE,...", "the runs after", files(&c.after)},
		{"max-regression", "LIMIT", "what may be worse by how much, http_req_duration:p(95)=5% say; repeatable", c.addLimit},
		{"stats", "LIST", strings.Join(compare.DefaultStats(), ",") + "; also min, count and any p(N)", c.setStats},
		{"all", "", "compare the phases of requests too", func(string) error { c.All = true; return nil }},
		{"format", "FORMAT", strings.Join(comparisonFormats, " or "), oneOf(&c.format, comparisonFormats)},
		{"force", "", "compare different loads all the same", func(string) error { c.Force = true; return nil }},
	}}
}

func (c *comparison) addLimit(v string) error {
	limit, err := compare.ParseLimit(v)
	c.Limits = append(c.Limits, limit)
	return err
}

func (c *comparison) setStats(v string) error {
	c.Stats = strings.Split(v, ",")
	return summary.Options{TrendStats: c.Stats}.Validate()
}

// read reads flags and files; the files behind -- are those after.
func (c *comparison) read(args []string) error {
	before, after := args, []string(nil)
	i := slices.Index(args, "--")
	if i >= 0 {
		before, after = args[:i], args[i+1:]
	}
	if err := c.readSide(before, &c.before); err != nil {
		return err
	}
	if err := c.readSide(after, &c.after); err != nil {
		return err
	}
	if i < 0 && len(c.before) == 2 && len(c.after) == 0 {
		c.before, c.after = c.before[:1], c.before[1:]
	}
	if len(c.before) == 0 || len(c.after) == 0 {
		return errors.New("want BEFORE.json AFTER.json, or several with -- between the two sides; loadgen compare -h shows all")
	}
	return nil
}

// readSide reads flags and the files between them.
func (c *comparison) readSide(args []string, files *[]string) error {
	return c.flags().parse(args, func(argument string) error {
		*files = append(*files, argument)
		return nil
	})
}

// compare reads the runs and compares them.
func (c *comparison) compare() (*compare.Comparison, error) {
	before, err := readRuns(c.before)
	if err != nil {
		return nil, err
	}
	after, err := readRuns(c.after)
	if err != nil {
		return nil, err
	}
	return compare.Compare(before, after, c.Options)
}

func (c *comparison) write(w io.Writer, result *compare.Comparison) error {
	if c.format == "markdown" {
		return result.Markdown(w)
	}
	return result.Text(w)
}
