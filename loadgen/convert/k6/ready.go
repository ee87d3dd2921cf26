package k6

import (
	"slices"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/script"
)

// response is what a request of the script comes to.
type response struct {
	name string // what the script calls it
	step *step
	// behind is the loop or the condition that it is the last response of, whichever that is, and in the block of that step.
	behind *step
	in     *block
	// inBatch says that it is one of several.
	inBatch bool
}

// exprOf is v as an expression.
func (c *converter) exprOf(at ast.Node, v value) *expr {
	switch v := v.(type) {
	case *expr:
		return v
	case nil, undefined, bool, float64, string:
		return literal(v)
	case absent, missing:
		return literal(nil)
	case *cell:
		return name(v.name, v.is)
	case *fileContent:
		if v.binary {
			c.fail(at, "the content of the file %s is used as a text", v.name)
		}
		return literal(v.text)
	case *lost:
		c.fail(at, "%s", v.reason)
	case *phi:
		return c.phiExpr(at, v, "value")
	case *carried:
		return c.exprOf(at, c.readCarried(at, v))
	case live:
		return c.exprOf(at, c.read(at, v.v))
	case *jsonText:
		return c.jsonExpr(at, v)
	case *array:
		c.bounded(at, v)
		list := &expr{op: opList}
		for _, item := range v.items {
			list.args = append(list.args, c.exprOf(at, item))
		}
		return list
	case *cookieList:
		if v.name != "" {
			return v.cookie()
		}
	case *row:
		c.fail(at, "a whole row of data is used as a value")
	case *used:
		c.fail(at, "the value before ++ or -- is used")
	case *namedURL:
		return c.exprOf(at, v.url)
	}
	c.fail(at, "%s is used as a text or a number", typeName(v))
	return nil
}

// textExpr is v as a part of a text.
func (c *converter) textExpr(at ast.Node, v value) *expr {
	if text, ok := plainText(v); ok {
		return literal(text)
	}
	return c.exprOf(at, v)
}

// text is v as a text with ${...}, as it stands in a file.
func (c *converter) text(at ast.Node, v value) string {
	return c.ready(at, c.textExpr(at, v)).template()
}

// ready is e as it can be written here: where it looks at a response that is not the last one, at what was kept of it.
func (c *converter) ready(at ast.Node, e *expr) *expr {
	if e.cost() > 5000 {
		c.fail(at, "it comes to an expression that is too long")
	}
	e.any(func(part *expr) bool { c.expressible(at, part); return false })
	old := func(r *response) bool { return value(r) != c.last.value || r.inBatch }
	all := e.responses()
	if !slices.ContainsFunc(all, old) {
		return e
	}
	if e.ofOne() && e.op != opResponse {
		return c.piece(at, e, all[0])
	}
	if e.op == opResponse {
		c.fail(at, "a whole response is used as a value")
	}
	part := *e
	part.args = make([]*expr, len(e.args))
	for i, a := range e.args {
		part.args[i] = c.ready(at, a)
	}
	return &part
}

// filters are those of the language that a conversion makes.
var filters = []string{"url", "base64", "base64url", "unbase64", "json", "sha256", "md5", "hmac", "upper", "lower", "trim", "length", "number", "raw", "int", "round",
	"split", "join", "replace", "slice", "date"}

// expressible gives up what the language has no word for.
func (c *converter) expressible(at ast.Node, e *expr) {
	switch {
	case e.op == opFilter && !slices.Contains(filters, e.text):
		c.fail(at, "%s of a value that is known only in the test is not converted here", e.text)
	case e.op == opName && e.text == "iterationInTest":
		c.fail(at, "the number of the iteration in the test is converted where it chooses a row of data")
	}
}

// try gives up what can't be written here, and does nothing else.
func (c *converter) try(at ast.Node, v value) {
	e := c.exprOf(at, v)
	mark := len(c.journal)
	c.ready(at, e)
	c.back(mark)
}

// piece is a variable in which a piece of a response is kept: it is set when the response is there.
func (c *converter) piece(at ast.Node, e *expr, r *response) *expr {
	key := pieceKey{r, e.String()}
	if found, ok := c.pieces[key]; ok {
		return found
	}
	hint := e.hint
	if hint == "" {
		hint = r.name + "_" + lastMember(e)
	}
	variable := c.unusedName(hint)
	c.setAt(at, r, script.NamedText{Name: variable, Text: setText(e)})
	found := name(variable, e.is)
	c.pieces[key] = found
	c.did(func() { delete(c.pieces, key) })
	return found
}

// setAt sets a variable as soon as a response is there.
func (c *converter) setAt(at ast.Node, r *response, pair script.NamedText) {
	s := r.step
	if s == nil && r.behind == nil {
		c.fail(at, "it looks at a response that is no longer there")
	}
	if s == nil {
		s = c.setBehind(r)
	}
	before := s.Set
	s.Set = append(slices.Clip(before), pair)
	c.did(func() { s.Set = before })
}

// setBehind is the step behind r.behind that sets variables.
func (c *converter) setBehind(r *response) *step {
	b := r.in
	i := slices.Index(b.steps, r.behind) + 1
	if i < len(b.steps) && onlySets(b.steps[i]) && b.steps[i].behind {
		return b.steps[i]
	}
	s := &step{behind: true}
	before := b.steps
	b.steps = slices.Insert(slices.Clone(before), i, s)
	c.did(func() { b.steps = before })
	return s
}

// pieceKey is a piece of a response.
type pieceKey struct {
	of   *response
	text string
}

// lastMember is the last name in e that says what it is.
func lastMember(e *expr) string {
	switch e.op {
	case opMember:
		return e.text
	case opMethod:
		if text, ok := knownText(e.args[len(e.args)-1]); ok {
			return text
		}
		return e.text
	case opFilter, opIndex, opBinary:
		return lastMember(e.args[0])
	}
	return "value"
}

// setStep gives a variable of the test a value.
func (c *converter) setStep(variable string, e *expr) {
	pair := script.NamedText{Name: variable, Text: setText(e)}
	if s := c.block.last(); s != nil && onlySets(s) {
		before := s.Set
		s.Set = append(slices.Clip(before), pair)
		c.did(func() { s.Set = before })
		return
	}
	s := &step{}
	s.Set = script.Texts{pair}
	c.add(s)
}

// onlySets says whether s gives variables values and does nothing else.
func onlySets(s *step) bool {
	return s.Set != nil && !s.sent && s.comment == "" && s.If == ""
}

// setText is e as the value of a variable: numbers and truth values keep their kind.
func setText(e *expr) string {
	if e.op == opLiteral {
		if _, isText := e.value.(string); !isText {
			return "${" + e.String() + "}"
		}
	}
	return e.template()
}

// line is the line of a node of the module that is being followed.
func (c *converter) line(at ast.Node) int {
	if at == nil || c.at == nil {
		return 0
	}
	return c.at.lineOf(at)
}
