package k6

import (
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"example.com/foobar/loadgen/script"
)

// carried is the value of a variable of the module, or of a property of one of its objects, at the beginning of an iteration. In the
// script that is what the iteration before left there. If it is looked at, the conversion begins again and each user keeps it.
type carried struct {
	name    string // of the variable, and of the property
	place   place
	initial value
	kept    bool
}

// noteWritten notes that users give a variable or a property another value.
func (c *converter) noteWritten(name string) {
	if c.inside == inSetup || c.kept[name] || c.written[name] {
		return
	}
	c.written[name] = true
	panic(restart{name, false})
}

// carriedBy is the value of a variable that each user has for itself.
func (c *converter) carriedBy(name string, p place, initial value) *carried {
	return &carried{name: name, place: p, initial: initial, kept: c.kept[name]}
}

// readCarried makes a variable of the test of k, which each user keeps.
func (c *converter) readCarried(at ast.Node, k *carried) value {
	if !k.kept {
		if c.inside == inSetup {
			return k.initial
		}
		panic(restart{k.name, true})
	}
	variable := c.userVariable(k.name)
	if !c.begun[variable] {
		c.begun[variable] = true
		c.did(func() { delete(c.begun, variable) })
		if !plainValue(k.initial) {
			c.fail(at, "%s is kept from one iteration to the next, which is converted for texts and numbers only", k.name)
		}
		c.first(variable, c.exprOf(at, k.initial))
	}
	in := &cell{name: variable, kept: true}
	c.set(k.place, in)
	return name(in.name, in.is)
}

// changing notes that a variable of the test gets another value. What was made of it before must be looked at before: the conversion
// begins again with that known.
func (c *converter) changing(in *cell) {
	if c.cells[in.name] {
		return
	}
	c.cells[in.name] = true
	panic(restart{in.name, false})
}

// userVariable is the name in the draft of what each user keeps.
func (c *converter) userVariable(of string) string {
	if found, ok := c.userNames[of]; ok {
		return found
	}
	c.userNames[of] = c.unusedName(of)
	return c.userNames[of]
}

// first gives a variable its first value, once for each user.
func (c *converter) first(variable string, e *expr) {
	b := c.begin
	if len(b.steps) > 0 && b.steps[0].isFirst {
		one := b.steps[0].once.steps[0]
		before := one.Set
		one.Set = append(slices.Clip(before), script.NamedText{Name: variable, Text: setText(e)})
		c.did(func() { one.Set = before })
		return
	}
	one := &step{}
	one.Set = script.Texts{{Name: variable, Text: setText(e)}}
	before := b.steps
	b.steps = append([]*step{{isFirst: true, once: &block{steps: []*step{one}}}}, b.steps...)
	c.did(func() { b.steps = before })
}

// markWritten prepares what users write for one of their functions: each of these has the value of the iteration before.
func (c *converter) markWritten() {
	for _, m := range c.modules {
		for id, v := range m.scope.vars {
			if !v.module {
				continue
			}
			if c.written[id] || c.kept[id] {
				if _, isFunction := v.value.(*function); !isFunction {
					c.set(variablePlace{v}, c.carriedBy(id, variablePlace{v}, v.value))
				}
			}
			if o, ok := v.value.(*object); ok {
				c.markProperties(o, 10)
			}
		}
	}
}

func (c *converter) markProperties(o *object, depth int) {
	if depth == 0 || o.home == "" {
		return
	}
	for path := range c.written {
		key, ok := strings.CutPrefix(path, o.home+".")
		if !ok || strings.Contains(key, ".") {
			continue
		}
		p := propertyPlace{o, key}
		if _, is := p.load().(*carried); !is {
			c.set(p, c.carriedBy(path, p, p.load()))
		}
	}
	for _, key := range o.keys {
		if inner, ok := o.props[key].(*object); ok {
			c.markProperties(inner, depth-1)
		}
	}
}

// home notes under which name the script keeps an object, so that what users change in it can be kept.
func (c *converter) home(v *variable, to value) {
	if o, ok := to.(*object); ok && v.module && c.block == nil && o.kind == "" {
		o.moveTo(v.name, 10)
	}
}

func (o *object) moveTo(home string, depth int) {
	if o.home != "" || depth == 0 {
		return
	}
	o.home = home
	for _, key := range o.keys {
		if inner, ok := o.props[key].(*object); ok {
			inner.moveTo(home+"."+key, depth-1)
		}
	}
}

// once follows "if (!token) {…}" and "if (__ITER == 0) {…}": what each user does once.
func (c *converter) once(s *ast.IfStatement, sc *scope) bool {
	if c.block == nil || s.Alternate != nil || c.loops > 0 || exits(s.Consequent) {
		return false
	}
	k, isFirst := c.firstTime(s.Test, sc)
	if !isFirst {
		return false
	}
	if k != nil && !slices.Contains(writtenIn(s.Consequent, c, sc), k.name) {
		return false
	}
	made := &step{once: &block{}, line: c.line(s)}
	c.add(made)
	mark := len(c.journal)
	c.into(made.once, func() {
		c.body(s.Consequent, sc)
		c.keepAll(s, mark)
	})
	return true
}

