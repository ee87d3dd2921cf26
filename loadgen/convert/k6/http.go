package k6

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// httpModule is k6/http.
func httpModule() *object {
	functions := map[string]nativeFunc{"request": request, "asyncRequest": request, "batch": batch, "url": notConverted("http.url"), "file": httpFile,
		"expectedStatuses": expectedStatuses, "setResponseCallback": setResponseCallback, "cookieJar": cookieJar}
	for key, method := range map[string]string{"get": "GET", "head": "HEAD"} {
		functions[key] = bodiless(method)
	}
	for key, method := range map[string]string{"post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE", "options": "OPTIONS"} {
		functions[key] = bodied(method)
	}
	module := namespace("http", functions)
	module.set("CookieJar", &native{name: "http.CookieJar", call: notConverted("CookieJar without new"), make: newJar})
	return module
}

func bodiless(method string) nativeFunc {
	return func(c *converter, at ast.Node, args []value) value {
		return c.send(at, message{method: method, url: args0(args), params: argument(args, 1)})
	}
}

func bodied(method string) nativeFunc {
	return func(c *converter, at ast.Node, args []value) value {
		return c.send(at, message{method, args0(args), argument(args, 1), argument(args, 2)})
	}
}

func argument(args []value, i int) value {
	if i < len(args) {
		return args[i]
	}
	return undefined{}
}

func request(c *converter, at ast.Node, args []value) value {
	method, ok := args0(args).(string)
	if !ok {
		c.fail(at, "the method is known only in the test")
	}
	return c.send(at, message{strings.ToUpper(method), argument(args, 1), argument(args, 2), argument(args, 3)})
}

// message is a request as a script gives it.
type message struct {
	method            string
	url, body, params value
}

// send makes a request of a message, and is its response.
func (c *converter) send(at ast.Node, m message) value {
	s := c.requestStep(at, m)
	c.add(s)
	r := &response{name: "response", step: s}
	c.set(variablePlace{c.last}, r)
	c.throws(at, m.params, r)
	return r
}

// throws ends the iteration where the script asks that a request that fails throws.
func (c *converter) throws(at ast.Node, params value, r *response) {
	o, ok := params.(*object)
	if !ok {
		return
	}
	if is, _ := truth(o.props["throw"]); !is {
		return
	}
	failed := &step{line: c.line(at)}
	failed.If = "response.error"
	failed.Fail = "${response.error}"
	c.add(failed)
}

func (c *converter) requestStep(at ast.Node, m message) *step {
	s := &step{line: c.line(at), sent: true}
	c.url(at, s, m.url)
	c.body0(at, s, m.body)
	c.params(at, s, m.params)
	c.jsonBody(at, s, m.body)
	s.SetMethod(m.method)
	return s
}

func (c *converter) url(at ast.Node, s *step, v value) {
	if u, ok := v.(*namedURL); ok {
		s.Name = escape(u.name)
		v = u.url
	}
	if text, ok := v.(string); ok {
		if _, err := load.NewRequest("GET", text); err != nil {
			c.fail(at, "%v", err)
		}
		user, rest := userOf(text)
		s.URL = escape(rest)
		s.Basic = escape(user)
	} else {
		s.URL = c.text(at, v)
	}
	if s.URL == "" {
		c.fail(at, "the request has no URL")
	}
}

// userOf takes the user and the password out of a URL.
func userOf(u string) (user, rest string) {
	scheme, after, ok := strings.Cut(u, "://")
	if !ok {
		return "", u
	}
	host, path := after, ""
	if i := strings.IndexAny(after, "/?#"); i >= 0 {
		host, path = after[:i], after[i:]
	}
	i := strings.LastIndexByte(host, '@')
	if i < 0 || !strings.Contains(host[:i], ":") || strings.Contains(host[:i], "%") {
		return "", u
	}
	return host[:i], scheme + "://" + host[i+1:] + path
}

// body0 is the body but for one of JSON: of that it depends on the headers how it stands in the file.
func (c *converter) body0(at ast.Node, s *step, v value) {
	switch v := v.(type) {
	case nil, undefined, *jsonText:
	case *object:
		c.form(at, s, v)
	case *fileContent:
		s.BodyFile = v.name
	case *array:
		c.fail(at, "a body that is an array is not converted")
	default:
		s.Body = c.text(at, v)
	}
}

// jsonBody is a body that JSON.stringify made: under json if its content type is JSON's, as a text if not.
func (c *converter) jsonBody(at ast.Node, s *step, v value) {
	j, ok := v.(*jsonText)
	if !ok {
		return
	}
	switch j.of.(type) {
	case *object, *array:
		for key, value := range s.Headers {
			c.bounded(at, j)
			if strings.EqualFold(key, "Content-Type") && slices.Equal(value, script.Lines{"application/json"}) {
				s.JSON = json.RawMessage(c.json(at, j.of))
				delete(s.Headers, key)
				return
			}
		}
	}
	s.Body = c.text(at, j)
}

// form is a body that is an object: a form, with files if there are some.
func (c *converter) form(at ast.Node, s *step, o *object) {
	files := false
	for _, v := range o.props {
		_, is := v.(*upload)
		files = files || is
	}
	if files {
		c.multipart(at, s, o)
		return
	}
	if len(o.keys) == 0 {
		return
	}
	s.Form = map[string]script.Lines{}
	for _, key := range o.keys {
		s.Form[escape(key)] = c.lines(at, c.property(at, o, key))
	}
}

