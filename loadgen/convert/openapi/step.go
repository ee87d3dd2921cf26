package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// step is the request of an operation.
func (c *converter) step(o *operation) script.Step {
	s := script.Step{Comment: about(o)}
	c.parameters(o, &s)
	c.body(o, &s)
	s.SetMethod(o.method)
	c.secure(o, &s)
	c.check(o, &s)
	return s
}

// about is what the description says of an operation, in a line.
func about(o *operation) string {
	var parts []string
	for _, p := range []string{o.id, o.summary} {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			parts = append(parts, p)
		}
	}
	if o.deprecated {
		parts = append(parts, "deprecated")
	}
	return strings.Join(parts, ": ")
}

// leave notes what is not converted of an operation, above its step too.
func (c *converter) leave(o *operation, s *script.Step, text, reason string, args ...any) {
	c.draft.Leave(o.line, o.String()+": "+text, reason, args...)
	s.Comment = strings.TrimPrefix(s.Comment+"\nleft out: "+text+": "+fmt.Sprintf(reason, args...), "\n")
}

// parameters sets those that are required: those of the operation, and those of its path that it does not say anew.
func (c *converter) parameters(o *operation, s *script.Step) {
	path := o.path
	for _, p := range o.parameters {
		if p.in != "path" && !p.required {
			continue
		}
		name, value := clean(p.name), p.sample()
		switch p.in {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.name+"}", url.PathEscape(strings.Join(texts(value), ",")))
		case "query":
			addQuery(s, p, name, value)
		case "header":
			draft.SetHeader(&s.Request, name, clean(strings.Join(texts(value), ",")), c.secrets)
		case "cookie":
			if s.Cookies == nil {
				s.Cookies = map[string]string{}
			}
			s.Cookies[name] = draft.Literal(clean(strings.Join(texts(value), ",")))
		default:
			c.leave(o, s, "parameter "+name, "in: %s is not known", p.in)
		}
	}
	if path != o.path {
		s.Name = draft.Literal(clean(o.path))
	}
	s.URL = draft.Literal(clean(path))
	if base := c.ownServer(o); base != "" {
		s.URL = strings.TrimSuffix(base, "/") + s.URL
	}
}

// ownServer is where an operation is that isn't where the others are.
func (c *converter) ownServer(o *operation) string {
	if len(o.servers) > 0 && strings.Contains(o.servers[0], "://") {
		return draft.Literal(clean(o.servers[0]))
	}
	return ""
}

// addQuery adds a parameter to the query: each of a list, unless it is joined, and each member of an object.
func addQuery(s *script.Step, p *parameter, name string, value any) {
	if s.Query == nil {
		s.Query = map[string]script.Lines{}
	}
	explode := p.explode == nil || *p.explode
	members, isObject := value.(map[string]any)
	switch {
	case isObject && p.style == "deepObject":
		for key, one := range members {
			s.Query[draft.Literal(name+"["+clean(key)+"]")] = literals(texts(one))
		}
	case isObject && explode:
		for key, one := range members {
			s.Query[draft.Literal(clean(key))] = literals(texts(one))
		}
	case explode:
		s.Query[draft.Literal(name)] = literals(texts(value))
	default:
		separator := map[string]string{"spaceDelimited": " ", "pipeDelimited": "|"}[p.style]
		if separator == "" {
			separator = ","
		}
		s.Query[draft.Literal(name)] = literals([]string{strings.Join(texts(value), separator)})
	}
}

func literals(all []string) script.Lines {
	out := make(script.Lines, len(all))
	for i, s := range all {
		out[i] = draft.Literal(clean(s))
	}
	return out
}

// secure adds the credentials that an operation asks for, by the first way that it takes.
func (c *converter) secure(o *operation, s *script.Step) {
	ways := c.api.security
	if o.secured {
		ways = o.security
	}
	if len(ways) == 0 || slices.ContainsFunc(ways, func(w requirement) bool { return len(w) == 0 }) {
		return // it may be asked without
	}
	for _, name := range ways[0] {
		is := c.api.schemes[name]
		switch {
		case is == nil:
			c.leave(o, s, "security "+name, "there is no such scheme among the components")
		case !authorize(&s.Request, is):
			c.leave(o, s, "security "+name, "its type %s is not known here; give the command what it needs, such as -cert and -key", is.kind)
		}
	}
}

// authorize gives r the credentials of a scheme, as variables of the environment, and says whether it could.
func authorize(r *script.Request, is *scheme) bool {
	token := draft.Mark("env.TOKEN")
	user := draft.Mark("env.USERNAME") + ":" + draft.Mark("env.PASSWORD")
	switch kind, way := is.kind, strings.ToLower(is.scheme); {
	case kind == "http" && way == "bearer", kind == "oauth2", kind == "openIdConnect":
		r.Bearer = token
	case kind == "http" && way == "basic":
		r.Basic = user
	case kind == "http" && way == "digest":
		r.Digest = user
	case kind == "apiKey":
		return setKey(r, is)
	default:
		return false
	}
	return true
}

func setKey(r *script.Request, is *scheme) bool {
	name := clean(is.name)
	secret := draft.Mark("env." + draft.VariableName(name))
	switch {
	case name == "":
		return false
	case is.in == "header":
		draft.AddHeader(r, name, secret)
	case is.in == "query":
		if r.Query == nil {
			r.Query = map[string]script.Lines{}
		}
		r.Query[name] = script.Lines{secret}
	case is.in == "cookie":
		if r.Cookies == nil {
			r.Cookies = map[string]string{}
		}
		r.Cookies[name] = secret
	default:
		return false
	}
	return true
}

// check checks for the statuses that are documented for when all is well: 2xx, or else 3xx, which is then not followed.
func (c *converter) check(o *operation, s *script.Step) {
	var good, moved script.Statuses
	for _, code := range slices.Sorted(slices.Values(o.responses)) {
		code = strings.ToLower(code)
		if len(code) != 3 || strings.Trim(code[1:], "0123456789x") != "" || (code[1] == 'x') != (code[2] == 'x') {
			continue
		}
		switch code[0] {
		case '2':
			good = append(good, code)
		case '3':
			moved = append(moved, code)
		}
	}
	switch {
	case good == nil && moved != nil:
		s.Redirects, good = new(0), moved
	case good == nil && slices.Contains(o.responses, "default"):
		good = script.Statuses{"2xx"}
	case good == nil:
		return
	}
	s.Checks = []script.Check{{Status: good}}
}
