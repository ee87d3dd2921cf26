package script

import (
	"fmt"
	"math"
	"strconv"
)

// maxRounds is the most rounds of a while.
const maxRounds = 10_000

// loop compiles the steps of a loop. They may use what later ones of them set, in the round before.
func (c *compiler) loop(s *Step, path string) []act {
	c.setsWithin(s.Requests, c.visible, map[string]bool{})
	return c.inner(s, path)
}

// repeat does its steps so many times, or until a condition holds after a round.
func (c *compiler) repeat(s *Step, path string) []act {
	times := c.times(s.Repeat, path+".repeat")
	acts := c.loop(s, path)
	until := func(*frame) (bool, error) { return false, nil }
	if s.Until != "" {
		until = c.condition(s.Until, path+".until")
	}
	return []act{func(f *frame) error {
		n, err := times(f)
		return f.rounds(acts, func(i int) bool { return err == nil && i < n }, func() (end bool) {
			end, err = until(f)
			return end || err != nil
		}, &err)
	}}
}

// rounds does acts while more, and until end says so after a round. The first error ends it, that of the two is in err.
func (f *frame) rounds(acts []act, more func(i int) bool, end func() bool, err *error) error {
	outer := f.index
	defer func() { f.index = outer }()
	for i := 0; more(i); i++ {
		f.vu.Sleep(0) // which ends an iteration that is cut off
		f.index = i
		if err := perform(f, acts); err != nil {
			return err
		}
		if end() {
			break
		}
	}
	return *err
}

// times is how often a loop is done.
func (c *compiler) times(n Number, path string) func(*frame) (int, error) {
	text := c.template(string(n), path)
	if text.Static() {
		fixed, err := strconv.Atoi(text.Text())
		if err != nil || fixed < 0 {
			c.fail(path, "%q: want a number such as 10, or a text with ${...} that comes to one", text.Text())
		}
		return func(*frame) (int, error) { return fixed, nil }
	}
	return func(f *frame) (int, error) {
		v, err := text.Value(f)
		if err != nil {
			return 0, err
		}
		x, ok := v.Float()
		if !ok || x != math.Trunc(x) || x < 0 || x > math.MaxInt32 {
			return 0, fmt.Errorf("%s: %q is no number of rounds", path, v.String())
		}
		return int(x), nil
	}
}

// while does its steps as long as a condition holds before a round.
func (c *compiler) while(s *Step, path string) []act {
	c.setsWithin(s.Requests, c.visible, map[string]bool{})
	holds := c.condition(s.While, path+".while")
	acts := c.loop(s, path)
	return []act{func(f *frame) (err error) {
		return f.rounds(acts, func(i int) (more bool) {
			more, err = holds(f)
			if more && err == nil && i == maxRounds {
				err = fmt.Errorf("%s.while: it holds after %d rounds still", path, maxRounds)
			}
			return more && err == nil
		}, func() bool { return false }, &err)
	}}
}
