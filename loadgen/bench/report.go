package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/foobar/loadgen/atomicfile"
)

// Report is everything that was measured. Its JSON is what -o writes.
type Report struct {
	Started     time.Time `json:"started"`
	Machine     Machine   `json:"machine"`
	Seed        uint64    `json:"seed"`
	Quick       bool      `json:"quick"`
	Rounds      int       `json:"rounds"`
	Connections int       `json:"connections"`
	Seconds     float64   `json:"seconds"`
	Outcomes    []Outcome `json:"outcomes"`
}

// Outcome is what one benchmark came to.
type Outcome struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Table Table  `json:"table"`
	Goals []Goal `json:"goals,omitempty"`
	// Notes say how it was measured and what makes it doubtful.
	Notes []string `json:"notes,omitempty"`
	// Runs are the single runs that the table was made from, in the order in which they ran.
	Runs []Run `json:"runs,omitempty"`
}

// Table is a table as it is printed.
type Table struct {
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
}

// Goal is a figure that loadgen has to reach.
type Goal struct {
	What string `json:"what"`
	Unit string `json:"unit,omitempty"`
	// Measured must be at most Must and would better be at most Aim; with AtLeast the other way round.
	Measured float64 `json:"measured"`
	Must     float64 `json:"must"`
	Aim      float64 `json:"aim"`
	AtLeast  bool    `json:"at_least,omitempty"`
}

// reached says whether Measured is as good as a limit.
func (g Goal) reached(limit float64) bool {
	if g.AtLeast {
		return g.Measured >= limit
	}
	return g.Measured <= limit
}

// verdict is "aim reached", "reached" or "missed".
func (g Goal) verdict() string {
	switch {
	case !g.reached(g.Must):
		return "missed"
	case g.reached(g.Aim):
		return "aim reached"
	}
	return "reached"
}

// missed counts the goals that were missed.
func (r *Report) missed() (n int) {
	for _, o := range r.Outcomes {
		for _, g := range o.Goals {
			if !g.reached(g.Must) {
				n++
			}
		}
	}
	return n
}

// markdown renders the report.
func (r *Report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nOrder of the runs: `-seed %d`; %d rounds, %.0f s each, %d connections. Begun %s.\n",
		r.Machine.markdown(), r.Seed, r.Rounds, r.Seconds, r.Connections, r.Started.Format(time.RFC3339))
	if r.Quick {
		b.WriteString("\n**With -quick: shows that all works, not how fast it is.**\n")
	}
	if r.Machine.busy() {
		fmt.Fprintf(&b, "\n**The machine was busy with other things: a load of %.1f before the first run on %d cores.**\n", r.Machine.LoadAtStart, r.Machine.Cores)
	}
	goals := Table{Header: []string{"goal", "measured", "must reach", "aim", ""}}
	for _, o := range r.Outcomes {
		fmt.Fprintf(&b, "\n## %s: %s\n\n%s", o.Name, o.Title, o.Table.markdown())
		if len(o.Notes) > 0 {
			b.WriteString("\n- " + strings.Join(o.Notes, "\n- ") + "\n")
		}
		for _, g := range o.Goals {
			goals.Rows = append(goals.Rows, []string{g.What, figure(g.Measured, g.Unit), figure(g.Must, g.Unit), figure(g.Aim, g.Unit), g.verdict()})
		}
	}
	if len(goals.Rows) > 0 {
		fmt.Fprintf(&b, "\n## Goals\n\n%s", goals.markdown())
	}
	return b.String()
}

// markdown aligns the columns, so that the table reads well as it is.
func (t Table) markdown() string {
	width := make([]int, len(t.Header))
	rows := append([][]string{t.Header}, t.Rows...)
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	line := func(cells []string) {
		for i, cell := range cells {
			fmt.Fprintf(&b, "| %s%s ", cell, strings.Repeat(" ", width[i]-len([]rune(cell))))
		}
		b.WriteString("|\n")
	}
	line(t.Header)
	for i := range t.Header {
		fmt.Fprintf(&b, "| %s ", strings.Repeat("-", max(3, width[i])))
	}
	b.WriteString("|\n")
	for _, row := range t.Rows {
		line(row)
	}
	return b.String()
}

// figure prints three significant digits with a unit.
func figure(v float64, unit string) string {
	digits := 0
	switch {
	case v == 0:
	case v < 10 && v > -10:
		digits = 2
	case v < 100 && v > -100:
		digits = 1
	}
	s := fmt.Sprintf("%.*f", digits, v)
	if unit != "" {
		s += " " + unit
	}
	return s
}

// write writes the report as JSON, whole or not at all.
func (r *Report) write(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	if err := atomicfile.Write(file, append(b, '\n')); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}
