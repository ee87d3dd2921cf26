package k6

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
)

// methodFunc is a method of a value that is known only in the test.
type methodFunc func(c *converter, at ast.Node, e *expr, args []value) value

// asFilter is a method that is a filter of the language.
func asFilter(text string, is form) methodFunc {
	return func(c *converter, at ast.Node, e *expr, args []value) value {
		all := make([]*expr, len(args))
		for i, a := range args {
			all[i] = c.exprOf(at, a)
		}
		return filter(e, text, is, all...)
	}
}

// textMethods are those of texts and numbers, listMethods those of lists.
var (
	textMethods = map[string]methodFunc{
		"includes":    contains,
		"match":       matchText,
		"startsWith":  startsWith,
		"endsWith":    endsWith,
		"indexOf":     asFilter("indexOf", isNumber),
		"search":      asFilter("indexOf", isNumber),
		"toUpperCase": asFilter("upper", isText),
		"toLowerCase": asFilter("lower", isText),
		"trim":        asFilter("trim", isText),
		"split":       asFilter("split", anything),
		"substring":   asFilter("slice", isText),
		"slice":       asFilter("slice", isText),
		"replace":     replaceText,
		"replaceAll":  replaceText,
		"toString":    toText,
		"toFixed":     toFixed,
		"concat":      concatText,
	}
	listMethods = map[string]methodFunc{
		"join":    asFilter("join", isText),
		"forEach": nil,
		"every":   nil, "some": nil, "map": nil, "filter": nil, "find": nil, "reduce": nil, "push": nil, "sort": nil,
	}
)

func contains(c *converter, at ast.Node, e *expr, args []value) value {
	if len(args) != 1 {
		c.fail(at, "includes is converted with one value")
	}
	return binary("contains", e, c.exprOf(at, args[0]))
}

func toText(_ *converter, _ ast.Node, e *expr, _ []value) value {
	if e.is == isText {
		return e
	}
	return concat(literal(""), e)
}

func concatText(c *converter, at ast.Node, e *expr, args []value) value {
	parts := []*expr{e}
	for _, a := range args {
		parts = append(parts, c.textExpr(at, a))
	}
	return concat(parts...)
}

func toFixed(c *converter, at ast.Node, e *expr, args []value) value {
	digits := 0.0
	if len(args) > 0 {
		digits, _ = number(args[0])
	}
	return filter(e, "round", isNumber, literal(digits))
}

func replaceText(c *converter, at ast.Node, e *expr, args []value) value {
	if len(args) != 2 {
		c.fail(at, "replace is converted with two values")
	}
	from, ok := args[0].(string)
	if r, isRegexp := args[0].(*regexpValue); isRegexp && strings.Contains(r.flags, "g") && regexp.QuoteMeta(unescapeSlash(r.pattern)) == unescapeSlash(r.pattern) {
		from, ok = unescapeSlash(r.pattern), true
	}
	if !ok {
		c.fail(at, "replace is converted for texts only")
	}
	return filter(e, "replace", isText, literal(from), c.exprOf(at, args[1]))
}

func unescapeSlash(s string) string { return strings.ReplaceAll(s, `\/`, "/") }

// regexpMatch is what match gives.
type regexpMatch struct {
	of      *expr
	pattern string
}

// matchText is text.match(/…/): its first group is what scripts look at.
func matchText(c *converter, at ast.Node, e *expr, args []value) value {
	pattern := ""
	switch p := args0(args).(type) {
	case *regexpValue:
		pattern = goPattern(p)
	case string:
		pattern = p
	default:
		c.fail(at, "match is converted with a regular expression that is known")
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		c.fail(at, "the regular expression can't be read by Go: %v", err)
	}
	_ = re
	return &regexpMatch{e, pattern}
}

// goPattern is a regular expression in Go's form.
func goPattern(p *regexpValue) string {
	pattern := unescapeSlash(p.pattern)
	flags := ""
	for _, f := range p.flags {
		if f == 'i' || f == 'm' || f == 's' {
			flags += string(f)
		}
	}
	if flags != "" {
		pattern = "(?" + flags + ")" + pattern
	}
	return pattern
}

