package script

import (
	"errors"
	"fmt"
)

// logs writes a line.
func (c *compiler) logs(s *Step, path string) []act {
	text, p := c.template(s.Log, path+".log"), c.program
	return []act{func(f *frame) error {
		line, err := f.text(text)
		if err == nil {
			_, _ = fmt.Fprintln(p.log, line) // what can't be shown must not end an iteration
		}
		return err
	}}
}

// fails ends the iteration.
func (c *compiler) fails(s *Step, path string) []act {
	text := c.template(s.Fail, path+".fail")
	return []act{func(f *frame) error {
		reason, err := f.text(text)
		if err != nil {
			return err
		}
		return errors.New(reason)
	}}
}

// aborts ends the test.
func (c *compiler) aborts(s *Step, path string) []act {
	text := c.template(s.Abort, path+".abort")
	return []act{func(f *frame) error {
		reason, err := f.text(text)
		if err != nil {
			return err
		}
		f.vu.Abort(reason)
		return nil
	}}
}
