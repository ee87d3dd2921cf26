package k6

import (
	"slices"

	"github.com/dop251/goja/ast"
)

// writtenOut follows each round of a loop of which the number of rounds is known. With reckons, one that makes a step is given up.
func (c *converter) writtenOut(s ast.Statement, sc *scope, limit int, reckons bool) completion {
	inner := newScope(sc)
	begin, body := c.known(s, inner)
	begin()
	outer := sc.call.pending
	defer func() { sc.call.pending = outer }()
	made := c.made
	var turn func() completion
	n := 0
	turn = func() completion {
		for {
			known, more := body.next()
			if !known {
				c.fail(s, "how often it is done is known only in the test")
			}
			if !more {
				return normal
			}
			if n++; n > limit {
				c.fail(s, "it is done more than %d times", limit)
			}
			c.effort(s)
			sc.call.pending = append(slices.Clip(outer), pending{mark: loopEnd, run: func() completion { return normal }}, pending{mark: nextTurn, run: turn})
			done := body.do()
			if reckons && c.made > made {
				c.fail(s, "it makes requests")
			}
			switch done {
			case broke:
				return normal
			case returned, threw, consumed:
				return done
			}
		}
	}
	return turn()
}

// knownLoop is a loop that is done here.
type knownLoop struct {
	next func() (known, more bool)
	do   func() completion
}

// known prepares a loop to be done here: begin is what comes before its first round.
func (c *converter) known(s ast.Statement, sc *scope) (begin func(), l knownLoop) {
	switch s := s.(type) {
	case *ast.ForStatement:
		return c.knownFor(s, sc)
	case *ast.WhileStatement:
		return func() {}, knownLoop{func() (bool, bool) { return c.knownTest(s.Test, sc) }, func() completion { return c.body(s.Body, newScope(sc)) }}
	case *ast.DoWhileStatement:
		first := true
		return func() {}, knownLoop{func() (bool, bool) {
			if first {
				first = false
				return true, true
			}
			return c.knownTest(s.Test, sc)
		}, func() completion { return c.body(s.Body, newScope(sc)) }}
	case *ast.ForOfStatement:
		return c.knownEach(s.Into, c.items(s, c.eval(s.Source, sc)), s.Body, sc)
	case *ast.ForInStatement:
		return c.knownEach(s.Into, c.keys(s, c.eval(s.Source, sc)), s.Body, sc)
	}
	c.fail(s, "this loop is not converted")
	return nil, knownLoop{}
}

func (c *converter) knownTest(test ast.Expression, sc *scope) (known, more bool) {
	if test == nil {
		return true, true
	}
	more, known = truth(c.eval(test, sc))
	return known, more
}

func (c *converter) knownFor(s *ast.ForStatement, sc *scope) (func(), knownLoop) {
	first := true
	return func() { c.initialize(s.Initializer, sc) }, knownLoop{func() (bool, bool) {
		if !first && s.Update != nil {
			c.expression(s.Update, sc)
		}
		first = false
		return c.knownTest(s.Test, sc)
	}, func() completion { return c.body(s.Body, newScope(sc)) }}
}

func (c *converter) initialize(init ast.ForLoopInitializer, sc *scope) {
	switch i := init.(type) {
	case *ast.ForLoopInitializerExpression:
		c.expression(i.Expression, sc)
	case *ast.ForLoopInitializerVarDeclList:
		c.declare(i.List, sc, false)
	case *ast.ForLoopInitializerLexicalDecl:
		c.hoist([]ast.Statement{&i.LexicalDeclaration}, nil, sc, false)
		c.declare(i.LexicalDeclaration.List, sc, true)
	}
}

func (c *converter) knownEach(into ast.ForInto, items []value, body ast.Statement, sc *scope) (func(), knownLoop) {
	i := -1
	var round *scope
	return func() {}, knownLoop{func() (bool, bool) {
		i++
		if i >= len(items) {
			return true, false
		}
		round = newScope(sc)
		c.bindInto(into, items[i], round)
		return true, true
	}, func() completion { return c.body(body, round) }}
}

// bindInto gives the variable of a for…of its value.
func (c *converter) bindInto(into ast.ForInto, v value, sc *scope) {
	switch i := into.(type) {
	case *ast.ForDeclaration:
		c.bindTo(i.Target, v, sc, true)
	case *ast.ForIntoVar:
		c.bindTo(i.Binding.Target, v, sc, false)
	case *ast.ForIntoExpression:
		c.assign(i.Expression, v, sc)
	}
}

// items are those of a list that is known.
func (c *converter) items(at ast.Node, v value) []value {
	switch v := v.(type) {
	case *array:
		return v.items
	case string:
		var all []value
		for _, r := range v {
			all = append(all, string(r))
		}
		return all
	}
	c.fail(at, "its list is known only in the test")
	return nil
}

func (c *converter) keys(at ast.Node, v value) []value {
	var all []value
	switch v := v.(type) {
	case *object:
		for _, k := range v.keys {
			all = append(all, k)
		}
		return all
	case *array:
		for i := range v.items {
			all = append(all, numberText(float64(i)))
		}
		return all
	}
	c.fail(at, "its object is known only in the test")
	return nil
}
