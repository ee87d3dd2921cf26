package k6

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/script"
)

// check is k6's check: conditions with names, of a response or of any other value. It is true if all hold.
func check(c *converter, at ast.Node, args []value) value {
	if len(args) < 2 {
		c.fail(at, "check wants a value and conditions")
	}
	conditions, ok := args[1].(*object)
	if !ok {
		c.fail(at, "the conditions of the check are known only in the test")
	}
	on := args[0]
	if e, isExpr := on.(*expr); isExpr && e.random() {
		on = c.keep(at, e, "value")
	}
	var tags map[string]string
	if len(args) > 2 {
		tags = c.tags(at, args[2])
	}
	to := c.checksOf(on, tags)
	var all value = true
	for _, key := range conditions.keys {
		holds := c.condition(at, on, conditions.props[key])
		if holds == nil {
			continue
		}
		to.add(c.checkOf(at, key, holds, to.of))
		all = c.both(at, all, holds)
	}
	return all
}

// condition is what a condition comes to, nil if it can't be converted, which is noted.
func (c *converter) condition(at ast.Node, on, condition value) (holds value) {
	mark := len(c.journal)
	outer, depth, module := c.block, c.depth, c.at
	why := catch(func() {
		switch f := condition.(type) {
		case *function, *native:
			holds = c.invoke(at, f, []value{on})
		default:
			holds = condition
		}
		if _, known := truth(holds); !known {
			c.try(at, holds)
		}
	})
	if why == nil {
		return holds
	}
	c.block, c.depth, c.at = outer, depth, module
	c.back(mark)
	node := at
	if f, ok := condition.(*function); ok {
		node = f.at
	}
	c.leave(c.at, node, &unsupported{reason: why.reason})
	return nil
}

// both is a && b for conditions.
func (c *converter) both(at ast.Node, a, b value) value {
	if is, known := truth(a); known {
		if !is {
			return false
		}
		return b
	}
	if is, known := truth(b); known {
		if !is {
			return false
		}
		return a
	}
	return binary("&&", c.exprOf(at, a), c.exprOf(at, b))
}

// checks are where checks go: the request that they are of, or a step of their own.
type checks struct {
	c    *converter
	of   *response // whose they are
	tags map[string]string
	step *step // nil until there is one
}

// checksOf says where the checks of a value go.
func (c *converter) checksOf(on value, tags map[string]string) *checks {
	to := &checks{c: c, tags: tags}
	r, ok := on.(*response)
	if !ok || tags != nil {
		return to
	}
	if last := c.block.lastOf(); last != nil && r.step != nil && (last == r.step || slices.Contains(last.batch, r.step)) && last.Think == "" {
		to.of, to.step = r, r.step
	}
	return to
}

func (to *checks) add(one script.Check) {
	c := to.c
	if to.step == nil {
		to.step = &step{}
		to.step.Tags = to.tags
		c.add(to.step)
	}
	s := to.step
	before := s.Checks
	s.Checks = append(slices.Clip(before), one)
	c.did(func() { s.Checks = before })
}

// checkOf is a check by the name that it has in the script. Of a response that it stands at, it has the form of the language's own.
func (c *converter) checkOf(at ast.Node, key string, holds value, of *response) script.Check {
	one := script.Check{Name: key}
	if is, known := truth(holds); known {
		one.That = strconv.FormatBool(is)
		return one
	}
	e := c.exprOf(at, holds)
	if of == nil {
		if r, ok := c.last.value.(*response); ok && !r.inBatch {
			of = r
		}
	}
	if of != nil {
		if all := e.responses(); len(all) == 1 && all[0] == of {
			if inForm(&one, e) {
				return one
			}
			if of.inBatch && e.ofOne() { // it stands at its own request
				one.That = e.String()
				return one
			}
		}
	}
	one.That = c.ready(at, e).String()
	return one
}

