package draft

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Literal is a text that stands for itself in a file, whatever it has in it. Marks in it stay.
func Literal(s string) string { return strings.ReplaceAll(s, "${", "$${") }

// What a mark begins and ends with: characters that no text of a source has.
const (
	markBegin = "\ue000"
	markEnd   = "\ue001"
)

// Unmarked is a text of a source, without what would be taken for a mark.
func Unmarked(s string) string {
	return strings.NewReplacer(markBegin, "\ufffd", markEnd, "\ufffd").Replace(s)
}

// Mark stands for ${expression} until Resolve has put that in its place, so that it is told from a text that looks like it.
func Mark(expression string) string { return markBegin + expression + markEnd }

// HasMark says whether there is a mark in s.
func HasMark(s string) bool { return strings.Contains(s, markBegin) }

var mark = regexp.MustCompile(`(\$?)` + markBegin + `([^` + markBegin + markEnd + `]*)` + markEnd)

// resolved is s with an expression for each mark; behind a $, it must not look like $${.
func resolved(s string) string {
	if !HasMark(s) {
		return s
	}
	return mark.ReplaceAllStringFunc(s, func(found string) string {
		m := mark.FindStringSubmatch(found)
		if m[1] != "" {
			return "${'$'}${" + m[2] + "}"
		}
		return "${" + m[2] + "}"
	})
}

// Resolve puts expressions where marks are, in all texts of the draft, and notes the variables of the environment among them.
func (d *Draft) Resolve() {
	r := &resolver{}
	r.resolve(reflect.ValueOf(&d.Script).Elem())
	d.Variables = r.variables
}

type resolver struct{ variables []string }

// text is s with its marks resolved.
func (r *resolver) text(s string) string {
	for _, m := range mark.FindAllStringSubmatch(s, -1) {
		name, found := strings.CutPrefix(m[2], "env.")
		name, _, _ = strings.Cut(name, "|")
		if found && !slices.Contains(r.variables, name) {
			r.variables = append(r.variables, name)
		}
	}
	return resolved(s)
}

func (r *resolver) resolve(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			r.resolve(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.resolve(v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if HasMark(string(v.Bytes())) {
				v.SetBytes([]byte(r.text(string(v.Bytes()))))
			}
			return
		}
		for i := range v.Len() {
			r.resolve(v.Index(i))
		}
	case reflect.Map:
		r.resolveEntries(v)
	case reflect.String:
		v.SetString(r.text(v.String()))
	}
}

// resolveEntries resolves the values of a map, which can't be changed in it.
func (r *resolver) resolveEntries(v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, key := range keys {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		r.resolve(value)
		v.SetMapIndex(key, value)
	}
}

// Filtered is s with a filter behind each expression that is marked in it: ${token|url}.
func Filtered(s, filter string) string { return strings.ReplaceAll(s, markEnd, "|"+filter+markEnd) }
