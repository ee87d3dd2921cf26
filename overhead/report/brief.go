package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/foobar/overhead/analysis"
)

// briefRows is how many rows of its table Brief shows: with what stands around them they make ten lines.
const briefRows = 6

// Brief writes at most ten lines of Markdown for a pull request, empty ones not counted: the outcome, and what bears it. With
// a budget that is its limits, those that are not kept first; without one, the cases.
func Brief(w io.Writer, a *analysis.Analysis) error {
	t, title := primaryTable(a), "What tracing costs: "+a.Name
	if a.Budget != nil {
		t = budgetTable(a)
		title = t.Title
	}
	t.print()
	line(&title)
	left := max(0, len(t.Rows)-briefRows)
	t.Rows = t.Rows[:len(t.Rows)-left]
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n", escape(title))
	writeMarkdown(&b, t)
	last := fmt.Sprintf("%s, %d void; baseline %s.", counted(a.Valid, "valid run"), a.Void, a.Experiment().Plan.Baseline)
	if left > 0 {
		last = fmt.Sprintf("%d more in report.md. ", left) + last
	}
	if a.Noise != nil && a.Noise.Effect.Relative && a.Noise.Effect.LogRatio.Bounded {
		last += fmt.Sprintf(" Noise floor of %s: %s.", a.Primary, percent(a.Noise.Floor))
	}
	fmt.Fprintf(&b, "\n%s\n", escape(last))
	_, err := io.WriteString(w, b.String())
	return err
}
