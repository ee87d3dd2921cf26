package command

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// maxConfig bounds a configuration file, in bytes.
const maxConfig = file.MaxJSON

// idle are k6's keys that a file may have and that do nothing here.
var idle = []string{"out", "noUsageReport", "cloud", "ext", "collectors", "metricSamplesBufferSize", "webDashboard",
	"executionSegment", "executionSegmentSequence", "consoleOutput", "logFormat", "logOutput", "tracesOutput", "secretSource"}

// commandKeys are the keys of a file for the command itself, by the flag that does the same.
var commandKeys = map[string]string{"summaryMode": "summary-mode", "summaryExport": "summary-export", "summaryJSON": "summary-json",
	"noColor": "no-color", "quiet": "quiet", "linger": "linger", "address": "address", "stack": "stack", "k6ExitCodes": "k6-exit-codes",
	"noThresholds": "no-thresholds"}

// readConfig reads the configuration file, if one is named, into the options.
func readConfig(o *options) error {
	if o.config == "" {
		return nil
	}
	data, err := file.Read(o.config, maxConfig)
	if _, number := strconv.Atoi(o.config); err != nil && number == nil {
		err = fmt.Errorf("%w; -config (-c) names a file, a number of users is -vus %s", err, o.config)
	}
	if err != nil {
		return invalid(fmt.Errorf("reading the configuration: %w", err))
	}
	if err := o.parseConfig(data); err != nil {
		return invalid(err)
	}
	o.dir = filepath.Dir(o.config)
	return nil
}

// parseConfig reads k6's options, the requests, and the keys of the command. Any other key is an error.
func (o *options) parseConfig(data []byte) error {
	root, err := file.Parse(o.config, data)
	if err != nil {
		return err
	}
	if !root.IsMap() {
		return root.Errorf("want keys with values, such as vus: 10")
	}
	problems := []error{o.readCommandKeys(root)}
	if o.layer, err = load.ReadOptions(root); err != nil {
		problems = append(problems, err)
	}
	root.Get("env").Ours()
	s, err := script.Read(root)
	if err != nil {
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	o.script, o.file = *s, root
	o.notices = append(o.notices, root.Notices()...)
	return o.readInspected(root)
}

// readCommandKeys sets what the keys for the command say, and refuses those that nothing is known by.
func (o *options) readCommandKeys(root *file.Node) error {
	known := knownKeys()
	var problems []error
	for _, key := range root.Keys() {
		n := root.Get(key)
		switch {
		case slices.Contains(idle, key):
			if !n.IsNull() {
				o.notices = append(o.notices, fmt.Sprintf("%s: %q has no effect here", o.config, key))
			}
		case slices.Contains(derived, key):
		case key == "env" && !n.IsNull():
			problems = append(problems, n.Decode(&o.env))
		case !slices.Contains(known, key):
			problems = append(problems, n.Unknown(known))
		case commandKeys[key] != "":
			problems = append(problems, o.setKey(key, n))
		}
	}
	return errors.Join(problems...)
}

// setKey sets an option of the command as its flag would.
func (o *options) setKey(key string, n *file.Node) error {
	if n.IsNull() {
		return nil
	}
	value, err := n.Text()
	if err != nil {
		return err
	}
	for _, s := range allSettings() {
		if s.name == commandKeys[key] {
			if err := s.set(o, value); err != nil {
				return n.Errorf("%w", err)
			}
		}
	}
	return nil
}

// knownKeys are all keys that a file can have at its top.
func knownKeys() []string {
	return slices.Concat(load.OptionKeys(), script.Keys(), slices.Collect(maps.Keys(commandKeys)), []string{"env"})
}