// group is a group of a match of the body of a response.
func (c *converter) group(at ast.Node, m *regexpMatch, n float64) value {
	re := regexp.MustCompile(m.pattern)
	body := m.of.op == opMember && m.of.text == "body" && m.of.args[0].op == opResponse
	if !body || n != 1 && (n != 0 || re.NumSubexp() > 0) || n == 1 && re.NumSubexp() == 0 {
		c.fail(at, "a match is converted for the first group of the body of a response")
	}
	return &expr{op: opMethod, text: "regex", args: []*expr{m.of.args[0], literal(m.pattern)}, is: isText}
}

func args0(args []value) value {
	if len(args) == 0 {
		return undefined{}
	}
	return args[0]
}

// callMethod calls a method.
func (c *converter) callMethod(at ast.Node, m *method, args []value) value {
	switch on := m.this.(type) {
	case *expr:
		return c.exprMethod(at, on, m.name, args)
	case string:
		return c.stringMethod(at, on, m.name, args)
	case float64:
		if m.name == "toFixed" || m.name == "toString" {
			return c.numberMethod(at, on, m.name, args)
		}
	case *array:
		return c.arrayMethod(at, on, m.name, args)
	case *response:
		return c.responseMethod(at, on, m.name, args)
	case *metric:
		if m.name == "add" {
			return c.record(at, on, args)
		}
	case *regexpValue:
		if m.name == "test" && len(args) == 1 {
			return c.test(at, on, args[0])
		}
		if m.name == "exec" && len(args) == 1 {
			return matchText(c, at, c.exprOf(at, args[0]), []value{on})
		}
	case *object:
		if key, ok := plainText(args0(args)); m.name == "hasOwnProperty" && ok {
			_, has := on.get(key)
			return has
		}
	case *date:
		return c.dateMethod(at, on, m.name, args)
	case *htmlText:
		return c.htmlMethod(at, on, m.name, args)
	case *function:
		return c.functionMethod(at, on, m.name, args)
	case bool:
		if m.name == "toString" {
			text, _ := plainText(on)
			return text
		}
	}
	c.fail(at, "%s of %s is not converted", m.name, typeName(m.this))
	return nil
}

func (c *converter) functionMethod(at ast.Node, f *function, name string, args []value) value {
	switch name {
	case "call":
		return c.invoke(at, f, args[min(1, len(args)):])
	case "bind":
		bound := args[min(1, len(args)):]
		return &native{name: f.name, call: func(c *converter, at ast.Node, more []value) value {
			return c.invoke(at, f, slices.Concat(bound, more))
		}}
	}
	c.fail(at, "%s of a function is not converted", name)
	return nil
}

func (c *converter) exprMethod(at ast.Node, e *expr, name string, args []value) value {
	if name == "forEach" {
		c.each(at, e, args)
		return undefined{}
	}
	f := textMethods[name]
	if f == nil {
		f = listMethods[name]
	}
	if f == nil {
		c.fail(at, "%s of a value that is known only in the test is not converted", name)
	}
	return f(c, at, e, args)
}

// test is /…/.test(text).
func (c *converter) test(at ast.Node, r *regexpValue, v value) value {
	pattern := goPattern(r)
	re, err := regexp.Compile(pattern)
	if err != nil {
		c.fail(at, "the regular expression can't be read by Go: %v", err)
	}
	if text, ok := plainText(v); ok {
		return re.MatchString(text)
	}
	return binary("matches", c.exprOf(at, v), literal(pattern))
}

func (c *converter) numberMethod(at ast.Node, f float64, name string, args []value) value {
	if name == "toString" && len(args) == 0 {
		return numberText(f)
	}
	digits, ok := number(args0(args))
	if name != "toFixed" || !ok || len(args) == 0 || digits < 0 || digits > 20 {
		c.fail(at, "%s is not converted here", name)
	}
	scale := math.Pow(10, digits)
	text := numberText(math.Round(f*scale) / scale)
	if digits > 0 {
		whole, part, _ := strings.Cut(text, ".")
		text = whole + "." + part + strings.Repeat("0", max(0, int(digits)-len(part)))
	}
	return text
}

