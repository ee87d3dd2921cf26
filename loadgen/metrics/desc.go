package metrics

import (
	"fmt"
)

// Kind says how the values of a metric add up; the names are k6's.
type Kind string

// The four kinds of metric.
const (
	Counter Kind = "counter" // a sum
	Gauge   Kind = "gauge"   // the last value, with its minimum and maximum
	Rate    Kind = "rate"    // the share of values that are not zero
	Trend   Kind = "trend"   // a distribution
)

// Contains says what the values of a metric mean; the names are k6's.
type Contains string

// What values can mean. A value of Time is recorded in nanoseconds and of Data in bytes.
const (
	Default Contains = "default"
	Time    Contains = "time"
	Data    Contains = "data"
)

// Desc describes a metric.
type Desc struct {
	Name     string   `json:"name"`
	Kind     Kind     `json:"kind"`
	Contains Contains `json:"contains"`
}

// longestName is that of a metric, as in k6 and OpenTelemetry.
const longestName = 128

// isName reports whether s is what k6 and OpenTelemetry both take as the name of a metric. It is not a regular expression
// because compiling one with so large a repetition would take 3 ms at every start.
func isName(s string) bool {
	if s == "" || len(s) > longestName {
		return false
	}
	for i, c := range []byte(s) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '.' && (c < '0' || '9' < c)) {
			return false
		}
	}
	return true
}

// Validate says whether the name, the kind and the contents are such as there are.
func (d Desc) Validate() error {
	if !isName(d.Name) {
		return fmt.Errorf("metric %q: a name starts with a letter or an underscore, followed by up to 127 letters, digits, underscores or dots", d.Name)
	}
	switch d.Kind {
	case Counter, Gauge, Rate, Trend:
	default:
		return fmt.Errorf("metric %q: unknown kind %q; it is counter, gauge, rate or trend", d.Name, d.Kind)
	}
	switch d.Contains {
	case Default, Time, Data:
	default:
		return fmt.Errorf("metric %q: unknown contents %q; they are default, time or data", d.Name, d.Contains)
	}
	return nil
}
