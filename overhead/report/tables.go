package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// The columns of the tables.
var (
	resources = []string{"allocs", "bytes", "gc", "live", "rss", "peak", "wire"}
	parts     = []string{"user", "system", "background", "switches", "percent"}
	latencies = []string{"p50", "p90", "p95", "p99", "mean", "duration", "rate"}
)

// short titles for columns.
var short = map[string]string{
	"cpu": "CPU µs/req", "allocs": "allocs/req", "bytes": "B/req", "gc": "GC/1000", "live": "live heap MB", "rss": "RSS MB", "peak": "peak MB",
	"wire": "sent B/req", "user": "user µs/req", "system": "system µs/req", "background": "after window µs/req",
	"switches": "switches/req", "percent": "% of a core", "p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99",
	"mean": "mean", "duration": "req_duration", "rate": "requests/s",
}

// primaryTable is the answer: the metric declared before the run.
func primaryTable(a *analysis.Analysis) table {
	m, _ := analysis.Find(a.Primary)
	base := a.Experiment().Plan.Baseline
	t := table{
		Title:     fmt.Sprintf("%s of %s, %s (primary)", m.Title, orRequests(a), m.Unit),
		Header:    []string{"case", m.Unit, "on top of " + base, "change", "verdict"},
		Sentences: true,
	}
	for i := range a.Cases {
		t.Rows = append(t.Rows, primaryRow(a, &a.Cases[i], m))
	}
	return t
}

func primaryRow(a *analysis.Analysis, c *analysis.Case, m analysis.Metric) []string {
	value, top, change, verdict := missing(c), "", "", ""
	if cell := c.Cell(a.Primary, a.PrimaryProcess()); cell != nil {
		value = level(cell.Level, m)
		switch {
		case cell.Effect != nil:
			top, verdict = difference(cell, m, false), verdictText(a, cell)
		case c.Baseline:
			verdict = "baseline"
		default:
			verdict = "no round in common with " + a.Experiment().Plan.Baseline
		}
		if cell.Effect != nil && cell.Effect.Relative {
			change = share(cell.Effect.Ratio)
		}
	}
	if c.Control {
		verdict = strings.TrimSpace(verdict + " (noise)")
	}
	return []string{c.Name, value, top, change, verdict}
}

// missing says why a case has no value.
func missing(c *analysis.Case) string {
	if c.Runs == 0 {
		return "no valid run"
	}
	return "not measured"
}

