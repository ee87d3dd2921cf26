package summary

import (
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
)

// Markdown writes the report as tables of GitHub's Markdown, for a pull request or the page of a job: how the test ended,
// thresholds, checks, metrics, errors and warnings. Texts of others have no effect in it: no markup, no link, nobody is mentioned.
func Markdown(w io.Writer, s *metrics.Snapshot, o Options) error {
	if err := o.Validate(); err != nil {
		return fmt.Errorf("writing the summary as Markdown: %w", err)
	}
	o = o.normalize()
	o.Mode = Legacy
	m := markdown{}
	m.all(WithTexts(s, plain.Line), o)
	if _, err := io.WriteString(w, m.String()); err != nil {
		return fmt.Errorf("writing the summary as Markdown: %w", err)
	}
	return nil
}

// markdown is Markdown being written.
type markdown struct{ strings.Builder }

func (m *markdown) all(s *metrics.Snapshot, o Options) {
	m.outcome(o.Outcome)
	m.thresholds(s)
	m.checks(&s.Total)
	m.trends(s, o)
	m.others(s, o)
	m.failures(s.Failures)
	m.notes(s)
	m.WriteString("\n") // more may be added to the file
}

// outcome is the heading, and why the exit code is what it is.
func (m *markdown) outcome(o Outcome) {
	if o.Code == 0 {
		m.WriteString("### Load test: passed\n")
		return
	}
	fmt.Fprintf(m, "### Load test: failed, exit code %d\n\n", o.Code)
	for _, line := range o.Reasons {
		fmt.Fprintf(m, "- %s\n", plain.Markdown(plain.Line(line)))
	}
}

func (m *markdown) thresholds(s *metrics.Snapshot) {
	var rows [][]string
	for i := range s.Total.Series {
		series := &s.Total.Series[i]
		for _, t := range series.Thresholds {
			rows = append(rows, []string{markOf(t.OK), series.FullName() + ": " + t.Expression, threshold.Outcome(series, t)})
		}
	}
	m.table([]string{"", "threshold", "result"}, rows)
}

func (m *markdown) checks(total *metrics.Section) {
	var rows [][]string
	var add func(s *metrics.Section, path string)
	add = func(s *metrics.Section, path string) {
		for _, c := range s.Checks {
			rows = append(rows, []string{markOf(c.Fails == 0), path + c.Name, formatCount(c.Passes), formatCount(c.Fails)})
		}
		for i := range s.Groups {
			add(&s.Groups[i], path+s.Groups[i].Name+" / ")
		}
	}
	add(total, "")
	m.table([]string{"", "check", "passed", "failed"}, rows)
}

func (m *markdown) trends(s *metrics.Snapshot, o Options) {
	var rows [][]string
	for _, series := range visible(s.Total.Series, nil) {
		if series.Kind == metrics.Trend {
			rows = append(rows, append([]string{series.FullName()}, trendValues(&series, o)...))
		}
	}
	m.table(append([]string{"metric"}, o.TrendStats...), rows)
}

// others are the metrics that are no trends.
func (m *markdown) others(s *metrics.Snapshot, o Options) {
	var rows [][]string
	for _, series := range visible(s.Total.Series, nil) {
		if series.Kind == metrics.Trend {
			continue
		}
		var r row
		r.fill(&series, s.Elapsed, o)
		rows = append(rows, []string{series.FullName(), r.value, strings.Join(r.extras, ", ")})
	}
	m.table([]string{"metric", "value", ""}, rows)
	fmt.Fprintf(m, "\nMeasured for %s.\n", s.Elapsed.Round(time.Millisecond))
}

func (m *markdown) failures(list []metrics.Failure) {
	var rows [][]string
	for _, f := range list {
		rows = append(rows, []string{formatCount(f.Count), f.Message})
	}
	m.table([]string{"times", "error"}, rows)
}

// notes are what qualifies the numbers.
func (m *markdown) notes(s *metrics.Snapshot) {
	notes := outOfRange(s)
	for _, w := range s.Warnings {
		notes = append(notes, warningText(w))
	}
	if len(notes) > 0 {
		m.WriteString("\n")
	}
	for _, n := range notes {
		fmt.Fprintf(m, "- %s\n", plain.Markdown(n))
	}
}

// table writes a table; none without rows.
func (m *markdown) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(m, "\n| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat(" --- |", len(head)))
	for _, cells := range rows {
		fmt.Fprintf(m, "| %s |\n", strings.Join(mapped(cells, plain.Markdown), " | "))
	}
}

func markOf(ok bool) string {
	if ok {
		return passed
	}
	return failed
}
