package command

import (
	"fmt"
	"slices"
	"strings"
)

// environment is the process's environment by name.
func environment(entries []string) map[string]string {
	env := make(map[string]string, len(entries))
	for _, e := range entries {
		if name, value, found := strings.Cut(e, "="); found {
			env[name] = value
		}
	}
	return env
}

// envLayer are the K6_* variables.
type envLayer map[string]string

// apply sets the options that variables name; an empty variable is none.
func (e envLayer) apply(o *options) error {
	o.environment = e
	o.noColor = o.noColor || e["NO_COLOR"] != ""
	for _, s := range allSettings() {
		v := e[s.env]
		if s.env == "" || v == "" {
			continue
		}
		o.shaped(s.name, s.env+"="+given{setting: s, value: v}.shown())
		values := []string{v}
		if s.many {
			values = strings.Split(v, ",")
		}
		for _, one := range values {
			if err := s.set(o, strings.TrimSpace(one)); err != nil {
				return invalid(fmt.Errorf("%s=%s: %w", s.env, given{setting: s, value: v}.shown(), err))
			}
		}
	}
	if unknown := e.unknown(); len(unknown) > 0 {
		o.notices = append(o.notices, strings.Join(unknown, ", ")+": no effect here; loadgen -h shows the variables that have one")
	}
	return nil
}

// unknown are the variables that k6 may know and nothing here takes.
func (e envLayer) unknown() []string {
	known := map[string]bool{}
	for _, s := range allSettings() {
		known[s.env] = true
	}
	var names []string
	for name, v := range e {
		if strings.HasPrefix(name, "K6_") && v != "" && !known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
