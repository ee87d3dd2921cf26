package settings

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// maxConfig bounds a configuration file, in bytes.
const maxConfig = file.MaxJSON

// ignoredKeys are k6's keys that a file may have and that do nothing here.
var ignoredKeys = []string{"out", "noUsageReport", "cloud", "ext", "collectors", "metricSamplesBufferSize", "webDashboard",
	"executionSegment", "executionSegmentSequence", "consoleOutput", "logFormat", "logOutput", "tracesOutput", "secretSource"}

// commandKeys are the keys of a file for the command itself, by the flag that does the same.
var commandKeys = map[string]string{"summaryMode": "summary-mode", "summaryExport": "summary-export", "summaryJSON": "summary-json",
	"summaryMarkdown": "summary-markdown", "junit": "junit",
	"noColor": "no-color", "quiet": "quiet", "linger": "linger", "address": "address", "stack": "stack", "k6ExitCodes": "k6-exit-codes",
	"noThresholds": "no-thresholds", "seed": "seed"}

// readConfig reads the configuration file, if one is named, into the options.
func readConfig(s *Settings) error {
	if s.Config == "" {
		return nil
	}
	if isSource(s.Config) {
		return s.readConverted(s.Config)
	}
	data, err := file.Read(s.Config, maxConfig)
	if _, number := strconv.Atoi(s.Config); err != nil && number == nil {
		err = fmt.Errorf("%w; -config (-c) names a file, a number of users is -vus %s", err, s.Config)
	}
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	if err := s.parseConfig(s.Config, data); err != nil {
		return err
	}
	s.dir, s.described = filepath.Dir(s.Config), s.Config
	return nil
}

// parseConfig reads k6's options, the requests, and the keys of the command. Any other key is an error.
func (s *Settings) parseConfig(name string, data []byte) error {
	root, err := file.Parse(name, data)
	if err != nil {
		return err
	}
	if !root.IsMap() {
		return root.Errorf("want keys with values, such as vus: 10")
	}
	problems := []error{s.readCommandKeys(root)}
	problems = append(problems, root.Decode(&s.layer))
	root.Get("env").NotK6()
	steps, err := script.Read(root)
	if err != nil {
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	included, err := steps.IncludeAll(root, filepath.Dir(s.Config))
	if err != nil {
		return err
	}
	for name, value := range included {
		if _, own := s.Env[name]; own {
			return root.Get("include").Errorf("an included file has the variable %s, and so has this one: leave one of them out", name)
		}
		s.Env[name] = value
	}
	s.script, s.file = *steps, root
	s.Notices = append(s.Notices, root.Notices()...)
	return s.readInspected(root)
}

// readCommandKeys sets what the keys for the command say, and refuses those that nothing is known by.
func (s *Settings) readCommandKeys(root *file.Node) error {
	known := knownKeys()
	var problems []error
	for _, key := range root.Keys() {
		n := root.Get(key)
		switch {
		case slices.Contains(ignoredKeys, key):
			if !n.IsNull() {
				s.Notices = append(s.Notices, fmt.Sprintf("%s: %q has no effect here", s.Config, key))
			}
		case slices.Contains(derivedKeys, key):
		case key == "env" && !n.IsNull():
			problems = append(problems, n.Decode(&s.Env))
		case !slices.Contains(known, key):
			problems = append(problems, n.Unknown(known))
		case commandKeys[key] != "":
			problems = append(problems, s.setKey(key, n))
		}
	}
	return errors.Join(problems...)
}

// setKey sets an option of the command as its flag would.
func (s *Settings) setKey(key string, n *file.Node) error {
	if n.IsNull() {
		return nil
	}
	value, err := n.Text()
	if err != nil {
		return err
	}
	for _, opt := range loadgen.options() {
		if opt.name == commandKeys[key] {
			if err := opt.set(s, value); err != nil {
				return n.Errorf("%w", err)
			}
		}
	}
	return nil
}

// knownKeys are all keys that a file can have at its top.
func knownKeys() []string {
	return slices.Concat(file.Keys(reflect.TypeFor[load.Options]()), script.Keys(), slices.Collect(maps.Keys(commandKeys)), []string{"env"})
}
