package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/recordtest"
)

func TestBrief(t *testing.T) {
	golden(t, "quick-brief.md", render(t, Brief, mustAnalysis(t, "quick", 6)))
	golden(t, "ladder-brief.md", render(t, Brief, mustAnalysis(t, "ladder", 6)))
	f := recordtest.InMemory(t, "quick", 6)
	golden(t, "no-budget-brief.md", render(t, Brief, analysis.New(f)))
	f.Experiment.Plan.Name = "\x1b[2J<b>"
	if got := render(t, Brief, analysis.New(f)); bytes.ContainsAny(got, "\x1b") || bytes.Contains(got, []byte("<b>")) {
		t.Errorf("got %q", got)
	}
}

// The benchmark lines, their numbers to four digits: the last ones are the machine's.
func TestBenchLines(t *testing.T) {
	text := render(t, Bench, mustAnalysis(t, "quick", 1))
	golden(t, "quick.bench", regexp.MustCompile(`\d+\.\d+(e[+-]\d+)?`).ReplaceAllFunc(text, func(n []byte) []byte {
		v, err := strconv.ParseFloat(string(n), 64)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(strconv.FormatFloat(v, 'g', 4, 64))
	}))
}

// A record of one round, one of none, and one in which nothing holds.
func TestLittle(t *testing.T) {
	golden(t, "one-round.txt", render(t, Text, analysis.New(recordtest.InMemory(t, "quick", 1))))
	golden(t, "one-round.md", render(t, Markdown, analysis.New(recordtest.InMemory(t, "quick", 1))))
	golden(t, "no-round.txt", render(t, Text, analysis.New(recordtest.InMemory(t, "quick", 0))))
	f := recordtest.InMemory(t, "quick", 2)
	for i, r := range f.Runs {
		if r.Gates = nil; i > 0 {
			r.Gates = []record.Gate{{Name: "checks", Shown: "1 of 6000 passed"}, {Name: "lag", Shown: "9 ms late"}}
		}
	}
	golden(t, "all-void.txt", render(t, Text, analysis.New(f)))
}

// rowOf is the row of a table that begins with a name.
func rowOf(t *testing.T, of table, name string) []string {
	t.Helper()
	for _, row := range of.Rows {
		if row[0] == name {
			return row
		}
	}
	t.Fatalf("no row of %s in %q", name, of.Rows)
	return nil
}

func TestMissingCounters(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 6)
	for _, r := range f.Runs {
		p := r.Processes["foo"]
		if r.Case == "tail-20" {
			p.Objects, p.Wire, p.WireClosed = nil, nil, true
		}
		p.GCs = nil
		r.Processes["foo"] = p
	}
	a := analysis.New(f)
	of := levels(a, "foo", resources, "foo")
	if slices.Contains(of.Header, short["gc"]) || !slices.Contains(of.Header, short["wire"]) {
		t.Errorf("columns %q", of.Header)
	}
	if row := rowOf(t, of, "tail-20"); row[1] != "-" || row[2] == "-" {
		t.Errorf("allocations that nobody told: %q", row)
	}
	notes := strings.Join(of.Notes, "\n")
	if !strings.Contains(notes, "-: not measured in any valid run") || !strings.Contains(notes, "left out in 6 runs, in which a connection") {
		t.Errorf("notes %q", of.Notes)
	}
	if row := rowOf(t, effects(a, "foo", resources, "foo"), "tail-20"); row[1] != "-" {
		t.Errorf("an effect from nothing: %q", row)
	}
	if of := levels(a, "foo", []string{"gc"}, "foo"); of.Rows != nil {
		t.Errorf("a table without columns: %q", of.Rows)
	}
	f.Experiment.Plan.Primary = "allocs"
	a = analysis.New(f)
	if row := rowOf(t, primaryTable(a), "tail-20"); row[1] != "not measured" {
		t.Errorf("got %q", row)
	}
	if row := rowOf(t, primaryTable(a), "off"); row[4] != "baseline" {
		t.Errorf("got %q", row)
	}
}

func TestNoRoundInCommon(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 6)
	for _, r := range f.Runs {
		r.Gates[0].OK = r.Case == "off-again" || (r.Case == "off") == (r.Round%2 == 0)
	}
	a := analysis.New(f)
	if row := rowOf(t, primaryTable(a), "tail-20"); row[4] != "no round in common with off" {
		t.Errorf("got %q", row)
	}
	if got := strings.Join(verdicts(a), "\n"); !strings.Contains(got, "tail-20 has no valid run in a round in which off has one") {
		t.Errorf("got %q", got)
	}
}

