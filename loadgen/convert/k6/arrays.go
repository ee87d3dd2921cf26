package k6

import (
	"slices"

	"github.com/dop251/goja/ast"
)

// arrayMethod is a method of an array.
func (c *converter) arrayMethod(at ast.Node, a *array, name string, args []value) value {
	c.work += len(a.items) >> 10
	switch name {
	case "push":
		c.change(at, a, slices.Concat(a.items, c.inertAll(at, args)))
		return float64(len(a.items))
	case "pop", "shift":
		return c.take(at, a, name)
	case "concat":
		all := &array{items: slices.Clone(a.items)}
		for _, more := range args {
			if inner, ok := more.(*array); ok {
				all.items = append(all.items, inner.items...)
				continue
			}
			all.items = append(all.items, more)
		}
		return all
	case "slice":
		from, to := clamp(args, 0, 0, len(a.items)), clamp(args, 1, len(a.items), len(a.items))
		return &array{items: slices.Clone(a.items[from:max(from, to)])}
	case "join":
		return c.joinArray(at, a, args)
	case "reverse":
		items := slices.Clone(a.items)
		slices.Reverse(items)
		c.change(at, a, items)
		return a
	case "includes", "indexOf":
		return c.findItem(at, a, name, args)
	case "forEach":
		c.each(at, a, args)
		return undefined{}
	case "map", "filter", "find", "some", "every", "reduce", "flatMap", "findIndex":
		return c.arrayCallback(at, a, name, args)
	case "keys":
		return &array{items: c.keys(at, a)}
	case "entries":
		all := &array{}
		for i, item := range a.items {
			all.items = append(all.items, &array{items: []value{float64(i), item}})
		}
		return all
	case "values":
		return a
	}
	c.fail(at, "%s of an array is not converted", name)
	return nil
}

// change gives an array other items.
func (c *converter) change(at ast.Node, a *array, items []value) {
	if a.from != nil {
		c.fail(at, "data is changed")
	}
	if len(items) > 100_000 {
		c.fail(at, "the array is too long")
	}
	c.set(itemsPlace{a}, itemList(items))
}

func (c *converter) inertAll(at ast.Node, all []value) []value {
	out := make([]value, len(all))
	for i, v := range all {
		out[i] = c.inert(at, v, "item")
	}
	return out
}

func (c *converter) take(at ast.Node, a *array, name string) value {
	n := len(a.items)
	if n == 0 {
		return undefined{}
	}
	if name == "pop" {
		last := a.items[n-1]
		c.change(at, a, a.items[:n-1])
		return last
	}
	first := a.items[0]
	c.change(at, a, a.items[1:])
	return first
}

func (c *converter) joinArray(at ast.Node, a *array, args []value) value {
	sep := ","
	if len(args) > 0 {
		sep, _ = plainText(args[0])
	}
	if text, ok := joinStatic(a, sep); ok {
		return text
	}
	var parts []*expr
	for i, item := range a.items {
		if i > 0 {
			parts = append(parts, literal(sep))
		}
		parts = append(parts, c.textExpr(at, item))
	}
	return c.known0(concat(parts...))
}

// findItem answers includes and indexOf.
func (c *converter) findItem(at ast.Node, a *array, name string, args []value) value {
	want := args0(args)
	if isStatic(want) {
		i := slices.IndexFunc(a.items, func(v value) bool { return isStatic(v) && same(v, want) })
		if name == "includes" {
			return i >= 0
		}
		return float64(i)
	}
	if name == "includes" {
		return binary("in", c.exprOf(at, want), c.exprOf(at, a))
	}
	c.fail(at, "indexOf is converted for values that are known")
	return nil
}

// arrayCallback calls a function for each item.
func (c *converter) arrayCallback(at ast.Node, a *array, name string, args []value) value {
	f := args0(args)
	visit := func(i int) value { return c.invoke(at, f, []value{a.items[i], float64(i), a}) }
	switch name {
	case "map", "flatMap":
		all := &array{}
		for i := range a.items {
			v := visit(i)
			if inner, ok := v.(*array); ok && name == "flatMap" {
				all.items = append(all.items, inner.items...)
				continue
			}
			all.items = append(all.items, v)
		}
		return all
	case "reduce":
		return c.reduce(at, a, args)
	case "some", "every":
		return c.someOrEvery(at, a, name, visit)
	}
	all := &array{}
	for i := range a.items {
		is, known := truth(visit(i))
		if !known {
			c.fail(at, "%s asks something that is known only in the test", name)
		}
		switch {
		case is && name == "find":
			return a.items[i]
		case is && name == "findIndex":
			return float64(i)
		case is:
			all.items = append(all.items, a.items[i])
		}
	}
	switch name {
	case "find":
		return undefined{}
	case "findIndex":
		return -1.0
	}
	return all
}

func (c *converter) someOrEvery(at ast.Node, a *array, name string, visit func(int) value) value {
	operator := "||"
	if name == "every" {
		operator = "&&"
	}
	var all *expr
	for i := range a.items {
		v := visit(i)
		is, known := truth(v)
		if known && is == (name == "some") {
			return is
		}
		if known {
			continue
		}
		e := c.exprOf(at, v)
		if all == nil {
			all = e
			continue
		}
		all = binary(operator, all, e)
	}
	if all == nil {
		return name == "every"
	}
	return all
}

func (c *converter) reduce(at ast.Node, a *array, args []value) value {
	if len(args) < 2 {
		c.fail(at, "reduce is converted with a first value")
	}
	v := args[1]
	for i, item := range a.items {
		v = c.invoke(at, args[0], []value{v, item, float64(i)})
	}
	return v
}

// each is forEach, which is a loop.
func (c *converter) each(at ast.Node, list value, args []value) {
	f, ok := args0(args).(*function)
	if !ok {
		c.fail(at, "forEach is converted with a function of the script")
	}
	a, known := list.(*array)
	if !known {
		c.eachFunction(at, list, f)
		return
	}
	made := c.made
	one := func(limit int) func() {
		return func() {
			for i, item := range a.items {
				c.invoke(at, f, []value{item, float64(i)})
				if c.made > made && i >= limit {
					c.fail(at, "it is done more than %d times", limit)
				}
			}
		}
	}
	if c.trial(one(0)) || c.block != nil && c.trial(func() { c.eachFunction(at, list, f) }) {
		return
	}
	one(maxWrittenOut)()
}

func (c *converter) eachFunction(at ast.Node, list value, f *function) {
	sc := f.scope
	c.eachLoop(at, list, f.at, sc, func(v value, inner *scope) {
		inner.vars[" item"] = &variable{name: "item", value: v}
	}, func(inner *scope) completion {
		c.invoke(at, f, []value{inner.vars[" item"].value, name("index", isNumber)})
		return normal
	})
}
