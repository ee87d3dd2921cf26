package k6

import (
	"encoding/json"
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"example.com/foobar/loadgen/script"
)

// loop is a loop of the test that is being followed.
type loop struct {
	stopped string // the variable that break sets
}

// How many rounds of a loop are written out where the loop can't be one of the test, and how many are followed of one that only
// reckons.
const (
	maxWrittenOut = 30
	maxRounds     = 10_000
)

// loop follows a loop. One that only reckons is done here; others become loops of the test, or, where that is not possible, are
// written out.
func (c *converter) loop(s ast.Statement, sc *scope) completion {
	var done completion
	mark, made := len(c.journal), c.made
	if c.trial(func() { done = c.writtenOut(s, sc, maxRounds, true) }) {
		return done
	}
	c.back(mark)
	c.made = made
	if c.block == nil {
		return c.writtenOut(s, sc, maxRounds, false)
	}
	outer := c.carryUnset
	defer func() { c.carryUnset = outer }()
	for _, c.carryUnset = range []bool{false, true} {
		if c.trial(func() { done = c.asLoop(s, sc) }) {
			return done
		}
	}
	if c.trial(func() { done = c.writtenOut(s, sc, maxWrittenOut, false) }) {
		return done
	}
	c.carryUnset = false
	return c.asLoop(s, sc)
}

// notYet is the value of a variable that a loop gives its first value.
type notYet struct{}

// asLoop makes a loop of the test.
func (c *converter) asLoop(s ast.Statement, sc *scope) completion {
	inner := newScope(sc)
	switch s := s.(type) {
	case *ast.ForStatement:
		return c.forLoop(s, inner)
	case *ast.WhileStatement:
		return c.whileLoop(s, s.Test, nil, s.Body, inner)
	case *ast.DoWhileStatement:
		return c.doLoop(s, inner)
	case *ast.ForOfStatement:
		list := c.eval(s.Source, sc)
		return c.eachLoop(s, list, s.Body, sc, func(item value, sc *scope) { c.bindInto(s.Into, item, sc) }, func(sc *scope) completion { return c.body(s.Body, sc) })
	}
	c.fail(s, "this loop is not converted")
	return normal
}

// carry makes variables of the test of all that the body of a loop gives other values and that is declared outside of it.
func (c *converter) carry(at ast.Node, body ast.Node, sc *scope, except ...string) {
	for _, id := range assigned(body) {
		v := sc.find(id)
		if v == nil || slices.Contains(except, id) {
			continue
		}
		switch was := v.value.(type) {
		case *cell, *function:
			continue
		case *response:
			if value(was) == c.last.value { // and it will be, behind each round, or c.carried complains
				continue
			}
		}
		if isNothing(v.value) && !v.module && !c.carryUnset {
			c.set(variablePlace{v}, notYet{})
			continue
		}
		if v.module {
			c.read(at, v)
			if _, ok := v.value.(*cell); ok {
				continue
			}
		}
		e := c.exprOf(at, v.value)
		cellName := c.unusedName(id)
		c.setStep(cellName, c.ready(at, e))
		c.cells[cellName] = true
		c.set(variablePlace{v}, &cell{name: cellName})
	}
}

// round follows the body of a loop of the test once. What it leaves behind must be what each round finds.
func (c *converter) round(at ast.Node, s *step, sc *scope, do func() completion) {
	l := &loop{}
	outer := sc.call.pending
	sc.call.pending = append(slices.Clip(outer), pending{mark: barrier, loop: l})
	defer func() { sc.call.pending = outer }()
	c.loops++
	defer func() { c.loops-- }()
	mark := len(c.journal)
	before := c.last.value
	c.into(s.requests, func() {
		switch do() {
		case broke:
			c.stop(l)
		case returned:
			c.fail(at, "a return within a loop is not converted")
		}
	})
	end := c.last.value
	found := c.takeState(mark)
	after := &response{name: "response", behind: s, in: c.block}
	for _, p := range found.places {
		v := found.values[p]
		r, isResponse := v.(*response)
		_, isCell := v.(*cell)
		switch {
		case isCell, same(v, p.load()):
		case isResponse && value(r) == end:
			c.set(p, after)
		default:
			c.set(p, &lost{"it is what a loop left behind"})
		}
	}
	if end != before {
		c.set(variablePlace{c.last}, after)
	}
	if l.stopped != "" {
		s.Until = l.stopped
	}
}

