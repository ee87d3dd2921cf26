package settings

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/schema"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/summary"
)

// Schema is the JSON Schema of a file for -config, for editors. It is stricter than what is read: of k6's options in JSON it takes
// neither null nor bare milliseconds.
func (p Program) Schema() ([]byte, error) {
	keys, err := keyTexts()
	if err != nil {
		return nil, err
	}
	b := schema.Builder{Forms: forms(), Keys: keys, Words: p.words(), Shared: shared(), Patterns: patterns}
	tops := []reflect.Type{reflect.TypeFor[load.Options](), reflect.TypeFor[Command]()}
	if p.Test == nil {
		tops = append(tops, reflect.TypeFor[script.Script]())
	}
	s := b.Build("file", tops...)
	s.Title, s.Description = "loadgen", keys["file"].Text
	for _, key := range slices.Concat(ignoredKeys, derivedKeys) {
		s.Properties = append(s.Properties, schema.Property{Key: key, Schema: &schema.Schema{Description: keys["file.ignored"].Text, Deprecated: true}})
	}
	if step := s.Defs["Step"]; step != nil {
		defaults := *step // which are a step of no kind
		s.Defs["Defaults"] = &defaults
		step.AnyOf = kinds()
		for i := range s.Properties {
			if one := &s.Properties[i]; one.Key == "defaults" {
				one.Schema.Ref = "#/$defs/Defaults"
			}
		}
	}
	return s.Text()
}

// kinds are the keys of a step of which it has one at least.
func kinds() []*schema.Schema {
	var all []*schema.Schema
	for _, key := range []string{"url", "batch", "group", "once", "repeat", "while", "each", "pick", "call", "set", "record", "log", "fail", "abort",
		"requests", "checks", "think"} {
		all = append(all, &schema.Schema{Required: []string{key}})
	}
	return all
}

// The forms of texts. A duration is load.ParseDuration's, and none below zero.
const (
	durationPattern    = `(?:[0-9]+d(?:` + clockPattern + `)*|(?:` + clockPattern + `)+|0)`
	clockPattern       = `(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h)`
	statusPattern      = `^(?:[1-9][0-9]{2}|[1-9]xx|[1-9][0-9]{2}-[1-9][0-9]{2})$`
	templatePattern    = `\$\{`
	thinkPattern       = `^(?:` + durationPattern + `(?:\s*-\s*` + durationPattern + `)?|exponential\(\s*` + durationPattern + `\s*\))$`
	comparePattern     = `^\s*(?:<|<=|>|>=)\s*\S`
	codingsPattern     = `^(?:gzip|deflate|br|zstd)(?:\s*,\s*(?:gzip|deflate|br|zstd))*$`
	credentialsPattern = `:`
)

// pattern is a text of that form.
func pattern(p string) *schema.Schema {
	return &schema.Schema{Type: schema.Types{"string"}, Pattern: p}
}

// either is one of the schemas.
func either(of ...*schema.Schema) *schema.Schema { return &schema.Schema{AnyOf: of} }

// forms are those of the types that read themselves, by the names of shared ones.
func forms() map[reflect.Type]*schema.Schema {
	return map[reflect.Type]*schema.Schema{
		reflect.TypeFor[load.Duration]():   schema.To("Duration"),
		reflect.TypeFor[load.Threshold]():  either(schema.Text(), thresholdForm()),
		reflect.TypeFor[load.TLSVersion](): tlsVersionForm(),
		reflect.TypeFor[json.RawMessage](): {},
		reflect.TypeFor[script.Lines]():    schema.To("Lines"),
		reflect.TypeFor[script.Texts]():    {Type: schema.Types{"object"}, Others: schema.Text()},
		reflect.TypeFor[script.Number]():   either(&schema.Schema{Type: schema.Types{"integer"}, Minimum: new(0.0)}, pattern(templatePattern)),
		reflect.TypeFor[script.Statuses](): either(schema.To("Status"), &schema.Schema{Type: schema.Types{"array"}, Items: schema.To("Status")}),
		reflect.TypeFor[script.Think]():    schema.To("Think"),
	}
}

