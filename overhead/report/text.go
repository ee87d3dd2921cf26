package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/analysis"
)

// Width is the number of columns that Text keeps to.
const Width = 120

// Text writes the report for a terminal.
func Text(w io.Writer, a *analysis.Analysis) error {
	d := compose(a)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", d.Title)
	paragraphs(&b, "  ", d.Lead)
	b.WriteByte('\n')
	if d.Budget != nil {
		writeTable(&b, *d.Budget)
		b.WriteByte('\n')
	}
	paragraphs(&b, "  ", d.Verdicts)
	for _, t := range d.Tables {
		b.WriteByte('\n')
		writeTable(&b, t)
	}
	if len(d.Details) > 0 {
		b.WriteString("\n  The other processes in detail: report.md and report.html.\n")
	}
	writeNotes(&b, slices.Concat(d.Warnings, d.Caveats))
	writeFacts(&b, d.Facts)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeNotes numbers them.
func writeNotes(b *strings.Builder, notes []string) {
	if len(notes) > 0 {
		b.WriteByte('\n')
	}
	for i, text := range notes {
		hang(b, fmt.Sprintf("%4s  ", fmt.Sprintf("%d)", i+1)), text)
	}
}

func writeFacts(b *strings.Builder, facts [][2]string) {
	b.WriteByte('\n')
	for _, f := range facts {
		hang(b, fmt.Sprintf("  %-14s  ", f[0]), f[1])
	}
}

// hang writes a text behind its head, and wraps it so that its lines begin below each other.
func hang(b *strings.Builder, head, text string) {
	for _, line := range wrap(text, Width-plain.Width(head)) {
		b.WriteString(head + line + "\n")
		head = plain.Pad("", plain.Width(head))
	}
}

func paragraphs(b *strings.Builder, indent string, texts []string) {
	for _, text := range texts {
		for i, line := range wrap(text, Width-2*len(indent)) {
			if i > 0 {
				b.WriteString(indent)
			}
			fmt.Fprintf(b, "%s%s\n", indent, line)
		}
	}
}

// writeTable aligns the columns. The first is left aligned, the last too when it holds sentences, which are wrapped.
func writeTable(b *strings.Builder, t table) {
	fmt.Fprintf(b, "  %s\n", t.Title)
	for _, t := range fold(t) {
		widths := columns(t)
		writeRow(b, t, widths, t.Header)
		for _, row := range t.Rows {
			writeRow(b, t, widths, row)
		}
	}
	paragraphs(b, "    ", t.Notes)
}

// fold breaks a table that is too wide into several, each with the first column of the whole.
func fold(t table) []table {
	widths := columns(t)
	if t.Sentences || len(widths) < 3 {
		return []table{t}
	}
	var out []table
	from, used := 1, 2+widths[0]
	for i := 1; i <= len(widths); i++ {
		if i < len(widths) && (i == from || used+2+widths[i] <= Width) {
			used += 2 + widths[i]
			continue
		}
		part := table{Header: pick(t.Header, from, i), Names: max(0, min(t.Names-from+1, i-from))}
		for _, row := range t.Rows {
			part.Rows = append(part.Rows, pick(row, from, i))
		}
		out = append(out, part)
		if i < len(widths) {
			from, used = i, 4+widths[0]+widths[i]
		}
	}
	return out
}

// pick is the first cell of a row and those in [from, to).
func pick(row []string, from, to int) []string {
	return append([]string{row[0]}, row[from:to]...)
}

func writeRow(b *strings.Builder, t table, widths []int, row []string) {
	line := ""
	for i, cell := range row {
		line += "  "
		switch {
		case i == len(row)-1 && t.Sentences:
			used := plain.Width(line)
			line += strings.Join(wrap(cell, max(20, Width-used)), "\n"+strings.Repeat(" ", used))
		case i <= t.Names:
			line += cell + plain.Pad(cell, widths[i])
		default:
			line += plain.Pad(cell, widths[i]) + cell
		}
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func columns(t table) []int {
	widths := make([]int, len(t.Header))
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], plain.Width(cell))
		}
	}
	return widths
}

// wrap breaks a text between words into lines of at most width.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && plain.Width(line)+1+plain.Width(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
