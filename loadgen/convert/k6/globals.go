package k6

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
)

// nativeFunc is a function that is known.
type nativeFunc func(c *converter, at ast.Node, args []value) value

// namespace is an object of functions, each called after both.
func namespace(name string, functions map[string]nativeFunc) *object {
	o := newObject()
	for _, key := range sortedKeys(functions) {
		o.set(key, &native{name: name + "." + key, call: functions[key]})
	}
	return o
}

// globals are the variables that every script has.
func (c *converter) globals() *scope {
	sc := newScope(nil)
	declare := func(id string, v value) { sc.vars[id] = &variable{name: id, value: v, constant: true, ready: true} }
	declare("__ENV", &environment{})
	declare("__VU", name("vu", isNumber))
	declare("__ITER", name("iteration", isNumber))
	declare("NaN", math.NaN())
	declare("Infinity", math.Inf(1))
	declare("console", namespace("console", map[string]nativeFunc{"log": log, "info": log, "warn": log, "error": log, "debug": ignore, "trace": ignore}))
	declare("JSON", namespace("JSON", map[string]nativeFunc{"stringify": stringify, "parse": parse0}))
	declare("Math", mathObject())
	declare("Object", namespace("Object", objectFunctions))
	declare("Array", callable("Array", nil, map[string]nativeFunc{"from": arrayFrom, "isArray": isArray, "of": arrayOf}))
	declare("Number", callable("Number", toNumber, map[string]nativeFunc{"parseInt": parseInt, "parseFloat": toNumber}))
	declare("String", callable("String", toString, nil))
	declare("Boolean", callable("Boolean", toBoolean, nil))
	declare("Date", made(callable("Date", nil, map[string]nativeFunc{"now": dateNow}), newDate))
	declare("crypto", namespace("crypto", map[string]nativeFunc{"randomUUID": uuid}))
	for id, f := range globalFunctions() {
		declare(id, &native{name: id, call: f})
	}
	declare("Error", &native{name: "Error", call: newError, make: newError})
	declare("TypeError", &native{name: "TypeError", call: newError, make: newError})
	for _, id := range []string{"Map", "Set", "Promise", "RegExp", "URL", "URLSearchParams", "Uint8Array"} {
		declare(id, &native{name: id, call: func(c *converter, at ast.Node, _ []value) value {
			c.fail(at, "%s is not converted", id)
			return nil
		}})
	}
	module := newObject()
	exports := newObject()
	module.set("exports", exports)
	declare("module", module)
	declare("exports", exports)
	return sc
}

// made is an object that is made with new.
func made(o *object, by nativeFunc) *object {
	o.make = by
	return o
}

// callable is a function with functions of its own: it is an object for those, and for a call of itself.
func callable(id string, call nativeFunc, functions map[string]nativeFunc) *object {
	o := namespace(id, functions)
	o.kind = "function"
	o.set("default", &native{name: id, call: func(c *converter, at ast.Node, args []value) value {
		if call == nil {
			c.fail(at, "%s is not converted here", id)
		}
		return call(c, at, args)
	}})
	return o
}

func globalFunctions() map[string]nativeFunc {
	return map[string]nativeFunc{
		"parseInt": parseInt, "parseFloat": toNumber, "open": open, "require": require, "isNaN": isNaN,
		"encodeURIComponent": encode, "encodeURI": encodeURI, "decodeURIComponent": decode,
		"setTimeout": notConverted("setTimeout"), "setInterval": notConverted("setInterval"), "fetch": notConverted("fetch"),
	}
}

func notConverted(id string) nativeFunc {
	return func(c *converter, at ast.Node, _ []value) value {
		c.fail(at, "%s is not converted", id)
		return nil
	}
}

// environment is __ENV.
type environment struct{}

// variableOf is a variable of __ENV.
func (c *converter) variableOf(at ast.Node, key string) value {
	if !plainName.MatchString(key) {
		c.fail(at, "the variable %q can't be named in a file", key)
	}
	c.env[key] = true
	return name("env."+key, isText)
}

