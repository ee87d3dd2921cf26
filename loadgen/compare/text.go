package compare

import (
	"fmt"
	"io"
	"math"
	"strings"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/summary"
)

func (r *Row) format(v float64) string { return summary.FormatStat(v, r.series, r.Stat) }

// side is the median of a side, or a dash where there is none.
func (r *Row) side(values []value, median float64) string {
	if lacks(values) {
		return "-"
	}
	return r.format(median)
}

// change is the change with its limits: "+4.8% [+2.1%, +7.0%]".
func (r *Row) change() string {
	switch {
	case lacks(r.before) || lacks(r.after):
		return "no samples"
	case r.Before == r.After && math.IsNaN(r.Change):
		return "0.0%"
	case math.IsNaN(r.Change) && r.Before == 0:
		return "from 0"
	case math.IsNaN(r.Change):
		return "to " + r.format(r.After)
	case math.IsNaN(r.Lo):
		return percent(r.Change)
	}
	return fmt.Sprintf("%s [%s, %s]", percent(r.Change), percent(r.Lo), percent(r.Hi))
}

func percent(part float64) string { return fmt.Sprintf("%+.1f%%", 100*part) }

// verdict is the verdict with its mark.
func (r *Row) verdict() string {
	if r.Apart {
		return string(r.Verdict) + " *"
	}
	return string(r.Verdict)
}

// cells are the table, its head first.
func (c *Comparison) cells() [][]string {
	all := [][]string{{"metric", "before", "after", "change", "verdict"}}
	for i := range c.Rows {
		r := &c.Rows[i]
		all = append(all, []string{plain.Line(r.Metric + " " + r.Stat), r.side(r.before, r.Before), r.side(r.after, r.After), r.change(), r.verdict()})
	}
	return all
}

// Text writes the comparison for people, on a terminal or in a log.
func (c *Comparison) Text(w io.Writer) error {
	cells := c.cells()
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], plain.Width(cell))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "before: %s\nafter:  %s\n\n", list(c.Before), list(c.After))
	for _, row := range cells {
		line := ""
		for i, cell := range row {
			line += cell + plain.Pad(cell, widths[i]+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	for _, note := range c.Notes {
		fmt.Fprintf(&b, "\n%s\n", plain.Line(note))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes the comparison as a table of GitHub's Markdown.
func (c *Comparison) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Load tests compared\n\nBefore: %s. After: %s.\n\n", plain.Markdown(list(c.Before)), plain.Markdown(list(c.After)))
	for i, row := range c.cells() {
		for j := range row {
			row[j] = plain.Markdown(row[j])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	if len(c.Regressions)+len(c.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, line := range c.Regressions {
		fmt.Fprintf(&b, "- **Regression:** %s\n", plain.Markdown(plain.Line(line)))
	}
	for _, note := range c.Notes {
		fmt.Fprintf(&b, "- %s\n", plain.Markdown(plain.Line(note)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// list is names with commas between them, and their number when there are several.
func list(names []string) string {
	text := plain.Line(strings.Join(names, ", "))
	if len(names) > 1 {
		text += fmt.Sprintf(" (%d runs)", len(names))
	}
	return text
}
