package script

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"example.com/foobar/loadgen/load"
)

// Keys are the keys of a Script, sorted.
func Keys() []string { return keysOf(reflect.TypeFor[Script]()) }

// Parse reads a Script from the values of its keys; other keys, and unknown ones anywhere below, are a
// *load.UnknownKeyError.
func Parse(raw map[string]json.RawMessage) (*Script, error) {
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if !slices.Contains(Keys(), key) {
			known := append(Keys(), load.OptionKeys()...)
			slices.Sort(known)
			return nil, &load.UnknownKeyError{Key: key, Known: known}
		}
	}
	text, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the requests: %w", err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("reading the requests: %w", err)
	}
	if err := knownKeys(tree, reflect.TypeFor[Script](), ""); err != nil {
		return nil, err
	}
	s := &Script{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("reading the requests: %w", err)
	}
	return s, nil
}

// knownKeys looks through a tree of JSON, to be decoded into t, for a key that t does not have.
func knownKeys(tree any, t reflect.Type, path string) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch node := tree.(type) {
	case []any:
		if t.Kind() != reflect.Slice || t == reflect.TypeFor[json.RawMessage]() {
			return nil
		}
		for i, one := range node {
			if err := knownKeys(one, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		return knownMembers(node, t, path)
	}
	return nil
}

func knownMembers(node map[string]any, t reflect.Type, path string) error {
	for _, key := range slices.Sorted(maps.Keys(node)) {
		below := t
		switch t.Kind() {
		case reflect.Map:
			below = t.Elem()
		case reflect.Struct:
			f, ok := fieldOf(t, key)
			if !ok {
				return &load.UnknownKeyError{Path: path, Key: key, Known: keysOf(t)}
			}
			below = f.Type
		default:
			return nil
		}
		if err := knownKeys(node[key], below, strings.TrimPrefix(path+"."+key, ".")); err != nil {
			return err
		}
	}
	return nil
}

func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	return t.FieldByNameFunc(func(name string) bool {
		f, _ := t.FieldByName(name)
		return keyOf(f) == key
	})
}

func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return key
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for _, f := range reflect.VisibleFields(t) {
		keys = append(keys, keyOf(f))
	}
	slices.Sort(keys)
	return keys
}
