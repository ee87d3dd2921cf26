package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// sample is an example of a body.
func (m *media) sample() any {
	if m.given {
		return m.value
	}
	return exampleOf(m.schema)
}

// sample is an example of a parameter.
func (p *parameter) sample() any {
	if p.given {
		return p.value
	}
	for _, name := range slices.Sorted(maps.Keys(p.content)) {
		if b, err := json.Marshal(p.content[name].sample()); err == nil {
			return string(b)
		}
	}
	return exampleOf(p.schema)
}

// maxDepth bounds how deep examples nest, maxValues how many values one has.
const (
	maxDepth  = 20
	maxValues = 2000
)

// maker makes values that fit schemas, which may contain themselves: a value within one of its own kind is left out.
type maker struct {
	open map[*schema]bool
	made int
}

// leftOut is what stands for a value that is left out.
type leftOut struct{}

// exampleOf is a value that fits a schema, nil for none.
func exampleOf(s *schema) any {
	v := (&maker{open: map[*schema]bool{}}).value(s)
	if _, out := v.(leftOut); out {
		return nil
	}
	return v
}

// value is a schema's example, its default, the first value that it allows, or one made up by its type.
func (m *maker) value(s *schema) any {
	if s == nil {
		return nil
	}
	if m.made++; m.open[s] || len(m.open) > maxDepth || m.made > maxValues {
		return leftOut{}
	}
	m.open[s] = true
	defer delete(m.open, s)
	switch {
	case len(s.given) > 0:
		return s.given[0]
	case len(s.properties) > 0:
	case len(s.oneOf) > 0:
		return m.first(s.oneOf)
	case len(s.anyOf) > 0:
		return m.first(s.anyOf)
	case len(s.allOf) == 1:
		return m.value(s.allOf[0])
	}
	return m.byType(s)
}

// first is a value by the first schema that gives one.
func (m *maker) first(all []*schema) any {
	for _, ref := range all {
		if v := m.value(ref); v != (leftOut{}) {
			return v
		}
	}
	return leftOut{}
}

// byType is a value by the type of a schema.
func (m *maker) byType(s *schema) any {
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
func kind(s *schema) string {
	for _, t := range s.types {
		if t != "null" {
			return t
		}
	}
	switch {
	case len(s.types) > 0:
		return "null"
	case len(s.properties) > 0 || len(s.allOf) > 0 || s.additional != nil:
		return "object"
	case s.items != nil || len(s.prefixItems) > 0:
		return "array"
	case s.minimum != nil || s.maximum != nil || s.multipleOf != nil:
		return "number"
	}
	return "string"
}

// object has what is required; where nothing is, all.
func (m *maker) object(s *schema) any {
	all, needed := s.all(), s.needed()
	if len(needed) == 0 {
		needed = slices.Sorted(maps.Keys(all))
	}
	out := map[string]any{}
	for _, name := range needed {
		p := all[name]
		if p != nil && p.readOnly {
			continue
		}
		value := m.value(p)
		if value == (leftOut{}) {
			continue
		}
		if text, ok := value.(string); ok && text == madeText && p != nil && p.format == "" {
			value = fit(name, p) // which says more than any other text
		}
		out[name] = value
	}
	return out
}

// all are the properties of a schema and of all that it is made of.
func (s *schema) all() map[string]*schema {
	out := map[string]*schema{}
	for _, part := range s.parts() {
		for name, p := range part.properties {
			if out[name] == nil {
				out[name] = p
			}
		}
	}
	return out
}

// needed are the properties that must be there.
func (s *schema) needed() (names []string) {
	for _, part := range s.parts() {
		for _, name := range part.required {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// parts are a schema and those that it is made of, each once: all of allOf, the first of oneOf and anyOf, and theirs.
func (s *schema) parts() []*schema {
	all := []*schema{s}
	for i := 0; i < len(all); i++ {
		of := slices.Clone(all[i].allOf)
		for _, list := range [][]*schema{all[i].oneOf, all[i].anyOf} {
			of = append(of, list[:min(len(list), 1)]...)
		}
		for _, part := range of {
			if part != nil && !slices.Contains(all, part) {
				all = append(all, part)
			}
		}
	}
	return all
}

// maxItems bounds the list that is made up where a schema asks for a long one.
const maxItems = 10

func (m *maker) array(s *schema) any {
	out := []any{}
	for _, one := range s.prefixItems {
		if v := m.value(one); v != (leftOut{}) {
			out = append(out, v)
		}
	}
	for len(out) < max(atMost(s.least, 1, maxItems), 1) && s.items != nil {
		one := m.value(s.items)
		if one == (leftOut{}) {
			break
		}
		out = append(out, one)
	}
	return out
}

// number is n, or what is nearest to it within the bounds of a schema.
func number(s *schema, n float64) float64 {
	whole := kind(s) == "integer"
	low, high := bound(s.minimum, s.exclusiveMin, 1, whole), bound(s.maximum, s.exclusiveMax, -1, whole)
	if low != nil && n < *low {
		n = *low
	}
	if high != nil && n > *high {
		n = *high
	}
	if m := s.multipleOf; m != nil && *m > 0 {
		n = math.Ceil(n / *m) * *m
	}
	if whole {
		n = math.Ceil(min(max(n, -1<<53), 1<<53))
	}
	return n
}

// bound is one of a schema, that is moved by a step where the bound itself is not allowed.
func bound(at, exclusive *float64, direction float64, whole bool) *float64 {
	if exclusive == nil {
		return at
	}
	if !whole {
		direction *= 0.5
	}
	return new(*exclusive + direction)
}

// atMost is n, or as much as is without it, within 0 and a limit.
func atMost(n *float64, without, limit int) int {
	if n == nil {
		return without
	}
	return int(min(max(*n, 0), float64(limit)))
}

// madeText is a text of which nothing is known.
const madeText = "string"

// passwordMark is what stands for a password until the draft is made.
const passwordMark = "\x01password"

// formats are texts by the format of a schema.
var formats = map[string]string{"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "time": "12:00:00Z", "duration": "PT1M", "uuid": "123e4567-e89b-42d3-a456-426614174000",
	"email": "user@example.com", "idn-email": "user@example.com", "uri": "https://example.com/", "url": "https://example.com/", "uri-reference": "/", "hostname": "example.com",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "c3RyaW5n", "binary": "string", "password": passwordMark, "json-pointer": "/a", "regex": ".*"}

func textOf(s *schema) string {
	if made, known := formats[s.format]; known {
		return made
	}
	return fit(madeText, s)
}

// maxText bounds the text that is made up where a schema asks for a long one.
const maxText = 1000

// fit is a text with the length that a schema asks for.
func fit(text string, s *schema) string {
	if s.pattern != "" {
		return madeText
	}
	runes := []rune(text)
	for len(runes) < atMost(s.minLength, 0, maxText) {
		runes = append(runes, 'x')
	}
	return string(runes[:min(len(runes), atMost(s.maxLength, len(runes), maxText))])
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