// shared are the schemas that stand at many keys.
func shared() map[string]*schema.Schema {
	zero := &schema.Schema{Enum: []any{0}}
	return map[string]*schema.Schema{
		"Duration": either(pattern(`^`+durationPattern+`$`), zero),
		"Think":    either(pattern(thinkPattern), pattern(templatePattern), zero),
		"Lines":    either(schema.Text(), &schema.Schema{Type: schema.Types{"array"}, Items: schema.Text()}),
		"Status":   either(&schema.Schema{Type: schema.Types{"integer"}, Minimum: new(100.0)}, pattern(statusPattern)),
	}
}

// patterns are what texts must match.
var patterns = map[string]string{"Step.basic": credentialsPattern, "Step.digest": credentialsPattern, "Step.compress": codingsPattern,
	"Check.duration": comparePattern, "Check.size": comparePattern}

// thresholdForm is a threshold with more than its expression.
func thresholdForm() *schema.Schema {
	return &schema.Schema{Type: schema.Types{"object"}, Others: schema.Never(), Required: []string{"threshold"}, Properties: schema.Properties{
		{Key: "threshold", Schema: &schema.Schema{Type: schema.Types{"string"}, Description: "The condition."}},
		{Key: "abortOnFail", Schema: &schema.Schema{Type: schema.Types{"boolean"}, Description: "End the test as soon as it fails."}},
		{Key: "delayAbortEval", Schema: &schema.Schema{Type: schema.Types{"string"}, Pattern: `^` + durationPattern + `$`, Description: "But not before so much time."}},
	}}
}

// tlsVersionForm is one version, or bounds.
func tlsVersionForm() *schema.Schema {
	var versions []any
	for _, v := range tlsVersions {
		versions = append(versions, v)
	}
	one := &schema.Schema{Enum: versions}
	return either(one, &schema.Schema{Type: schema.Types{"object"}, Others: schema.Never(), Properties: schema.Properties{{Key: "min", Schema: one}, {Key: "max", Schema: one}}})
}

var tlsVersions = []string{"tls1.0", "tls1.1", "tls1.2", "tls1.3"}

// words are the only values that keys may have.
func (p Program) words() map[string][]string {
	modes := []string{}
	for _, m := range summary.Modes() {
		modes = append(modes, string(m))
	}
	arrivals, onBusy := []string{load.ArrivalsEven, load.ArrivalsPoisson}, []string{load.OnBusyWait, load.OnBusyDrop}
	words := map[string][]string{
		"file.arrivals": arrivals, "Scenario.arrivals": arrivals, "file.onBusy": onBusy, "Scenario.onBusy": onBusy,
		"Scenario.executor": {load.SharedIterations, load.PerVUIterations, load.ConstantVUs, load.RampingVUs, load.ConstantArrivalRate, load.RampingArrivalRate},
		"file.summaryMode":  modes, "file.summaryTimeUnit": {"s", "ms", "us"}, "file.httpVersion": {"auto", "1.1", "2"}, "file.httpDebug": {"none", "headers", "full"},
		"file.systemTags": slices.Concat(engine.SystemTags, engine.IgnoredSystemTags), "file.metrics": {"counter", "gauge", "rate", "trend", "time"},
		"Data.order": {script.Sequential, script.Random, script.PerVU, script.Shuffle}, "Data.onEnd": {script.RepeatRows, script.StopAtEnd},
		"DNS.select": {"first", "random", "roundRobin"}, "DNS.policy": {"preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"},
	}
	if len(p.Cases) > 0 {
		words["file.stack"] = p.Cases
	}
	return words
}

//go:embed keys.yaml
var keysText []byte

// keyTexts say what keys mean.
var keyTexts = sync.OnceValues(func() (map[string]schema.Key, error) {
	root, err := file.Parse("keys.yaml", keysText)
	if err != nil {
		return nil, err
	}
	all := map[string]schema.Key{}
	var told map[string]map[string]string
	if err := root.Decode(&told); err != nil {
		return nil, fmt.Errorf("reading what keys mean: %w", err)
	}
	for of, keys := range told {
		for key, text := range keys {
			all[strings.TrimSuffix(of+"."+key, ".")] = newKey(text)
		}
	}
	return all, nil
})

// newKey reads what a key means, and after "For example" values for it in JSON, with semicolons between them.
func newKey(text string) schema.Key {
	about, examples, _ := strings.Cut(text, " For example ")
	k := schema.Key{Text: about}
	for example := range strings.SplitSeq(examples, "; ") {
		var value any
		if json.Unmarshal([]byte(example), &value) == nil {
			k.Examples = append(k.Examples, json.RawMessage(example))
		}
	}
	return k
}
