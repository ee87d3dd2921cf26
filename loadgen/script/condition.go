package script

// guard is the condition of a step, nil when it has none.
func (c *compiler) guard(s *Step, path string) func(*frame) (bool, error) {
	if s.If == "" {
		return nil
	}
	holds := c.condition(s.If, path+".if")
	if holds == nil {
		return func(*frame) (bool, error) { return false, nil } // what is wrong is told already
	}
	return holds
}

// guarded does acts when a condition holds, and else the steps for that.
func (c *compiler) guarded(holds func(*frame) (bool, error), acts []act, s *Step, path string) []act {
	if s.Else != nil && len(s.Else) == 0 {
		c.fail(path+".else", "no steps")
	}
	otherwise := c.steps(s.Else, path+".else")
	return []act{func(f *frame) error {
		yes, err := holds(f)
		switch {
		case err != nil:
			return err
		case yes:
			return perform(f, acts)
		}
		return perform(f, otherwise)
	}}
}
