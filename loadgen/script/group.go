package script

// maxGroups is how deep groups may nest: each tells its metrics under the names of all those around it.
const maxGroups = 50

// group does its steps under a name.
func (c *compiler) group(s *Step, path string) []act {
	if len(s.Requests) == 0 {
		c.fail(path, `a group needs its name in "group" and its steps in "requests"`)
		return nil
	}
	if c.depth == maxGroups {
		c.fail(path, "groups nest deeper than %d: put its steps into a group further out", maxGroups)
		return nil
	}
	c.depth++
	defer func() { c.depth-- }()
	name := c.template(s.Group, path+".group")
	acts := c.steps(s.Requests, path+".requests")
	if name.Static() {
		text := name.Text()
		return []act{func(f *frame) error { return f.vu.Group(text, func() error { return perform(f, acts) }) }}
	}
	return []act{func(f *frame) error {
		text, err := f.text(name)
		if err != nil {
			return err
		}
		return f.vu.Group(text, func() error { return perform(f, acts) })
	}}
}

// block does its steps, one after the other.
func (c *compiler) block(s *Step, path string) []act { return c.inner(s, path) }

// inner are the steps within s, of which there must be some.
func (c *compiler) inner(s *Step, path string) []act {
	if len(s.Requests) == 0 {
		c.fail(path, `needs its steps in "requests"`)
	}
	return c.steps(s.Requests, path+".requests")
}
