package k6

import (
	"slices"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
)

// inSetup is what is being followed while it is set-up or tear-down.
const inSetup = "setup"

// exported is what a script exports under a name.
func (c *converter) exported(name string) value {
	v := own{c, c.main}.get(name)
	if l, ok := v.(live); ok {
		return l.v.value
	}
	if _, none := v.(undefined); none {
		for _, exports := range []string{"exports"} {
			if m, ok := c.main.scope.find("module").value.(*object); ok {
				if o, ok := m.props[exports].(*object); ok {
					if found, ok := o.get(name); ok {
						return found
					}
				}
			}
			if o, ok := c.main.scope.find(exports).value.(*object); ok {
				if found, ok := o.get(name); ok {
					return found
				}
			}
		}
	}
	return v
}

// userFunction follows a function of users from the beginning of an iteration, and takes back all that it changed.
func (c *converter) userFunction(f value, inside string, args []value) ([]script.Step, value) {
	b := &block{}
	mark := len(c.journal)
	c.inside, c.begin, c.block, c.at = inside, b, b, c.main
	c.begun = map[string]bool{}
	c.last.value = undefined{}
	if inside != inSetup {
		c.markWritten()
	}
	var result value
	if why := catch(func() { result = c.invoke(nodeOf(f), f, args) }); why != nil {
		c.leave(c.main, nodeOf(f), why)
		result = &lost{why.reason}
	}
	if inside == inSetup {
		result = c.shared(result)
	}
	steps := c.begin.finish()
	c.block = nil
	c.takeState(mark)
	return steps, result
}

func nodeOf(f value) ast.Node {
	if f, ok := f.(*function); ok {
		return f.at
	}
	return nil
}

// setup follows the set-up, and returns what it returns, for the others.
func (c *converter) setup() value {
	f, ok := c.exported("setup").(*function)
	if !ok {
		return undefined{}
	}
	steps, data := c.userFunction(f, inSetup, nil)
	c.draft.Script.Setup = steps
	return data
}

// shared is what set-up returns, with all that is known only in the test as variables.
func (c *converter) shared(v value) (out value) {
	if why := catch(func() { c.bounded(nil, v); out = c.sharedValue(v, "data") }); why != nil {
		return &lost{"it comes from set-up: " + why.reason}
	}
	return out
}

func (c *converter) sharedValue(v value, hint string) value {
	switch v := v.(type) {
	case *expr, *phi, *cell, *jsonText:
		if text, ok := plainText(v); ok {
			return text
		}
		e := c.exprOf(nil, v)
		if e.op == opName && c.names[e.text] {
			return e
		}
		if e.hint == "" {
			hinted := *e
			hinted.hint = hint
			e = &hinted
		}
		if len(e.responses()) > 0 {
			if last, ok := c.last.value.(*response); !ok || !slices.Equal(e.responses(), []*response{last}) {
				return c.ready(nil, e)
			}
		}
		return c.keep(nil, e, hint)
	case *object:
		o := newObject()
		for _, key := range v.keys {
			o.set(key, c.sharedValue(v.props[key], key))
		}
		return o
	case *array:
		a := &array{from: v.from}
		for _, item := range v.items {
			a.items = append(a.items, c.sharedValue(item, hint))
		}
		return a
	case *response:
		c.fail(nil, "it returns a response")
	}
	return v
}

// teardown follows the tear-down.
func (c *converter) teardown(data value) {
	if f, ok := c.exported("teardown").(*function); ok {
		c.draft.Script.Teardown, _ = c.userFunction(f, inSetup, []value{data})
	}
}

// functions follows what users do: the functions that scenarios name, and the default one.
func (c *converter) functions(named []string, data value) error {
	if len(named) == 0 || slices.Contains(named, "default") {
		f, isFunction := c.exported("default").(*function)
		if !isFunction {
			if len(named) == 0 {
				return errNoDefault
			}
			c.left = append(c.left, left{line: 1, text: "default", reason: "a scenario names the default function, and none is exported"})
		} else {
			c.draft.Script.Requests, _ = c.userFunction(f, "default", []value{data})
		}
	}
	for _, id := range named {
		if id == "default" {
			continue
		}
		f, isFunction := c.exported(id).(*function)
		if !isFunction {
			c.left = append(c.left, left{line: 1, text: id, reason: "a scenario names the function " + id + ", and none is exported"})
			continue
		}
		steps, _ := c.userFunction(f, id, []value{data})
		if c.draft.Script.Functions == nil {
			c.draft.Script.Functions = map[string][]script.Step{}
		}
		c.draft.Script.Functions[id] = steps
	}
	return nil
}

// summaryFunction says that the report is ours.
func (c *converter) summaryFunction() {
	if f, ok := c.exported("handleSummary").(*function); ok {
		c.drop(c.main, f.at, "handleSummary is left out: -summary-json and -summary-export write the report to files")
	}
}

// options reads the options that the script exports, and returns the functions that its scenarios name.
func (c *converter) options() []string {
	v := c.exported("options")
	o, ok := v.(*object)
	if !ok {
		if gone, isLost := v.(*lost); isLost {
			c.left = append(c.left, left{line: 1, text: "options", reason: gone.reason})
		}
		return nil
	}
	fixed, ok := c.static(o).(*object)
	if !ok {
		c.left = append(c.left, left{line: c.main.optionsLine(), text: "options", reason: "the options depend on what is known only in the test"})
		return nil
	}
	c.cleanOptions(fixed)
	text, _ := staticJSON(fixed)
	n, err := file.Parse(c.script.Name, []byte(text))
	if err == nil {
		err = n.Decode(&c.draft.Options)
	}
	if err != nil {
		c.left = append(c.left, left{line: c.main.optionsLine(), text: "options", reason: optionsError(err)})
	}
	return execs(fixed)
}
