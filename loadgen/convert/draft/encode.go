package draft

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// encoder turns what can be read from a file into nodes of YAML, by the same tags.
type encoder struct {
	err  error        // the first one
	ends []*yaml.Node // what stands for the end of a list of steps, below comments; see Draft.YAML
}

func (e *encoder) value(v reflect.Value) *yaml.Node {
	if v.Kind() == reflect.Pointer {
		return e.value(v.Elem())
	}
	switch own := v.Interface().(type) {
	case load.Duration:
		return text(shortDuration(own))
	case script.Think:
		return text(shortThink(own))
	case []script.Step:
		return e.steps(own)
	case json.RawMessage:
		return e.json(own)
	case json.Marshaler:
		b, err := own.MarshalJSON()
		e.note(err)
		return e.json(b)
	}
	switch v.Kind() {
	case reflect.Struct:
		n := &yaml.Node{Kind: yaml.MappingNode}
		e.fields(n, v)
		return fold(n)
	case reflect.Map:
		return e.entries(v)
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			n.Content = append(n.Content, e.value(v.Index(i)))
		}
		return fold(n)
	}
	return e.scalar(v)
}

func (e *encoder) scalar(v reflect.Value) *yaml.Node {
	switch v.Kind() {
	case reflect.String:
		return text(v.String())
	case reflect.Bool:
		return plainScalar(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int32, reflect.Int64:
		return plainScalar(strconv.FormatInt(v.Int(), 10))
	case reflect.Float64:
		return plainScalar(strconv.FormatFloat(v.Float(), 'f', -1, 64))
	}
	e.note(fmt.Errorf("a %s can't be written", v.Type()))
	return plainScalar("null")
}

// fields adds the fields of a struct, those of a struct embedded in it at its place.
func (e *encoder) fields(to *yaml.Node, v reflect.Value) {
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && key == "":
			e.fields(to, value)
		case key == "" || key == "-", absent(value, options):
		default:
			to.Content = append(to.Content, text(key), e.value(value))
		}
	}
}

// absent says whether a field need not be written.
func absent(v reflect.Value, options string) bool {
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return true
	case strings.Contains(options, "omitzero"):
		return v.IsZero()
	case !strings.Contains(options, "omitempty"):
		return false
	case v.Kind() == reflect.Map, v.Kind() == reflect.Slice:
		return v.Len() == 0
	}
	return v.IsZero()
}

// entries are those of a map, by name.
func (e *encoder) entries(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, key := range keys {
		n.Content = append(n.Content, text(key.String()), e.value(v.MapIndex(key)))
	}
	return fold(n)
}

func (e *encoder) note(err error) {
	if e.err == nil {
		e.err = err
	}
}