// stop ends a loop of the test: a variable says so, which the loop looks at after the round.
func (c *converter) stop(l *loop) {
	if l == nil {
		c.fail(nil, "this break is not converted")
	}
	if l.stopped == "" {
		l.stopped = c.unusedName("stop")
		c.did(func() { l.stopped = "" })
	}
	c.setStep(l.stopped, literal(true))
}

// forLoop makes a loop that counts into one that is repeated, and others into one with a condition.
func (c *converter) forLoop(s *ast.ForStatement, sc *scope) completion {
	c.initialize(s.Initializer, sc)
	counter, from, step, times := c.counting(s, sc)
	if counter == "" {
		return c.whileLoop(s, s.Test, s.Update, s.Body, sc)
	}
	c.carry(s, s.Body, sc)
	made := c.newLoop(s)
	made.Repeat = script.Number(times)
	c.add(made)
	c.round(s, made, sc, func() completion {
		inner := newScope(sc)
		var e *expr = name("index", isNumber)
		if c.hasLoop(s.Body, sc) {
			variable := c.unusedName(counter)
			c.setStep(variable, e)
			e = name(variable, isNumber)
		}
		if step != 1 {
			e = binary("*", e, literal(step))
		}
		if from.op != opLiteral || from.value != 0.0 {
			e = c.fold(binary("+", e, from))
			e.is = isNumber
		}
		inner.vars[counter] = &variable{name: counter, value: e, ready: true}
		return c.body(s.Body, inner)
	})
	c.afterStop(made)
	return normal
}

// afterStop puts what a loop looks at to know whether it was stopped before it.
func (c *converter) afterStop(s *step) {
	if s.Until == "" {
		return
	}
	b := c.block
	i := slices.Index(b.steps, s)
	first := &step{}
	first.Set = script.Texts{{Name: s.Until, Text: "${false}"}}
	before := b.steps
	b.steps = slices.Insert(slices.Clone(b.steps), i, first)
	c.did(func() { b.steps = before })
}

func (c *converter) newLoop(at ast.Node) *step {
	return &step{requests: &block{}, line: c.line(at)}
}

// counting reads "i = from; i < to; i++" and its like.
func (c *converter) counting(s *ast.ForStatement, sc *scope) (counter string, from *expr, step float64, times string) {
	test, ok := s.Test.(*ast.BinaryExpression)
	if !ok {
		return "", nil, 0, ""
	}
	id, ok := test.Left.(*ast.Identifier)
	if !ok {
		return "", nil, 0, ""
	}
	counter = id.Name.String()
	v := sc.find(counter)
	step = stepOf(s.Update, counter)
	if v == nil || step == 0 || slices.Contains(assigned(s.Body), counter) {
		return "", nil, 0, ""
	}
	from = c.exprOf(s, v.value)
	to := c.exprOf(s, c.eval(test.Right, sc))
	switch test.Operator {
	case token.LESS:
	case token.LESS_OR_EQUAL:
		to = c.fold(binary("+", to, literal(1.0)))
	default:
		return "", nil, 0, ""
	}
	n := c.fold(binary("-", to, from))
	if step != 1 {
		n = filter(c.fold(binary("/", n, literal(step))), "ceil", isNumber)
	}
	return counter, from, step, c.ready(s, n).template()
}

// stepOf is by how much an update raises a counter, 0 if it does something else.
func stepOf(e ast.Expression, counter string) float64 {
	isCounter := func(e ast.Expression) bool {
		id, ok := e.(*ast.Identifier)
		return ok && id.Name.String() == counter
	}
	switch e := e.(type) {
	case *ast.UnaryExpression:
		if e.Operator == token.INCREMENT && isCounter(e.Operand) {
			return 1
		}
	case *ast.AssignExpression:
		if n, ok := e.Right.(*ast.NumberLiteral); ok && e.Operator == token.PLUS && isCounter(e.Left) {
			if f := literalNumber(n); f > 0 {
				return f
			}
		}
	}
	return 0
}

