package k6

import (
	"math"
	"time"

	"github.com/dop251/goja/ast"
)

// mathObject is Math.
func mathObject() *object {
	o := namespace("Math", map[string]nativeFunc{
		"random": func(*converter, ast.Node, []value) value {
			return callTo("random.float", isNumber, literal(0.0), literal(1.0))
		},
		"floor": rounding("floor", math.Floor), "ceil": rounding("ceil", math.Ceil), "round": rounding("round", func(f float64) float64 { return math.Floor(f + 0.5) }),
		"trunc": rounding("int", math.Trunc), "abs": rounding("abs", math.Abs), "sqrt": rounding("", math.Sqrt),
		"min": extreme("min", math.Min, math.Inf(1)), "max": extreme("max", math.Max, math.Inf(-1)),
		"pow": func(c *converter, at ast.Node, args []value) value {
			if len(args) == 2 {
				x, ok := number(args[0])
				y, ok2 := number(args[1])
				if ok && ok2 {
					return math.Pow(x, y)
				}
			}
			c.fail(at, "Math.pow is converted for numbers that are known")
			return nil
		},
	})
	o.set("PI", math.Pi)
	return o
}

// rounding is a function of one number.
func rounding(text string, of func(float64) float64) nativeFunc {
	return func(c *converter, at ast.Node, args []value) value {
		if f, ok := number(args0(args)); ok {
			return of(f)
		}
		e := c.exprOf(at, args0(args))
		if r := randomWhole(e); r != nil && text != "round" && text != "abs" {
			if text == "ceil" {
				return callTo("random.int", isNumber, c.fold(binary("+", r.args[0], literal(1.0))), c.fold(binary("+", r.args[1], literal(1.0))))
			}
			return r
		}
		switch {
		case e.op == opBinary && e.text == "/" && e.args[0].op == opName && e.args[0].text == "now.ms" && e.args[1].value == 1000.0 && text != "ceil":
			return name("now.unix", isNumber)
		case text == "floor":
			return filter(e, "int", isNumber) // of numbers that are not negative
		case text == "int" || text == "round":
			return filter(e, text, isNumber)
		}
		c.fail(at, "this function of Math is converted for numbers that are known")
		return nil
	}
}

// randomWhole is what a whole number is of that is drawn from "random * n + from".
func randomWhole(e *expr) *expr {
	from, to, ok := uniform(e)
	if !ok {
		return nil
	}
	f, ok := from.value.(float64)
	t, ok2 := to.value.(float64)
	if ok && ok2 && (f != math.Trunc(f) || t != math.Trunc(t) || t <= f) {
		return nil
	}
	return callTo("random.int", isNumber, from, minusOne(to))
}

func minusOne(e *expr) *expr {
	if f, ok := e.value.(float64); ok && e.op == opLiteral {
		return literal(f - 1)
	}
	return (&converter{}).fold(binary("-", e, literal(1.0)))
}

// uniform are the bounds of e, if it is a number from a range, all as likely: "random * n + from".
func uniform(e *expr) (from, to *expr, ok bool) {
	if e.op == opCall && e.text == "random.float" && len(e.args) == 2 {
		return e.args[0], e.args[1], true
	}
	return nil, nil, false
}

// foldRandom moves the bounds of a random number: random.float(0, 1) * 3 + 2 is random.float(2, 5).
func (c *converter) foldRandom(e *expr) *expr {
	if e.op != opBinary {
		return e
	}
	a, b := e.args[0], e.args[1]
	if _, _, ok := uniform(b); ok && (e.text == "*" || e.text == "+") {
		a, b = b, a
	}
	from, to, ok := uniform(a)
	if !ok || b.random() || len(b.responses()) > 0 {
		return e
	}
	switch e.text {
	case "*":
		if f, ok := b.value.(float64); ok && f < 0 {
			return e
		}
		return callTo("random.float", isNumber, c.fold(binary("*", from, b)), c.fold(binary("*", to, b)))
	case "+", "-":
		if b.is != isNumber {
			return e
		}
		return callTo("random.float", isNumber, c.fold(binary(e.text, from, b)), c.fold(binary(e.text, to, b)))
	case "/":
		if f, ok := b.value.(float64); ok && f > 0 {
			return callTo("random.float", isNumber, c.fold(binary("/", from, b)), c.fold(binary("/", to, b)))
		}
	}
	return e
}

func extreme(text string, of func(a, b float64) float64, best float64) nativeFunc {
	return func(c *converter, at ast.Node, args []value) value {
		known := true
		for _, a := range args {
			_, ok := number(a)
			known = known && ok
		}
		if known {
			found := best
			for _, a := range args {
				f, _ := number(a)
				found = of(found, f)
			}
			return found
		}
		all := make([]*expr, len(args))
		for i, a := range args {
			all[i] = c.exprOf(at, a)
		}
		return callTo(text, isNumber, all...)
	}
}

// date is a Date: now, or a time that is known.
type date struct {
	now bool
	at  time.Time
}

func dateNow(*converter, ast.Node, []value) value { return name("now.ms", isNumber) }

func newDate(c *converter, at ast.Node, args []value) value {
	if len(args) == 0 {
		return &date{now: true}
	}
	switch v := args[0].(type) {
	case float64:
		return &date{at: time.UnixMilli(int64(v)).UTC()}
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return &date{at: t.UTC()}
		}
	}
	c.fail(at, "Date is converted without a time, with milliseconds and with a time such as 2006-01-02T15:04:05Z")
	return nil
}

// isoDate is how toISOString writes, as a layout of Go's.
const isoDate = "2006-01-02T15:04:05.000Z"

func (c *converter) dateMethod(at ast.Node, d *date, method string, _ []value) value {
	switch method {
	case "toISOString", "toJSON":
		if d.now {
			return name("now", isText)
		}
		return d.at.Format(isoDate)
	case "getTime", "valueOf":
		if d.now {
			return name("now.ms", isNumber)
		}
		return float64(d.at.UnixMilli())
	}
	layouts := map[string]string{"getFullYear": "2006", "getUTCFullYear": "2006", "getUTCMonth": "1", "getUTCDate": "2", "getUTCHours": "15", "getUTCMinutes": "4", "getUTCSeconds": "5"}
	layout, ok := layouts[method]
	if !ok {
		c.fail(at, "%s of a Date is not converted", method)
	}
	e := filter(filter(name("now.ms", isNumber), "date", isText, literal(layout)), "number", isNumber)
	if method == "getUTCMonth" {
		return binary("-", e, literal(1.0))
	}
	return e
}
