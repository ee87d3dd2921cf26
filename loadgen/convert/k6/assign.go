package k6

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// assignment is a = b, a += b and their like.
func (c *converter) assignment(e *ast.AssignExpression, sc *scope) value {
	var v value
	switch e.Operator {
	case token.ASSIGN:
		v = c.named(e.Right, sc, e.Left)
	case token.LOGICAL_OR, token.LOGICAL_AND, token.COALESCE:
		v = c.logical(e, e.Operator, c.eval(e.Left, sc), func() value { return c.eval(e.Right, sc) })
	default:
		before := c.eval(e.Left, sc)
		v = c.binaryValues(e, e.Operator, before, c.eval(e.Right, sc))
	}
	c.assign(e.Left, v, sc)
	return v
}

// assign gives a variable or a property another value.
func (c *converter) assign(to ast.Expression, v value, sc *scope) {
	switch to := to.(type) {
	case *ast.Identifier:
		c.assignVariable(to, v, sc)
	case *ast.DotExpression:
		c.assignMember(to, c.eval(to.Left, sc), to.Identifier.Name.String(), v)
	case *ast.BracketExpression:
		on := c.eval(to.Left, sc)
		key, ok := plainText(c.eval(to.Member, sc))
		if !ok {
			c.fail(to, "which property gets a value is known only in the test")
		}
		c.assignMember(to, on, key, v)
	case *ast.ArrayPattern, *ast.ObjectPattern:
		c.bindTo(to, v, sc, false)
	default:
		c.fail(to, "this assignment is not converted")
	}
}

func (c *converter) assignVariable(to *ast.Identifier, v value, sc *scope) {
	id := to.Name.String()
	found := sc.find(id)
	if found == nil { // without a declaration it is a variable of the module
		found = &variable{name: id, value: undefined{}, module: true}
		sc.call.module.scope.vars[id] = found
		c.did(func() { delete(sc.call.module.scope.vars, id) })
	}
	if found.constant && found.ready {
		c.fail(to, "%s is a constant", id)
	}
	c.write(to, found, v)
}

// write gives a variable another value: one of the test by a step, others here.
func (c *converter) write(at ast.Node, found *variable, v value) {
	if k, ok := found.value.(*carried); ok && k.kept {
		c.readCarried(at, k)
	}
	if in, ok := found.value.(*cell); ok {
		c.changing(in)
		c.setStep(in.name, c.ready(at, c.exprOf(at, v)))
		return
	}
	if found.module && c.block != nil {
		c.noteWritten(found.name)
	}
	c.home(found, v)
	c.set(variablePlace{found}, c.inert(at, v, found.name))
}

// bindTo gives the variables of a pattern their values.
func (c *converter) bindTo(target ast.Expression, v value, sc *scope, declares bool) {
	switch t := target.(type) {
	case nil:
	case *ast.Identifier:
		if !declares {
			c.assignVariable(t, v, sc)
			return
		}
		c.declareVariable(t, v, sc)
	case *ast.ArrayPattern:
		c.bindArray(t, v, sc, declares)
	case *ast.ObjectPattern:
		c.bindObject(t, v, sc, declares)
	case *ast.AssignExpression:
		c.bindDefault(t.Left, t.Right, v, sc, declares)
	case *ast.Binding:
		c.bindDefault(t.Target, t.Initializer, v, sc, declares)
	default:
		c.fail(target, "this form of a declaration is not converted")
	}
}

func (c *converter) bindDefault(target, otherwise ast.Expression, v value, sc *scope, declares bool) {
	switch v.(type) {
	case undefined:
		if otherwise != nil {
			v = c.eval(otherwise, sc)
		}
	case *expr:
		if otherwise != nil && !isPattern(target) { // members of what is not there are not there, either
			v = c.logical(target, token.COALESCE, v, func() value { return c.eval(otherwise, sc) })
		}
	}
	c.bindTo(target, v, sc, declares)
}

func isPattern(target ast.Expression) bool {
	switch target.(type) {
	case *ast.ObjectPattern, *ast.ArrayPattern:
		return true
	}
	return false
}

// declareVariable sets a variable that is declared in this block.
func (c *converter) declareVariable(t *ast.Identifier, v value, sc *scope) {
	id := t.Name.String()
	found, ok := sc.vars[id]
	if !ok {
		found = &variable{name: id, value: undefined{}}
		sc.vars[id] = found
		c.did(func() { delete(sc.vars, id) })
	}
	c.home(found, v)
	if x, isExpr := v.(*expr); isExpr && x.hint == "" && x.op != opName {
		hinted := *x
		hinted.hint = id
		v = &hinted
	}
	c.set(variablePlace{found}, c.inert(t, v, id))
	found.ready = true
}

func (c *converter) bindArray(t *ast.ArrayPattern, v value, sc *scope, declares bool) {
	if a, ok := v.(*array); ok {
		for i, e := range t.Elements {
			var item value = undefined{}
			if i < len(a.items) {
				item = a.items[i]
			}
			c.bindTo(e, item, sc, declares)
		}
		if t.Rest != nil {
			c.bindTo(t.Rest, &array{items: a.items[min(len(t.Elements), len(a.items)):]}, sc, declares)
		}
		return
	}
	if t.Rest != nil {
		c.fail(t, "this form of a declaration is not converted")
	}
	for i, e := range t.Elements {
		if e != nil {
			c.bindTo(e, c.indexed(t, v, float64(i)), sc, declares)
		}
	}
}

func (c *converter) bindObject(t *ast.ObjectPattern, v value, sc *scope, declares bool) {
	var taken []string
	for _, p := range t.Properties {
		switch p := p.(type) {
		case *ast.PropertyShort:
			key := p.Name.Name.String()
			taken = append(taken, key)
			c.bindDefault(&p.Name, p.Initializer, c.member(t, v, key), sc, declares)
		case *ast.PropertyKeyed:
			key := c.key(p, sc)
			taken = append(taken, key)
			c.bindTo(p.Value, c.member(t, v, key), sc, declares)
		}
	}
	if t.Rest == nil {
		return
	}
	o, ok := v.(*object)
	if !ok {
		c.fail(t, "this form of a declaration is not converted")
	}
	others := newObject()
	for _, k := range o.keys {
		others.set(k, o.props[k])
	}
	for _, k := range taken {
		others.remove(k)
	}
	c.bindTo(t.Rest, others, sc, declares)
}

func (c *converter) assignMember(at ast.Node, on value, key string, v value) {
	switch on := on.(type) {
	case *object:
		c.setProperty(at, on, key, v)
	case *array:
		i, ok := number(key)
		if !ok || i != float64(int(i)) || i < 0 || int(i) > len(on.items) {
			c.fail(at, "this assignment to an array is not converted")
		}
		items := append([]value{}, on.items...)
		if int(i) == len(items) {
			items = append(items, nil)
		}
		items[int(i)] = c.inert(at, v, "item")
		c.set(itemsPlace{on}, itemList(items))
	default:
		c.fail(at, "%s gets a property, which is not converted", typeName(on))
	}
}

// setProperty gives a property another value. One that later iterations see is one of the test.
func (c *converter) setProperty(at ast.Node, o *object, key string, v value) {
	if k, ok := o.props[key].(*carried); ok && k.kept {
		c.readCarried(at, k)
	}
	if in, ok := o.props[key].(*cell); ok {
		c.changing(in)
		c.setStep(in.name, c.ready(at, c.exprOf(at, v)))
		return
	}
	if o.home != "" && c.block != nil {
		c.noteWritten(o.home + "." + key)
	}
	c.set(propertyPlace{o, key}, c.inert(at, v, key))
}
