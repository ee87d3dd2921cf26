package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"example.com/foobar/loadgen/file"
)

// UnknownKeyError is a key that no option has.
type UnknownKeyError = file.UnknownKeyError

// OptionKeys are the keys of Options, sorted.
func OptionKeys() []string { return file.Keys(reflect.TypeFor[Options]()) }

// ownOptions are those with a duration that k6 does not have.
var ownOptions = []string{"timeUnit", "timeout", "warmup"}

// ReadOptions reads k6's options from a file. Keys at the top that are none are left for the caller; an unknown key further down
// is an *UnknownKeyError.
func ReadOptions(n *file.Node) (Options, error) {
	var o Options
	for _, key := range ownOptions {
		n.Get(key).Ours()
	}
	err := n.Only(OptionKeys()).Decode(&o)
	return o.withoutDerived(), err
}

// withoutDerived is o without the scenario that its shortcuts stand for: "k6 inspect" prints it beside them.
func (o Options) withoutDerived() Options {
	printed, found := o.Scenarios[DefaultScenario]
	if !found || len(o.Scenarios) > 1 || o.Duration == nil && o.Iterations == nil && o.Stages == nil {
		return o
	}
	short := o
	short.Scenarios = nil
	if meant, ok := short.shortcut(&OptionErrors{}); ok && reflect.DeepEqual(printed.withDefaults(), meant.withDefaults()) {
		return short
	}
	return o
}

// ParseOptions reads k6's JSON options, or the same in YAML. Keys at the top that are no options are handed back in extra
// as JSON, for the caller to use or to refuse; an unknown key further down is an *UnknownKeyError.
func ParseOptions(data []byte) (o Options, extra map[string]json.RawMessage, err error) {
	n, err := file.Parse("", data)
	if err != nil {
		return o, nil, fmt.Errorf("reading options: %w", err)
	}
	if o, err = ReadOptions(n); err != nil {
		return Options{}, nil, fmt.Errorf("reading options: %w", err)
	}
	known := OptionKeys()
	for _, key := range n.Keys() {
		if slices.Contains(known, key) {
			continue
		}
		if extra == nil {
			extra = map[string]json.RawMessage{}
		}
		if extra[key], err = n.Get(key).JSON(); err != nil {
			return Options{}, nil, fmt.Errorf("reading options: %w", err)
		}
	}
	return o, extra, nil
}

// strict decodes one JSON value into v; a key that v does not have is an error.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
