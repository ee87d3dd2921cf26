package script

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// Think is a pause: "1s"; "1s-3s", any time between the two; "exponential(2s)", by the exponential distribution with that mean, at
// most ten times as long; or a text with ${...} that comes to one of these or to a number of seconds.
type Think string

const thinkForms = "want a time such as 1s, 1s-3s or exponential(2s)"

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
	d, err := parseDuration(string(t))
	return d, err == nil
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

// parseDuration reads a time with its unit: 10s, 1m30s, 1d2h.
func parseDuration(text string) (time.Duration, error) {
	var d load.Duration
	err := d.Set(text)
	return time.Duration(d), err
}

// pause is a Think that was read: a time between the two, or, if it has a mean, by the exponential distribution.
type pause struct{ from, to, mean time.Duration }

// parsePause reads a text without ${...}.
func parsePause(text string) (pause, error) {
	text = strings.TrimSpace(text)
	if mean, found := strings.CutPrefix(text, "exponential("); found && strings.HasSuffix(mean, ")") {
		d, err := positive(strings.TrimSuffix(mean, ")"))
		return pause{mean: d}, err
	}
	if d, err := parseDuration(text); err == nil {
		if d < 0 {
			return pause{}, fmt.Errorf("%s is negative; %s", text, thinkForms)
		}
		return pause{from: d, to: d}, nil
	}
	from, to, ranged := strings.Cut(text, "-")
	least, err := positive(from)
	if !ranged || err != nil {
		return pause{}, fmt.Errorf("%.60q is no time: %s", text, thinkForms)
	}
	most, err := positive(to)
	if err == nil && most < least {
		err = errors.New("the first time is longer than the second")
	}
	return pause{from: least, to: most}, err
}

func positive(text string) (time.Duration, error) {
	d, err := parseDuration(strings.TrimSpace(text))
	if err == nil && d < 0 {
		err = fmt.Errorf("%s is negative", text)
	}
	return d, err
}

// draw is how long it is this time.
func (p pause) draw(f *frame) time.Duration {
	switch {
	case p.mean > 0:
		return time.Duration(min(f.Rand().ExpFloat64(), 10) * float64(p.mean))
	case p.to > p.from:
		return p.from + time.Duration(f.Rand().Int64N(int64(p.to-p.from)+1))
	}
	return p.from
}

// think pauses.
func (c *compiler) think(t Think, path string) []act {
	if t == "" {
		return nil
	}
	text := c.template(string(t), path)
	if !text.Static() {
		return []act{func(f *frame) error {
			v, err := text.Value(f)
			if err != nil {
				return err
			}
			p, err := pauseOf(v)
			if err == nil {
				f.vu.Sleep(p.draw(f))
			}
			return err
		}}
	}
	p, err := parsePause(text.Text())
	switch {
	case err != nil:
		c.fail(path, "%w", err)
	case p != pause{}:
		return []act{func(f *frame) error { f.vu.Sleep(p.draw(f)); return nil }}
	}
	return nil
}

// pauseOf is a number of seconds, or a text.
func pauseOf(v expression.Value) (pause, error) {
	seconds, ok := v.Float()
	if !ok {
		return parsePause(v.String())
	}
	if seconds < 0 || seconds > math.MaxInt64/1e9/2 {
		return pause{}, fmt.Errorf("think: %v s: want a time from 0 on", seconds)
	}
	d := time.Duration(seconds * float64(time.Second))
	return pause{from: d, to: d}, nil
}
