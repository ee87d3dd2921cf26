package summary

import (
	"fmt"
	"strings"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
)

// footnotes writes what qualifies the numbers above: the distinct errors, values out of range, and warnings. There are none
// below a clean report, which is then k6's line for line.
func footnotes(b *strings.Builder, p palette, s *metrics.Snapshot, indent string) {
	if len(s.Failures) > 0 {
		fmt.Fprintf(b, "\n%s%s\n", indent, p.paint(red, "errors"))
		failureLines(b, s.Failures, indent+"  ")
	}
	notes := outOfRange(s)
	for _, w := range s.Warnings {
		notes = append(notes, warningText(w))
	}
	if len(notes) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s%s\n", indent, p.paint("33", "warnings"))
	for _, n := range notes {
		fmt.Fprintf(b, "%s  %s\n", indent, n)
	}
}

// failureLines aligns count, code and message.
func failureLines(b *strings.Builder, list []metrics.Failure, indent string) {
	count, code := 0, 0
	for _, f := range list {
		count = max(count, len(fmt.Sprint(f.Count)))
		if f.Code != 0 {
			code = max(code, len(fmt.Sprint(f.Code)))
		}
	}
	for _, f := range list {
		text := ""
		if f.Code != 0 {
			text = fmt.Sprint(f.Code)
		}
		if code > 0 {
			text += plain.Pad(text, code+1)
		}
		fmt.Fprintf(b, "%s%*dx %s%s\n", indent, count, f.Count, text, f.Message)
	}
}

func outOfRange(s *metrics.Snapshot) []string {
	var notes []string
	for i := range s.Total.Series {
		series := &s.Total.Series[i]
		if series.OutOfRange > 0 && len(series.Selector) == 0 {
			notes = append(notes, fmt.Sprintf("%s: values out of range: %d beside %d samples; the report shows negative and "+
				"too high ones as the minimum or maximum, and leaves out what is no number", series.Name, series.OutOfRange, series.Count))
		}
	}
	return notes
}

func warningText(w metrics.Warning) string {
	if w.Metric == "" {
		return w.Message
	}
	return w.Metric + ": " + w.Message
}
