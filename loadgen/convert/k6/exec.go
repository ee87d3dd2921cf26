package k6

import (
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// completion is how a statement ended.
type completion uint8

const (
	normal completion = iota
	returned
	broke
	continued
	threw
	// consumed says that all that follows has been followed already, in the branches of a condition.
	consumed
)

// call is a call of a function that is being followed, or the outside of a module.
type call struct {
	module *module
	result *variable
	// pending is what is to be done after the statement that is being followed, the innermost last.
	pending []pending
}

// pending is something that is still to be done in a call.
type pending struct {
	run  func() completion
	mark mark
	loop *loop
}

// mark says what a pending is.
type mark uint8

const (
	rest     mark = iota // statements behind
	nextTurn             // further rounds of a loop that is written out: continue goes here
	loopEnd              // what break leaves: a loop that is written out, or a switch
	barrier              // the body of a loop of the test, which ends here
)

// maxWork bounds the statements and calls that are followed, maxDepth the calls within calls.
const (
	maxWork  = 300_000
	maxDepth = 60
)

// follow follows what stands outside of functions.
func (c *converter) follow(m *module) {
	c.hoist(m.program.Body, m.program.DeclarationList, m.scope, true)
	c.list(m.program.Body, m.scope)
}

// hoist declares what is known in a block before its first statement.
func (c *converter) hoist(list []ast.Statement, vars []*ast.VariableDeclaration, sc *scope, module bool) {
	for _, d := range vars {
		for _, b := range d.List {
			for _, id := range boundNames(b.Target) {
				if _, ok := sc.vars[id]; !ok {
					sc.vars[id] = &variable{name: id, value: undefined{}, module: module}
				}
			}
		}
	}
	for _, s := range list {
		switch s := s.(type) {
		case *ast.FunctionDeclaration:
			f := c.function(s.Function, sc)
			sc.vars[f.name] = &variable{name: f.name, value: f, module: module, ready: true}
		case *ast.LexicalDeclaration:
			for _, b := range s.List {
				for _, id := range boundNames(b.Target) {
					sc.vars[id] = &variable{name: id, value: undefined{}, module: module, constant: s.Token == token.CONST}
				}
			}
		case *ast.ClassDeclaration:
			sc.vars[className(s)] = &variable{name: className(s), value: &lost{"classes are not converted"}, module: module, ready: true}
		}
	}
}

func className(s *ast.ClassDeclaration) string {
	if s.Class.Name == nil {
		return ""
	}
	return s.Class.Name.Name.String()
}

// boundNames are the variables that a declaration declares.
func boundNames(t ast.Expression) []string {
	switch t := t.(type) {
	case *ast.Identifier:
		return []string{t.Name.String()}
	case *ast.ArrayPattern:
		var all []string
		for _, e := range slices.Concat(t.Elements, []ast.Expression{t.Rest}) {
			all = append(all, boundNames(e)...)
		}
		return all
	case *ast.ObjectPattern:
		all := boundNames(t.Rest)
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				all = append(all, p.Name.Name.String())
			case *ast.PropertyKeyed:
				all = append(all, boundNames(p.Value)...)
			}
		}
		return all
	case *ast.AssignExpression:
		return boundNames(t.Left)
	case *ast.Binding:
		return boundNames(t.Target)
	}
	return nil
}

// list follows statements until one of them ends them.
func (c *converter) list(all []ast.Statement, sc *scope) completion {
	for i, s := range all {
		behind := all[i+1:]
		outer := sc.call.pending
		sc.call.pending = append(slices.Clip(outer), pending{run: func() completion { return c.list(behind, sc) }})
		done := c.statement(s, sc)
		sc.call.pending = outer
		if done != normal {
			return done
		}
	}
	return normal
}

// statement follows one statement. One that can't be converted is left out, with all that it has done.
func (c *converter) statement(s ast.Statement, sc *scope) (done completion) {
	if counts(s) {
		c.seen[s] = true
	}
	mark, outer, depth := len(c.journal), c.block, c.depth
	why := catch(func() {
		c.effort(s)
		done = c.execute(s, sc)
	})
	if why == nil {
		return done
	}
	c.block, c.depth = outer, depth
	c.back(mark)
	c.leave(sc.call.module, s, why)
	return c.lose(s, sc, why)
}

