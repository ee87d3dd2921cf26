package k6

import (
	"slices"
	"strconv"
	"strings"
)

// op is what an expr does.
type op uint8

const (
	opLiteral  op = iota // value
	opName               // a name of the language: vu, env.HOST, a variable
	opResponse           // a response
	opConcat             // texts one after the other
	opBinary             // text is the operator
	opUnary              // text is the operator
	opChoose             // args[0] ? args[1] : args[2]
	opCall               // a function of the language, text its name
	opFilter             // args[0] | text(args[1:])
	opMember             // args[0].text
	opMethod             // args[0].text(args[1:])
	opIndex              // args[0][args[1]]
	opList               // [args]
)

// expr is an expression of the language of files in the making.
type expr struct {
	op       op
	text     string
	args     []*expr
	value    value // of a literal
	response *response
	is       form
	hint     string // what the script calls it
}

// form is what is known of the value of an expression.
type form uint8

const (
	anything form = iota
	isText
	isNumber
	isBool
)

func literal(v value) *expr {
	if _, ok := v.(undefined); ok {
		v = nil
	}
	e := &expr{op: opLiteral, value: v}
	switch v.(type) {
	case string:
		e.is = isText
	case float64:
		e.is = isNumber
	case bool:
		e.is = isBool
	}
	return e
}

func name(text string, is form) *expr { return &expr{op: opName, text: text, is: is} }

func callTo(text string, is form, args ...*expr) *expr {
	return &expr{op: opCall, text: text, args: args, is: is}
}

func filter(e *expr, text string, is form, args ...*expr) *expr {
	return &expr{op: opFilter, text: text, args: append([]*expr{e}, args...), is: is}
}

func binary(operator string, a, b *expr) *expr {
	e := &expr{op: opBinary, text: operator, args: []*expr{a, b}}
	switch operator {
	case "-", "*", "/", "%":
		e.is = isNumber
	case "+":
		if a.is == isNumber && b.is == isNumber {
			e.is = isNumber
		}
	case "||", "??", "&&":
		if a.is == b.is {
			e.is = a.is
		}
	default:
		e.is = isBool
	}
	return e
}

func not(e *expr) *expr {
	switch {
	case e.op == opUnary && e.text == "!" && e.args[0].is == isBool:
		return e.args[0]
	case e.op == opBinary && negated[e.text] != "":
		opposite := *e
		opposite.text = negated[e.text]
		return &opposite
	}
	return &expr{op: opUnary, text: "!", args: []*expr{e}, is: isBool}
}

// negated are the operators of equality. Those of order are no opposites of each other where a value is missing.
var negated = map[string]string{"==": "!=", "!=": "=="}

func choose(test, a, b *expr) *expr {
	e := &expr{op: opChoose, args: []*expr{test, a, b}}
	if a.is == b.is {
		e.is = a.is
	}
	return e
}

func member(e *expr, text string) *expr { return &expr{op: opMember, text: text, args: []*expr{e}} }

func index(e, i *expr) *expr { return &expr{op: opIndex, args: []*expr{e, i}} }

// concat is texts one after the other, with those that are known in one.
func concat(parts ...*expr) *expr {
	all := &expr{op: opConcat, is: isText}
	for _, p := range parts {
		more := []*expr{p}
		if p.op == opConcat {
			more = p.args
		}
		for _, m := range more {
			n := len(all.args)
			if text, ok := knownText(m); ok && text == "" {
				continue
			}
			if text, ok := knownText(m); ok && n > 0 {
				if before, ok := knownText(all.args[n-1]); ok {
					all.args[n-1] = literal(before + text)
					continue
				}
			}
			all.args = append(all.args, m)
		}
	}
	return all
}

func knownText(e *expr) (string, bool) {
	if e.op != opLiteral {
		return "", false
	}
	return plainText(e.value)
}

// any says whether test holds for e or for a part of it.
func (e *expr) any(test func(*expr) bool) bool {
	return test(e) || slices.ContainsFunc(e.args, func(a *expr) bool { return a.any(test) })
}

// random says whether e is another value each time it is looked at.
func (e *expr) random() bool {
	return e.any(func(e *expr) bool {
		return e.op == opCall && strings.HasPrefix(e.text, "random.") || e.op == opName && slices.Contains([]string{"uuid", "now", "now.ms", "now.unix"}, e.text)
	})
}

// responses are those that e looks at.
func (e *expr) responses() []*response {
	var found []*response
	e.any(func(e *expr) bool {
		if e.op == opResponse && !slices.Contains(found, e.response) {
			found = append(found, e.response)
		}
		return false
	})
	return found
}