// stringMethod is a method of a text that is known.
func (c *converter) stringMethod(at ast.Node, s, name string, args []value) value {
	if slices.ContainsFunc(args, func(v value) bool { return !isStatic(v) }) || name == "match" {
		if f, ok := args0(args).(*function); !ok || f == nil {
			return c.stringWith(at, s, name, args)
		}
	}
	c.work += len(s) >> 10
	text := func(i int) string {
		if i >= len(args) {
			return ""
		}
		t, _ := plainText(args[i])
		return t
	}
	at1 := func(i, otherwise int) int { return clamp(args, i, otherwise, len(s)) }
	switch name {
	case "toUpperCase":
		return strings.ToUpper(s)
	case "toLowerCase":
		return strings.ToLower(s)
	case "trim":
		return strings.TrimSpace(s)
	case "toString", "valueOf":
		return s
	case "includes":
		return strings.Contains(s, text(0))
	case "startsWith":
		return strings.HasPrefix(s, text(0))
	case "endsWith":
		return strings.HasSuffix(s, text(0))
	case "indexOf":
		return float64(strings.Index(s, text(0)))
	case "concat":
		return s + text(0) + text(1)
	case "replace":
		return strings.Replace(s, text(0), text(1), 1)
	case "replaceAll":
		if strings.Count(s, text(0))*len(text(1)) > maxText {
			c.fail(at, "the text is too long")
		}
		return strings.ReplaceAll(s, text(0), text(1))
	case "repeat":
		return repeat(c, at, s, args)
	case "padStart", "padEnd":
		return pad(s, name, args, text(1))
	case "slice", "substring":
		from, to := at1(0, 0), at1(1, len(s))
		if from > to {
			return ""
		}
		return s[from:to]
	case "split":
		a := &array{}
		for _, part := range strings.Split(s, text(0)) {
			a.items = append(a.items, part)
		}
		return a
	case "charAt":
		return c.indexedBy(at, s, "", float64(at1(0, 0)))
	}
	c.fail(at, "%s of a text is not converted", name)
	return nil
}

// stringWith is a method of a text that is known, with a value that is not, or with a regular expression.
func (c *converter) stringWith(at ast.Node, s, name string, args []value) value {
	if r, ok := args0(args).(*regexpValue); ok && (name == "replace" || name == "replaceAll") {
		re, err := regexp.Compile(goPattern(r))
		to, known := plainText(args[len(args)-1])
		if err == nil && known && !strings.Contains(to, "$") {
			if strings.Contains(r.flags, "g") {
				return re.ReplaceAllLiteralString(s, to)
			}
			if loc := re.FindStringIndex(s); loc != nil {
				return s[:loc[0]] + to + s[loc[1]:]
			}
			return s
		}
	}
	if r, ok := args0(args).(*regexpValue); ok && name == "split" {
		if re, err := regexp.Compile(goPattern(r)); err == nil {
			a := &array{}
			for _, part := range re.Split(s, -1) {
				a.items = append(a.items, part)
			}
			return a
		}
	}
	return c.exprMethod(at, literal(s), name, args)
}

func clamp(args []value, i, otherwise, length int) int {
	if i >= len(args) {
		return otherwise
	}
	f, ok := number(args[i])
	if !ok || math.IsNaN(f) {
		return otherwise
	}
	if f < 0 {
		f += float64(length)
	}
	return int(min(max(f, 0), float64(length)))
}

// maxText bounds the texts that a script makes.
const maxText = 1 << 20

func repeat(c *converter, at ast.Node, s string, args []value) value {
	n, ok := number(args0(args))
	if !ok || n < 0 || n*float64(len(s)) > maxText {
		c.fail(at, "the text is too long")
	}
	return strings.Repeat(s, int(n))
}

func pad(s, name string, args []value, with string) value {
	n, _ := number(args0(args))
	if with == "" {
		with = " "
	}
	missing := int(min(n, 10_000)) - len([]rune(s))
	if missing <= 0 {
		return s
	}
	fill := []rune(strings.Repeat(with, missing))[:missing]
	if name == "padStart" {
		return string(fill) + s
	}
	return s + string(fill)
}

// encodeURIComponent escapes as JavaScript does.
func encodeURIComponent(s string) string {
	return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(url.QueryEscape(s))
}
