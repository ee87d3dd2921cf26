package load

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/file"
)

// Duration reads "10s", "1m30s", "1d2h" or a number of milliseconds, and writes "1m30s". In files, the number is for k6's options
// in JSON only; all else needs a unit.
type Duration time.Duration

const day = 24 * time.Hour

// parseDuration reads Go's form of a duration, with days before it if need be: "90s", "1m30s", "1d2h", "-1s".
func parseDuration(s string) (time.Duration, error) {
	bad := func() error { return fmt.Errorf("%q is no duration: write it as 10s, 1m30s or 1d2h", s) }
	rest, negative := strings.CutPrefix(s, "-")
	if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		return 0, bad()
	}
	var d time.Duration
	if before, after, found := strings.Cut(rest, "d"); found {
		days, err := strconv.ParseUint(before, 10, 31)
		if err != nil || time.Duration(days) > math.MaxInt64/day {
			return 0, bad()
		}
		d, rest = time.Duration(days)*day, after
		if rest == "" {
			rest = "0s"
		}
	}
	if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		return 0, bad()
	}
	clock, err := time.ParseDuration(rest)
	if err != nil || clock > math.MaxInt64-d {
		return 0, bad()
	}
	d += clock
	if negative {
		d = -d
	}
	return d, nil
}

// milliseconds turns a number without a unit into a duration, as k6 does.
func milliseconds(ms float64) (time.Duration, error) {
	ns := ms * float64(time.Millisecond)
	if math.IsNaN(ns) || ns >= math.MaxInt64 || ns <= math.MinInt64 {
		return 0, fmt.Errorf("%v milliseconds are out of range", ms)
	}
	return time.Duration(ns), nil
}

// Set makes a Duration a flag.Value; a flag needs a unit.
func (d *Duration) Set(s string) error {
	v, err := parseDuration(s)
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}

// String is Go's form: "1m30s".
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes the duration as a string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a string (a number in it is milliseconds) or a number of milliseconds.
func (d *Duration) UnmarshalJSON(b []byte) error {
	s := string(b)
	if s == "null" {
		return nil
	}
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &s); err != nil {
			return fmt.Errorf("reading a duration: %w", err)
		}
	}
	if ms, err := strconv.ParseFloat(s, 64); err == nil {
		v, err := milliseconds(ms)
		*d = Duration(v)
		return err
	}
	return d.Set(s)
}

// UnmarshalNode reads a duration in a file. A number without a unit is milliseconds in k6's options in JSON, with a notice where
// that comes to less than a second; elsewhere it is an error, but for 0.
func (d *Duration) UnmarshalNode(n *file.Node) error {
	text, err := n.Text()
	if err != nil || n.IsNull() {
		return n.Errorf("want a duration such as 10s, 1m30s or 500ms")
	}
	ms, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		if err := d.Set(text); err != nil {
			return n.Errorf("%w", err)
		}
		return nil
	case ms == 0:
		*d = 0
		return nil
	case !n.Milliseconds():
		return n.Errorf("%s has no unit: write it as %ss, or %sms", text, text, text)
	}
	v, err := milliseconds(ms)
	if err != nil {
		return n.Errorf("%w", err)
	}
	*d = Duration(v)
	if v.Abs() < time.Second {
		n.Notice("%s is taken as %s, as k6 takes it: write \"%ss\" if seconds were meant", text, v, text)
	}
	return nil
}
