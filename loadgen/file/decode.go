package file

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Unmarshaler is a value that reads itself from a node. Its errors are the node's (Node.Errorf).
type Unmarshaler interface{ UnmarshalNode(n *Node) error }

// maxProblems is how many mistakes are told at once.
const maxProblems = 10

// Decode reads n into what v points at, and tells all that is wrong with it. The keys of a struct are those of its yaml or json
// tags; one that it does not have is an *UnknownKeyError, and one that is null, or not there, leaves its field as it is. A text
// takes any scalar as it was written; nothing else is turned into another kind.
func (n *Node) Decode(v any) error {
	d := &decoder{}
	d.value(n, reflect.ValueOf(v).Elem())
	return errors.Join(d.problems...)
}

type decoder struct{ problems []error }

func (d *decoder) add(err error) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, err)
	}
}

// want says which form was wanted.
func (d *decoder) want(n *Node, form string) { d.add(n.Errorf("want %s, got %s", form, n.describe())) }

func (d *decoder) value(n *Node, v reflect.Value) {
	if len(d.problems) == maxProblems {
		return
	}
	if v.Kind() == reflect.Pointer {
		if n.kind == null {
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(n, v.Elem())
		return
	}
	if d.own(n, v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v)
	case reflect.Map:
		d.entries(n, v)
	case reflect.Slice:
		d.elements(n, v)
	case reflect.Interface:
		d.any(n, v)
	default:
		d.scalar(n, v)
	}
}

// own decodes values that know how to read themselves.
func (d *decoder) own(n *Node, v reflect.Value) bool {
	if v.Type() == reflect.TypeFor[json.RawMessage]() {
		b, err := n.JSON()
		if err != nil {
			d.add(err)
		}
		v.SetBytes(b)
		return true
	}
	if !v.CanAddr() {
		return false
	}
	own, err := readOwn(n, v.Addr().Interface())
	if err != nil {
		d.add(err)
	}
	return own
}

// readOwn has v read n if it knows how to.
func readOwn(n *Node, v any) (own bool, err error) {
	switch v := v.(type) {
	case Unmarshaler:
		return true, v.UnmarshalNode(n)
	case encoding.TextUnmarshaler:
		s, err := n.Text()
		if err != nil {
			return true, err
		}
		return true, n.wrapped(v.UnmarshalText([]byte(s)))
	case json.Unmarshaler:
		b, err := n.JSON()
		if err != nil {
			return true, err
		}
		return true, n.wrapped(v.UnmarshalJSON(b))
	}
	return false, nil
}

// wrapped is an error of n's value as n's.
func (n *Node) wrapped(err error) error {
	if err == nil {
		return nil
	}
	return n.Errorf("%w", err)
}

func (d *decoder) structure(n *Node, v reflect.Value) {
	if n.kind != mapping {
		d.want(n, "keys with values")
		return
	}
	fields := fieldsOf(v.Type())
	for _, c := range n.children {
		index, known := fields[c.key]
		if !known {
			d.add(c.Unknown(Keys(v.Type())))
			continue
		}
		field := v.FieldByIndex(index)
		if c.kind == null && !d.meansNull(c, field) {
			continue
		}
		d.value(c, field)
	}
}

// meansNull says whether null at a key is more than a key that isn't there: a body of JSON may be null, and of a text it isn't
// clear what is meant, but in k6's options, where null stands for what isn't set.
func (d *decoder) meansNull(n *Node, field reflect.Value) bool {
	if field.Type() == reflect.TypeFor[json.RawMessage]() {
		return n.text != ""
	}
	isText := field.Kind() == reflect.String || field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.String
	return isText && n.notK6 && n.text != "" && !n.doc.json
}

func (d *decoder) entries(n *Node, v reflect.Value) {
	if n.kind != mapping {
		d.want(n, "keys with values")
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.children)))
	for _, c := range n.children {
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(c, value)
		v.SetMapIndex(reflect.ValueOf(c.key).Convert(v.Type().Key()), value)
	}
}

func (d *decoder) elements(n *Node, v reflect.Value) {
	if n.kind != list {
		d.want(n, "a list such as [a, b]")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.children), len(n.children)))
	for i, c := range n.children {
		d.value(c, v.Index(i))
	}
}

func (d *decoder) scalar(n *Node, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		s, err := n.Text()
		if err != nil {
			d.add(err)
			return
		}
		v.SetString(s)
	case reflect.Bool:
		if n.kind != boolean {
			d.want(n, "true or false")
			return
		}
		v.SetBool(truth(n.text) == "true")
	case reflect.Int, reflect.Int64, reflect.Int32:
		d.whole(n, v)
	case reflect.Float64:
		f, err := n.float()
		if err != nil {
			d.add(err)
			return
		}
		v.SetFloat(f)
	default:
		d.add(n.Errorf("can't be read from a file")) // no field is of another kind
	}
}

func (d *decoder) whole(n *Node, v reflect.Value) {
	if n.kind != number {
		d.want(n, "a whole number such as 10")
		return
	}
	digits, err := canonical(n.text)
	if err != nil {
		d.add(n.Errorf("%w", err))
		return
	}
	i, err := strconv.ParseInt(digits, 10, v.Type().Bits())
	if err != nil {
		d.want(n, "a whole number such as 10")
		return
	}
	v.SetInt(i)
}

func (n *Node) float() (float64, error) {
	if n.kind != number {
		return 0, n.Errorf("want a number such as 0.5, got %s", n.describe())
	}
	digits, err := canonical(n.text)
	if err != nil {
		return 0, n.Errorf("%w", err)
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, n.Errorf("want a number such as 0.5, got %s", n.describe())
	}
	return f, nil
}

// number is an int64 where that is what n says, else a float64.
func (n *Node) number() (any, error) {
	f, err := n.float()
	if err != nil {
		return nil, err
	}
	digits, _ := canonical(n.text)
	if i, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return i, nil
	}
	return f, nil
}

// any decodes into what encoding/json would have, but for whole numbers, which are int64.
func (d *decoder) any(n *Node, v reflect.Value) {
	var value any
	switch n.kind {
	case boolean:
		value = truth(n.text) == "true"
	case number:
		var err error
		if value, err = n.number(); err != nil {
			d.add(err)
			return
		}
	case text:
		value = n.text
	case list:
		all := make([]any, len(n.children))
		d.elements(n, reflect.ValueOf(&all).Elem())
		value = all
	case mapping:
		all := map[string]any{}
		d.entries(n, reflect.ValueOf(&all).Elem())
		value = all
	default:
		v.SetZero()
		return
	}
	v.Set(reflect.ValueOf(value))
}

// Keys are those that a struct has in files, sorted.
func Keys(t reflect.Type) []string {
	fields := fieldsOf(t)
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

var fieldCache sync.Map // of a reflect.Type, its fields by key

// fieldsOf are the fields of a struct by key, with those of structs embedded in it.
func fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := fieldCache.Load(t); ok {
		return known.(map[string][]int)
	}
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		tag, found := f.Tag.Lookup("yaml")
		if !found {
			tag = f.Tag.Get("json")
		}
		if key, _, _ := strings.Cut(tag, ","); key != "" && key != "-" && f.IsExported() {
			fields[key] = f.Index
		}
	}
	fieldCache.Store(t, fields)
	return fields
}