// levels is a table of values with their intervals.
func levels(a *analysis.Analysis, title string, keys []string, process string) table {
	t := table{Title: title, Header: []string{"case"}}
	keys = measured(a, keys, process)
	for _, k := range keys {
		t.Header = append(t.Header, short[k])
	}
	for i := range a.Cases {
		row := []string{a.Cases[i].Name}
		for _, k := range keys {
			m, _ := analysis.Find(k)
			if cell := a.Cases[i].Cell(k, process); cell != nil {
				row = append(row, level(cell.Level, m))
			} else {
				row = append(row, "-")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(keys) == 0 {
		t.Rows = nil
	}
	t.Notes = append(t.Notes, dashNotes(t)...)
	t.Notes = append(t.Notes, closedNotes(a, keys, process)...)
	return t
}

// dashNotes says what a dash is, where a table has one.
func dashNotes(t table) []string {
	if slices.ContainsFunc(t.Rows, func(row []string) bool { return slices.Contains(row, "-") }) {
		return []string{"-: not measured in any valid run of the case."}
	}
	return nil
}

// closedNotes says why bytes sent are missing, where they are.
func closedNotes(a *analysis.Analysis, keys []string, process string) []string {
	if !slices.Contains(keys, "wire") {
		return nil
	}
	n := 0
	for _, r := range a.Runs() {
		if !r.Void() && r.Processes[process].WireClosed {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: - and left out in %s, in which a connection to the receiver of spans was closed or reset: what it carried isn't known.",
		short["wire"], counted(n, "run"))}
}

// effects is a table of differences against the baseline with their intervals and a sign for the verdict.
func effects(a *analysis.Analysis, title string, keys []string, process string) table {
	t := table{Title: title, Header: []string{"case"}, Notes: []string{verdictSigns(a)}}
	keys = measured(a, keys, process)
	for _, k := range keys {
		t.Header = append(t.Header, short[k])
	}
	for i := range a.Cases {
		if a.Cases[i].Baseline {
			continue
		}
		row := []string{a.Cases[i].Name}
		for _, k := range keys {
			m, _ := analysis.Find(k)
			cell := a.Cases[i].Cell(k, process)
			if cell == nil || cell.Effect == nil {
				row = append(row, "-")
				continue
			}
			row = append(row, difference(cell, m, false)+verdictSign(cell))
		}
		t.Rows = append(t.Rows, row)
	}
	if len(keys) == 0 {
		t.Rows = nil
	}
	return t
}

// measured are those of keys that any case has a value of.
func measured(a *analysis.Analysis, keys []string, process string) []string {
	var out []string
	for _, k := range keys {
		for i := range a.Cases {
			if cell := a.Cases[i].Cell(k, process); cell != nil {
				out = append(out, k)
				break
			}
		}
		if k == "wire" && !slices.Contains(out, k) && closedAnywhere(a, process) {
			out = append(out, k)
		}
	}
	return out
}

// closedAnywhere reports whether bytes sent are missing because connections were closed.
func closedAnywhere(a *analysis.Analysis, process string) bool {
	return slices.ContainsFunc(a.Runs(), func(r *record.Run) bool { return !r.Void() && r.Processes[process].WireClosed })
}

// othersTable is what the other processes used.
func othersTable(a *analysis.Analysis) table {
	t := table{Title: "the other processes (CPU in µs/request, RSS mean in MB)", Header: []string{"case"}}
	var names []string
	for _, s := range a.Experiment().Plan.Services {
		if !s.Measured {
			names = append(names, s.Name)
		}
	}
	names = append(names, record.Generator)
	cpu, _ := analysis.Find("cpu")
	rss, _ := analysis.Find("rss")
	for _, n := range names {
		t.Header = append(t.Header, n+" CPU", n+" RSS")
	}
	for i := range a.Cases {
		row := []string{a.Cases[i].Name}
		for _, n := range names {
			for _, m := range []analysis.Metric{cpu, rss} {
				if cell := a.Cases[i].Cell(m.Key, n); cell != nil {
					row = append(row, level(cell.Level, m))
				} else {
					row = append(row, "-")
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = dashNotes(t)
	return t
}

// detailTables hold everything that was measured of each of the other processes.
func detailTables(a *analysis.Analysis) []table {
	var out []table
	for _, name := range a.Processes() {
		if name == a.Measured {
			continue
		}
		for _, t := range []table{
			levels(a, name+", level", append([]string{"cpu"}, resources...), name),
			levels(a, "CPU of "+name+" in parts", parts, name),
		} {
			if len(t.Rows) > 0 {
				out = append(out, t)
			}
		}
	}
	return out
}

// comparisonTable puts two cases beside each other: at the services, and in the Collector.
func comparisonTable(a *analysis.Analysis, c analysis.Comparison) table {
	t := table{
		Title:     fmt.Sprintf("%s against %s: where the difference falls", c.B, c.A),
		Header:    []string{"process", "metric", c.B + " - " + c.A, "change", "verdict"},
		Sentences: true, Names: 1,
	}
	for i := range c.Cells {
		cell := &c.Cells[i]
		m, _ := analysis.Find(cell.Metric)
		row := []string{cell.Process, short[m.Key], difference(cell, m, false), "", verdictText(a, cell)}
		if cell.Effect.Relative {
			row[3] = share(cell.Effect.Ratio)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// demonstrationTable has the columns and the units of the demonstration's own table.
func demonstrationTable(a *analysis.Analysis) table {
	name := a.Measured
	t := table{
		Title:  "the demonstration's table (mean ± half of the 95 % interval over the rounds)",
		Header: []string{"case", "http_req_duration (avg)", "CPU usage of " + name + " (avg)", "memory usage of " + name + " (avg)"},
		Notes:  []string{"CPU usage is of one core, as container tools show it. Memory is resident memory."},
	}
	for i := range a.Cases {
		c := &a.Cases[i]
		if c.Control {
			continue
		}
		row := []string{c.Name}
		for _, of := range []struct{ key, process, unit string }{{"duration", "", " ms"}, {"percent", name, " (%)"}, {"rss", name, " MB"}} {
			m, _ := analysis.Find(of.key)
			if cell := c.Cell(of.key, of.process); cell != nil {
				row = append(row, level(cell.Level, m)+of.unit)
			} else {
				row = append(row, missing(c))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ledgerTable follows the spans from the requests to the Collector.
func ledgerTable(a *analysis.Analysis) table {
	t := table{
		Title:  "the ledger: spans of all valid runs",
		Header: []string{"case", "requests", "expected", "started", "ended", "exported", "received", "lost", "closed"},
	}
	p := a.Experiment().Plan
	known := spansKnown(p)
	for _, row := range a.Ledger {
		if p.SpansPerTrace() == 0 {
			break
		}
		if row.LostSum() > 0 {
			t.Notes = append(t.Notes, row.Case+" lost "+row.LostText()+".")
		}
		t.Rows = append(t.Rows, ledgerRow(row, known))
	}
	if silent := silent(p); known && len(silent) > 0 && len(t.Rows) > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("Started, ended and exported leave out the spans of %s, which tells no counters.", strings.Join(silent, ", ")))
	}
	return t
}

// ledgerRow is a case's; known says that services tell what they started, ended and exported.
func ledgerRow(row analysis.LedgerRow, known bool) []string {
	expected := fmt.Sprint(row.ExpectedLow)
	if row.ExpectedHigh != row.ExpectedLow {
		expected = fmt.Sprintf("%d-%d", row.ExpectedLow, row.ExpectedHigh)
	}
	started, ended, exported := "-", "-", "-"
	if known {
		started, ended, exported = fmt.Sprint(row.Started), fmt.Sprint(row.Ended), fmt.Sprint(row.Exported)
	}
	closed := "yes"
	if !row.Closed {
		closed = "no valid run"
	}
	return []string{row.Case, fmt.Sprint(row.Requests), expected, started, ended, exported, fmt.Sprint(row.Received), fmt.Sprint(row.LostSum()), closed}
}

// silent are the services that make spans and don't tell how many.
func silent(p plan.Plan) []string {
	var out []string
	for _, s := range p.Services {
		if s.Spans > 0 && s.Metrics == "" {
			out = append(out, s.Name)
		}
	}
	return out
}

// spansKnown reports whether any service tells its own counters.
func spansKnown(p plan.Plan) bool {
	for _, s := range p.Services {
		if s.Spans > 0 && s.Metrics != "" {
			return true
		}
	}
	return false
}

// samplingTable follows the traces from the tail sampler to what was put out.
func samplingTable(a *analysis.Analysis) table {
	t := table{
		Title:  "traces: decided by the Collector, and arrived behind it",
		Header: []string{"case", "decided", "kept", "share kept", "asked", "arrived", "complete"},
	}
	p := a.Experiment().Plan
	for _, row := range a.Ledger {
		c := p.Case(row.Case)
		if c == nil || row.Arrived < 0 {
			continue
		}
		cells := []string{row.Case, "-", "-", "-", "-", fmt.Sprint(row.Arrived), fmt.Sprint(row.Complete)}
		if c.Kept != nil && row.Decided > 0 {
			cells[1], cells[2] = fmt.Sprint(row.Decided), fmt.Sprint(row.Kept)
			cells[3], cells[4] = percent(float64(row.Kept)/float64(row.Decided)), percent(float64(*c.Kept))
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// budgetTable has the limits that are not kept first.
func budgetTable(a *analysis.Analysis) table {
	t := table{Title: "The budget: " + string(a.Budget.State), Header: []string{"limit", "case", "found", "outcome"}, Sentences: true, Names: 1}
	for _, state := range []analysis.State{analysis.BudgetOver, analysis.BudgetInconclusive, analysis.BudgetWithin} {
		for _, l := range a.Budget.Lines {
			if l.State == state {
				t.Rows = append(t.Rows, []string{l.Limit, l.Case, l.Found, string(l.State)})
			}
		}
	}
	return t
}

func voidTable(a *analysis.Analysis) table {
	t := table{Title: "void runs: measured, shown, and left out", Header: []string{"round", "case", "attempt", "reason"}, Sentences: true, Names: 1}
	for _, v := range a.VoidRuns {
		t.Rows = append(t.Rows, []string{fmt.Sprint(v.Round), v.Case, fmt.Sprint(v.Attempt), strings.Join(v.Reasons, "; ")})
	}
	return t
}
