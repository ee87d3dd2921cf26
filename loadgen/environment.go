package main

import (
	"fmt"
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
	return nil
}
