package script

import (
	"strconv"

	"example.com/foobar/loadgen/expression"
)

// set gives variables values.
func (c *compiler) set(s *Step, path string) []act {
	if len(s.Set) == 0 {
		c.fail(path+".set", "no variables")
	}
	return c.assigns(s, path)
}

// assigns gives the variables of a step their values.
func (c *compiler) assigns(s *Step, path string) []act {
	var acts []act
	for _, one := range s.Set {
		at := path + ".set." + one.Name
		value := c.value(one.Text, at)
		slot := c.assign(one.Name, at)
		acts = append(acts, func(f *frame) (err error) {
			f.vars[slot], err = value(f)
			return err
		})
	}
	return acts
}

// value is what a text comes to: a number if it is one as it is, the value if it is one expression.
func (c *compiler) value(text, path string) func(*frame) (expression.Value, error) {
	of := c.template(text, path)
	if of.Static() {
		fixed := expression.TextOf(of.Text())
		if x, err := strconv.ParseFloat(of.Text(), 64); err == nil && expression.NumberOf(x).String() == of.Text() {
			fixed = expression.NumberOf(x)
		}
		return func(*frame) (expression.Value, error) { return fixed, nil }
	}
	return func(f *frame) (expression.Value, error) { return of.Value(f) }
}

// text is what t says now.
func (f *frame) text(t *expression.Template) (string, error) {
	if t.Static() {
		return t.Text(), nil
	}
	var err error
	f.buffer, err = t.Append(f, f.buffer[:0])
	return string(f.buffer), err
}