func ignore(_ *converter, _ ast.Node, _ []value) value { return undefined{} }

// log is console.log and its like. What can't be shown is left out: it is no load.
func log(c *converter, at ast.Node, args []value) value {
	if c.block == nil {
		return undefined{}
	}
	mark := len(c.journal)
	if why := catch(func() { c.logStep(at, args) }); why != nil {
		c.back(mark)
		c.drop(c.at, at, "this line of the log is left out: "+why.reason)
	}
	return undefined{}
}

func (c *converter) logStep(at ast.Node, args []value) {
	parts := []*expr{}
	for i, a := range args {
		if i > 0 {
			parts = append(parts, literal(" "))
		}
		switch a := a.(type) {
		case *object, *array:
			parts = append(parts, c.jsonExpr(at, &jsonText{a}))
		default:
			parts = append(parts, c.textExpr(at, a))
		}
	}
	text := c.ready(at, concat(parts...)).template()
	if text == "" {
		return
	}
	s := &step{}
	s.Log = text
	c.add(s)
}

func stringify(c *converter, at ast.Node, args []value) value {
	if len(args) > 1 && !isNothing(args[1]) {
		c.fail(at, "JSON.stringify is converted with a value alone")
	}
	switch v := args0(args).(type) {
	case *response:
		c.fail(at, "JSON.stringify of a whole response is not converted")
	case *lost:
		c.fail(at, "%s", v.reason)
	case *expr:
		return filter(v, "json", isText)
	}
	return &jsonText{args0(args)}
}

// parse0 is JSON.parse: of a text that is known, of one that was made by JSON.stringify, or of the body of a response.
func parse0(c *converter, at ast.Node, args []value) value {
	switch v := args0(args).(type) {
	case *jsonText:
		return v.of
	case *expr:
		if v.op == opMember && v.text == "body" && v.args[0].op == opResponse {
			return member(v.args[0], "json")
		}
		if v.op == opFilter && v.text == "json" && len(v.args) == 1 {
			return v.args[0]
		}
		return v // a text that is JSON has members
	case *fileContent:
		a, err := parseJSON(v.text)
		if err != nil {
			c.fail(at, "%s is no JSON: %v", v.name, err)
		}
		if rows, ok := a.(*array); ok {
			rows.from = &dataSource{file: v.name, rows: rows}
		}
		return a
	case string:
		a, err := parseJSON(v)
		if err != nil {
			c.fail(at, "the text is no JSON: %v", err)
		}
		return a
	}
	c.fail(at, "JSON.parse is converted for the body of a response and for files")
	return nil
}

func toNumber(c *converter, at ast.Node, args []value) value {
	v := args0(args)
	if f, ok := number(v); ok {
		return f
	}
	return c.numberExpr(at, v)
}

// parseInt reads the digits at the beginning of a text.
func parseInt(c *converter, at ast.Node, args []value) value {
	v := args0(args)
	text, ok := plainText(v)
	if !ok {
		if e := c.exprOf(at, v); e.is == isNumber {
			return filter(e, "int", isNumber)
		}
		return c.numberExpr(at, v)
	}
	base := 10
	if len(args) > 1 {
		if f, ok := number(args[1]); ok && f >= 2 && f <= 36 {
			base = int(f)
		}
	}
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool {
		_, err := strconv.ParseInt(string(r), base, 64)
		return err != nil && r != '-'
	})
	if end >= 0 {
		text = text[:end]
	}
	n, err := strconv.ParseInt(text, base, 64)
	if err != nil {
		return math.NaN()
	}
	return float64(n)
}

func isNaN(c *converter, at ast.Node, args []value) value {
	f, ok := number(args0(args))
	if !ok {
		c.fail(at, "isNaN is not converted here")
	}
	return math.IsNaN(f)
}

func toString(c *converter, at ast.Node, args []value) value {
	if text, ok := plainText(args0(args)); ok {
		return text
	}
	e := c.exprOf(at, args0(args))
	return toText(c, at, e, nil)
}

