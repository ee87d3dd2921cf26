package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/foobar/overhead/analysis"
)

// Markdown writes the report for a pull request or a page of documentation.
func Markdown(w io.Writer, a *analysis.Analysis) error {
	d := compose(a)
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", escape(d.Title))
	if d.Budget != nil {
		markdownTable(&b, *d.Budget)
		b.WriteByte('\n')
	}
	list(&b, d.Verdicts)
	for _, line := range d.Lead {
		fmt.Fprintf(&b, "%s\n", escapeLine(line))
	}
	for _, t := range d.Tables {
		markdownTable(&b, t)
	}
	if len(d.Details) > 0 {
		b.WriteString("\n<details><summary>The other processes in detail</summary>\n")
		for _, t := range d.Details {
			markdownTable(&b, t)
		}
		b.WriteString("\n</details>\n")
	}
	if notes := append(append([]string{}, d.Warnings...), d.Caveats...); len(notes) > 0 {
		b.WriteString("\n### notes\n\n")
		list(&b, notes)
	}
	b.WriteString("\n### where and how\n\n")
	for _, f := range d.Facts {
		fmt.Fprintf(&b, "- %s: %s\n", escape(f[0]), escape(f[1]))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownTable(b *strings.Builder, t table) {
	fmt.Fprintf(b, "\n### %s\n", escape(t.Title))
	writeMarkdown(b, t)
	for _, n := range t.Notes {
		fmt.Fprintf(b, "\n%s\n", escapeLine(n))
	}
}

// writeMarkdown writes the grid of a table.
func writeMarkdown(b *strings.Builder, t table) {
	b.WriteByte('\n')
	fmt.Fprintf(b, "| %s |\n|", strings.Join(escapeAll(t.Header), " | "))
	for i := range t.Header {
		if i <= t.Names || t.Sentences && i == len(t.Header)-1 {
			b.WriteString(" --- |")
		} else {
			b.WriteString(" ---: |")
		}
	}
	b.WriteByte('\n')
	for _, row := range t.Rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(escapeAll(row), " | "))
	}
}

func list(b *strings.Builder, texts []string) {
	for _, text := range texts {
		fmt.Fprintf(b, "- %s\n", escapeLine(text))
	}
	if len(texts) > 0 {
		b.WriteByte('\n')
	}
}
