package script

import (
	"encoding/json"
	"fmt"

	"example.com/foobar/loadgen/expression"
)

// each does its steps once for each value of a list.
func (c *compiler) each(s *Step, path string) []act {
	if len(s.Each) != 1 {
		c.fail(path+".each", "want the name of one variable and its list, such as {id: [1, 2]}")
		return nil
	}
	name := sortedKeys(s.Each)[0]
	list := c.list(s.Each[name], path+".each."+name)
	slot := c.assign(name, path+".each."+name)
	acts := c.loop(s, path)
	return []act{func(f *frame) error {
		values, err := list(f)
		return f.rounds(acts, func(i int) bool {
			if err != nil || i == len(values) {
				return false
			}
			f.vars[slot] = values[i]
			return true
		}, func() bool { return false }, &err)
	}}
}

// list is one that is written there, or what a text comes to.
func (c *compiler) list(raw json.RawMessage, path string) func(*frame) ([]expression.Value, error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		values, isList := expression.JSONOf(string(raw)).Items()
		if !isList {
			c.fail(path, "want a list such as [1, 2], or a text with ${...} that comes to one")
		}
		return func(*frame) ([]expression.Value, error) { return values, nil }
	}
	of := c.template(text, path)
	if of.Static() {
		c.fail(path, "%q: want a list such as [1, 2], or a text with ${...} that comes to one", text)
	}
	return func(f *frame) ([]expression.Value, error) {
		v, err := of.Value(f)
		if err != nil {
			return nil, err
		}
		if values, isList := v.Items(); isList {
			return values, nil
		}
		return nil, fmt.Errorf("%s: %.60q is no list", path, v.String())
	}
}
