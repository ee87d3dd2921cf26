package load

import (
	"time"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/metrics"
)

// Metric is a metric of the test's own, with values of type T: float64, time.Duration, or bool. It is declared before the test
// starts, once, by one of the New functions of Test.
type Metric[T float64 | time.Duration | bool] struct{ id recorder.ID }

// NewTrend declares a Trend of numbers: its distribution is reported.
func (t *Test) NewTrend(name string) *Metric[float64] {
	return declare[float64](t, name, metrics.Trend, metrics.Default)
}

// NewTimeTrend declares a Trend of times. Thresholds on it are in milliseconds, as on http_req_duration.
func (t *Test) NewTimeTrend(name string) *Metric[time.Duration] {
	return declare[time.Duration](t, name, metrics.Trend, metrics.Time)
}

// NewCounter declares a Counter: the sum is reported.
func (t *Test) NewCounter(name string) *Metric[float64] {
	return declare[float64](t, name, metrics.Counter, metrics.Default)
}

// NewGauge declares a Gauge: the last value is reported, with the least and the greatest.
func (t *Test) NewGauge(name string) *Metric[float64] {
	return declare[float64](t, name, metrics.Gauge, metrics.Default)
}

// NewRate declares a Rate: how many of the values are true is reported.
func (t *Test) NewRate(name string) *Metric[bool] {
	return declare[bool](t, name, metrics.Rate, metrics.Default)
}

func declare[T float64 | time.Duration | bool](t *Test, name string, kind metrics.Kind, contains metrics.Contains) *Metric[T] {
	m := &Metric[T]{id: builtins + recorder.ID(len(t.custom))}
	t.custom = append(t.custom, metrics.Desc{Name: name, Kind: kind, Contains: contains})
	return m
}

// Add adds a value, with the tags and the group that the user is in. It allocates nothing.
func (m *Metric[T]) Add(vu *VU, value T) {
	s := recorder.Sample{ID: m.id}
	switch value := any(value).(type) {
	case float64:
		s.Value = value
	case time.Duration:
		s.Value = float64(value)
	case bool:
		if value {
			s.Value = 1
		}
	}
	vu.record(s)
}
