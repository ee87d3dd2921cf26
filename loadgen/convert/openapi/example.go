package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// mediaValue is an example of a body.
func mediaValue(m *openapi3.MediaType) any {
	if v, ok := given(m.Example, m.Examples); ok {
		return v
	}
	return exampleOf(m.Schema)
}

// parameterValue is an example of a parameter.
func parameterValue(p *openapi3.Parameter) any {
	if v, ok := given(p.Example, p.Examples); ok {
		return v
	}
	for _, name := range slices.Sorted(maps.Keys(p.Content)) {
		if m := p.Content[name]; m != nil {
			b, err := json.Marshal(mediaValue(m))
			if err == nil {
				return string(b)
			}
		}
	}
	return exampleOf(p.Schema)
}

// given is an example that the description gives: the one, or the first by name of several.
func given(example any, examples openapi3.Examples) (any, bool) {
	if example != nil {
		return settled(example), true
	}
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		if e := examples[name]; e != nil && e.Value != nil && e.Value.Value != nil {
			return settled(e.Value.Value), true
		}
	}
	return nil, false
}

// settled is a value of YAML as JSON has it: dates are texts.
func settled(v any) any {
	switch v := v.(type) {
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return v.Format(time.DateOnly)
		}
		return v.Format(time.RFC3339Nano)
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = settled(one)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, one := range v {
			out[key] = settled(one)
		}
		return out
	}
	return v
}

// maxDepth bounds how deep examples nest.
const maxDepth = 20

// maker makes values that fit schemas, which may contain themselves: a value within one of its own kind is left out.
type maker struct{ open map[*openapi3.Schema]bool }

// leftOut is what stands for a value that is left out.
type leftOut struct{}

// exampleOf is a value that fits a schema, nil for none.
func exampleOf(ref *openapi3.SchemaRef) any {
	v := (&maker{open: map[*openapi3.Schema]bool{}}).value(ref)
	if _, out := v.(leftOut); out {
		return nil
	}
	return v
}

// value is a schema's example, its default, the first value that it allows, or one made up by its type.
func (m *maker) value(ref *openapi3.SchemaRef) any {
	if ref == nil || ref.Value == nil {
		return nil
	}
	s := ref.Value
	if m.open[s] || len(m.open) > maxDepth {
		return leftOut{}
	}
	m.open[s] = true
	defer delete(m.open, s)
	switch {
	case s.Example != nil:
		return settled(s.Example)
	case len(s.Examples) > 0:
		return settled(s.Examples[0])
	case s.Const != nil:
		return settled(s.Const)
	case s.Default != nil:
		return settled(s.Default)
	case len(s.Enum) > 0:
		return settled(s.Enum[0])
	case len(s.Properties) > 0:
	case len(s.OneOf) > 0:
		return m.first(s.OneOf)
	case len(s.AnyOf) > 0:
		return m.first(s.AnyOf)
	case len(s.AllOf) == 1:
		return m.value(s.AllOf[0])
	}
	return m.byType(s)
}

// first is a value by the first schema that gives one.
func (m *maker) first(all openapi3.SchemaRefs) any {
	for _, ref := range all {
		if v := m.value(ref); v != (leftOut{}) {
			return v
		}
	}
	return leftOut{}
}

// byType is a value by the type of a schema.
func (m *maker) byType(s *openapi3.Schema) any {
	switch kind(s) {
	case "object":
		return m.object(s)
	case "array":
		return m.array(s)
	case "integer":
		return int64(number(s, 1))
	case "number":
		return number(s, 1.5)
	case "boolean":
		return true
	case "null":
		return nil
	}
	return textOf(s)
}

// kind is the type of a schema, by what it has where it doesn't say.
func kind(s *openapi3.Schema) string {
	if s.Type != nil {
		for _, t := range s.Type.Slice() {
			if t != "null" {
				return t
			}
		}
		if len(s.Type.Slice()) > 0 {
			return "null"
		}
	}
	switch {
	case len(s.Properties) > 0 || len(s.AllOf) > 0 || s.AdditionalProperties.Schema != nil:
		return "object"
	case s.Items != nil || len(s.PrefixItems) > 0:
		return "array"
	case s.Min != nil || s.Max != nil || s.MultipleOf != nil:
		return "number"
	}
	return "string"
}

// object has what is required; where nothing is, all.
func (m *maker) object(s *openapi3.Schema) any {
	all, needed := properties(s, 0), required(s, 0)
	if len(needed) == 0 {
		needed = slices.Sorted(maps.Keys(all))
	}
	out := map[string]any{}
	for _, name := range needed {
		p := all[name]
		if p != nil && p.Value != nil && p.Value.ReadOnly {
			continue
		}
		value := m.value(p)
		if value == (leftOut{}) {
			continue
		}
		if text, ok := value.(string); ok && text == madeText && p != nil && p.Value.Format == "" {
			value = word(name, p.Value)
		}
		out[name] = value
	}
	return out
}

