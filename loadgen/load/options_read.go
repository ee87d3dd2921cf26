package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

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
	read := struct {
		*Options
		Thresholds map[string][]threshold `json:"thresholds"`
	}{Options: &o}
	err := n.Only(OptionKeys()).Decode(&read)
	if read.Thresholds != nil {
		o.Thresholds = map[string][]Threshold{}
	}
	for metric, all := range read.Thresholds {
		o.Thresholds[metric] = []Threshold{}
		for _, one := range all {
			o.Thresholds[metric] = append(o.Thresholds[metric], Threshold(one))
		}
	}
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

// threshold is a Threshold as a file has it.
type threshold Threshold

// UnmarshalNode reads both forms of a threshold.
func (t *threshold) UnmarshalNode(n *file.Node) error {
	if n.IsMap() {
		var o struct {
			Threshold      string   `json:"threshold"`
			AbortOnFail    bool     `json:"abortOnFail"`
			DelayAbortEval Duration `json:"delayAbortEval"`
		}
		if err := n.Decode(&o); err != nil {
			return err
		}
		*t = threshold{o.Threshold, o.AbortOnFail, time.Duration(o.DelayAbortEval)}
	} else if n.IsScalar() {
		t.Expression, _ = n.Text()
	}
	if t.Expression == "" || t.DelayAbortEval < 0 {
		return n.Errorf(`want an expression such as "p(95)<500", or {threshold: "p(95)<500", abortOnFail: true, delayAbortEval: 10s}`)
	}
	return nil
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
