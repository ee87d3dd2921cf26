package k6

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
)

// value is what an expression of the script comes to while it is converted: undefined, nil (null), bool, float64, string, *array,
// *object, *function and native are known; an *expr, a *response and the others here are not known before the test runs.
type value any

type undefined struct{}

// array and object are the script's, with an identity.
type array struct {
	items []value
	// from is the file or the literal that the rows come from, if they are data.
	from *dataSource
}

type object struct {
	keys  []string
	props map[string]value
	kind  string     // what it is an instance of: "Error", "Date"…
	home  string     // under which name the module keeps it
	make  nativeFunc // of what is made with new
}

func newObject() *object { return &object{props: map[string]value{}} }

func (o *object) get(key string) (value, bool) {
	v, ok := o.props[key]
	return v, ok
}

func (o *object) set(key string, v value) {
	if _, ok := o.props[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.props[key] = v
}

func (o *object) remove(key string) {
	delete(o.props, key)
	o.keys = slices.DeleteFunc(slices.Clone(o.keys), func(k string) bool { return k == key })
}

// function is one of the script's own, with the scope that it was written in.
type function struct {
	name   string
	params *ast.ParameterList
	body   ast.ConciseBody
	scope  *scope
	module *module
	at     ast.Node
}

// native is a function of k6's or of the language.
type native struct {
	name string
	call nativeFunc
	make nativeFunc // with new
}

// method is a native function bound to its receiver.
type method struct {
	this value
	name string
}

// jsonText is what JSON.stringify makes of a value.
type jsonText struct{ of value }

// lost is the value of what could not be converted: why is said where it is used.
type lost struct{ reason string }

// regexpValue is a regular expression.
type regexpValue struct{ pattern, flags string }

// fileContent is what open gives: the content of a file.
type fileContent struct {
	name   string
	text   string
	binary bool
}

// upload is what http.file gives.
type upload struct {
	content           value
	name, contentType string
}

// metric is one of the script's own.
type metric struct{ name string }

// maxParts bounds how much one value may hold, and maxDeep how deep: lists and objects may hold themselves.
const (
	maxParts = 500_000
	maxDeep  = 100
)

// isStatic says whether v is known, with all that is in it.
func isStatic(v value) bool {
	parts := maxParts
	return visit(v, maxDeep, &parts, func(v value) bool {
		switch v := v.(type) {
		case nil, undefined, bool, float64, string, *fileContent, *array, *jsonText:
			return true
		case *object:
			return v.kind == ""
		}
		return false
	})
}

// bounded gives up a value that holds too much, or itself.
func (c *converter) bounded(at ast.Node, v value) {
	parts := maxParts
	if !visit(v, maxDeep, &parts, func(value) bool { return true }) {
		c.fail(at, "the value holds too much, or itself")
	}
	c.work += (maxParts - parts) >> 7
}

// visit calls test for v and all that is in it, until it says no, or the bounds are reached.
func visit(v value, depth int, parts *int, test func(value) bool) bool {
	if *parts--; *parts < 0 || depth < 0 || !test(v) {
		return false
	}
	switch v := v.(type) {
	case *array:
		for _, item := range v.items {
			if !visit(item, depth-1, parts, test) {
				return false
			}
		}
	case *object:
		for _, p := range v.props {
			if !visit(p, depth-1, parts, test) {
				return false
			}
		}
	case *jsonText:
		return visit(v.of, depth-1, parts, test)
	}
	return true
}

// truth is JavaScript's ToBoolean of what is known.
func truth(v value) (is, known bool) {
	switch v := v.(type) {
	case nil, undefined:
		return false, true
	case bool:
		return v, true
	case float64:
		return v != 0 && !math.IsNaN(v), true
	case string:
		return v != "", true
	case *fileContent:
		return v.text != "", true
	case *array, *object, *function, *native, *method, *regexpValue, *metric, *jsonText, *response:
		return true, true
	}
	return false, false
}

// number is JavaScript's ToNumber of what is known.
func number(v value) (float64, bool) {
	switch v := v.(type) {
	case nil:
		return 0, true
	case undefined:
		return math.NaN(), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case float64:
		return v, true
	case string:
		return textNumber(v), true
	}
	return 0, false
}

func textNumber(s string) float64 {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	if n, err := strconv.ParseInt(s, 0, 64); err == nil && len(s) > 2 && s[0] == '0' {
		return float64(n)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.ContainsAny(s, "_pPxX") || strings.Contains(strings.ToLower(s), "inf") && !strings.Contains(s, "Infinity") {
		return math.NaN()
	}
	return f
}

// plainText is JavaScript's ToString of what is known.
func plainText(v value) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "null", true
	case undefined:
		return "undefined", true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return numberText(v), true
	case string:
		return v, true
	case *fileContent:
		return v.text, !v.binary
	case *jsonText:
		return staticJSON(v.of)
	case *array:
		if isStatic(v) {
			return joinStatic(v, ",")
		}
	}
	return "", false
}

func joinStatic(a *array, sep string) (string, bool) {
	parts, length := make([]string, len(a.items)), 0
	for i, item := range a.items {
		switch item.(type) {
		case nil, undefined:
			continue
		}
		text, ok := plainText(item)
		if !ok {
			return "", false
		}
		parts[i] = text
		if length += len(text) + len(sep); length > maxText {
			return "", false
		}
	}
	return strings.Join(parts, sep), true
}

func numberText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	case math.Abs(f) >= 1e21 || math.Abs(f) < 1e-6:
		text := strconv.FormatFloat(f, 'e', -1, 64)
		return strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(text)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// typeName is what a message calls v.
func typeName(v value) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case undefined:
		return "undefined"
	case bool, float64, string:
		text, _ := plainText(v)
		return strconv.Quote(text)
	case *array:
		return "an array"
	case *object:
		return "an object"
	case *function, *native, *method:
		return "a function"
	case *response:
		return "a response"
	case *lost:
		return "a value that is not converted"
	}
	return "a value that is known only in the test"
}