// keepAll makes variables of the users' of all that changed since mark.
func (c *converter) keepAll(at ast.Node, mark int) {
	var places []place
	for _, one := range c.journal[mark:] {
		if one.place != nil && one.place != place(variablePlace{c.last}) && !slices.Contains(places, one.place) {
			places = append(places, one.place)
		}
	}
	for _, p := range places {
		hint := "value"
		switch p := p.(type) {
		case variablePlace:
			if !p.v.module {
				c.set(p, &lost{"it is set in the first iteration only, and not kept"})
				continue
			}
			hint = p.v.name
		case propertyPlace:
			if p.of.home == "" {
				continue
			}
			hint = p.of.home + "." + p.key
		}
		c.bounded(at, p.load())
		c.set(p, c.keptValue(at, p.load(), hint))
	}
}

// keptValue is v with all that is known only in the test as variables that each user keeps.
func (c *converter) keptValue(at ast.Node, v value, hint string) value {
	switch v := v.(type) {
	case *cell:
		return v
	case *expr, *phi:
		e := c.ready(at, c.exprOf(at, v))
		variable := c.userVariable(hint)
		if e.op == opName && e.text == variable {
			return &cell{name: variable, is: e.is, kept: true}
		}
		c.begun[variable] = true
		c.setStep(variable, e)
		return &cell{name: variable, is: e.is, kept: true}
	case *object:
		for _, key := range v.keys {
			c.set(propertyPlace{v, key}, c.keptValue(at, v.props[key], hint+"."+key))
		}
		return v
	case *array:
		items := make([]value, len(v.items))
		for i := range v.items {
			items[i] = c.keptValue(at, v.items[i], hint)
		}
		c.set(itemsPlace{v}, itemList(items))
		return v
	case *response:
		c.fail(at, "a response is kept from one iteration to the next")
	case string, float64, bool:
		e := literal(v)
		variable := c.userVariable(hint)
		c.begun[variable] = true
		c.setStep(variable, e)
		return &cell{name: variable, is: e.is, kept: true}
	}
	return v
}

// writtenIn are the variables and properties of the module that n gives another value.
func writtenIn(n ast.Node, c *converter, sc *scope) []string {
	all := assigned(n)
	walk(n, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignExpression)
		if !ok {
			return true
		}
		if k := c.carriedAt(a.Left, sc); k != nil {
			all = append(all, k.name)
		}
		return true
	})
	return all
}

// carriedAt is what stands at a variable or a property, if it comes from the iteration before.
func (c *converter) carriedAt(e ast.Expression, sc *scope) *carried {
	switch e := e.(type) {
	case *ast.Identifier:
		if v := sc.find(e.Name.String()); v != nil {
			k, _ := v.value.(*carried)
			return k
		}
	case *ast.DotExpression:
		id, ok := e.Left.(*ast.Identifier)
		if !ok {
			return nil
		}
		v := sc.find(id.Name.String())
		if v == nil {
			return nil
		}
		if o, ok := v.value.(*object); ok {
			k, _ := o.props[e.Identifier.Name.String()].(*carried)
			return k
		}
	}
	return nil
}

// firstTime says whether a test holds the first time only: k is what it looks at, nil for the number of the iteration.
func (c *converter) firstTime(test ast.Expression, sc *scope) (k *carried, is bool) {
	switch t := test.(type) {
	case *ast.UnaryExpression:
		if t.Operator != token.NOT {
			return nil, false
		}
		k = c.carriedAt(t.Operand, sc)
	case *ast.BinaryExpression:
		if t.Operator != token.EQUAL && t.Operator != token.STRICT_EQUAL {
			return nil, false
		}
		if n, ok := t.Right.(*ast.NumberLiteral); ok && literalNumber(n) == 0 && c.isIteration(t.Left, sc) {
			return nil, true
		}
		if k = c.carriedAt(t.Left, sc); k != nil {
			with := c.eval(t.Right, sc)
			if is, known := equal(t.Operator, k.initial, with); !known || !is {
				return nil, false
			}
		}
	default:
		return nil, false
	}
	if k == nil {
		return nil, false
	}
	if set, known := truth(k.initial); !known || set {
		if _, gone := k.initial.(absent); !gone {
			return nil, false
		}
	}
	return k, true
}

// isIteration says whether e is the number of the user's iteration.
func (c *converter) isIteration(e ast.Expression, sc *scope) bool {
	switch e := e.(type) {
	case *ast.Identifier:
		return e.Name == "__ITER"
	case *ast.DotExpression:
		id := e.Identifier.Name.String()
		if id != "iterationInInstance" && id != "iterationInScenario" {
			return false
		}
		x, ok := c.eval(e, sc).(*expr)
		return ok && x.op == opName && x.text == "iteration"
	}
	return false
}