// inForm writes a condition in one of the language's forms, if it has one.
func inForm(one *script.Check, e *expr) bool {
	if e.op != opBinary {
		return false
	}
	if e.text == "&&" || e.text == "||" {
		return statusRange(one, e)
	}
	field, want := e.args[0], e.args[1]
	if want.op != opLiteral {
		return false
	}
	text, isText := want.value.(string)
	f, isNumber := want.value.(float64)
	switch {
	case isField(field, "status") && isNumber && e.text == "==":
		one.Status = script.Statuses{numberText(f)}
	case isField(field, "body") && isText && e.text == "==":
		one.Body = new(string)
		*one.Body = escape(text)
	case isField(field, "body") && isText && e.text == "contains" && text != "":
		one.BodyContains = escape(text)
	case isField(field, "body") && isText && e.text == "matches":
		one.BodyRegex = escape(text)
	case isField(field, "duration") && isNumber && f >= 0 && isOrder(e.text):
		one.Duration = e.text + seconds(f/1000)
	case field.op == opFilter && field.text == "length" && isField(field.args[0], "body") && isNumber && f >= 0 && isOrder(e.text) && f == float64(int64(f)):
		one.Size = e.text + numberText(f)
	default:
		return jsonForm(one, e.text, field, want)
	}
	return true
}

func isOrder(operator string) bool {
	return operator == "<" || operator == "<=" || operator == ">" || operator == ">="
}

func isField(e *expr, field string) bool {
	return e.op == opMember && e.text == field && e.args[0].op == opResponse
}

// statusRange is status >= 200 && status < 300, and status === 200 || status === 201.
func statusRange(one *script.Check, e *expr) bool {
	if e.text == "||" {
		var found script.Statuses
		if !alternatives(e, &found) {
			return false
		}
		one.Status = found
		return true
	}
	low, high := e.args[0], e.args[1]
	if low.op != opBinary || high.op != opBinary || !isField(low.args[0], "status") || !isField(high.args[0], "status") {
		return false
	}
	from, ok := low.args[1].value.(float64)
	to, ok2 := high.args[1].value.(float64)
	if !ok || !ok2 || from != float64(int(from)) || to != float64(int(to)) {
		return false
	}
	switch {
	case low.text == ">=" && high.text == "<":
		to--
	case low.text != ">=" || high.text != "<=":
		return false
	}
	if from < 0 || to > 999 || from > to {
		return false
	}
	if int(from)%100 == 0 && to == from+99 && from >= 100 {
		one.Status = script.Statuses{numberText(from/100) + "xx"}
		return true
	}
	one.Status = script.Statuses{numberText(from) + "-" + numberText(to)}
	return true
}

func alternatives(e *expr, found *script.Statuses) bool {
	if e.op != opBinary {
		return false
	}
	if e.text == "||" {
		return alternatives(e.args[0], found) && alternatives(e.args[1], found)
	}
	f, ok := e.args[1].value.(float64)
	if e.text != "==" || !ok || !isField(e.args[0], "status") || f != float64(int(f)) || f < 100 || f > 999 {
		return false
	}
	*found = append(*found, numberText(f))
	return true
}

// jsonForm is r.json('a.b') === 1 and r.json().a.b === 1.
func jsonForm(one *script.Check, operator string, field, want *expr) bool {
	path, ok := jsonPath(field)
	if !ok || path == "" {
		return false
	}
	text, known := plainText(want.value)
	if !known || want.op != opLiteral || strings.ContainsAny(text, "\n\r") || strings.TrimSpace(text) != text || text == "" {
		return false
	}
	if want.value == nil {
		return false
	}
	if _, isText := want.value.(string); isText && operator != "==" && operator != "!=" {
		return false
	}
	switch operator {
	case "==":
		one.JSON = path + "=" + escape(text)
	case "!=":
		return false // of what is not there, it holds in k6
	case "<", "<=", ">", ">=":
		one.JSON = path + operator + text
	default:
		return false
	}
	return true
}

// jsonPath is the path of a value in the body of a response.
func jsonPath(e *expr) (string, bool) {
	switch e.op {
	case opMember:
		if e.text == "json" && e.args[0].op == opResponse {
			return "", true
		}
		before, ok := jsonPath(e.args[0])
		return join(before, e.text), ok
	case opIndex:
		before, ok := jsonPath(e.args[0])
		key, known := knownText(e.args[1])
		return join(before, key), ok && known && plainKey(key)
	case opMethod:
		if e.text == "json" && e.args[0].op == opResponse {
			path, ok := knownText(e.args[1])
			return path, ok && !strings.ContainsAny(path, "=<>!|#@*?\\{}$()")
		}
	}
	return "", false
}

// plainKey says whether a key of JSON means itself in a path.
func plainKey(key string) bool {
	return key != "" && !strings.ContainsAny(key, ".=<>!|#@*?\\{}$()\"' ")
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
