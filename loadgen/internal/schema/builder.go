package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
)

// Builder makes schemas of types.
type Builder struct {
	// Forms are those of types that read themselves, and of no others.
	Forms map[reflect.Type]*Schema
	// Shared are schemas that forms refer to, by name.
	Shared map[string]*Schema
	// Keys say what the keys of structs mean, as "Scenario.rate".
	Keys map[string]Key
	// Words are the only values that keys may have, Patterns what a text must match.
	Words    map[string][]string
	Patterns map[string]string

	defs map[string]*Schema
}

// Key is what is known of a key besides its type.
type Key struct {
	Text     string // what it means
	Examples []any
}

// Build is the schema of a file whose top has the keys of all the structs, under one name. It panics at a type that has no form.
func (b *Builder) Build(name string, tops ...reflect.Type) *Schema {
	b.defs = maps.Clone(b.Shared)
	if b.defs == nil {
		b.defs = map[string]*Schema{}
	}
	s := &Schema{Draft: Draft, Type: Types{"object"}, Others: Never()}
	for _, t := range tops {
		s.Properties = append(s.Properties, b.properties(name, t)...)
	}
	s.Defs = b.defs
	return s
}

// properties are the keys of a struct, those of structs embedded in it too.
func (b *Builder) properties(name string, t reflect.Type) Properties {
	var all Properties
	for f := range t.Fields() {
		key := keyOf(f)
		switch {
		case f.Anonymous && key == "" && f.Type.Kind() == reflect.Struct:
			all = append(all, b.properties(name, f.Type)...)
		case key != "" && key != "-" && f.IsExported():
			all = append(all, Property{key, b.property(name+"."+key, f.Type)})
		}
	}
	return all
}

// keyOf is the key that package file knows a field by.
func keyOf(f reflect.StructField) string {
	tag, found := f.Tag.Lookup("yaml")
	if !found {
		tag = f.Tag.Get("json")
	}
	key, _, _ := strings.Cut(tag, ",")
	return key
}

// property is a key with what is known of it.
func (b *Builder) property(path string, t reflect.Type) *Schema {
	s := *b.of(path, t)
	known := b.Keys[path]
	s.Description, s.Examples = known.Text, known.Examples
	if words := b.Words[path]; words != nil {
		limit(&s, words)
	}
	if pattern := b.Patterns[path]; pattern != "" {
		s.Type, s.Pattern = Types{"string"}, pattern
	}
	return &s
}

// limit allows only the words: of the value, or of the values in a list or under any key.
func limit(s *Schema, words []string) {
	switch {
	case s.Items != nil:
		s.Items = &Schema{Enum: values(words)}
	case s.Others != nil && s.Others.Type != nil:
		s.Others = &Schema{Enum: values(words)}
	default:
		s.Type, s.Enum = nil, values(words)
	}
}

// values are the words as they can be written: one that is a number with or without quotes.
func values(words []string) []any {
	var all []any
	for _, w := range words {
		all = append(all, w)
		var number json.Number
		if json.Unmarshal([]byte(w), &number) == nil {
			all = append(all, number)
		}
	}
	return all
}

// Text is a text; a file may have a number or a truth value in its place, which is taken as it is written.
func Text() *Schema { return &Schema{Type: Types{"string", "number", "boolean"}} }

// of is the schema of a type that stands at a path.
func (b *Builder) of(path string, t reflect.Type) *Schema {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if form, known := b.Forms[t]; known {
		return form
	}
	switch t.Kind() {
	case reflect.String:
		return Text()
	case reflect.Bool:
		return &Schema{Type: Types{"boolean"}}
	case reflect.Float64:
		return &Schema{Type: Types{"number"}}
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint64:
		return &Schema{Type: Types{"integer"}, Minimum: new(0.0)}
	case reflect.Slice:
		return &Schema{Type: Types{"array"}, Items: b.of(path, t.Elem())}
	case reflect.Map:
		return &Schema{Type: Types{"object"}, Others: b.of(path, t.Elem())}
	case reflect.Struct:
		return b.reference(t)
	}
	panic(fmt.Sprintf("schema: %s is a %s, which has no form", path, t))
}

// reference refers to the schema of a struct, which is made the first time.
func (b *Builder) reference(t reflect.Type) *Schema {
	name := t.Name()
	if b.defs[name] == nil {
		def := &Schema{Type: Types{"object"}, Others: Never()}
		b.defs[name] = def // before its keys, which may refer to it
		def.Description = b.Keys[name].Text
		def.Properties, def.Required = b.properties(name, t), required(t)
	}
	return To(name)
}

// To refers to a schema by its name.
func To(name string) *Schema { return &Schema{Ref: "#/$defs/" + name} }

// required are the keys of a struct that are always written.
func required(t reflect.Type) []string {
	var keys []string
	for f := range t.Fields() {
		if key := keyOf(f); key != "" && key == f.Tag.Get("json") && key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}
