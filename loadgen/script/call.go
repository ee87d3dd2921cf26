package script

import (
	"fmt"
	"slices"

	"example.com/foobar/loadgen/nearest"
)

// callee is a function that is compiled once for all steps that call it.
type callee struct {
	acts []act
	unit unit
}

// call does the steps of a function.
func (c *compiler) call(s *Step, path string) []act {
	name := s.Call
	if c.script.Functions[name] == nil {
		c.fail(path+".call", "there is no function %q%s", name, nearest.Hint(": ", name, sortedKeys(c.script.Functions)))
		return nil
	}
	if c.of != "" && c.reaches(name, c.of, map[string]bool{}) {
		c.fail(path+".call", "it would never end: %s calls itself", c.of)
		return nil
	}
	if slices.Contains(c.calling, name) {
		return nil // it calls itself, which is told of it
	}
	f := c.calls[name]
	if f == nil {
		f = c.callee(name)
		c.calls[name] = f
	}
	for slot := range f.unit.assigned {
		c.visible[c.program.names[slot]], c.assigned[slot] = true, true
	}
	for data := range f.unit.used {
		c.used[data] = true
	}
	return []act{func(fr *frame) error {
		if err := perform(fr, f.acts); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}}
}

// reaches says whether a function calls another, or one that does.
func (c *compiler) reaches(name, other string, seen map[string]bool) bool {
	if name == other || seen[name] {
		return name == other
	}
	seen[name] = true
	for step := range within(c.script.Functions[name]) {
		if step.Call != "" && c.reaches(step.Call, other, seen) {
			return true
		}
	}
	return false
}

// isCalled says whether a step calls a function, which then may use what others set.
func (c *compiler) isCalled(name string) bool {
	for step := range c.script.All {
		if step.Call == name {
			return true
		}
	}
	return false
}

// callee compiles a function, which may use whatever those who call it have set.
func (c *compiler) callee(name string) *callee {
	c.calling = append(c.calling, name)
	around, problems := c.unit, c.problems
	f := &callee{}
	f.acts, _ = c.unitOf(c.script.Functions[name], "functions."+name, true)
	f.unit = c.unit
	c.unit, c.problems = around, problems // what is wrong with it is told of the function itself
	c.calling = c.calling[:len(c.calling)-1]
	return f
}