// lines are one value, or several.
func (c *converter) lines(at ast.Node, v value) script.Lines {
	a, ok := v.(*array)
	if !ok {
		return script.Lines{c.text(at, v)}
	}
	lines := script.Lines{}
	for _, item := range a.items {
		lines = append(lines, c.text(at, item))
	}
	return lines
}

func (c *converter) multipart(at ast.Node, s *step, o *object) {
	for _, key := range o.keys {
		part := script.Part{Name: escape(key)}
		switch v := o.props[key].(type) {
		case *upload:
			f, ok := v.content.(*fileContent)
			if !ok {
				c.fail(at, "http.file is converted with the content of a file")
			}
			part.File, part.FileName, part.ContentType = f.name, v.name, v.contentType
		default:
			part.Value = c.text(at, v)
		}
		s.Multipart = append(s.Multipart, part)
	}
}

// httpFile is a file of a form.
func httpFile(c *converter, at ast.Node, args []value) value {
	u := &upload{content: args0(args)}
	u.name, _ = argument(args, 1).(string)
	u.contentType, _ = argument(args, 2).(string)
	return u
}

// statuses are those that http.expectedStatuses was given.
type statuses struct{ all script.Statuses }

func expectedStatuses(c *converter, at ast.Node, args []value) value {
	found := &statuses{all: script.Statuses{}}
	for _, a := range args {
		switch a := a.(type) {
		case float64:
			found.all = append(found.all, numberText(a))
		case *object:
			from, ok := number(a.props["min"])
			to, ok2 := number(a.props["max"])
			if !ok || !ok2 {
				c.fail(at, "expectedStatuses wants numbers, or min and max")
			}
			found.all = append(found.all, numberText(from)+"-"+numberText(to))
		default:
			c.fail(at, "expectedStatuses wants numbers, or min and max")
		}
	}
	return found
}

func setResponseCallback(c *converter, at ast.Node, args []value) value {
	e, ok := args0(args).(*statuses)
	if !ok || c.block != nil {
		c.fail(at, "setResponseCallback is converted outside of functions, with http.expectedStatuses")
	}
	if c.draft.Script.Defaults == nil {
		c.draft.Script.Defaults = &script.Step{}
	}
	c.draft.Script.Defaults.Expected = e.all
	return undefined{}
}

// batch is requests that are sent at once.
func batch(c *converter, at ast.Node, args []value) value {
	s := &step{line: c.line(at), sent: true}
	one := func(v value) *response {
		made := c.requestStep(at, c.batchMessage(at, v))
		s.batch = append(s.batch, made)
		return &response{name: "response", step: made, inBatch: true}
	}
	var result value
	switch all := args0(args).(type) {
	case *array:
		responses := &array{}
		for _, item := range all.items {
			responses.items = append(responses.items, one(item))
		}
		result = responses
	case *object:
		responses := newObject()
		for _, key := range all.keys {
			responses.set(key, one(c.property(at, all, key)))
		}
		result = responses
	default:
		c.fail(at, "the requests of the batch are known only in the test")
	}
	if len(s.batch) > 0 {
		c.add(s)
		c.set(variablePlace{c.last}, undefined{})
	}
	return result
}

// batchMessage reads a request of a batch: a URL, an array or an object.
func (c *converter) batchMessage(at ast.Node, v value) message {
	switch v := v.(type) {
	case *array:
		method, ok := args0(v.items).(string)
		if !ok {
			c.fail(at, "the method is known only in the test")
		}
		return message{strings.ToUpper(method), argument(v.items, 1), argument(v.items, 2), argument(v.items, 3)}
	case *object:
		m := message{method: "GET", url: c.property(at, v, "url"), body: c.property(at, v, "body"), params: c.property(at, v, "params")}
		if method, ok := c.property(at, v, "method").(string); ok {
			m.method = strings.ToUpper(method)
		}
		return m
	}
	return message{method: "GET", url: v, body: undefined{}, params: undefined{}}
}

// jar is a cookie jar: the user's, or one of the script's own.
type jar struct{ users bool }

func cookieJar(*converter, ast.Node, []value) value { return &jar{users: true} }
func newJar(*converter, ast.Node, []value) value    { return &jar{} }

// responseMethod is a method of a response.
func (c *converter) responseMethod(at ast.Node, r *response, name string, args []value) value {
	of := &expr{op: opResponse, response: r}
	switch name {
	case "json":
		if len(args) == 0 {
			return member(of, "json")
		}
		path, ok := args[0].(string)
		if !ok {
			c.fail(at, "the path of json is known only in the test")
		}
		return &expr{op: opMethod, text: "json", args: []*expr{of, literal(path)}}
	case "html":
		selector, _ := args0(args).(string)
		return &htmlText{of: r, selector: selector}
	}
	c.fail(at, "%s of a response is not converted", name)
	return nil
}

// htmlText is an element of a page.
type htmlText struct {
	of       *response
	selector string
}

// htmlMethod finds the text of the page's title; other elements are not looked for.
func (c *converter) htmlMethod(at ast.Node, h *htmlText, name string, args []value) value {
	switch {
	case name == "find" && h.selector == "":
		selector, _ := args0(args).(string)
		return &htmlText{of: h.of, selector: selector}
	case name == "text" && (h.selector == "title" || h.selector == "head title"):
		return &expr{op: opMethod, text: "regex", args: []*expr{{op: opResponse, response: h.of}, literal(`(?is)<title[^>]*>(.*?)</title>`)}, is: isText}
	}
	c.fail(at, "elements of a page are converted for the text of its title only")
	return nil
}
