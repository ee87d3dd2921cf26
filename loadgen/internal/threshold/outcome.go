package threshold

import (
	"fmt"
	"strconv"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// Outcome says what a threshold of s came to, in the unit that people read: "p(95) was 312ms", "rate was 2.00%".
func Outcome(s *metrics.Series, t metrics.ThresholdResult) string {
	value := strconv.FormatFloat(t.Value, 'g', 6, 64)
	switch {
	case t.NoSamples:
		return "the metric has no samples"
	case s.Contains == metrics.Time:
		value = time.Duration(t.Value * float64(time.Millisecond)).String()
	case s.Kind == metrics.Rate:
		value = fmt.Sprintf("%.2f%%", 100*t.Value)
	}
	return t.Aggregation + " was " + value
}
