package k6

import (
	"regexp"
	"slices"

	"github.com/dop251/goja/ast"
)

// member is v.key.
func (c *converter) member(at ast.Node, v value, key string) value {
	switch v := v.(type) {
	case missing:
		return missing{}
	case *environment:
		return c.variableOf(at, key)
	case live:
		return c.member(at, c.read(at, v.v), key)
	case *carried:
		return c.member(at, c.readCarried(at, v), key)
	case *object:
		return c.property(at, v, key)
	case *row:
		return c.column(at, v, key)
	case *array:
		if key == "length" {
			return float64(len(v.items))
		}
		return &method{v, key}
	case string:
		if key == "length" {
			return float64(len([]rune(v)))
		}
		return &method{v, key}
	case *response:
		return c.responseMember(at, v, key)
	case *metric:
		if key == "name" {
			return v.name
		}
		return &method{v, key}
	case *phi:
		return c.readMember(at, v, key)
	case *expr:
		return c.exprMember(at, v, key)
	case *native:
		if key == "bind" {
			return &method{v, key}
		}
	case *function:
		switch key {
		case "name":
			return v.name
		case "call", "apply", "bind":
			return &method{v, key}
		}
	case *lost:
		c.fail(at, "%s", v.reason)
	case nil, undefined:
		c.fail(at, "%s of %s is looked at", key, typeName(v))
	case float64, bool, *regexpValue, *jsonText, *date, *jar, *cookieList:
		return c.otherMember(at, v, key)
	case *fileContent:
		return c.member(at, v.text, key)
	case *responseHeaders:
		return c.headerOf(v, literal(key))
	case *timings:
		return c.timing(at, v, key)
	case *htmlText:
		return &method{v, key}
	case *cell:
		return c.exprMember(at, name(v.name, v.is), key)
	}
	c.fail(at, "%s of %s is not converted", key, typeName(v))
	return nil
}

func (c *converter) readMember(at ast.Node, p *phi, key string) value {
	v := c.phiMember(p, key, func(v value) value { return c.member(at, v, key) })
	if m, ok := v.(*phi); ok && plainValue(m.a) && plainValue(m.b) {
		return c.phiExpr(at, m, key)
	}
	return v
}

func (c *converter) otherMember(at ast.Node, v value, key string) value {
	switch v := v.(type) {
	case *jsonText:
		if text, ok := plainText(v); ok {
			return c.member(at, text, key)
		}
		return c.exprMember(at, c.jsonExpr(at, v), key)
	case *cookieList:
		return c.cookieMember(at, v, key)
	}
	return &method{v, key}
}

func (c *converter) property(at ast.Node, o *object, key string) value {
	v, ok := o.get(key)
	if !ok {
		if slices.Contains([]string{"hasOwnProperty", "toString"}, key) {
			return &method{o, key}
		}
		return undefined{}
	}
	switch v := v.(type) {
	case *carried:
		return c.readCarried(at, v)
	case *cell:
		return name(v.name, v.is)
	case *phi:
		if plainValue(v.a) && plainValue(v.b) {
			return c.phiExpr(at, v, key)
		}
	case live:
		return c.read(at, v.v)
	}
	return v
}

// plainName is what can stand behind a dot in the language of files.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// memberExpr is e.key in the language of files.
func (c *converter) memberExpr(e *expr, key string) *expr {
	if plainName.MatchString(key) {
		return member(e, key)
	}
	return index(e, literal(key))
}

func (c *converter) exprMember(at ast.Node, e *expr, key string) value {
	if key == "length" {
		return filter(e, "length", isNumber)
	}
	if _, ok := textMethods[key]; ok {
		return &method{e, key}
	}
	if _, ok := listMethods[key]; ok {
		return &method{e, key}
	}
	if e.is == isText || e.is == isNumber {
		c.fail(at, "%s of a text or a number is not converted", key)
	}
	return c.memberExpr(e, key)
}

// indexed is v[i].
func (c *converter) indexed(at ast.Node, v, i value) value {
	if key, ok := plainText(i); ok {
		return c.indexedBy(at, v, key, i)
	}
	e := c.exprOf(at, i)
	switch v := v.(type) {
	case *array:
		return c.pickItem(at, v, e)
	case *object:
		return c.pickProperty(at, v, e)
	case *lost:
		c.fail(at, "%s", v.reason)
	case *response:
		c.fail(at, "a response has no items")
	}
	if r, ok := v.(*responseHeaders); ok {
		return c.headerOf(r, e)
	}
	return index(c.exprOf(at, v), e)
}