// effort bounds what is done for a script.
func (c *converter) effort(at ast.Node) {
	if c.work++; c.work > maxWork {
		c.fail(at, "the script is too long to be followed")
	}
}

// counts says whether s is one of the statements that a summary counts.
func counts(s ast.Statement) bool {
	switch s.(type) {
	case *ast.BlockStatement, *ast.EmptyStatement, *ast.FunctionDeclaration, *ast.ClassDeclaration:
		return false
	}
	return true
}

// lose takes the values of what a statement would have set, and returns how it would have ended.
func (c *converter) lose(s ast.Statement, sc *scope, why *unsupported) completion {
	gone := &lost{"it depends on " + sc.call.module.place(s) + ", which is not converted"}
	names := assigned(s)
	switch s := s.(type) {
	case *ast.ReturnStatement:
		c.set(variablePlace{sc.call.result}, gone)
		return returned
	case *ast.ThrowStatement:
		return threw
	case *ast.LexicalDeclaration:
		for _, b := range s.List {
			names = append(names, boundNames(b.Target)...)
		}
	case *ast.VariableStatement:
		for _, b := range s.List {
			names = append(names, boundNames(b.Target)...)
		}
	}
	for _, id := range names {
		if v := sc.find(id); v != nil {
			c.set(variablePlace{v}, gone)
		}
	}
	return normal
}

func (m *module) place(n ast.Node) string {
	if m == nil {
		return "a statement"
	}
	return "line " + numberText(float64(m.lineOf(n)))
}

// execute follows a statement, or gives it up.
func (c *converter) execute(s ast.Statement, sc *scope) completion {
	switch s := s.(type) {
	case *ast.ExpressionStatement:
		return c.expression(s.Expression, sc)
	case *ast.VariableStatement:
		return c.declare(s.List, sc, false)
	case *ast.LexicalDeclaration:
		return c.declare(s.List, sc, true)
	case *ast.BlockStatement:
		inner := newScope(sc)
		c.hoist(s.List, nil, inner, false)
		return c.list(s.List, inner)
	case *ast.IfStatement:
		return c.ifStatement(s, sc)
	case *ast.ForStatement, *ast.ForOfStatement, *ast.ForInStatement, *ast.WhileStatement, *ast.DoWhileStatement:
		return c.loop(s, sc)
	case *ast.ReturnStatement:
		return c.returnStatement(s, sc)
	case *ast.BranchStatement:
		if s.Label != nil {
			c.fail(s, "labels are not converted")
		}
		if s.Token == token.BREAK {
			return broke
		}
		return continued
	case *ast.SwitchStatement:
		return c.switchStatement(s, sc)
	case *ast.ThrowStatement:
		return c.throwStatement(s, sc)
	case *ast.TryStatement:
		return c.tryStatement(s, sc)
	case *ast.EmptyStatement, *ast.FunctionDeclaration, *ast.ClassDeclaration, *ast.DebuggerStatement:
		return normal
	}
	c.fail(s, "this statement is not converted")
	return normal
}

// expression follows an expression of which the value is not looked at.
func (c *converter) expression(e ast.Expression, sc *scope) completion {
	if o, ok := e.(*ast.SequenceExpression); ok {
		for _, one := range o.Sequence {
			c.expression(one, sc)
		}
		return normal
	}
	if v, ok := c.eval(e, sc).(ended); ok {
		return v.as
	}
	return normal
}

// ended is the value of a call that ends the iteration.
type ended struct{ as completion }

// declare follows declarations: those of let and const in their block, those of var in their function, where they stand already.
func (c *converter) declare(list []*ast.Binding, sc *scope, lexical bool) completion {
	for _, b := range list {
		if b.Initializer == nil && !lexical {
			continue
		}
		var v value = undefined{}
		if b.Initializer != nil {
			v = c.named(b.Initializer, sc, b.Target)
		}
		c.bindTo(b.Target, v, sc, lexical)
	}
	return normal
}

// named is the value of an expression that gets a name, by which what it makes can be called.
func (c *converter) named(e ast.Expression, sc *scope, target ast.Node) value {
	v := c.eval(e, sc)
	id, ok := target.(*ast.Identifier)
	if !ok {
		return v
	}
	switch v := v.(type) {
	case *function:
		if v.name == "" {
			v.name = id.Name.String()
		}
	case *expr:
		if v.hint == "" && v.op != opName {
			hinted := *v
			hinted.hint = id.Name.String()
			return &hinted
		}
	case *response:
		if v.name == "" {
			v.name = id.Name.String()
		}
	case *array:
		if v.from != nil && v.from.name == "" {
			v.from.name = id.Name.String()
		}
	}
	return v
}

