package script

import (
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// Think is a pause: "1s"; "1s-3s", any time between the two; "exponential(2s)", by the exponential distribution with that mean, at
// most ten times as long; or a text with ${...} that comes to a time such as 1s or to a number of seconds.
type Think string

// ThinkFor is a pause that is the same each time.
func ThinkFor(d time.Duration) Think {
	if d == 0 {
		return ""
	}
	return Think(d.String())
}

// Fixed is the pause that is the same each time, and whether t is one.
func (t Think) Fixed() (time.Duration, bool) {
	if t == "" {
		return 0, true
	}
	var d load.Duration
	err := d.Set(string(t))
	return time.Duration(d), err == nil
}

// UnmarshalNode reads a text; a number has no unit.
func (t *Think) UnmarshalNode(n *file.Node) error {
	text, err := n.Text()
	if err != nil {
		return err
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil && strings.Trim(text, "+-0.") != "" {
		return n.Errorf("%s has no unit: write it as %ss, or %sms", text, text, text)
	}
	*t = Think(text)
	return nil
}
