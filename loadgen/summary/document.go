package summary

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/histogram"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
)

// Schema and Version name the form of the machine-readable summary. A change that a reader of an older version would
// misunderstand raises the first number of the version, an addition the second.
const (
	Schema  = "example.com/foobar/loadgen/summary"
	Version = "1.2"
)

// document is the machine-readable summary. What is read from it is values and the lists; state is what a Snapshot is made
// from again, in nanoseconds for times, with the whole distribution, so that summaries can be merged.
type document struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	// Seconds and Elapsed (nanoseconds) are the time of load.
	Seconds float64       `json:"seconds"`
	Elapsed time.Duration `json:"elapsed"`
	// Seed is what the random numbers followed from, where that is known.
	Seed *uint64 `json:"seed,omitempty"`
	// Load is what was asked of the target, and CPU (nanoseconds) the processor time that loadgen used for it, where they are known.
	Load *Load         `json:"load,omitempty"`
	CPU  time.Duration `json:"cpu,omitempty"`
	// Outcome is how the test ended, where that is known.
	Outcome *Outcome `json:"outcome,omitempty"`
	// Passed says that no threshold failed.
	Passed     bool                `json:"passed"`
	Thresholds []documentThreshold `json:"thresholds"`
	Total      documentSection     `json:"total"`
	Scenarios  []documentSection   `json:"scenarios"`
	Failures   []metrics.Failure   `json:"failures"`
	Breakdown  []documentRow       `json:"breakdown"`
	Warnings   []metrics.Warning   `json:"warnings"`
}

// documentThreshold is a threshold's result with the metric it is of; ok is true when it held.
type documentThreshold struct {
	Metric string `json:"metric"`
	metrics.ThresholdResult
}

type documentSection struct {
	Name    string            `json:"name"`
	Metrics []documentMetric  `json:"metrics"`
	Checks  []metrics.Check   `json:"checks"`
	Groups  []documentSection `json:"groups"`
}

type documentMetric struct {
	Name string `json:"name"`
	// Unit is ms for times, B for bytes, empty for everything else.
	Unit string `json:"unit"`
	// Values are the statistics by k6's names, in Unit; a rate's passes are its values that were not zero.
	Values map[string]float64 `json:"values"`
	State  metrics.Series     `json:"state"`
}

type documentRow struct {
	metrics.Row
	// Average, in milliseconds, is of the requests that have a duration.
	Average float64 `json:"avg"`
}

// JSON writes the machine-readable summary: every metric with its statistics, thresholds, checks by group, scenarios,
// failures, the breakdown by tag set and warnings, in a stable order. Decode reads it back without loss.
func JSON(w io.Writer, s *metrics.Snapshot, o Options) error {
	if err := o.Validate(); err != nil {
		return fmt.Errorf("writing the summary as JSON: %w", err)
	}
	if err := writeJSON(w, newDocument(s, o.normalize()), "  "); err != nil {
		return fmt.Errorf("writing the summary as JSON: %w", err)
	}
	return nil
}

// writeJSON writes v for programs and for people who look at it on a terminal.
func writeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(plain.JSON(b.Bytes()))
	return err
}

func newDocument(s *metrics.Snapshot, o Options) document {
	d := document{
		Schema: Schema, Version: Version, Seconds: s.Elapsed.Seconds(), Elapsed: s.Elapsed, Seed: o.Seed, Load: o.Load, CPU: o.CPU, Passed: true,
		Thresholds: []documentThreshold{}, Total: newDocumentSection(&s.Total, s.Elapsed, o),
		Scenarios: []documentSection{}, Failures: append([]metrics.Failure{}, s.Failures...), Breakdown: []documentRow{},
		Warnings: append([]metrics.Warning{}, s.Warnings...),
	}
	if o.Outcome.Ended != "" {
		d.Outcome = &o.Outcome
	}
	for i := range s.Total.Series {
		for _, t := range s.Total.Series[i].Thresholds {
			d.Thresholds = append(d.Thresholds, documentThreshold{s.Total.Series[i].FullName(), t})
			d.Passed = d.Passed && t.OK
		}
	}
	for i := range s.Scenarios {
		d.Scenarios = append(d.Scenarios, newDocumentSection(&s.Scenarios[i], s.Elapsed, o))
	}
	for _, row := range s.Breakdown {
		average := 0.0
		if row.Timed > 0 {
			average = row.Sum / float64(row.Timed) / float64(time.Millisecond)
		}
		d.Breakdown = append(d.Breakdown, documentRow{row, average})
	}
	return d
}