func (c *converter) returnStatement(s *ast.ReturnStatement, sc *scope) completion {
	var v value = undefined{}
	if s.Argument != nil {
		v = c.eval(s.Argument, sc)
	}
	if sc.call.result == nil {
		c.fail(s, "return stands outside of a function")
	}
	c.set(variablePlace{sc.call.result}, v)
	return returned
}

func (c *converter) throwStatement(s *ast.ThrowStatement, sc *scope) completion {
	v := c.eval(s.Argument, sc)
	if o, ok := v.(*object); ok && o.kind == "Error" {
		v, _ = o.get("message")
	}
	c.failStep(s, v)
	return threw
}

// failStep ends the iteration as failed.
func (c *converter) failStep(at ast.Node, reason value) {
	text := c.text(at, reason)
	if text == "" {
		text = "failed"
	}
	s := &step{}
	s.Fail = text
	c.add(s)
}

// tryStatement follows what is tried. What throws in k6 comes to null here, so that what is caught does not come about.
func (c *converter) tryStatement(s *ast.TryStatement, sc *scope) completion {
	inner := newScope(sc)
	c.hoist(s.Body.List, nil, inner, false)
	done := c.list(s.Body.List, inner)
	if s.Catch != nil {
		c.drop(sc.call.module, s, "what catch does is left out: a value that isn't there is null, and nothing is thrown")
	}
	if s.Finally == nil {
		return done
	}
	if done != normal {
		c.fail(s, "finally behind a return is not converted")
	}
	return c.execute(s.Finally, sc)
}

// switchStatement follows the cases as conditions, one after the other.
func (c *converter) switchStatement(s *ast.SwitchStatement, sc *scope) completion {
	on := c.eval(s.Discriminant, sc)
	inner := newScope(sc)
	for _, one := range s.Body {
		c.hoist(one.Consequent, nil, inner, false)
	}
	outer := sc.call.pending
	defer func() { sc.call.pending = outer }()
	sc.call.pending = append(slices.Clip(outer), pending{mark: loopEnd, run: func() completion { return normal }})
	done := c.cases(s, on, 0, inner)
	if done == broke {
		return normal
	}
	return done
}

// cases follows the cases from i on.
func (c *converter) cases(s *ast.SwitchStatement, on value, i int, sc *scope) completion {
	if i == len(s.Body) {
		if s.Default < 0 {
			return normal
		}
		return c.list(c.fallThrough(s, s.Default), sc)
	}
	one := s.Body[i]
	if one.Test == nil {
		return c.cases(s, on, i+1, sc)
	}
	test := c.compare(one, token.STRICT_EQUAL, on, c.eval(one.Test, sc))
	return c.branches(s, test, exitsCases(s.Body[i:]), sc,
		func() completion { return c.list(c.fallThrough(s, i), sc) },
		func() completion { return c.cases(s, on, i+1, sc) })
}

// exitsCases says whether something in cases may end more than its case.
func exitsCases(cases []*ast.CaseStatement) bool {
	return slices.ContainsFunc(cases, func(one *ast.CaseStatement) bool {
		return slices.ContainsFunc(withoutBreak(one.Consequent), func(s ast.Statement) bool { return exits(s) })
	})
}

// withoutBreak are the statements of a case but for the break at its end.
func withoutBreak(list []ast.Statement) []ast.Statement {
	if n := len(list); n > 0 {
		if b, ok := list[n-1].(*ast.BranchStatement); ok && b.Token == token.BREAK && b.Label == nil {
			return list[:n-1]
		}
	}
	return list
}

// fallThrough are the statements of a case and of those behind it until a break.
func (c *converter) fallThrough(s *ast.SwitchStatement, i int) []ast.Statement {
	var all []ast.Statement
	for _, one := range s.Body[i:] {
		all = append(all, one.Consequent...)
		if n := len(all); n > 0 {
			switch all[n-1].(type) {
			case *ast.BranchStatement, *ast.ReturnStatement, *ast.ThrowStatement:
				return withoutBreak(all)
			}
		}
	}
	return all
}
