package k6

import (
	"regexp"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// search is a comparison of indexOf, which asks whether a text is in another: nil if it is none.
func (c *converter) search(at ast.Node, operator token.Token, a, b value) value {
	e, ok := a.(*expr)
	n, known := b.(float64)
	if !ok || !known || e.op != opFilter || e.text != "indexOf" {
		return nil
	}
	in := binary("contains", e.args[0], e.args[1])
	switch {
	case n == -1 && (operator == token.NOT_EQUAL || operator == token.STRICT_NOT_EQUAL || operator == token.GREATER), n == 0 && operator == token.GREATER_OR_EQUAL:
		return in
	case n == -1 && (operator == token.EQUAL || operator == token.STRICT_EQUAL), n == 0 && operator == token.LESS:
		return not(in)
	case n == 0 && (operator == token.EQUAL || operator == token.STRICT_EQUAL):
		return startsWith(c, at, e.args[0], []value{e.args[1]})
	}
	return nil
}

func startsWith(c *converter, at ast.Node, e *expr, args []value) value {
	return binary("matches", e, literal("^"+c.pattern(at, args)))
}

func endsWith(c *converter, at ast.Node, e *expr, args []value) value {
	return binary("matches", e, literal(c.pattern(at, args)+"$"))
}

// pattern is a regular expression for a text that is known.
func (c *converter) pattern(at ast.Node, args []value) string {
	v := args0(args)
	if e, ok := v.(*expr); ok {
		if text, ok := knownText(e); ok {
			v = text
		}
	}
	text, ok := plainText(v)
	if !ok {
		c.fail(at, "startsWith and endsWith are converted with a text that is known")
	}
	return regexp.QuoteMeta(text)
}
