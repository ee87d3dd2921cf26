package command

import (
	"fmt"
	"strings"

	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// annotate makes annotations of what failed when this is a step of a GitHub workflow: one for each threshold, or, when none
// failed, one that says why the exit code is not 0. They go to standard error, which GitHub reads as well.
func (s *session) annotate(snapshot *metrics.Snapshot, o summary.Outcome) {
	if s.settings.Getenv("GITHUB_ACTIONS") != "true" || o.Code == exitOK {
		return
	}
	failed := failedThresholds(snapshot)
	for _, line := range failed {
		fmt.Fprintln(s.screen, annotation("Threshold failed", line))
	}
	if len(failed) == 0 {
		title := fmt.Sprintf("Load test ended with exit code %d", o.Code)
		fmt.Fprintln(s.screen, annotation(title, strings.Join(o.Reasons, "\n")))
	}
}

// failedThresholds has a line for each threshold that failed.
func failedThresholds(s *metrics.Snapshot) []string {
	var lines []string
	for i := range s.Total.Series {
		series := &s.Total.Series[i]
		for _, t := range series.Thresholds {
			if !t.OK {
				lines = append(lines, fmt.Sprintf("%s: %s: %s", series.FullName(), t.Expression, threshold.Outcome(series, t)))
			}
		}
	}
	return lines
}

// In workflow commands %, line breaks and, in properties, what ends one are escaped.
var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// annotation is GitHub's workflow command for an error.
func annotation(title, message string) string {
	return "::error title=" + inProperty.Replace(title) + "::" + inMessage.Replace(message)
}
