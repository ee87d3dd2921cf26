package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// step is the request of an operation.
func (c *converter) step(o operation) script.Step {
	s := script.Step{Comment: about(o)}
	c.parameters(o, &s)
	c.body(o, &s)
	if method := strings.ToUpper(o.method); method != byDefault(s.Request) {
		s.Method = method
	}
	c.secure(o, &s)
	c.check(o, &s)
	return s
}

// byDefault is the method that a file means when it gives none.
func byDefault(r script.Request) string {
	if r.Body != "" || r.BodyFile != "" || r.JSON != nil || r.Form != nil || r.Multipart != nil {
		return "POST"
	}
	return "GET"
}

// about is what the description says of an operation, in a line.
func about(o operation) string {
	var parts []string
	for _, p := range []string{o.OperationID, o.Summary} {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			parts = append(parts, p)
		}
	}
	if o.Deprecated {
		parts = append(parts, "deprecated")
	}
	return strings.Join(parts, ": ")
}

// leave notes what is not converted of an operation, above its step too.
func (c *converter) leave(o operation, s *script.Step, text, reason string, args ...any) {
	c.draft.Leave(o.line, o.String()+": "+text, reason, args...)
	s.Comment = strings.TrimPrefix(s.Comment+"\nleft out: "+text+": "+fmt.Sprintf(reason, args...), "\n")
}

// parameters sets those that are required: those of the operation, and those of its path that it does not say anew.
func (c *converter) parameters(o operation, s *script.Step) {
	path := o.path
	var all openapi3.Parameters
	all = append(all, o.Parameters...)
	for _, p := range o.item.Parameters {
		if p != nil && p.Value != nil && o.Parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
			all = append(all, p)
		}
	}
	for _, ref := range all {
		if ref == nil || ref.Value == nil || ref.Value.In != "path" && !ref.Value.Required {
			continue
		}
		p := ref.Value
		name, value := clean(p.Name), parameterValue(p)
		switch p.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(strings.Join(texts(value), ",")))
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
			c.leave(o, s, "parameter "+name, "in: %s is not known", p.In)
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
func (c *converter) ownServer(o operation) string {
	servers := o.item.Servers
	if o.Servers != nil {
		servers = *o.Servers
	}
	if len(servers) == 0 || servers[0] == nil {
		return ""
	}
	if own := serverURL(servers[0]); strings.Contains(own, "://") {
		return own
	}
	return ""
}

// addQuery adds a parameter to the query: each of a list, unless it is joined, and each member of an object.
func addQuery(s *script.Step, p *openapi3.Parameter, name string, value any) {
	if s.Query == nil {
		s.Query = map[string]script.Lines{}
	}
	explode := p.Explode == nil || *p.Explode
	members, isObject := value.(map[string]any)
	switch {
	case isObject && p.Style == "deepObject":
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
		separator := map[string]string{"spaceDelimited": " ", "pipeDelimited": "|"}[p.Style]
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
func (c *converter) secure(o operation, s *script.Step) {
	ways := c.doc.Security
	if o.Security != nil {
		ways = *o.Security
	}
	if len(ways) == 0 || c.doc.Components == nil {
		return
	}
	if slices.ContainsFunc(ways, func(w openapi3.SecurityRequirement) bool { return len(w) == 0 }) {
		return // it may be asked without
	}
	names := make([]string, 0, len(ways[0]))
	for name := range ways[0] {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		ref := c.doc.Components.SecuritySchemes[name]
		if ref == nil || ref.Value == nil {
			c.leave(o, s, "security "+name, "there is no such scheme among the components")
			continue
		}
		if !authorize(&s.Request, ref.Value) {
			c.leave(o, s, "security "+name, "its type %s is not known here; give the command what it needs, such as -cert and -key", ref.Value.Type)
		}
	}
}

// authorize gives r the credentials of a scheme, as variables of the environment, and says whether it could.
func authorize(r *script.Request, scheme *openapi3.SecurityScheme) bool {
	token := draft.Mark("env.TOKEN")
	user := draft.Mark("env.USERNAME") + ":" + draft.Mark("env.PASSWORD")
	switch kind, way := scheme.Type, strings.ToLower(scheme.Scheme); {
	case kind == "http" && way == "bearer", kind == "oauth2", kind == "openIdConnect":
		r.Bearer = token
	case kind == "http" && way == "basic":
		r.Basic = user
	case kind == "http" && way == "digest":
		r.Digest = user
	case kind == "apiKey":
		return setKey(r, scheme)
	default:
		return false
	}
	return true
}

func setKey(r *script.Request, scheme *openapi3.SecurityScheme) bool {
	name := clean(scheme.Name)
	secret := draft.Mark("env." + draft.VariableName(name))
	switch {
	case name == "":
		return false
	case scheme.In == "header":
		draft.AddHeader(r, name, secret)
	case scheme.In == "query":
		if r.Query == nil {
			r.Query = map[string]script.Lines{}
		}
		r.Query[name] = script.Lines{secret}
	case scheme.In == "cookie":
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
func (c *converter) check(o operation, s *script.Step) {
	if o.Responses == nil {
		return
	}
	var good, moved script.Statuses
	for _, code := range slices.Sorted(slices.Values(o.Responses.Keys())) {
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
	case good == nil && o.Responses.Default() != nil:
		good = script.Statuses{"2xx"}
	case good == nil:
		return
	}
	s.Checks = []script.Check{{Status: good}}
}
