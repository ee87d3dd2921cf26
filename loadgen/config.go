package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// maxConfig bounds a configuration file, in bytes.
const maxConfig = 64 << 20

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
	info, err := os.Stat(o.config)
	if err == nil && info.Size() > maxConfig {
		err = fmt.Errorf("is larger than %d bytes", maxConfig)
	}
	if err != nil {
		return invalid(fmt.Errorf("reading the configuration: %w", err))
	}
	data, err := os.ReadFile(o.config)
	if err != nil {
		return invalid(fmt.Errorf("reading the configuration: %w", err))
	}
	if err := o.parseConfig(data); err != nil {
		return invalid(fmt.Errorf("%s: %w", o.config, err))
	}
	o.dir = filepath.Dir(o.config)
	return nil
}

// parseConfig reads k6's options, the requests, and the keys of the command. Any other key is an error.
func (o *options) parseConfig(data []byte) error {
	layer, extra, err := load.ParseOptions(data)
	if err != nil {
		return withNearest(err)
	}
	o.layer = layer
	steps := map[string]json.RawMessage{}
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		switch {
		case slices.Contains(script.Keys(), key):
			steps[key] = extra[key]
		case slices.Contains(idle, key):
			o.notices = append(o.notices, fmt.Sprintf("%s: %q has no effect here", o.config, key))
		case commandKeys[key] != "":
			err = o.setKey(key, extra[key])
		default:
			err = withNearest(&load.UnknownKeyError{Key: key, Known: knownKeys()})
		}
		if err != nil {
			return err
		}
	}
	s, err := script.Parse(steps)
	if err != nil {
		return withNearest(err)
	}
	o.script = *s
	return nil
}

// setKey sets an option of the command as its flag would.
func (o *options) setKey(key string, raw json.RawMessage) error {
	value := string(raw)
	var text string
	if json.Unmarshal(raw, &text) == nil {
		value = text
	}
	for _, s := range allSettings() {
		if s.name == commandKeys[key] {
			if err := s.set(o, value); err != nil {
				return fmt.Errorf("%s %s: %w", key, raw, err)
			}
		}
	}
	return nil
}

// knownKeys are all keys that a file can have at its top.
func knownKeys() []string {
	keys := slices.Concat(load.OptionKeys(), script.Keys(), slices.Collect(maps.Keys(commandKeys)))
	slices.Sort(keys)
	return keys
}

// withNearest adds to an unknown key's error the known one that may have been meant.
func withNearest(err error) error {
	var unknown *load.UnknownKeyError
	if !errors.As(err, &unknown) {
		return err
	}
	if near := nearest(unknown.Key, unknown.Known); near != "" {
		return fmt.Errorf("%w: did you mean %q?", err, near)
	}
	return err
}