// properties are those of a schema and of all that it is made of.
func properties(s *openapi3.Schema, depth int) openapi3.Schemas {
	out := maps.Clone(s.Properties)
	if out == nil {
		out = openapi3.Schemas{}
	}
	for _, part := range parts(s, depth) {
		for name, p := range properties(part, depth+1) {
			if out[name] == nil {
				out[name] = p
			}
		}
	}
	return out
}

func required(s *openapi3.Schema, depth int) []string {
	out := slices.Clone(s.Required)
	for _, part := range parts(s, depth) {
		for _, name := range required(part, depth+1) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// parts are the schemas that a schema is made of: all of allOf, the first of oneOf and anyOf.
func parts(s *openapi3.Schema, depth int) []*openapi3.Schema {
	var out []*openapi3.Schema
	if depth > maxDepth {
		return nil
	}
	refs := slices.Clone(s.AllOf)
	if len(s.OneOf) > 0 {
		refs = append(refs, s.OneOf[0])
	}
	if len(s.AnyOf) > 0 {
		refs = append(refs, s.AnyOf[0])
	}
	for _, ref := range refs {
		if ref != nil && ref.Value != nil {
			out = append(out, ref.Value)
		}
	}
	return out
}

// maxItems bounds the list that is made up where a schema asks for a long one.
const maxItems = 10

func (m *maker) array(s *openapi3.Schema) any {
	out := []any{}
	for _, ref := range s.PrefixItems {
		if one := m.value(ref); one != (leftOut{}) {
			out = append(out, one)
		}
	}
	for len(out) < int(min(max(s.MinItems, 1), maxItems)) && s.Items != nil {
		one := m.value(s.Items)
		if one == (leftOut{}) {
			break
		}
		out = append(out, one)
	}
	return out
}

// number is n, or what is nearest to it within the bounds of a schema.
func number(s *openapi3.Schema, n float64) float64 {
	whole := kind(s) == "integer"
	low, high := bound(s.Min, s.ExclusiveMin, 1, whole), bound(s.Max, s.ExclusiveMax, -1, whole)
	if low != nil && n < *low {
		n = *low
	}
	if high != nil && n > *high {
		n = *high
	}
	if m := s.MultipleOf; m != nil && *m > 0 {
		n = math.Ceil(n / *m) * *m
	}
	if whole {
		n = math.Ceil(min(max(n, -1<<53), 1<<53))
	}
	return n
}

// bound is one of a schema, that is moved by a step where the bound itself is not allowed.
func bound(at *float64, exclusive openapi3.ExclusiveBound, direction float64, whole bool) *float64 {
	step := 0.5 * direction
	if whole {
		step = direction
	}
	switch {
	case exclusive.Value != nil:
		return new(*exclusive.Value + step)
	case at != nil && exclusive.Bool != nil && *exclusive.Bool:
		return new(*at + step)
	}
	return at
}

// madeText is a text of which nothing is known.
const madeText = "string"

// passwordMark is what stands for a password until the draft is made.
const passwordMark = "\x01password"

// formats are texts by the format of a schema.
var formats = map[string]string{"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "time": "12:00:00Z", "duration": "PT1M", "uuid": "123e4567-e89b-42d3-a456-426614174000",
	"email": "user@example.com", "idn-email": "user@example.com", "uri": "https://example.com/", "url": "https://example.com/", "uri-reference": "/", "hostname": "example.com",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "c3RyaW5n", "binary": "string", "password": passwordMark, "json-pointer": "/a", "regex": ".*"}

func textOf(s *openapi3.Schema) string {
	if made, known := formats[s.Format]; known {
		return made
	}
	return fit(madeText, s)
}

// word is the name of a property as its text, which says more than any other.
func word(name string, s *openapi3.Schema) string { return fit(name, s) }

// maxText bounds the text that is made up where a schema asks for a long one.
const maxText = 1000

// fit is a text with the length that a schema asks for.
func fit(text string, s *openapi3.Schema) string {
	if s.Pattern != "" {
		return madeText
	}
	runes := []rune(text)
	for len(runes) < int(min(s.MinLength, maxText)) {
		runes = append(runes, 'x')
	}
	if s.MaxLength != nil && uint64(len(runes)) > *s.MaxLength {
		runes = runes[:*s.MaxLength]
	}
	return string(runes)
}

// texts are a value as it stands in a URL or a form: each of a list, a member of an object as "name,value".
func texts(v any) []string {
	switch v := v.(type) {
	case nil:
		return []string{""}
	case string:
		return []string{v}
	case bool:
		return []string{strconv.FormatBool(v)}
	case int64:
		return []string{strconv.FormatInt(v, 10)}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		var out []string
		for _, one := range v {
			out = append(out, strings.Join(texts(one), ","))
		}
		return out
	case map[string]any:
		var out []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out = append(out, name+","+strings.Join(texts(v[name]), ","))
		}
		return []string{strings.Join(out, ",")}
	}
	return []string{fmt.Sprint(v)}
}
