package k6

import (
	"math"
	"slices"
	"strconv"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// eval is what an expression comes to. What it does on the way are steps.
func (c *converter) eval(e ast.Expression, sc *scope) value {
	v := c.evaluate(e, sc)
	if text, ok := v.(string); ok {
		if len(text) > maxText {
			c.fail(e, "the text is longer than %d MiB", maxText>>20)
		}
		c.work += len(text) >> 10
	}
	return v
}

func (c *converter) evaluate(e ast.Expression, sc *scope) value {
	switch e := e.(type) {
	case *ast.StringLiteral:
		return e.Value.String()
	case *ast.NumberLiteral:
		return literalNumber(e)
	case *ast.BooleanLiteral:
		return e.Value
	case *ast.NullLiteral:
		return nil
	case *ast.RegExpLiteral:
		return &regexpValue{e.Pattern, e.Flags}
	case *ast.Identifier:
		return c.identifier(e, sc)
	case *ast.TemplateLiteral:
		return c.templateLiteral(e, sc)
	case *ast.ArrayLiteral:
		return c.arrayLiteral(e, sc)
	case *ast.ObjectLiteral:
		return c.objectLiteral(e, sc)
	case *ast.FunctionLiteral:
		return c.function(e, sc)
	case *ast.ArrowFunctionLiteral:
		return &function{params: e.ParameterList, body: e.Body, scope: sc, module: sc.call.module, at: e}
	case *ast.DotExpression:
		return c.member(e, c.eval(e.Left, sc), e.Identifier.Name.String())
	case *ast.BracketExpression:
		return c.indexed(e, c.eval(e.Left, sc), c.eval(e.Member, sc))
	case *ast.OptionalChain:
		return c.eval(e.Expression, sc)
	case *ast.Optional:
		return optional{c.eval(e.Expression, sc)}.value()
	case *ast.CallExpression:
		return c.call(e, sc)
	case *ast.NewExpression:
		return c.construct(e, sc)
	case *ast.AwaitExpression:
		return c.eval(e.Argument, sc)
	}
	return c.operation(e, sc)
}

// optional is the left side of ?.: what is not there has undefined members.
type optional struct{ v value }

func (o optional) value() value {
	switch o.v.(type) {
	case nil, undefined:
		return missing{}
	}
	return o.v
}

// missing has members that are missing.
type missing struct{}

func (c *converter) operation(e ast.Expression, sc *scope) value {
	switch e := e.(type) {
	case *ast.UnaryExpression:
		return c.unary(e, sc)
	case *ast.BinaryExpression:
		return c.binaryExpression(e, sc)
	case *ast.ConditionalExpression:
		return c.conditional(e, c.eval(e.Test, sc), func() value { return c.eval(e.Consequent, sc) }, func() value { return c.eval(e.Alternate, sc) })
	case *ast.AssignExpression:
		return c.assignment(e, sc)
	case *ast.SequenceExpression:
		var v value = undefined{}
		for _, one := range e.Sequence {
			v = c.eval(one, sc)
		}
		return v
	case *ast.SpreadElement:
		c.fail(e, "... is not converted here")
	case *ast.ThisExpression:
		c.fail(e, "this is not converted")
	case *ast.ClassLiteral:
		c.fail(e, "classes are not converted")
	}
	c.fail(e, "this expression is not converted")
	return nil
}

func literalNumber(n *ast.NumberLiteral) float64 {
	switch v := n.Value.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	case int:
		return float64(v)
	}
	f, err := strconv.ParseFloat(n.Literal, 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

func (c *converter) function(f *ast.FunctionLiteral, sc *scope) *function {
	made := &function{params: f.ParameterList, body: f.Body, scope: sc, module: sc.call.module, at: f}
	if f.Name != nil {
		made.name = f.Name.Name.String()
	}
	return made
}

func (c *converter) identifier(e *ast.Identifier, sc *scope) value {
	id := e.Name.String()
	if id == "undefined" {
		return undefined{}
	}
	v := sc.find(id)
	if v == nil {
		c.fail(e, "%s is not known here", id)
	}
	return c.read(e, v)
}

// read is the value of a variable.
func (c *converter) read(at ast.Node, v *variable) value {
	switch is := v.value.(type) {
	case live:
		return c.read(at, is.v)
	case notYet:
		c.fail(at, "%s is looked at before a loop gives it a value", v.name)
	case *cell:
		return name(is.name, is.is)
	case *carried:
		return c.readCarried(at, is)
	case *expr:
		if v.module && is.random() && c.block != nil { // made anew for each user, not for each iteration
			k := c.carriedBy(v.name, variablePlace{v}, is)
			return c.readCarried(at, k)
		}
	case *phi:
		return c.readPhi(at, v, is)
	}
	return v.value
}

// readPhi makes a variable of the test of what differs between two branches, if it is one value.
func (c *converter) readPhi(at ast.Node, v *variable, p *phi) value {
	if anyIs[*carried](p) {
		for _, side := range []value{p.a, p.b} {
			if k, ok := side.(*carried); ok {
				c.readCarried(at, k)
			}
		}
	}
	if !plainValue(p.a) || !plainValue(p.b) {
		return p
	}
	return c.phiExpr(at, p, v.name)
}

func anyIs[T any](p *phi) bool {
	_, a := p.a.(T)
	_, b := p.b.(T)
	return a || b
}

// plainValue says whether v can be the value of a variable of the test.
func plainValue(v value) bool {
	switch v := v.(type) {
	case nil, undefined, bool, float64, string, *expr, absent, *cell:
		return true
	case *phi:
		return plainValue(v.a) && plainValue(v.b)
	}
	return false
}

func (c *converter) templateLiteral(e *ast.TemplateLiteral, sc *scope) value {
	parts := []*expr{}
	for i, text := range e.Elements {
		parts = append(parts, literal(text.Parsed.String()))
		if i < len(e.Expressions) {
			parts = append(parts, c.textExpr(e, c.eval(e.Expressions[i], sc)))
		}
	}
	whole := c.known0(concat(parts...))
	if e.Tag == nil {
		return whole
	}
	if n, ok := c.eval(e.Tag, sc).(*native); ok && n.name == "http.url" {
		return &namedURL{url: whole, name: urlName(e)}
	}
	c.fail(e, "this template is not converted")
	return nil
}

// namedURL is what http.url`…` makes: a URL with a name of its own.
type namedURL struct {
	url  value
	name string
}

// urlName is the name of such a URL: the template with ${} for each of its values.
func urlName(e *ast.TemplateLiteral) string {
	text := ""
	for i, part := range e.Elements {
		if i > 0 {
			text += "${}"
		}
		text += part.Parsed.String()
	}
	return text
}

// known0 is the value of e if it is known, else e.
func (c *converter) known0(e *expr) value {
	switch {
	case e.op == opLiteral:
		return e.value
	case e.op == opConcat && len(e.args) == 0:
		return ""
	case e.op == opConcat && len(e.args) == 1 && e.args[0].op == opLiteral:
		text, _ := plainText(e.args[0].value)
		return text
	}
	if e.cost() > 5000 {
		c.fail(nil, "it comes to an expression that is too long")
	}
	return e
}

func (c *converter) arrayLiteral(e *ast.ArrayLiteral, sc *scope) value {
	a := &array{}
	for _, item := range e.Value {
		switch item := item.(type) {
		case nil:
			a.items = append(a.items, undefined{})
		case *ast.SpreadElement:
			a.items = append(a.items, c.items(item, c.eval(item.Expression, sc))...)
		default:
			a.items = append(a.items, c.steady(item, c.eval(item, sc)))
		}
	}
	return a
}

// inert is v as it is kept under a name: what is another each time it is looked at becomes a variable, in lists and objects, too.
func (c *converter) inert(at ast.Node, v value, hint string) value {
	if c.block == nil {
		return v
	}
	switch v := v.(type) {
	case *object, *jsonText:
		c.bounded(at, v)
	case *array:
		if v.from != nil {
			return v
		}
		c.bounded(at, v)
	}
	return c.inertParts(at, v, hint)
}

func (c *converter) inertParts(at ast.Node, v value, hint string) value {
	switch v := v.(type) {
	case *expr:
		if v.random() || c.mutable(v) {
			return c.keep(at, v, hint)
		}
	case *object:
		for _, key := range slices.Clone(v.keys) {
			if kept := c.inertParts(at, v.props[key], key); kept != v.props[key] {
				c.set(propertyPlace{v, key}, kept)
			}
		}
	case *array:
		for i, item := range v.items {
			if kept := c.inertParts(at, item, hint); !same(kept, item) {
				items := slices.Clone(v.items)
				items[i] = kept
				c.set(itemsPlace{v}, itemList(items))
			}
		}
	case *jsonText:
		c.inertParts(at, v.of, hint)
	}
	return v
}

// steady is v as a part of a list or an object: what may change before that is looked at becomes a variable.
func (c *converter) steady(at ast.Node, v value) value {
	if e, ok := v.(*expr); ok && c.block != nil && c.mutable(e) {
		return c.keep(at, e, "value")
	}
	return v
}

// keep makes a variable of the test of e.
func (c *converter) keep(at ast.Node, e *expr, hint string) *expr {
	if e.hint != "" {
		hint = e.hint
	}
	e = c.ready(at, e)
	variable := c.unusedName(hint)
	c.setStep(variable, e)
	return name(variable, e.is)
}

// mutable says whether e looks at a variable that may have another value later.
func (c *converter) mutable(e *expr) bool {
	return e.any(func(e *expr) bool { return e.op == opName && c.cells[e.text] })
}

func (c *converter) objectLiteral(e *ast.ObjectLiteral, sc *scope) value {
	o := newObject()
	for _, p := range e.Value {
		switch p := p.(type) {
		case *ast.PropertyShort:
			o.set(p.Name.Name.String(), c.steady(p, c.identifier(&p.Name, sc)))
		case *ast.PropertyKeyed:
			if p.Kind != ast.PropertyKindValue && p.Kind != ast.PropertyKindMethod {
				c.fail(p, "get and set are not converted")
			}
			o.set(c.key(p, sc), c.steady(p, c.eval(p.Value, sc)))
		case *ast.SpreadElement:
			c.spread(p, o, c.eval(p.Expression, sc))
		}
	}
	return o
}

// key is the name of a property of a literal.
func (c *converter) key(p *ast.PropertyKeyed, sc *scope) string {
	if id, ok := p.Key.(*ast.Identifier); ok && !p.Computed {
		return id.Name.String()
	}
	v := c.eval(p.Key, sc)
	if text, ok := plainText(v); ok {
		return text
	}
	if e, ok := v.(*expr); ok { // a name of a check or of a tag may be one
		return c.ready(p, e).template()
	}
	c.fail(p, "the name of a property is known only in the test")
	return ""
}

func (c *converter) spread(at ast.Node, to *object, from value) {
	switch from := from.(type) {
	case *object:
		for _, k := range from.keys {
			to.set(k, from.props[k])
		}
	case nil, undefined, bool:
	default:
		c.fail(at, "what is spread here is known only in the test")
	}
}

func (c *converter) unary(e *ast.UnaryExpression, sc *scope) value {
	switch e.Operator {
	case token.INCREMENT, token.DECREMENT:
		return c.increment(e, sc)
	case token.TYPEOF:
		return c.typeOf(e, sc)
	case token.DELETE:
		return c.deleteProperty(e, sc)
	}
	v := c.eval(e.Operand, sc)
	switch e.Operator {
	case token.NOT:
		if is, known := truth(v); known {
			return !is
		}
		return not(c.exprOf(e, v))
	case token.MINUS, token.PLUS:
		if f, ok := number(v); ok {
			if e.Operator == token.MINUS {
				return -f
			}
			return f
		}
		n := c.numberExpr(e, v)
		if e.Operator == token.MINUS {
			return &expr{op: opUnary, text: "-", args: []*expr{n}, is: isNumber}
		}
		return n
	case token.VOID:
		return undefined{}
	}
	c.fail(e, "the operator %s is not converted", e.Operator)
	return nil
}

// numberExpr is v as a number.
func (c *converter) numberExpr(at ast.Node, v value) *expr {
	e := c.exprOf(at, v)
	if e.is == isNumber {
		return e
	}
	return filter(e, "number", isNumber)
}

func (c *converter) increment(e *ast.UnaryExpression, sc *scope) value {
	before := c.eval(e.Operand, sc)
	operator := token.PLUS
	if e.Operator == token.DECREMENT {
		operator = token.MINUS
	}
	if x, ok := before.(*expr); ok && x.is != isNumber {
		known := *x
		known.is = isNumber
		before = &known
	}
	after := c.binaryValues(e, operator, before, 1.0)
	c.assign(e.Operand, after, sc)
	if e.Postfix {
		if _, static := before.(float64); !static {
			return &used{e} // the value before is gone
		}
		return before
	}
	return after
}

// used is the value that a variable of the test had before.
type used struct{ at ast.Node }

func (c *converter) typeOf(e *ast.UnaryExpression, sc *scope) value {
	if id, ok := e.Operand.(*ast.Identifier); ok && sc.find(id.Name.String()) == nil {
		return "undefined"
	}
	switch v := c.eval(e.Operand, sc).(type) {
	case undefined:
		return "undefined"
	case nil, *object, *array, *response:
		return "object"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case *function, *native, *method:
		return "function"
	case *expr:
		return &typeQuestion{v}
	}
	c.fail(e, "typeof is not converted here")
	return nil
}

// typeQuestion is the type of something that is known only in the test. It can be compared with "undefined".
type typeQuestion struct{ of *expr }

func (c *converter) deleteProperty(e *ast.UnaryExpression, sc *scope) value {
	switch t := e.Operand.(type) {
	case *ast.DotExpression:
		if o, ok := c.eval(t.Left, sc).(*object); ok {
			c.setProperty(e, o, t.Identifier.Name.String(), absent{})
			return true
		}
	case *ast.BracketExpression:
		o, isObject := c.eval(t.Left, sc).(*object)
		key, known := plainText(c.eval(t.Member, sc))
		if isObject && known {
			c.setProperty(e, o, key, absent{})
			return true
		}
	}
	c.fail(e, "delete is not converted here")
	return nil
}
