package k6

import (
	"github.com/dop251/goja/ast"
)

// call is a call of a function: of one of the script's own, which is followed, or of one that is known.
func (c *converter) call(e *ast.CallExpression, sc *scope) value {
	callee := c.callee(e.Callee, sc)
	if _, gone := callee.(missing); gone {
		return missing{}
	}
	var args []value
	for _, a := range e.ArgumentList {
		if s, ok := a.(*ast.SpreadElement); ok {
			args = append(args, c.items(s, c.eval(s.Expression, sc))...)
			continue
		}
		args = append(args, c.eval(a, sc))
	}
	return c.invoke(e, callee, args)
}

func (c *converter) callee(e ast.Expression, sc *scope) value {
	if id, ok := e.(*ast.Identifier); ok && sc.find(id.Name.String()) == nil {
		c.fail(e, "the function %s is not known here", id.Name.String())
	}
	return c.eval(e, sc)
}

// invoke calls a function.
func (c *converter) invoke(at ast.Node, callee value, args []value) value {
	c.effort(at)
	switch f := callee.(type) {
	case *function:
		return c.enter(at, f, args)
	case *native:
		return f.call(c, at, args)
	case *method:
		return c.callMethod(at, f, args)
	case live:
		return c.invoke(at, c.read(at, f.v), args)
	case *lost:
		c.fail(at, "%s", f.reason)
	case *object:
		if inner, ok := f.get("default"); ok {
			return c.invoke(at, inner, args)
		}
	}
	c.fail(at, "a call of %s is not converted", typeName(callee))
	return nil
}

// enter follows a function of the script.
func (c *converter) enter(at ast.Node, f *function, args []value) value {
	if c.depth++; c.depth > maxDepth {
		c.depth = 0
		c.fail(at, "functions call each other deeper than %d", maxDepth)
	}
	outer := c.at
	c.at = f.module
	defer func() { c.depth--; c.at = outer }()
	sc := newScope(f.scope)
	sc.call = &call{module: f.module, result: &variable{name: "result", value: undefined{}}}
	if g, ok := f.at.(*ast.FunctionLiteral); ok && g.Generator {
		c.fail(at, "generators are not converted")
	}
	c.parameters(at, f, args, sc)
	switch body := f.body.(type) {
	case *ast.ExpressionBody:
		return c.eval(body.Expression, sc)
	case *ast.BlockStatement:
		c.hoist(body.List, declarations(f.at), sc, false)
		if c.list(body.List, sc) == threw {
			return ended{threw}
		}
	}
	return c.readResult(at, sc.call.result)
}

// readResult is what a function returned.
func (c *converter) readResult(at ast.Node, result *variable) value {
	if p, ok := result.value.(*phi); ok {
		return c.readPhi(at, result, p)
	}
	return result.value
}

func declarations(f ast.Node) []*ast.VariableDeclaration {
	switch f := f.(type) {
	case *ast.FunctionLiteral:
		return f.DeclarationList
	case *ast.ArrowFunctionLiteral:
		return f.DeclarationList
	}
	return nil
}

func (c *converter) parameters(at ast.Node, f *function, args []value, sc *scope) {
	for i, p := range f.params.List {
		var v value = undefined{}
		if i < len(args) {
			v = args[i]
		}
		c.bindTo(p, v, sc, true)
	}
	if f.params.Rest == nil {
		return
	}
	others := &array{}
	if n := len(f.params.List); n < len(args) {
		others.items = args[n:]
	}
	c.bindTo(f.params.Rest, others, sc, true)
}

// construct is new X(...).
func (c *converter) construct(e *ast.NewExpression, sc *scope) value {
	callee := c.callee(e.Callee, sc)
	var args []value
	for _, a := range e.ArgumentList {
		args = append(args, c.eval(a, sc))
	}
	var build nativeFunc
	switch f := callee.(type) {
	case *native:
		build = f.make
	case *object:
		build = f.make
	case *lost:
		c.fail(e, "%s", f.reason)
	}
	if build == nil {
		c.fail(e, "new is converted for metrics, SharedArray, Error and Date only")
	}
	return build(c, e, args)
}
