// Package schema makes JSON Schemas (draft 2020-12) of Go types that are read from files by package file, for editors. The keys come
// from the types; what they mean, and which values there are, from those who know the types.
package schema

import (
	"bytes"
	"encoding/json"
)

// Draft is the draft of JSON Schema that is written.
const Draft = "https://json-schema.org/draft/2020-12/schema"

// Schema is a part of a JSON Schema; the zero value allows everything.
type Schema struct {
	Draft       string     `json:"$schema,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Ref         string     `json:"$ref,omitempty"`
	Type        Types      `json:"type,omitempty"`
	Enum        []any      `json:"enum,omitempty"`
	Pattern     string     `json:"pattern,omitempty"`
	Minimum     *float64   `json:"minimum,omitempty"`
	Items       *Schema    `json:"items,omitempty"`
	AnyOf       []*Schema  `json:"anyOf,omitempty"`
	Required    []string   `json:"required,omitempty"`
	Properties  Properties `json:"properties,omitempty"`
	// Others is of the keys that Properties doesn't have.
	Others     *Schema `json:"additionalProperties,omitempty"`
	Deprecated bool    `json:"deprecated,omitempty"`
	Examples   []any   `json:"examples,omitempty"`
	// Defs are the schemas that Ref can name, by name.
	Defs map[string]*Schema `json:"$defs,omitempty"`

	never bool
}

// Never allows nothing.
func Never() *Schema { return &Schema{never: true} }

// MarshalJSON writes the schema, with < and & as they are.
func (s *Schema) MarshalJSON() ([]byte, error) {
	if s.never {
		return []byte("false"), nil
	}
	type plain Schema
	return unescaped((*plain)(s))
}

func unescaped(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// Types are the types that a value may have; one is written as a text.
type Types []string

// MarshalJSON writes one as a text, several as a list.
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// Property is one key and what it may have.
type Property struct {
	Key    string
	Schema *Schema
}

// Properties are keys in their order.
type Properties []Property

// MarshalJSON writes an object.
func (p Properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range p {
		key, err := unescaped(one.Key)
		if err != nil {
			return nil, err
		}
		value, err := unescaped(one.Schema)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Text is a whole schema as a file, indented.
func (s *Schema) Text() ([]byte, error) {
	raw, err := unescaped(s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return bytes.ReplaceAll(b.Bytes(), []byte("\n\n"), []byte("\n")), nil
}
