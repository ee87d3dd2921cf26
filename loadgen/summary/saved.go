package summary

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// Saved is what a file of JSON holds.
type Saved struct {
	Snapshot *metrics.Snapshot
	// Seed, Load, CPU and Outcome are those of Options; the zero value is not known.
	Seed    *uint64
	Load    *Load
	CPU     time.Duration
	Outcome *Outcome
}

// Load is what was asked of the target, whatever came of it. Times are in nanoseconds.
type Load struct {
	Scenarios            []ScenarioLoad `json:"scenarios"`
	Warmup               time.Duration  `json:"warmup,omitempty"`
	RPS                  int64          `json:"rps,omitempty"`
	MinIterationDuration time.Duration  `json:"minIterationDuration,omitempty"`
}

// ScenarioLoad is one scenario of a Load: its options as in a file, with their defaults, and what they come to in a line.
type ScenarioLoad struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Options     json.RawMessage `json:"options"`
}

// Differences says in a line each where another load differs from l. Either may be nil, which is not known and differs from nothing.
func (l *Load) Differences(other *Load) []string {
	if l == nil || other == nil {
		return nil
	}
	var lines []string
	if a, b := l.general(), other.general(); a != b {
		lines = append(lines, fmt.Sprintf("%s, and %s", a, b))
	}
	for _, s := range l.Scenarios {
		if o := other.find(s.Name); o == nil {
			lines = append(lines, fmt.Sprintf("scenario %s: %s, and none of that name", s.Name, s.Description))
		} else if !bytes.Equal(compact(s.Options), compact(o.Options)) {
			lines = append(lines, fmt.Sprintf("scenario %s: %s", s.Name, s.against(o)))
		}
	}
	for _, o := range other.Scenarios {
		if l.find(o.Name) == nil {
			lines = append(lines, fmt.Sprintf("scenario %s: none of that name, and %s", o.Name, o.Description))
		}
	}
	return lines
}

// against says how two scenarios differ: by their descriptions, or where these are the same by their options.
func (s *ScenarioLoad) against(o *ScenarioLoad) string {
	if s.Description != o.Description {
		return s.Description + ", and " + o.Description
	}
	return fmt.Sprintf("%s, and %s", compact(s.Options), compact(o.Options))
}

// general is what holds for all scenarios.
func (l *Load) general() string {
	return fmt.Sprintf("warm-up %s, rps %d, minIterationDuration %s", l.Warmup, l.RPS, l.MinIterationDuration)
}

func (l *Load) find(name string) *ScenarioLoad {
	for i := range l.Scenarios {
		if l.Scenarios[i].Name == name {
			return &l.Scenarios[i]
		}
	}
	return nil
}

func compact(text json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return text
	}
	return b.Bytes()
}

// Stat is one statistic of a series by k6's name, in the unit of its values (nanoseconds, bytes): count and rate (a second of elapsed) of a
// counter, rate of a rate, value, min and max of a gauge, and those that TrendStats can have of a trend. ok is false when there is none of
// that name.
func Stat(s *metrics.Series, name string, elapsed time.Duration) (v float64, ok bool) {
	switch {
	case s.Kind == metrics.Trend:
		_, err := parseStat(name)
		return statOf(s, name), err == nil
	case s.Kind == metrics.Counter && name == "count":
		return s.Sum, true
	case s.Kind == metrics.Counter && name == "rate":
		return s.PerSecond(elapsed), true
	case s.Kind == metrics.Rate && name == "rate":
		return s.Share(), true
	case s.Kind == metrics.Gauge && name == "value":
		return s.Last, true
	case s.Kind == metrics.Gauge && name == "min":
		return s.Min, true
	case s.Kind == metrics.Gauge && name == "max":
		return s.Max, true
	}
	return 0, false
}

// Percentile is the N of a statistic p(N), and 50 of med; ok is false when it is neither.
func Percentile(stat string) (p float64, ok bool) {
	if stat == "med" {
		return 50, true
	}
	p, err := parseStat(stat)
	return p, err == nil && stat[0] == 'p'
}

// FormatStat writes a statistic for people: times and bytes in the unit that fits, the share of a rate in percent, all else with up to six decimals.
func FormatStat(v float64, s *metrics.Series, stat string) string {
	switch {
	case s.Kind == metrics.Rate:
		return fmt.Sprintf("%.2f%%", 100*v)
	case s.Kind == metrics.Trend && stat == "count":
		return formatNumber(v)
	case s.Kind == metrics.Counter && stat == "rate":
		return formatRate(v, s.Contains, "")
	}
	return formatValue(v, s.Contains, "")
}
