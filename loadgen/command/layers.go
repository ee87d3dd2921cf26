package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/foobar/loadgen/load"
)

// shapes are the flags that say what the load is, and so replace what a lower layer says.
var shapes = []string{"duration", "iterations", "stage", "rate", "threshold"}

// lay lays the layer that was read over those below it, and notes what it replaces there.
func (o *options) lay(origin string) {
	for _, key := range o.load.Replaced(o.layer) {
		o.warnings = append(o.warnings, o.replaces(key))
	}
	if o.layer.VUs != nil && !o.load.Overrides(o.layer) {
		o.warnings = append(o.warnings, o.withoutUsers()...)
	}
	o.load = o.load.Apply(o.layer)
	for _, key := range setKeys(o.layer) {
		o.origin[key] = origin
	}
	o.layer, o.shaping = load.Options{}, nil
}

// setKeys are the options of a layer, as Replaced names them.
func setKeys(l load.Options) []string {
	keys := []string{}
	for key, set := range map[string]bool{"duration": l.Duration != nil, "iterations": l.Iterations != nil, "rate": l.Rate != nil,
		"scenarios": l.Scenarios != nil, "stages": l.Stages != nil} {
		if set {
			keys = append(keys, key)
		}
	}
	for key := range l.Thresholds {
		keys = append(keys, "thresholds of "+key)
	}
	return keys
}

// replaces says by which flags or variables what is replaced: "-d 10s replaces the scenarios of test.yaml".
func (o *options) replaces(key string) string {
	metric, threshold := strings.CutPrefix(key, "thresholds of ")
	var by []string
	for _, s := range o.shaping {
		if (s.name == "threshold") == threshold && (!threshold || strings.Contains(s.text, metric+":")) {
			by = append(by, s.text)
		}
	}
	verb := "replaces"
	if len(by) != 1 {
		verb = "replace"
	}
	who := strings.Join(by, ", ")
	if who == "" {
		who = "what is given"
	}
	return fmt.Sprintf("%s %s the %s of %s", who, verb, key, o.origin[key])
}

// usersBy is what gave the number of users: the flag, the variable or the option of a file.
func (o *options) usersBy() string {
	switch {
	case slices.Contains(o.written, "vus"):
		return "-vus"
	case o.environment["K6_VUS"] != "":
		return "K6_VUS"
	}
	return "vus"
}

// withoutUsers names the scenarios that take no number of users.
func (o *options) withoutUsers() []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(o.load.Scenarios)) {
		if s := o.load.Scenarios[name]; !s.TakesVUs() {
			lines = append(lines, fmt.Sprintf("%s has no effect on the scenario %s: %s says itself how many users there are", o.usersBy(), name, s.Executor))
		}
	}
	return lines
}

// shape is a flag or a variable that says what the load is, as it was written.
type shape struct{ name, text string }

// shaped notes a flag or a variable that replaces what lower layers say.
func (o *options) shaped(name, text string) {
	if slices.Contains(shapes, name) {
		o.shaping = append(o.shaping, shape{name, text})
	}
}

// unseen says what was given and has no effect on the load that results, or gives way to what requests have themselves.
func (o *options) unseen() {
	if o.load.Rate != nil && o.load.VUs != nil {
		o.warnings = append(o.warnings, o.usersBy()+" has no effect with -rate: -pre-allocated-vus and -max-vus say how many users there are")
	}
	tags := maps.Clone(o.load.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	for _, s := range o.load.Scenarios {
		maps.Copy(tags, s.Tags)
	}
	maps.Copy(tags, o.script.Tags())
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if o.load.IsSystemTag(name) {
			o.warnings = append(o.warnings, fmt.Sprintf("the tag %s gives way to what requests have by that name themselves; take another name", name))
		}
	}
}