func newDocumentSection(s *metrics.Section, elapsed time.Duration, o Options) documentSection {
	d := documentSection{
		Name: s.Name, Metrics: []documentMetric{}, Checks: append([]metrics.Check{}, s.Checks...), Groups: []documentSection{},
	}
	units := map[metrics.Contains]string{metrics.Time: "ms", metrics.Data: "B"}
	for i := range s.Series {
		series := s.Series[i]
		d.Metrics = append(d.Metrics, documentMetric{
			Name: series.FullName(), Unit: units[series.Contains], Values: values(&series, elapsed, o), State: series,
		})
	}
	for i := range s.Groups {
		d.Groups = append(d.Groups, newDocumentSection(&s.Groups[i], elapsed, o))
	}
	return d
}

// maxDocument bounds what Decode reads, in bytes.
const maxDocument = 256 << 20

// Decode reads the Snapshot from what JSON wrote. It refuses other schemas, newer versions that it can't understand, and
// numbers that contradict each other.
func Decode(r io.Reader) (*metrics.Snapshot, error) {
	saved, err := Read(r)
	if err != nil {
		return nil, err
	}
	return saved.Snapshot, nil
}

// Read reads all that JSON wrote, as Decode does.
func Read(r io.Reader) (*Saved, error) {
	s, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("reading a summary: %w", err)
	}
	return s, nil
}

func read(r io.Reader) (*Saved, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocument {
		return nil, fmt.Errorf("it is longer than %d MB", maxDocument>>20)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	s, err := d.snapshot()
	if err != nil {
		return nil, err
	}
	return &Saved{Snapshot: s, Seed: d.Seed, Load: d.Load, CPU: d.CPU, Outcome: d.Outcome}, nil
}

// check refuses what can't be understood.
func (d *document) check() error {
	if d.Schema != Schema {
		return fmt.Errorf("its schema is %q, want %q", d.Schema, Schema)
	}
	if major, _, _ := strings.Cut(d.Version, "."); major != "1" {
		return fmt.Errorf("its version is %q, want 1.x", d.Version)
	}
	if d.Elapsed < 0 || d.CPU < 0 {
		return errors.New("its time of load, or its processor time, is negative")
	}
	return nil
}

// snapshot is the metrics.Snapshot that d was made from.
func (d *document) snapshot() (*metrics.Snapshot, error) {
	s := &metrics.Snapshot{Elapsed: d.Elapsed, Failures: d.Failures, Warnings: d.Warnings}
	var err error
	if s.Total, err = d.Total.section(); err != nil {
		return nil, err
	}
	for i := range d.Scenarios {
		section, err := d.Scenarios[i].section()
		if err != nil {
			return nil, err
		}
		s.Scenarios = append(s.Scenarios, section)
	}
	for _, row := range d.Breakdown {
		s.Breakdown = append(s.Breakdown, row.Row)
	}
	return s, nil
}

// section is the metrics.Section that d was made from.
func (d *documentSection) section() (metrics.Section, error) {
	s := metrics.Section{Name: d.Name, Checks: d.Checks}
	for i := range d.Metrics {
		state := d.Metrics[i].State
		if err := validate(&state); err != nil {
			return s, err
		}
		s.Series = append(s.Series, state)
	}
	for i := range d.Groups {
		g, err := d.Groups[i].section()
		if err != nil {
			return s, err
		}
		s.Groups = append(s.Groups, g)
	}
	return s, nil
}

// validate says whether a series that was read from outside can be one: its metric is well described, and its numbers do not
// contradict each other.
func validate(s *metrics.Series) error {
	if err := s.Desc.Validate(); err != nil {
		return err
	}
	switch {
	case s.Passes > s.Count:
		return fmt.Errorf("metric %s: %d of %d values passed", s.FullName(), s.Passes, s.Count)
	case s.Min > s.Max:
		return fmt.Errorf("metric %s: its minimum %v is above its maximum %v", s.FullName(), s.Min, s.Max)
	case (s.Kind == metrics.Trend) != (s.Histogram != nil):
		return fmt.Errorf("metric %s: a distribution belongs to a trend, and this is a %s", s.FullName(), s.Kind)
	case s.Histogram == nil:
		return nil
	case s.Histogram.Count() != s.Count:
		return fmt.Errorf("metric %s: its distribution holds %d values and it says %d", s.FullName(), s.Histogram.Count(), s.Count)
	}
	if !histogram.New(string(s.Contains)).IsLike(s.Histogram) {
		return fmt.Errorf("metric %s: its distribution is not one of %s", s.FullName(), s.Contains)
	}
	return nil
}