func toBoolean(c *converter, at ast.Node, args []value) value {
	if is, known := truth(args0(args)); known {
		return is
	}
	return not(not(c.exprOf(at, args0(args))))
}

func encode(c *converter, at ast.Node, args []value) value {
	if text, ok := plainText(args0(args)); ok {
		return encodeURIComponent(text)
	}
	return filter(filter(c.textExpr(at, args0(args)), "url", isText), "replace", isText, literal("+"), literal("%20"))
}

func encodeURI(c *converter, at ast.Node, args []value) value {
	text, ok := plainText(args0(args))
	if !ok {
		c.fail(at, "encodeURI is converted for texts that are known")
	}
	return strings.NewReplacer("%3A", ":", "%2F", "/", "%3F", "?", "%23", "#", "%26", "&", "%3D", "=", "%2C", ",", "%3B", ";", "%40", "@", "%2B", "+", "%24", "$").Replace(encodeURIComponent(text))
}

func decode(c *converter, at ast.Node, args []value) value {
	text, ok := plainText(args0(args))
	if !ok {
		c.fail(at, "decodeURIComponent is converted for texts that are known")
	}
	out, err := url.PathUnescape(text)
	if err != nil {
		c.fail(at, "the text can't be decoded: %v", err)
	}
	return out
}

var objectFunctions = map[string]nativeFunc{
	"keys":   func(c *converter, at ast.Node, args []value) value { return &array{items: c.keys(at, args0(args))} },
	"values": objectValues, "entries": objectEntries, "assign": objectAssign, "freeze": same0, "fromEntries": fromEntries,
}

func same0(_ *converter, _ ast.Node, args []value) value { return args0(args) }

func objectValues(c *converter, at ast.Node, args []value) value {
	all := &array{}
	for _, k := range c.keys(at, args0(args)) {
		key, _ := k.(string)
		all.items = append(all.items, c.indexedBy(at, args[0], key, key))
	}
	return all
}

func objectEntries(c *converter, at ast.Node, args []value) value {
	all := &array{}
	for _, k := range c.keys(at, args0(args)) {
		key, _ := k.(string)
		all.items = append(all.items, &array{items: []value{key, c.indexedBy(at, args[0], key, key)}})
	}
	return all
}

func objectAssign(c *converter, at ast.Node, args []value) value {
	to, ok := args0(args).(*object)
	if !ok {
		c.fail(at, "Object.assign is converted for objects that are known")
	}
	for _, from := range args[1:] {
		o, ok := from.(*object)
		if !ok {
			if isNothing(from) {
				continue
			}
			c.fail(at, "Object.assign is converted for objects that are known")
		}
		for _, k := range o.keys {
			c.setProperty(at, to, k, o.props[k])
		}
	}
	return to
}

func fromEntries(c *converter, at ast.Node, args []value) value {
	o := newObject()
	for _, pair := range c.items(at, args0(args)) {
		a, ok := pair.(*array)
		if !ok || len(a.items) != 2 {
			c.fail(at, "Object.fromEntries is not converted here")
		}
		key, ok := plainText(a.items[0])
		if !ok {
			c.fail(at, "the name of a property is known only in the test")
		}
		o.set(key, a.items[1])
	}
	return o
}

func isArray(_ *converter, _ ast.Node, args []value) value {
	_, is := args0(args).(*array)
	return is
}

func arrayOf(_ *converter, _ ast.Node, args []value) value { return &array{items: args} }

// arrayFrom is Array.from of a list, or of {length: n}.
func arrayFrom(c *converter, at ast.Node, args []value) value {
	var items []value
	if o, ok := args0(args).(*object); ok {
		n, _ := o.get("length")
		f, ok := number(n)
		if !ok || f < 0 || f > 100_000 {
			c.fail(at, "Array.from is not converted here")
		}
		items = make([]value, int(f))
		for i := range items {
			items[i] = undefined{}
		}
	} else {
		items = append(items, c.items(at, args0(args))...)
	}
	if len(args) > 1 {
		for i, item := range items {
			items[i] = c.invoke(at, args[1], []value{item, float64(i)})
		}
	}
	return &array{items: items}
}
