// Package report draws an analysis: as text, Markdown, JSON, Go benchmark lines and one HTML file. It judges nothing.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// document is what every format shows, in order.
type document struct {
	Title string
	Lead  []string
	// Budget is the first thing to see, where there is one; State is its outcome, "" without one.
	Budget   *table
	State    analysis.State
	Verdicts []string
	Tables   []table
	// Details are tables that few readers ask for: a terminal leaves them out.
	Details  []table
	Warnings []string
	Caveats  []string
	Facts    [][2]string
}

// table is a grid of texts with a title above and notes below.
type table struct {
	Title  string
	Header []string
	Rows   [][]string
	Notes  []string
	// Sentences says that the last column holds some: it is left aligned and wrapped then.
	Sentences bool
	// Names is how many columns after the first hold names.
	Names int
}

// compose lays out an analysis.
func compose(a *analysis.Analysis) document {
	d := document{Title: "What tracing costs: " + a.Name, Lead: lead(a), Verdicts: verdicts(a), Warnings: slices.Clone(a.Warnings), Caveats: slices.Clone(a.Caveats)}
	add := func(t table) {
		if len(t.Rows) > 0 {
			d.Tables = append(d.Tables, t)
		}
	}
	if a.Budget != nil {
		t := budgetTable(a)
		d.Budget, d.State = &t, a.Budget.State
	}
	if a.Experiment().Plan.Table == "demonstration" {
		add(demonstrationTable(a))
	}
	add(primaryTable(a))
	add(levels(a, a.Measured+", level", resources, a.Measured))
	add(effects(a, a.Measured+", on top of "+a.Experiment().Plan.Baseline, resources, a.Measured))
	add(levels(a, "CPU of "+a.Measured+" in parts", parts, a.Measured))
	add(levels(a, "latency, ms "+origin(a), latencies, ""))
	add(effects(a, "latency, ms on top of "+a.Experiment().Plan.Baseline, latencies[:len(latencies)-1], ""))
	add(othersTable(a))
	for _, c := range a.Comparisons {
		add(comparisonTable(a, c))
	}
	add(ledgerTable(a))
	add(samplingTable(a))
	add(voidTable(a))
	d.Details = detailTables(a)
	d.Facts = facts(a)
	d.print()
	return d
}

// print makes every text printable in one line: much of it comes from services, or from whoever wrote the record.
func (d *document) print() {
	line(&d.Title)
	for _, texts := range [][]string{d.Lead, d.Verdicts, d.Warnings, d.Caveats} {
		lines(texts)
	}
	if d.Budget != nil {
		d.Budget.print()
	}
	for _, tables := range [][]table{d.Tables, d.Details} {
		for i := range tables {
			tables[i].print()
		}
	}
	for i := range d.Facts {
		lines(d.Facts[i][:])
	}
}

func (t *table) print() {
	line(&t.Title)
	lines(t.Header)
	lines(t.Notes)
	for _, row := range t.Rows {
		lines(row)
	}
}

func line(text *string) { *text = plain.Line(*text) }

func lines(texts []string) {
	for i := range texts {
		line(&texts[i])
	}
}

func lead(a *analysis.Analysis) []string {
	p := a.Experiment().Plan
	lines := []string{}
	if p.Description != "" {
		lines = append(lines, strings.TrimSuffix(p.Description, ".")+".")
	}
	lines = append(lines,
		fmt.Sprintf("%s of %s in shuffled order (seed %d): %s, %d void.", counted(a.Rounds, "round"), counted(len(a.Cases), "case"), a.Seed,
			counted(a.Valid, "valid run"), a.Void),
		fmt.Sprintf("Load: %s; window %s after %s of warm-up, fresh processes for each run.", loadText(a), p.Timing.Window, p.Timing.WarmUp))
	m, _ := analysis.Find(a.Primary)
	lines = append(lines, fmt.Sprintf("Primary metric: %s of %s. Margin: %s. Intervals: 95 %%, paired t on log ratios; the verdict is what the interval bears.", m.Title, orRequests(a), margin(a)))
	return append(lines, noiseText(a))
}

func orRequests(a *analysis.Analysis) string {
	if process := a.PrimaryProcess(); process != "" {
		return process
	}
	return "requests"
}

