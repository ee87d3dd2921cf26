package openapi

import (
	"encoding/json"
	"maps"
	"mime"
	"slices"
	"strings"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// preferred are the media types of bodies, the best first.
var preferred = []string{"application/json", "+json", draft.FormType, "multipart/form-data", "text/plain"}

// body sets the body of an operation that has one.
func (c *converter) body(o *operation, s *script.Step) {
	if len(o.content) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(o.content))
	name := names[0]
	for i := len(preferred) - 1; i >= 0; i-- {
		for _, is := range slices.Backward(names) {
			if kind := mediaType(is); kind == preferred[i] || preferred[i][0] == '+' && strings.HasSuffix(kind, preferred[i]) {
				name = is
			}
		}
	}
	body := o.content[name]
	value := body.sample()
	switch kind := mediaType(name); {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		c.setJSON(s, name, value)
	case kind == draft.FormType:
		s.Form = formFields(value)
	case kind == "multipart/form-data":
		c.setParts(o, s, body, value)
	case strings.HasPrefix(kind, "text/"):
		s.Body = draft.Literal(clean(strings.Join(texts(value), "\n")))
		draft.AddHeader(&s.Request, "Content-Type", clean(name))
	default:
		draft.AddHeader(&s.Request, "Content-Type", clean(strings.ReplaceAll(name, "*/*", "application/octet-stream")))
		if text, ok := value.(string); ok && text != "" {
			s.Body = draft.Literal(clean(text))
		}
		c.leave(o, s, "the body", "none can be made that is %s: put one into a file, and name that in bodyFile", plainName(name))
	}
}

func plainName(name string) string { return strings.Join(strings.Fields(name), " ") }

func mediaType(name string) string {
	kind, _, err := mime.ParseMediaType(name)
	if err != nil {
		return strings.ToLower(name)
	}
	return kind
}

func (c *converter) setJSON(s *script.Step, contentType string, value any) {
	b, err := json.Marshal(value)
	if err == nil {
		b, err = draft.MapJSON(b, func(v draft.Value) []byte {
			if !v.Quoted {
				return nil
			}
			return draft.Quote(draft.Literal(clean(v.Text)))
		})
	}
	if err != nil || string(b) == "null" {
		b = []byte("{}")
	}
	s.JSON = b
	if contentType != "application/json" {
		draft.AddHeader(&s.Request, "Content-Type", clean(contentType))
	}
}

func formFields(value any) map[string]script.Lines {
	fields := map[string]script.Lines{}
	members, _ := value.(map[string]any)
	for name, one := range members {
		fields[clean(name)] = literals(texts(one))
	}
	return fields
}

// setParts sets a form with files. What is in a file the description can't say.
func (c *converter) setParts(o *operation, s *script.Step, body *media, value any) {
	members, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		part := script.Part{Name: draft.Literal(clean(name))}
		if isFile(body.schema, name) {
			part.File = strings.Trim(strings.Map(fileRune, name), ".") + ".bin"
			c.leave(o, s, "the file "+part.File, "what is in it is not described: put one beside the file of requests")
		} else {
			part.Value = draft.Literal(clean(strings.Join(texts(members[name]), ",")))
		}
		s.Multipart = append(s.Multipart, part)
	}
	if s.Multipart == nil {
		s.Multipart = []script.Part{{Name: "name", Value: "value"}}
	}
}

func fileRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
		return r
	}
	return '_'
}

// isFile says whether a part is a file: a text that is binary, in the words of 3.0 or of 3.1.
func isFile(body *schema, name string) bool {
	if body == nil {
		return false
	}
	p := body.all()[name]
	if p != nil && p.items != nil {
		p = p.items
	}
	return p != nil && (p.format == "binary" || p.contentMediaType != "" && p.contentCoded == "" && p.contentMediaType != "application/json")
}
