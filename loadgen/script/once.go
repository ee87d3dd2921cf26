package script

import (
	"maps"
	"slices"

	"example.com/foobar/loadgen/expression"
)

// once does its steps in a user's first iteration that comes to them. What they set stays for the user. If one fails, so does the
// iteration, and the next one begins them again.
func (c *compiler) once(s *Step, path string) []act {
	if len(s.Once) == 0 {
		c.fail(path+".once", "no steps")
		return nil
	}
	slot := c.program.onces
	c.program.onces++
	before := c.assigned
	c.assigned = map[int]bool{}
	acts := c.steps(s.Once, path+".once")
	set := slices.Sorted(maps.Keys(c.assigned))
	maps.Copy(c.assigned, before)
	return []act{func(f *frame) error {
		if f.done[slot] {
			return nil
		}
		if err := perform(f, acts); err != nil {
			return err
		}
		keep(f.kept, f.vars, set)
		f.done[slot] = true
		return nil
	}}
}

// keep has later iterations begin with the values that some slots have.
func keep(kept, vars []expression.Value, slots []int) {
	for _, slot := range slots {
		kept[slot] = vars[slot]
	}
}
