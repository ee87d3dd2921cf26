package settings

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

// readVariables sets what the K6_* variables say; an empty variable is none.
func readVariables(s *Settings) error {
	s.NoColor = s.NoColor || s.Getenv("NO_COLOR") != ""
	for _, opt := range s.program.options() {
		v := s.Getenv(opt.env)
		if opt.env == "" || v == "" {
			continue
		}
		shown := opt.env + "=" + given{option: opt, value: v}.shown()
		s.noteReplacing(opt.name, shown)
		values := []string{v}
		if opt.many {
			values = strings.Split(v, ",")
		}
		for _, one := range values {
			if err := opt.set(s, strings.TrimSpace(one)); err != nil {
				return fmt.Errorf("%s: %w", shown, err)
			}
		}
	}
	if unknown := s.unknownVariables(); len(unknown) > 0 {
		s.Notices = append(s.Notices, fmt.Sprintf("%s: no effect here; %s -h shows the variables that have one", strings.Join(unknown, ", "), s.program.Name))
	}
	return nil
}

// unknownVariables are those that k6 may know and nothing here takes.
func (s *Settings) unknownVariables() []string {
	known := map[string]bool{}
	for _, opt := range s.program.options() {
		known[opt.env] = true
	}
	var names []string
	for name, v := range s.environment {
		if strings.HasPrefix(name, "K6_") && v != "" && !known[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