// indexedBy is v[key] with a key that is known.
func (c *converter) indexedBy(at ast.Node, v value, key string, i value) value {
	n, isNumber1 := i.(float64)
	switch v := v.(type) {
	case *array:
		if at, ok := number(key); ok && at == float64(int(at)) {
			if at >= 0 && int(at) < len(v.items) {
				return c.item(v.items[int(at)])
			}
			return undefined{}
		}
	case string:
		runes := []rune(v)
		if isNumber1 && n >= 0 && int(n) < len(runes) {
			return string(runes[int(n)])
		}
		if isNumber1 {
			return undefined{}
		}
	case *responseHeaders:
		return c.headerOf(v, literal(key))
	case *row:
		return c.column(at, v, key)
	case *cookieList, *response, *object:
		return c.member(at, v, key)
	case *expr:
		if isNumber1 {
			return index(v, literal(n))
		}
		return c.exprMember(at, v, key)
	case *regexpMatch:
		return c.group(at, v, n)
	case *phi:
		return c.phiMember(v, "["+key+"]", func(v value) value { return c.indexedBy(at, v, key, i) })
	}
	return c.member(at, v, key)
}

// item is an item of an array as it is read.
func (c *converter) item(v value) value {
	if in, ok := v.(*cell); ok {
		return name(in.name, in.is)
	}
	return v
}

// pickProperty is a property of an object that is known, by a name that is not: one of all.
func (c *converter) pickProperty(at ast.Node, o *object, key *expr) value {
	if len(o.keys) == 0 || len(o.keys) > 20 {
		c.fail(at, "which property is looked at is known only in the test")
	}
	var all value = undefined{}
	for i := len(o.keys) - 1; i >= 0; i-- {
		all = c.chosen(at, binary("==", key, literal(o.keys[i])), o.props[o.keys[i]], all)
	}
	return all
}

// responseMember is what a script looks at of a response.
func (c *converter) responseMember(at ast.Node, r *response, key string) value {
	of := &expr{op: opResponse, response: r}
	get := func(field string, is form) value {
		e := member(of, field)
		e.is = is
		return e
	}
	switch key {
	case "status":
		return get("status", isNumber)
	case "body":
		return get("body", isText)
	case "url":
		return get("url", isText)
	case "error":
		return get("error", isText)
	case "error_code":
		return get("errorCode", isNumber)
	case "proto":
		return get("proto", isText)
	case "headers":
		return &responseHeaders{r}
	case "timings":
		return &timings{r}
	case "cookies":
		return &cookieList{of: r}
	case "json", "html":
		return &method{r, key}
	}
	c.fail(at, "%s of a response is not converted", key)
	return nil
}

// responseHeaders are the headers of a response.
type responseHeaders struct{ of *response }

func (c *converter) headerOf(r *responseHeaders, key *expr) value {
	e := &expr{op: opMethod, text: "header", args: []*expr{{op: opResponse, response: r.of}, key}, is: isText}
	return e
}

// timings are those of a response, in milliseconds.
type timings struct{ of *response }

// phases are the timings of k6 by their names here.
var phases = map[string]string{"duration": "duration", "waiting": "waiting", "blocked": "blocked", "connecting": "connecting", "tls_handshaking": "tls",
	"sending": "sending", "receiving": "receiving"}

func (c *converter) timing(at ast.Node, t *timings, key string) value {
	field, ok := phases[key]
	if !ok {
		c.fail(at, "timings.%s is not converted", key)
	}
	e := member(&expr{op: opResponse, response: t.of}, field)
	e.is = isNumber
	return e
}

// cookieList are the cookies of a response, or those of one name, or one of these.
type cookieList struct {
	of   *response
	name string
	one  bool
}

// cookie is the value of the cookie, null if the response sets none of that name.
func (l *cookieList) cookie() *expr {
	return &expr{op: opMethod, text: "cookie", args: []*expr{{op: opResponse, response: l.of}, literal(l.name)}, is: isText}
}

func (c *converter) cookieMember(at ast.Node, l *cookieList, key string) value {
	switch {
	case l.name == "":
		return &cookieList{of: l.of, name: key}
	case !l.one && key == "0":
		return &cookieList{of: l.of, name: l.name, one: true}
	case !l.one && key == "length":
		return choose(binary("==", l.cookie(), literal(nil)), literal(0.0), literal(1.0))
	case l.one && key == "value":
		return l.cookie()
	}
	c.fail(at, "%s of a cookie is not converted", key)
	return nil
}
