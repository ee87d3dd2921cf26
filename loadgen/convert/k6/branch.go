package k6

import (
	"slices"

	"github.com/dop251/goja/ast"
)

// ifStatement follows one branch if the condition is known, and both if it is not.
func (c *converter) ifStatement(s *ast.IfStatement, sc *scope) completion {
	if c.once(s, sc) {
		return normal
	}
	return c.branches(s, c.eval(s.Test, sc), exits(s), sc,
		func() completion { return c.body(s.Consequent, sc) },
		func() completion {
			if s.Alternate == nil {
				return normal
			}
			return c.body(s.Alternate, sc)
		})
}

// body follows a statement that is the body of another.
func (c *converter) body(s ast.Statement, sc *scope) completion {
	if _, ok := s.(*ast.BlockStatement); ok {
		return c.execute(s, sc)
	}
	return c.statement(s, sc)
}

// exits says whether something in n may end more than n: a return, a break, a continue.
func exits(n ast.Node) bool {
	found := false
	walk(n, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ReturnStatement, *ast.BranchStatement:
			found = true
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.FunctionDeclaration:
			return false
		}
		return !found
	})
	return found
}

// branches follows a, b, or both of them as the two branches of a step. If they may end more than themselves, each is followed to
// the end of the function.
func (c *converter) branches(at ast.Node, test value, exits bool, sc *scope, a, b func() completion) completion {
	if is, known := truth(test); known {
		if is {
			return a()
		}
		return b()
	}
	condition := c.exprOf(at, test)
	if exits {
		pend := slices.Clone(sc.call.pending)
		inner, other := a, b
		a = func() completion { return c.resume(sc.call, pend, inner()) }
		b = func() completion { return c.resume(sc.call, pend, other()) }
	}
	doneA, doneB := c.fork(at, condition, a, b)
	switch {
	case exits:
		return consumed
	case doneA == threw && doneB == threw:
		return threw
	}
	return normal
}

// resume does what is pending behind a branch that ended in that way, to the end of the function or of the body of a loop.
func (c *converter) resume(at *call, pend []pending, done completion) completion {
	outer := at.pending
	defer func() { at.pending = outer }()
	for {
		switch done {
		case returned, threw:
			for _, p := range pend {
				if p.mark == barrier && done == returned {
					c.fail(nil, "a return within a loop is not converted")
				}
			}
			return done
		case consumed:
			return done
		}
		if len(pend) == 0 {
			return normal
		}
		next := pend[len(pend)-1]
		pend = pend[:len(pend)-1]
		if next.mark == barrier {
			if done == broke {
				c.stop(next.loop)
			}
			return normal
		}
		switch {
		case done == broke && next.mark == loopEnd, done == continued && next.mark == nextTurn:
			done = normal
			if next.mark == loopEnd {
				continue
			}
		case done != normal:
			continue
		}
		at.pending = slices.Clone(pend)
		done = next.run()
	}
}

// fork makes a step with the two branches, and brings together what they leave behind.
func (c *converter) fork(at ast.Node, condition *expr, a, b func() completion) (doneA, doneB completion) {
	test := c.ready(at, condition)
	s := &step{requests: &block{}, otherwise: &block{}, test: test, line: c.line(at)}
	s.If = test.String()
	c.add(s)
	first := c.branch(s.requests, a)
	second := c.branch(s.otherwise, b)
	c.join(condition, first, second, &response{name: "response", behind: s, in: c.block})
	return first.done, second.done
}

// outcome is what a branch leaves behind.
type outcome struct {
	block *block
	done  completion
	changes
	last value
}

// branch follows one branch. What it changes is taken back.
func (c *converter) branch(b *block, f func() completion) outcome {
	o := outcome{block: b}
	mark := len(c.journal)
	c.into(b, func() { o.done = f() })
	o.last = c.last.value
	o.changes = c.takeState(mark)
	return o
}

// join sets what differs behind the branches.
func (c *converter) join(condition *expr, a, b outcome, merged *response) {
	switch {
	case a.done == threw:
		c.adopt(b)
		return
	case b.done == threw:
		c.adopt(a)
		return
	}
	for _, p := range slices.Concat(a.places, b.places) {
		va, changedA := a.values[p]
		vb, changedB := b.values[p]
		if !changedA {
			va = p.load()
		}
		if !changedB {
			vb = p.load()
		}
		ra, isA := va.(*response)
		rb, isB := vb.(*response)
		switch {
		case same(va, vb):
			c.set(p, va)
		case isA && isB && value(ra) == a.last && value(rb) == b.last:
			c.set(p, merged)
		default:
			c.set(p, &phi{condition: condition, a: va, b: vb, first: a, second: b})
		}
	}
}

func (c *converter) adopt(o outcome) {
	for _, p := range o.places {
		c.set(p, o.values[p])
	}
}

// same says whether two values are one. Lists of items are never.
func same(a, b value) bool {
	if _, ok := a.(itemList); ok {
		return false
	}
	if _, ok := b.(itemList); ok {
		return false
	}
	return a == b
}

// phi is one value or another, by the branch that the test took. It becomes a variable of the test when it is looked at.
type phi struct {
	condition     *expr
	a, b          value
	first, second outcome
	done          *expr
	members       map[string]*phi
}

// phiExpr makes a variable of the test of p: each branch sets it at its end.
func (c *converter) phiExpr(at ast.Node, p *phi, hint string) *expr {
	if p.done != nil {
		return p.done
	}
	if !p.first.block.works() && !p.second.block.works() && !p.condition.random() {
		if a, b := c.exprOf(at, p.a), c.exprOf(at, p.b); a.cost()+b.cost()+p.condition.cost() < 60 {
			p.done = choose(p.condition, a, b)
			return p.done
		}
	}
	variable := c.unusedName(hint)
	is := c.setAtEnd(at, variable, p.a, p.first)
	if other := c.setAtEnd(at, variable, p.b, p.second); other != is {
		is = anything
	}
	p.done = name(variable, is)
	c.did(func() { p.done = nil })
	return p.done
}

// setAtEnd sets a variable at the end of a branch, where the last response was the branch's.
func (c *converter) setAtEnd(at ast.Node, variable string, v value, o outcome) form {
	last := c.last.value
	c.last.value = o.last
	defer func() { c.last.value = last }()
	is := anything
	c.into(o.block, func() {
		e := c.exprOf(at, v)
		is = e.is
		c.setStep(variable, c.ready(at, e))
	})
	return is
}

// phiMember is a member of what p is.
func (c *converter) phiMember(p *phi, key string, get func(v value) value) value {
	if m, ok := p.members[key]; ok {
		return m
	}
	a, b := get(p.a), get(p.b)
	if same(a, b) && isStatic(a) {
		return a
	}
	m := &phi{condition: p.condition, a: a, b: b, first: p.first, second: p.second}
	if p.members == nil {
		p.members = map[string]*phi{}
	}
	p.members[key] = m
	return m
}
