package k6

import (
	"math"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

func (c *converter) binaryExpression(e *ast.BinaryExpression, sc *scope) value {
	switch e.Operator {
	case token.LOGICAL_AND, token.LOGICAL_OR, token.COALESCE:
		return c.logical(e, e.Operator, c.eval(e.Left, sc), func() value { return c.eval(e.Right, sc) })
	}
	a := c.eval(e.Left, sc)
	return c.binaryValues(e, e.Operator, a, c.eval(e.Right, sc))
}

func (c *converter) binaryValues(at ast.Node, operator token.Token, a, b value) value {
	switch operator {
	case token.EQUAL, token.STRICT_EQUAL, token.NOT_EQUAL, token.STRICT_NOT_EQUAL:
		return c.compare(at, operator, a, b)
	case token.PLUS:
		return c.plus(at, a, b)
	case token.IN:
		return c.in(at, a, b)
	case token.INSTANCEOF:
		c.fail(at, "instanceof is not converted")
	}
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			if v, ok := arithmetic(operator, a, b, x, y); ok {
				return v
			}
		}
	}
	if found := c.search(at, operator, a, b); found != nil {
		return found
	}
	text, ok := operators[operator]
	if !ok {
		c.fail(at, "the operator %s is not converted", operator)
	}
	return c.fold(binary(text, c.exprOf(at, a), c.exprOf(at, b)))
}

// operators are those that the language of files has, too.
var operators = map[token.Token]string{token.MINUS: "-", token.MULTIPLY: "*", token.SLASH: "/", token.REMAINDER: "%",
	token.LESS: "<", token.LESS_OR_EQUAL: "<=", token.GREATER: ">", token.GREATER_OR_EQUAL: ">="}

// arithmetic works out what is known.
func arithmetic(operator token.Token, a, b value, x, y float64) (value, bool) {
	s, isText := a.(string)
	t, isText2 := b.(string)
	both := isText && isText2
	switch operator {
	case token.MINUS:
		return x - y, true
	case token.MULTIPLY:
		return x * y, true
	case token.SLASH:
		return x / y, true
	case token.REMAINDER:
		return math.Mod(x, y), true
	case token.EXPONENT:
		return math.Pow(x, y), true
	case token.LESS:
		return both && s < t || !both && x < y, true
	case token.LESS_OR_EQUAL:
		return both && s <= t || !both && x <= y, true
	case token.GREATER:
		return both && s > t || !both && x > y, true
	case token.GREATER_OR_EQUAL:
		return both && s >= t || !both && x >= y, true
	case token.OR:
		return float64(int32(int64(x)) | int32(int64(y))), true
	case token.AND:
		return float64(int32(int64(x)) & int32(int64(y))), true
	}
	return nil, false
}

// plus adds numbers and joins the rest.
func (c *converter) plus(at ast.Node, a, b value) value {
	x, isNumber1 := a.(float64)
	y, isNumber2 := b.(float64)
	if isNumber1 && isNumber2 {
		return x + y
	}
	if isStatic(a) && isStatic(b) {
		s, ok := plainText(a)
		t, ok2 := plainText(b)
		if ok && ok2 {
			return s + t
		}
	}
	l, r := c.exprOf(at, a), c.exprOf(at, b)
	if l.is == isText || r.is == isText {
		return c.known0(concat(c.textExpr(at, a), c.textExpr(at, b)))
	}
	return c.fold(binary("+", l, r))
}

// compare compares for equality.
func (c *converter) compare(at ast.Node, operator token.Token, a, b value) value {
	unequal := operator == token.NOT_EQUAL || operator == token.STRICT_NOT_EQUAL
	if q, ok := a.(*typeQuestion); ok {
		return c.compareType(at, q, b, unequal)
	}
	if q, ok := b.(*typeQuestion); ok {
		return c.compareType(at, q, a, unequal)
	}
	if _, ok := a.(*response); ok && isNothing(b) {
		return unequal
	}
	if is, known := equal(operator, a, b); known {
		return is != unequal
	}
	if found := c.search(at, operator, a, b); found != nil {
		return found
	}
	text := "=="
	if unequal {
		text = "!="
	}
	return binary(text, c.exprOf(at, a), c.exprOf(at, b))
}

func isNothing(v value) bool {
	switch v.(type) {
	case nil, undefined:
		return true
	}
	return false
}

// compareType answers typeof x === 'undefined'; what is not there is null here.
func (c *converter) compareType(at ast.Node, q *typeQuestion, with value, unequal bool) value {
	if with != "undefined" {
		c.fail(at, "typeof is compared with 'undefined' only")
	}
	if unequal {
		return binary("!=", q.of, literal(nil))
	}
	return binary("==", q.of, literal(nil))
}

// equal compares what is known.
func equal(operator token.Token, a, b value) (is, known bool) {
	strict := operator == token.STRICT_EQUAL || operator == token.STRICT_NOT_EQUAL
	if isNothing(a) && isNothing(b) {
		return !strict || a == b, true
	}
	switch x := a.(type) {
	case bool, float64, string, nil, undefined:
		switch b.(type) {
		case bool, float64, string, nil, undefined:
			if a == b || strict || isNothing(a) || isNothing(b) {
				return a == b, true
			}
			n, _ := number(x)
			m, _ := number(b)
			return n == m, true
		case *array, *object, *function:
			return false, true
		}
	case *array, *object, *function, *native:
		switch b.(type) {
		case *expr, *phi, *lost, *cell:
			return false, false
		}
		return a == b, true
	}
	return false, false
}