// hasLoop says whether there is a loop within n, or a call of a function of the script, in which there may be one.
func (c *converter) hasLoop(n ast.Node, sc *scope) bool {
	found := false
	walk(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStatement, *ast.ForOfStatement, *ast.ForInStatement, *ast.WhileStatement, *ast.DoWhileStatement:
			found = true
		case *ast.CallExpression:
			if id, ok := n.Callee.(*ast.Identifier); ok {
				if v := sc.find(id.Name.String()); v != nil {
					_, own := v.value.(*function)
					found = found || own
				}
			}
		}
		return !found
	})
	return found
}

// whileLoop makes a loop with a condition that is looked at before each round.
func (c *converter) whileLoop(s ast.Node, test, update ast.Expression, body ast.Statement, sc *scope) completion {
	c.carry(s, body, sc)
	if update != nil {
		c.carry(s, update, sc)
	}
	made := c.newLoop(s)
	condition := literal(true)
	if test != nil {
		condition = c.ready(s, c.exprOf(s, c.eval(test, sc)))
	}
	if condition.op == opLiteral {
		c.fail(s, "it does not end")
	}
	if condition.random() {
		c.fail(s, "its condition is another each time")
	}
	made.While = condition.String()
	c.add(made)
	c.round(s, made, sc, func() completion {
		done := c.body(body, newScope(sc))
		if update != nil && done == normal {
			c.expression(update, sc)
		}
		return done
	})
	if made.Until != "" {
		c.fail(s, "break out of this loop is not converted")
	}
	return normal
}

// doLoop makes a loop with a condition that is looked at behind each round.
func (c *converter) doLoop(s *ast.DoWhileStatement, sc *scope) completion {
	c.carry(s, s.Body, sc)
	made := c.newLoop(s)
	made.Repeat = script.Number(numberText(maxRounds))
	c.add(made)
	var until *expr
	c.round(s, made, sc, func() completion {
		done := c.body(s.Body, newScope(sc))
		if done == normal {
			until = c.ready(s, not(c.exprOf(s, c.eval(s.Test, sc))))
		}
		return done
	})
	if until == nil || made.Until != "" {
		c.fail(s, "break out of this loop is not converted")
	}
	made.Until = until.String()
	return normal
}

// eachLoop makes a loop over a list.
func (c *converter) eachLoop(at ast.Node, list value, body ast.Node, sc *scope, bind func(v value, sc *scope), do func(sc *scope) completion) completion {
	raw := c.listText(at, list)
	variable := "item"
	if f, ok := at.(*ast.ForOfStatement); ok {
		if names := intoNames(f.Into); len(names) == 1 {
			variable = names[0]
		}
	}
	variable = c.unusedName(variable)
	c.carry(at, body, sc)
	made := c.newLoop(at)
	made.Each = map[string]json.RawMessage{variable: raw}
	c.add(made)
	c.round(at, made, sc, func() completion {
		inner := newScope(sc)
		bind(&expr{op: opName, text: variable, is: itemForm(list)}, inner)
		return do(inner)
	})
	if made.Until != "" {
		c.fail(at, "break out of this loop is not converted")
	}
	return normal
}

func intoNames(into ast.ForInto) []string {
	switch i := into.(type) {
	case *ast.ForDeclaration:
		return boundNames(i.Target)
	case *ast.ForIntoVar:
		return boundNames(i.Binding.Target)
	}
	return nil
}

// itemForm is what the items of a list have in common.
func itemForm(list value) form {
	a, ok := list.(*array)
	if !ok || len(a.items) == 0 {
		return anything
	}
	is := literal(a.items[0]).is
	for _, item := range a.items {
		if literal(item).is != is {
			return anything
		}
	}
	return is
}

// listText is a list as JSON, or a text that comes to one.
func (c *converter) listText(at ast.Node, list value) json.RawMessage {
	if a, ok := list.(*array); ok {
		if len(a.items) == 0 {
			c.fail(at, "its list is empty")
		}
		c.bounded(at, a)
		return json.RawMessage(c.json(at, a))
	}
	text, err := json.Marshal("${" + c.ready(at, c.exprOf(at, list)).String() + "}")
	if err != nil {
		c.fail(at, "its list can't be written: %v", err)
	}
	return text
}
