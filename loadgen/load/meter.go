package load

import (
	"fmt"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/metrics"
)

// meter is what a run records into: samples, under the labels that follow from their tags and groups, errors and warnings.
type meter struct {
	*recorder.Recorder
	labels *labelCache
	// root is the group outside of all groups, tags are those of the whole test.
	root *group
	tags *tagSet
}

func newMeter(rec *recorder.Recorder, o Options) *meter {
	m := &meter{Recorder: rec, labels: newLabelCache(rec, o.SystemTags), root: &group{}}
	m.tags = m.labels.withAll(m.labels.set(nil), o.Tags)
	return m
}

// scenarioTags are those of the samples of a scenario.
func (m *meter) scenarioTags(name string, s Scenario) *tagSet {
	tags := m.labels.withAll(m.tags, s.Tags)
	if m.labels.system["scenario"] {
		tags = m.labels.with(tags, "scenario", name)
	}
	return tags
}

// record records samples that are of no user's.
func (m *meter) record(tags *tagSet, samples ...recorder.Sample) {
	m.Record(0, m.labels.base(m.root, tags), samples)
}

// total is the sum of a built-in counter, without what was forgotten.
func (m *meter) total(id recorder.ID) uint64 { return uint64(m.Sum(id)) }

// warnf adds a warning about a metric, or about everything.
func (m *meter) warnf(metric, format string, args ...any) {
	m.Warn(metrics.Warning{Metric: metric, Message: fmt.Sprintf(format, args...)})
}

// fail keeps an error for the report.
func (m *meter) fail(code int, err error) { m.Fail(code, errorText(err)) }

// errorText is an error for a tag or the report: of one that the wire did not make, without what changes each time.
func errorText(err error) string {
	if _, ok := err.(*wire.Error); ok {
		return err.Error()
	}
	return wire.Fold(err.Error())
}
