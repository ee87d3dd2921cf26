package summary

import (
	"fmt"
	"strings"

	"example.com/foobar/loadgen/metrics"
)

// legacyIndent is what every line of the legacy layout begins with.
const legacyIndent = "     "

// legacy writes the tree of checks, then all metrics in one list, with a mark before those that have thresholds.
func legacy(b *strings.Builder, s *metrics.Snapshot, o Options) {
	p := newPalette(o)
	b.WriteString("\n")
	legacyGroup(b, p, &s.Total, legacyIndent)
	t := table{palette: p, stats: o.TrendStats, rows: rowsOf(visible(s.Total.Series, nil), s.Elapsed, o)}
	w := t.measure()
	for _, r := range t.rows {
		before := legacyIndent + r.indent
		if r.mark != nil {
			before = before[2:] + p.mark(*r.mark) + " "
		}
		fmt.Fprintln(b, before+t.line(r, w))
	}
	footnotes(b, p, s, legacyIndent)
	b.WriteString("\n")
}

// legacyGroup writes the checks of a group and the groups in it.
func legacyGroup(b *strings.Builder, p palette, g *metrics.Section, indent string) {
	for _, c := range g.Checks {
		if c.Fails == 0 {
			fmt.Fprintln(b, p.paint(green, indent+passed+" "+c.Name))
			continue
		}
		fmt.Fprintln(b, p.paint(red, indent+failed+" "+c.Name+"\n"+indent+" "+checkDetail(c)))
	}
	if len(g.Checks) > 0 {
		b.WriteString("\n")
	}
	for i := range g.Groups {
		fmt.Fprintf(b, "%s%s %s\n\n", indent, block, g.Groups[i].Name)
		legacyGroup(b, p, &g.Groups[i], indent+"  ")
	}
}

// checkDetail is the line under a check that failed; its percentage is cut off.
func checkDetail(c metrics.Check) string {
	share := hundredths(c.Passes, c.Passes+c.Fails) / 100
	return fmt.Sprintf("%s  %d%% — %s %d / %s %d", detail, share, passed, c.Passes, failed, c.Fails)
}

// visible are the series to show: those with samples or thresholds that are not hidden, and metrics of which a sub-metric is
// shown. Sub-metrics stay below their metric.
func visible(list []metrics.Series, hidden map[string]bool) []metrics.Series {
	var shown []metrics.Series
	for i := range list {
		if hidden[list[i].Name] {
			continue
		}
		if noteworthy(&list[i]) || len(list[i].Selector) == 0 && shownBelow(list[i+1:], list[i].Name) {
			shown = append(shown, list[i])
		}
	}
	return shown
}

func noteworthy(s *metrics.Series) bool { return s.Count > 0 || len(s.Thresholds) > 0 }

// shownBelow says whether one of the sub-metrics that rest begins with is shown.
func shownBelow(rest []metrics.Series, name string) bool {
	for i := range rest {
		if rest[i].Name != name {
			return false
		}
		if noteworthy(&rest[i]) {
			return true
		}
	}
	return false
}
