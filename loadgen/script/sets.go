package script

// sets are the names of all variables that steps of the script set.
func (c *compiler) sets() map[string]bool {
	if c.allSets == nil {
		c.allSets = map[string]bool{}
		for step := range c.script.All {
			step.addSets(c.allSets)
		}
	}
	return c.allSets
}

// onces are those that are set within a once: they stay from one iteration to the next.
func (c *compiler) onces() map[string]bool {
	if c.onceSets == nil {
		c.onceSets = map[string]bool{}
		for step := range c.script.All {
			c.setsWithin(step.Once, c.onceSets, map[string]bool{})
		}
	}
	return c.onceSets
}

// setsWithin adds the names of the variables that steps set, and those within them, and the functions that they call.
func (c *compiler) setsWithin(steps []Step, names map[string]bool, called map[string]bool) {
	for i := range steps {
		step := &steps[i]
		step.addSets(names)
		for _, within := range step.Within() {
			c.setsWithin(*within, names, called)
		}
		if f := c.script.Functions[step.Call]; step.Call != "" && !called[step.Call] {
			called[step.Call] = true
			c.setsWithin(f, names, called)
		}
	}
}

// addSets adds the names of the variables that s sets itself.
func (s *Step) addSets(names map[string]bool) {
	for name := range s.Extract {
		names[name] = true
	}
	for name := range s.Each {
		names[name] = true
	}
	for _, one := range s.Set {
		names[one.Name] = true
	}
}