// logical is a && b, a || b and a ?? b. What b does is done in a branch.
func (c *converter) logical(at ast.Node, operator token.Token, a value, right func() value) value {
	is, known := truth(a)
	if operator == token.COALESCE {
		is = !isNothing(a)
	}
	if known {
		if is == (operator == token.LOGICAL_AND) {
			return right()
		}
		return a
	}
	condition := c.exprOf(at, a)
	b, did := c.aside(at, condition, operator == token.LOGICAL_AND, right)
	if did {
		return condition
	}
	text := map[token.Token]string{token.LOGICAL_AND: "&&", token.LOGICAL_OR: "||", token.COALESCE: "??"}[operator]
	return binary(text, condition, c.exprOf(at, b))
}

// aside follows an expression that is looked at under a condition only; did says that it did something, which is a branch now.
func (c *converter) aside(at ast.Node, condition *expr, when bool, f func() value) (v value, did bool) {
	if c.block == nil {
		return f(), false
	}
	s := &step{requests: &block{}, line: c.line(at)}
	mark := len(c.journal)
	c.into(s.requests, func() { v = f() })
	if len(s.requests.steps) == 0 {
		return v, false
	}
	if _, ends := v.(ended); !ends && c.takeStateCount(mark) {
		c.fail(at, "what it changes here depends on a condition: use if")
	}
	test := c.ready(at, condition)
	if !when {
		test = not(test)
	}
	s.test, s.If = test, test.String()
	c.add(s)
	return v, true
}

// takeStateCount says whether something but the last response has changed since mark.
func (c *converter) takeStateCount(mark int) bool {
	for _, one := range c.journal[mark:] {
		if one.place != nil && one.place != (variablePlace{c.last}) {
			return true
		}
	}
	return false
}

// conditional is test ? a : b.
func (c *converter) conditional(at ast.Node, test value, a, b func() value) value {
	if is, known := truth(test); known {
		if is {
			return a()
		}
		return b()
	}
	condition := c.exprOf(at, test)
	if c.block == nil {
		return c.chosen(at, condition, a(), b())
	}
	mark, made := len(c.journal), c.made
	x, y := a(), b()
	if c.made == made && !c.takeStateCount(mark) {
		return c.chosen(at, condition, x, y)
	}
	c.back(mark)
	result := &variable{name: "value", value: undefined{}}
	c.fork(at, condition,
		func() completion { c.set(variablePlace{result}, a()); return normal },
		func() completion { c.set(variablePlace{result}, b()); return normal })
	return c.read(at, result)
}

// chosen is one of two values.
func (c *converter) chosen(at ast.Node, condition *expr, a, b value) value {
	if plainValue(a) && plainValue(b) {
		return choose(condition, c.exprOf(at, a), c.exprOf(at, b))
	}
	return &phi{condition: condition, a: a, b: b, first: outcome{block: &block{}, last: c.last.value}, second: outcome{block: &block{}, last: c.last.value}}
}

func (c *converter) in(at ast.Node, a, b value) value {
	key, ok := plainText(a)
	if o, isObject := b.(*object); isObject && ok {
		_, has := o.get(key)
		return has
	}
	if e, isExpr := b.(*expr); isExpr && ok {
		return binary("!=", c.memberExpr(e, key), literal(nil))
	}
	c.fail(at, "in is not converted here")
	return nil
}

// fold works out what is known in an expression that has just been made.
func (c *converter) fold(e *expr) *expr {
	if e.op != opBinary || len(e.args) != 2 {
		return e
	}
	a, b := e.args[0], e.args[1]
	x, okX := a.value.(float64)
	y, okY := b.value.(float64)
	okX, okY = okX && a.op == opLiteral, okY && b.op == opLiteral
	switch {
	case okX && okY && e.text == "+":
		return literal(x + y)
	case okX && okY:
		for t, text := range operators {
			if text == e.text {
				if v, ok := arithmetic(t, x, y, x, y); ok {
					return literal(v)
				}
			}
		}
	case okY && y == 0 && (e.text == "+" || e.text == "-") && a.is == isNumber, okY && y == 1 && (e.text == "*" || e.text == "/") && a.is == isNumber:
		return a
	case okX && x == 0 && e.text == "+" && b.is == isNumber, okX && x == 1 && e.text == "*" && b.is == isNumber:
		return b
	case okY && a.op == opBinary && (a.text == "+" || a.text == "-") && (e.text == "+" || e.text == "-") && a.is == isNumber:
		return c.foldSum(e, a, y)
	}
	return c.foldRandom(e)
}

// foldSum adds two numbers that stand one after the other: (x + 2) - 1 is x + 1.
func (c *converter) foldSum(e, inner *expr, y float64) *expr {
	z, ok := inner.args[1].value.(float64)
	if !ok || inner.args[1].op != opLiteral {
		return e
	}
	if inner.text == "-" {
		z = -z
	}
	if e.text == "-" {
		y = -y
	}
	sum := z + y
	if sum == 0 && inner.args[0].is == isNumber {
		return inner.args[0]
	}
	if sum < 0 {
		return binary("-", inner.args[0], literal(-sum))
	}
	out := binary("+", inner.args[0], literal(sum))
	out.is = isNumber
	return out
}