func loadText(a *analysis.Analysis) string {
	l := a.Experiment().Plan.Load
	text := l.Scenario.Executor
	if rate, ok := l.AskedRate(); ok {
		text += fmt.Sprintf(", %g requests/s", rate)
	}
	if vus := l.Scenario.VUs; vus != nil {
		text += fmt.Sprintf(", %d users", *vus)
	}
	if l.Sleep > 0 {
		text += fmt.Sprintf(", %s think time", l.Sleep)
	}
	return text
}

func noiseText(a *analysis.Analysis) string {
	if a.Noise == nil || !a.Noise.Effect.Relative || !a.Noise.Effect.LogRatio.Bounded {
		return "Noise floor: not known."
	}
	p := a.Experiment().Plan
	return fmt.Sprintf("Noise floor: two equal baselines differ by %s (%s); differences up to %s can't be told from nothing.",
		share(a.Noise.Effect.Ratio), verdictText(a, a.Case(p.Control).Cell(a.Primary, a.PrimaryProcess())), percent(a.Noise.Floor))
}

// verdicts says in a sentence what each case costs.
func verdicts(a *analysis.Analysis) []string {
	var out []string
	m, _ := analysis.Find(a.Primary)
	for i := range a.Cases {
		c := &a.Cases[i]
		cell := c.Cell(a.Primary, a.PrimaryProcess())
		if c.Baseline || cell == nil || cell.Effect == nil {
			continue
		}
		text := fmt.Sprintf("%s: %s: %s %s", c.Name, verdictText(a, cell), m.Title, difference(cell, m, true))
		if cell.Effect.Relative {
			text += ", " + share(cell.Effect.Ratio)
		}
		if extra := c.Cell("allocs", a.Measured); extra != nil && extra.Effect != nil && a.Primary != "allocs" {
			allocs, _ := analysis.Find("allocs")
			text += "; " + allocs.Title + " " + difference(extra, allocs, true)
		}
		out = append(out, text+".")
	}
	if err := a.Trustworthy(); err != nil {
		out = append(out, "Not everything could be judged: "+err.Error()+".")
	}
	return out
}

// facts describe where and how it ran.
func facts(a *analysis.Analysis) [][2]string {
	e, x := a.Environment, a.Experiment()
	out := [][2]string{
		{"measured", x.Started.UTC().Format(time.RFC3339)},
		{"command", strings.Join(x.Command, " ")},
		{"machine", fmt.Sprintf("%s, %d cores, %s memory", e.CPU, e.Cores, megabytes(float64(e.MemoryBytes)))},
		{"system", strings.TrimSpace(fmt.Sprintf("%s/%s, kernel %s %s", e.OS, e.Arch, e.Kernel, e.Virtualized))},
		{"built with", e.Go},
		{"CPU time from", e.CPUAccount},
		{"bytes sent from", e.WireAccount},
	}
	if e.Revision != "" {
		out = append(out, [2]string{"revision", e.Revision})
	}
	out = append(out, [2]string{"CPUs", cpus(x.Plan, e.Cores)})
	for _, s := range x.Plan.Services {
		if sum := e.ProgramSHA[s.Name]; sum != "" {
			out = append(out, [2]string{s.Name, strings.TrimSpace(e.ProgramBuild[s.Name] + " sha256 " + sum[:min(12, len(sum))])})
		}
	}
	return out
}

// cpus says where each process ran, and with how many threads of Go code at once where that was set.
func cpus(p plan.Plan, cores int) string {
	where := func(name, list string, procs int) string {
		text := name + " any of " + fmt.Sprint(cores)
		if list != "" {
			text = name + " " + list
		}
		if procs > 0 {
			text += fmt.Sprintf(" (GOMAXPROCS %d)", procs)
		}
		return text
	}
	var parts []string
	for _, s := range p.Services {
		parts = append(parts, where(s.Name, s.CPUs, s.GOMAXPROCS))
	}
	return strings.Join(append(parts, where(record.Generator, p.GeneratorCPUs, 0)), "; ")
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.0f MB", bytes/1e6) }

func origin(a *analysis.Analysis) string {
	if _, open := a.Experiment().Plan.Load.AskedRate(); open {
		return "from the intended start"
	}
	return "from the actual start"
}
