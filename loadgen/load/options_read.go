package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// UnknownKeyError is a key that no option has.
type UnknownKeyError struct {
	// Path leads to the object with the key, "scenarios.buy" say; it is empty at the top.
	Path, Key string
	// Known are the keys that the object can have, sorted.
	Known []string
}

// Error names the key and where it stands.
func (e *UnknownKeyError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("unknown option %q", e.Key)
	}
	return fmt.Sprintf("unknown option %q in %s", e.Key, e.Path)
}

// OptionKeys are the keys of Options, sorted.
func OptionKeys() []string { return keysOf(reflect.TypeFor[Options]()) }

// ParseOptions reads k6's JSON options, or the same in YAML. Keys at the top that are no options are handed back in extra
// as JSON, for the caller to use or to refuse; an unknown key further down is an *UnknownKeyError.
func ParseOptions(data []byte) (o Options, extra map[string]json.RawMessage, err error) {
	text := bytes.TrimSpace(data)
	if !bytes.HasPrefix(text, []byte("{")) {
		if text, err = yaml.YAMLToJSONStrict(data); err != nil {
			return o, nil, fmt.Errorf("reading options: %w", err)
		}
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return o, nil, fmt.Errorf("reading options: %w", withLine(text, err))
	}
	known := map[string]json.RawMessage{}
	for key, value := range all {
		if slices.Contains(OptionKeys(), key) {
			known[key] = value
			continue
		}
		if extra == nil {
			extra = map[string]json.RawMessage{}
		}
		extra[key] = value
	}
	if err := scenarioKeys(known["scenarios"]); err != nil {
		return o, nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		one, err := json.Marshal(map[string]json.RawMessage{key: known[key]})
		if err != nil {
			return o, nil, fmt.Errorf("reading options: %w", err)
		}
		if err := strict(one, &o); err != nil {
			return o, nil, fmt.Errorf("option %q: %w", key, err)
		}
	}
	return o, extra, nil
}

// scenarioKeys looks for unknown keys in the scenarios.
func scenarioKeys(b json.RawMessage) error {
	var scenarios map[string]map[string]json.RawMessage
	if json.Unmarshal(b, &scenarios) != nil {
		return nil // the decoder that follows says it better
	}
	known := keysOf(reflect.TypeFor[Scenario]())
	for _, name := range slices.Sorted(maps.Keys(scenarios)) {
		for _, key := range slices.Sorted(maps.Keys(scenarios[name])) {
			if !slices.Contains(known, key) {
				return &UnknownKeyError{Path: "scenarios." + name, Key: key, Known: known}
			}
		}
	}
	return nil
}

// keysOf are the JSON keys of a struct, sorted.
func keysOf(t reflect.Type) []string {
	var keys []string
	for _, f := range reflect.VisibleFields(t) {
		if key, _, _ := strings.Cut(f.Tag.Get("json"), ","); key != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// strict decodes one JSON value into v; a key that v does not have is an error.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// withLine adds the line of a JSON syntax error.
func withLine(text []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
	return fmt.Errorf("line %d: %w", line, err)
}