func TestLedgerTable(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 2)
	p := &f.Experiment.Plan
	lossy := f.Valid(1, "tail-20")
	lossy.Ledger.Services[0].Dropped = map[string]int64{"queue_full": 7}
	lossy.Ledger.Services[0].ExpectedHigh += 5
	of := ledgerTable(analysis.New(f))
	row := rowOf(t, of, "tail-20")
	if want := fmt.Sprintf("%d-%d", 6000*p.SpansPerTrace(), 6000*p.SpansPerTrace()+5); row[2] != want || row[7] != "7" || row[8] != "yes" {
		t.Errorf("got %q, want %s", row, want)
	}
	if !slices.Equal(of.Notes, []string{"tail-20 lost 7 dropped, queue_full."}) {
		t.Errorf("notes %q", of.Notes)
	}
	var quiet []string
	for i := range p.Services {
		if s := &p.Services[i]; s.Spans > 0 {
			if s.Name != "foo" {
				s.Metrics, quiet = "", append(quiet, s.Name)
			}
		}
	}
	of = ledgerTable(analysis.New(f))
	if got := of.Notes[len(of.Notes)-1]; !strings.Contains(got, "leave out the spans of "+strings.Join(quiet, ", ")) {
		t.Errorf("notes %q", of.Notes)
	}
	for i := range p.Services {
		p.Services[i].Metrics = ""
	}
	if row := rowOf(t, ledgerTable(analysis.New(f)), "tail-20"); row[3] != "-" || row[4] != "-" || row[5] != "-" {
		t.Errorf("counted by nobody: %q", row)
	}
}

func TestBudgetTable(t *testing.T) {
	a := mustAnalysis(t, "ladder", 8)
	limits, err := analysis.ParseBudget("allocs@sdk<=+46.5,bar.wire@sdk<=+1,allocs@head-100<=+1")
	if err != nil {
		t.Fatal(err)
	}
	a.Spend(limits)
	of := budgetTable(a)
	var got []string
	for _, row := range of.Rows {
		got = append(got, row[3])
	}
	if strings.Join(got, " ") != "over inconclusive within" || of.Title != "The budget: over" {
		t.Errorf("%s: %q", of.Title, got)
	}
	if page := string(render(t, HTML, a)); !strings.Contains(page, `class="verdicts over"`) {
		t.Error("the page doesn't show that the budget is over")
	}
}

func TestFlows(t *testing.T) {
	f := recordtest.InMemory(t, "quick", 2)
	c := f.Valid(1, "tail-20").Ledger.Collector
	c.Refused, c.SendFailed = 2, 3
	for _, row := range flows(analysis.New(f)) {
		var names, lost []string
		for _, s := range row.Stations {
			names = append(names, strings.Fields(s.Name)[0])
			if s.Lost != "" {
				lost = append(lost, s.Lost)
			}
		}
		want, wantLost := "requests spans started ended exported", ""
		if row.Case == "tail-20" {
			want, wantLost = want+" received traces stored;", "2 refused by the Collector; 3 not sent by the Collector"
		}
		if strings.Join(names, " ") != want || strings.Join(lost, "; ") != wantLost || !row.Closed {
			t.Errorf("%s: %q lost %q", row.Case, names, lost)
		}
	}
}

func TestCPUs(t *testing.T) {
	p := recordtest.InMemory(t, "quick", 0).Experiment.Plan
	for i := range p.Services {
		p.Services[i].CPUs, p.Services[i].GOMAXPROCS = "", 0
		if p.Services[i].Name == "foo" {
			p.Services[i].CPUs, p.Services[i].GOMAXPROCS = "0-1", 2
		}
	}
	p.GeneratorCPUs = "3"
	if got := cpus(p, 4); !strings.Contains(got, "foo 0-1 (GOMAXPROCS 2)") || !strings.Contains(got, "bar any of 4") || !strings.HasSuffix(got, "generator 3") {
		t.Errorf("got %q", got)
	}
}

// full takes nothing.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrWrite(t *testing.T) {
	a := mustAnalysis(t, "quick", 1)
	for name, draw := range drawings {
		if err := draw(io.Writer(full{}), a); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