// ofOne says whether e depends on one response, and on nothing else that changes.
func (e *expr) ofOne() bool {
	return len(e.responses()) == 1 && !e.random() && !e.any(func(e *expr) bool { return e.op == opName })
}

// cost bounds how large an expression may grow.
func (e *expr) cost() int {
	n := 1
	for _, a := range e.args {
		n += a.cost()
	}
	return n
}

// What binds how tightly, as in the grammar of the language.
const (
	precedencePipe = iota
	precedenceChoose
	precedenceOr
	precedenceAnd
	precedenceCompare
	precedenceSum
	precedenceTerm
	precedenceUnary
	precedencePostfix
)

func (e *expr) precedence() int {
	switch e.op {
	case opFilter:
		return precedencePipe
	case opChoose:
		return precedenceChoose
	case opConcat:
		return precedenceSum
	case opUnary:
		return precedenceUnary
	case opBinary:
		switch e.text {
		case "||", "??":
			return precedenceOr
		case "&&":
			return precedenceAnd
		case "+", "-":
			return precedenceSum
		case "*", "/", "%":
			return precedenceTerm
		}
		return precedenceCompare
	case opLiteral:
		if f, ok := e.value.(float64); ok && f < 0 {
			return precedenceUnary
		}
	}
	return precedencePostfix
}

// String is e as it is written between ${ and }.
func (e *expr) String() string { return e.within(precedencePipe) }

// within is e as an operand of what binds with that precedence.
func (e *expr) within(precedence int) string {
	text := e.write()
	if e.precedence() < precedence {
		return "(" + text + ")"
	}
	return text
}

func (e *expr) write() string {
	switch e.op {
	case opLiteral:
		return writeLiteral(e.value)
	case opName:
		return e.text
	case opResponse:
		return "response"
	case opConcat:
		return writeConcat(e.args)
	case opBinary:
		p := e.precedence()
		right := p + 1
		if p == precedenceOr || p == precedenceAnd {
			right = p
			if e.args[1].op == opBinary && e.args[1].text != e.text && e.args[1].precedence() == p {
				right = p + 1
			}
		}
		left := p
		if p == precedenceCompare {
			left = p + 1
		}
		return e.args[0].within(left) + " " + e.text + " " + e.args[1].within(right)
	case opUnary:
		return e.text + e.args[0].within(precedenceUnary+1)
	case opChoose:
		return e.args[0].within(precedenceOr) + " ? " + e.args[1].within(precedenceChoose) + " : " + e.args[2].within(precedenceChoose)
	case opCall:
		return e.text + "(" + writeAll(e.args) + ")"
	case opFilter:
		text := e.args[0].within(precedencePipe) + "|" + e.text
		if len(e.args) > 1 {
			text += "(" + writeAll(e.args[1:]) + ")"
		}
		return text
	case opMember:
		return e.args[0].within(precedencePostfix) + "." + e.text
	case opMethod:
		return e.args[0].within(precedencePostfix) + "." + e.text + "(" + writeAll(e.args[1:]) + ")"
	case opIndex:
		return e.args[0].within(precedencePostfix) + "[" + e.args[1].String() + "]"
	case opList:
		return "[" + writeAll(e.args) + "]"
	}
	return "null"
}

func writeAll(args []*expr) string {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.String()
	}
	return strings.Join(texts, ", ")
}

// writeConcat joins with +, beginning with a text, so that numbers are joined and not added.
func writeConcat(args []*expr) string {
	if len(args) == 0 {
		return "''"
	}
	var parts []string
	if args[0].is != isText && (len(args) == 1 || args[1].is != isText) {
		parts = append(parts, "''")
	}
	for _, a := range args {
		if a.op == opLiteral {
			if text, ok := plainText(a.value); ok {
				parts = append(parts, quote(text))
				continue
			}
		}
		parts = append(parts, a.within(precedenceSum+1))
	}
	return strings.Join(parts, " + ")
}

func writeLiteral(v value) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case float64:
		return numberText(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}

// quote writes a text within an expression.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + "'"
}

// template is e as a text with ${...} in it.
func (e *expr) template() string {
	switch e.op {
	case opLiteral:
		text, _ := plainText(e.value)
		return escape(text)
	case opConcat:
		text := ""
		for _, a := range e.args {
			next := a.template()
			if strings.HasSuffix(text, "$") && strings.HasPrefix(next, "${") { // $${ would be ${ itself
				text = text[:len(text)-1] + "${'$'}"
			}
			text += next
		}
		return text
	}
	return "${" + e.String() + "}"
}

// escape is a text that stands for itself.
func escape(s string) string { return strings.ReplaceAll(s, "${", "$${") }
