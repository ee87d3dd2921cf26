package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
)

// loadFlagNames are the flags that say what the load is, and so replace what a lower layer says.
var loadFlagNames = []string{"duration", "iterations", "stage", "rate", "threshold"}

// applyLayer lays the layer that was read over those below it, and notes what it replaces there.
func (s *Settings) applyLayer(origin string) {
	for _, key := range replaced(s.Load, s.layer) {
		s.Warnings = append(s.Warnings, s.replaces(key))
	}
	if s.layer.VUs != nil && !overrides(s.Load, s.layer) {
		s.Warnings = append(s.Warnings, s.ineffectiveVUs()...)
	}
	s.Load = applied(s.Load, s.layer)
	for _, key := range setKeys(s.layer) {
		s.origin[key] = origin
	}
	s.layer, s.replacing = load.Options{}, nil
}

// setKeys are the options of a layer, as replaced names them.
func setKeys(l load.Options) []string {
	keys := loadKeys(l)
	for key := range l.Thresholds {
		keys = append(keys, thresholdsOf+key)
	}
	return keys
}

// replaces says by which flags or variables what is replaced: "-d 10s replaces the scenarios of test.yaml".
func (s *Settings) replaces(key string) string {
	metric, threshold := strings.CutPrefix(key, thresholdsOf)
	var by []string
	for _, given := range s.replacing {
		if (given.name == "threshold") == threshold && (!threshold || strings.Contains(given.text, metric+":")) {
			by = append(by, given.text)
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
	return fmt.Sprintf("%s %s the %s of %s", who, verb, key, s.origin[key])
}

// usersBy is what gave the number of users: the flag, the variable or the option.
func (s *Settings) usersBy() string {
	flag, variable := s.setBy("vus")
	return cmp.Or(flag, variable, "vus")
}

// ineffectiveVUs names the scenarios that take no number of users.
func (s *Settings) ineffectiveVUs() []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(s.Load.Scenarios)) {
		if scenario := s.Load.Scenarios[name]; !takesVUs(scenario) {
			lines = append(lines, fmt.Sprintf("%s has no effect on the scenario %s: %s says itself how many users there are", s.usersBy(), name, scenario.Executor))
		}
	}
	return lines
}

// written is a flag or a variable as it was written.
type written struct{ name, text string }

// noteReplacing notes a flag or a variable that replaces what lower layers say.
func (s *Settings) noteReplacing(name, text string) {
	if slices.Contains(loadFlagNames, name) {
		s.replacing = append(s.replacing, written{name, text})
	}
}

// warnIneffective says what was given and has no effect on the load that results, or gives way to what requests have themselves.
func (s *Settings) warnIneffective() {
	if s.Load.Rate != nil && s.Load.VUs != nil {
		s.Warnings = append(s.Warnings, s.usersBy()+" has no effect with -rate: -pre-allocated-vus and -max-vus say how many users there are")
	}
	tags := maps.Clone(s.Load.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	for _, scenario := range s.Load.Scenarios {
		maps.Copy(tags, scenario.Tags)
	}
	maps.Copy(tags, s.script.Tags())
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if isSystemTag(s.Load, name) {
			s.Warnings = append(s.Warnings, fmt.Sprintf("the tag %s gives way to what requests have by that name themselves; take another name", name))
		}
	}
}

// isSystemTag says whether every request or check gets a tag of that name, so that one that a user sets is not seen. The exception
// is "name".
func isSystemTag(o load.Options, name string) bool {
	tags := o.SystemTags
	if tags == nil {
		tags = engine.SystemTags
	}
	return name != "name" && slices.Contains(tags, name)
}

// Locate says of each option that has something wrong with it where it was set: by a flag, a variable, or at a place in the file.
func (s *Settings) Locate(err error) error {
	var problems load.OptionErrors
	if !errors.As(err, &problems) {
		return err
	}
	placed := make([]error, len(problems))
	for i, p := range problems {
		placed[i] = s.locate(p)
	}
	return errors.Join(placed...)
}

func (s *Settings) locate(p *load.OptionError) error {
	flag, variable := s.setBy(optionOf(p.Path))
	switch {
	case flag != "" && p.Value != "":
		return fmt.Errorf("%s %s: %w", flag, p.Value, p.Err)
	case flag != "" || variable != "":
		moved := *p
		moved.Path = flag + variable
		return &moved
	case s.file == nil:
		return p
	}
	if n := s.script.Find(p.Path); n != nil {
		return fmt.Errorf("%s: %w", n.Place(), p)
	}
	if n := s.file.Find(p.Path); n != s.file {
		return fmt.Errorf("%s: %w", n.Place(), p)
	}
	return p
}

// optionOf is the option of the test that a path begins with: "scenarios".
func optionOf(path string) string {
	if end := strings.IndexAny(path, ".["); end >= 0 {
		return path[:end]
	}
	return path
}

// setBy is the flag or the variable that set an option, if one of them did: "-pre-allocated-vus" for "preAllocatedVUs", "-stage"
// for "stages".
func (s *Settings) setBy(key string) (flag, variable string) {
	key = strings.ToLower(key)
	for _, opt := range s.program.options() {
		if name := strings.ReplaceAll(opt.name, "-", ""); name != key && name != strings.TrimSuffix(key, "s") {
			continue
		}
		if slices.Contains(s.written, opt.name) {
			return "-" + opt.name, ""
		}
		if s.Getenv(opt.env) != "" {
			return "", opt.env
		}
	}
	return "", ""
}
