package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// export is the JSON that k6 and loadgen write with -summary-export: statistics by name, metrics by name.
type export struct {
	Metrics map[string]map[string]json.RawMessage `json:"metrics"`
}

// readExport reads the file that a run has written.
func readExport(file string) (*export, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the exported summary: %w", err)
	}
	var e export
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("reading the exported summary: %w", err)
	}
	return &e, nil
}

// value is a statistic of a metric: count, rate, passes, fails, value, avg, min, med, max, p(90). A metric or statistic that
// is not there is an error, never 0.
func (e *export) value(metric, statistic string) (float64, error) {
	m, ok := e.Metrics[metric]
	if !ok {
		return 0, fmt.Errorf("the exported summary has no metric %s", metric)
	}
	raw, ok := m[statistic]
	if !ok {
		return 0, fmt.Errorf("the exported summary has no %s of %s", statistic, metric)
	}
	var v float64
	if err := json.Unmarshal(raw, &v); err != nil {
		return 0, fmt.Errorf("reading %s of %s in the exported summary: %w", statistic, metric, err)
	}
	return v, nil
}
