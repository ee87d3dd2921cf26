package summary

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mode is one of k6's layouts.
type Mode string

// The layouts. Legacy is the older one of k6: the tree of checks, then all metrics in one list. Compact and Full
// are those of today's k6. Disabled prints nothing.
const (
	Legacy   Mode = "legacy"
	Compact  Mode = "compact"
	Full     Mode = "full"
	Disabled Mode = "disabled"
)

// Modes are all layouts.
func Modes() []Mode { return []Mode{Legacy, Compact, Full, Disabled} }

// Options say how a report looks. The zero value is the legacy layout with k6's default statistics and no colours.
type Options struct {
	Mode Mode
	// TrendStats are the statistics of trends in their order: avg, min, med, max, count, p(N) with N from 0 to 100. Nil
	// means DefaultTrendStats.
	TrendStats []string
	// TimeUnit is s, ms or us for times in one unit; empty or auto for the one that fits.
	TimeUnit string
	// Seed is what the random numbers of the test followed from; only JSON has it, and nil leaves it out.
	Seed *uint64
	// Load is what was asked of the target, and CPU the processor time that loadgen used for it; only JSON has them, where they are known.
	Load *Load
	CPU  time.Duration
	// Outcome is how the test ended; JSON, JUnit and Markdown have it.
	Outcome Outcome
	// Color colours the text with ANSI escapes, as for a terminal.
	Color bool
}

// Outcome is how a test ended.
type Outcome struct {
	// Began is when the load began.
	Began time.Time `json:"began"`
	// Ended says why it ended: Finished, or in words why it was early. Empty is not known.
	Ended string `json:"ended"`
	// Code is the exit code, and Reasons say in a line each why it is not 0.
	Code    int      `json:"exitCode"`
	Reasons []string `json:"reasons,omitempty"`
}

// Finished is how a test ended that was not stopped early.
const Finished = "finished"

// Early says whether it is known that the test was stopped early, so that its load was not all that was asked for.
func (o *Outcome) Early() bool { return o != nil && o.Ended != "" && o.Ended != Finished }

// DefaultTrendStats are k6's.
func DefaultTrendStats() []string { return []string{"avg", "min", "med", "max", "p(90)", "p(95)"} }

var percentilePattern = regexp.MustCompile(`^p\((\d{1,3}(?:\.\d+)?)\)$`)

// Validate says what is wrong with the options and which values there are.
func (o Options) Validate() error {
	if o.Mode != "" && !slices.Contains(Modes(), o.Mode) {
		return fmt.Errorf("summary mode %q: it is legacy, compact, full or disabled", o.Mode)
	}
	if !slices.Contains([]string{"", "auto", "s", "ms", "us"}, o.TimeUnit) {
		return fmt.Errorf("summary time unit %q: it is s, ms, us or auto", o.TimeUnit)
	}
	for _, stat := range o.TrendStats {
		if _, err := parseStat(stat); err != nil {
			return err
		}
	}
	return nil
}

// normalize fills in the defaults.
func (o Options) normalize() Options {
	if o.Mode == "" {
		o.Mode = Legacy
	}
	if o.TrendStats == nil {
		o.TrendStats = DefaultTrendStats()
	}
	if o.TimeUnit == "auto" {
		o.TimeUnit = ""
	}
	return o
}

// parseStat reads the name of a statistic; percentile is that of p(N).
func parseStat(stat string) (percentile float64, err error) {
	switch stat {
	case "avg", "min", "med", "max", "count":
		return 0, nil
	}
	if m := percentilePattern.FindStringSubmatch(stat); m != nil {
		p, err := strconv.ParseFloat(m[1], 64)
		if err == nil && p <= 100 {
			return p, nil
		}
	}
	return 0, fmt.Errorf("trend statistic %q: it is one of %s, count or p(N) with N from 0 to 100", stat, strings.Join(DefaultTrendStats()[:4], ", "))
}
