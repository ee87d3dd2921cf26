package analysis

import (
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/stats"
)

// Confidence is that of the primary metric's intervals, and that with which all intervals of a family hold together.
const (
	Confidence = 0.95
	// roundsLimit is what "about N more rounds" counts up to.
	roundsLimit = 1000
)

// Analysis is what a record comes to.
type Analysis struct {
	Schema int    `json:"schema"`
	Name   string `json:"name"`
	// Measured is the service in question, Primary the metric declared before the run.
	Measured string       `json:"measured"`
	Primary  string       `json:"primary"`
	Margin   plan.Percent `json:"margin"`
	Seed     uint64       `json:"seed"`
	// Rounds have been begun; Valid and Void runs were measured.
	Rounds int `json:"rounds"`
	Valid  int `json:"valid_runs"`
	Void   int `json:"void_runs"`
	// Noise is what the control shows of the primary metric; nil without a control.
	Noise       *stats.Noise       `json:"noise,omitempty"`
	Cases       []Case             `json:"cases"`
	Comparisons []Comparison       `json:"comparisons,omitempty"`
	Ledger      []LedgerRow        `json:"ledger"`
	VoidRuns    []VoidRun          `json:"void,omitempty"`
	Warnings    []string           `json:"warnings,omitempty"`
	Caveats     []string           `json:"caveats,omitempty"`
	Budget      *Outcome           `json:"budget,omitempty"`
	Environment record.Environment `json:"environment"`

	experiment record.Experiment
	runs       []*record.Run
}

// Case is all that is known of one case.
type Case struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Baseline    bool   `json:"baseline,omitempty"`
	Control     bool   `json:"control,omitempty"`
	Runs        int    `json:"valid_runs"`
	Cells       []Cell `json:"cells"`

	paired int // rounds in which the baseline has a valid run too
}

// Cell is one metric of one process in one case.
type Cell struct {
	Metric  string `json:"metric"`
	Process string `json:"process,omitempty"`
	Unit    string `json:"unit"`
	// Level is of the values themselves over the rounds.
	Level stats.Interval `json:"level"`
	// Effect is against the baseline in the same rounds, at Confidence; nil for the baseline itself.
	Effect     *stats.Effect `json:"effect,omitempty"`
	Confidence float64       `json:"confidence,omitempty"`
	Pairs      []stats.Pair  `json:"pairs,omitempty"`
	// Verdict is what Effect's interval bears against the margin and the noise floor; Reason says why it is none. Both are
	// empty where there is no ratio.
	Verdict stats.Verdict `json:"verdict,omitempty"`
	Reason  stats.Reason  `json:"reason,omitempty"`
	// More is about how many more rounds a verdict needs, when there is none.
	More    int  `json:"more_rounds,omitempty"`
	Primary bool `json:"primary,omitempty"`
}

// VoidRun is a run that doesn't count, and why.
type VoidRun struct {
	Round   int      `json:"round"`
	Case    string   `json:"case"`
	Attempt int      `json:"attempt"`
	Reasons []string `json:"reasons"`
}

// New is the analysis of a record.
func New(f *record.Folder) *Analysis {
	p := f.Experiment.Plan
	a := &Analysis{
		Schema: record.Schema, Name: p.Name, Measured: p.Measured(), Primary: p.Primary, Margin: p.Margin,
		Seed: f.Experiment.Seed, Rounds: f.Rounds(), Environment: f.Experiment.Environment, Caveats: p.Caveats,
		experiment: f.Experiment, runs: f.Runs,
	}
	a.count(f)
	for _, c := range p.Cases {
		a.Cases = append(a.Cases, a.analyse(f, c))
	}
	for _, pair := range p.Comparisons {
		a.Comparisons = append(a.Comparisons, a.compare(f, pair[0], pair[1]))
	}
	a.estimate()
	a.giveVerdicts()
	a.Ledger = ledgerRows(f)
	a.warn()
	return a
}

func (a *Analysis) count(f *record.Folder) {
	for _, r := range f.Runs {
		if !r.Void() {
			a.Valid++
			continue
		}
		a.Void++
		v := VoidRun{Round: r.Round, Case: r.Case, Attempt: r.Attempt}
		for _, g := range r.Gates {
			if !g.OK {
				v.Reasons = append(v.Reasons, g.Name+": "+g.Shown)
			}
		}
		if len(r.Gates) == 0 {
			v.Reasons = []string{"no gate was checked"}
		}
		a.VoidRuns = append(a.VoidRuns, v)
	}
}

func (a *Analysis) analyse(f *record.Folder, c plan.Case) Case {
	p := f.Experiment.Plan
	out := Case{Name: c.Name, Description: c.Description, Baseline: c.Name == p.Baseline, Control: c.Name == p.Control}
	for round := 1; round <= a.Rounds; round++ {
		if f.Valid(round, c.Name) != nil {
			out.Runs++
			if f.Valid(round, p.Baseline) != nil {
				out.paired++
			}
		}
	}
	for _, m := range Metrics {
		processes := []string{""}
		if m.PerProcess {
			processes = a.Processes()
		}
		for _, name := range processes {
			if cell, ok := a.cell(f, c.Name, p.Baseline, m, name); ok {
				out.Cells = append(out.Cells, cell)
			}
		}
	}
	return out
}

// Processes are all that are measured: the services in their order, then the generator.
func (a *Analysis) Processes() []string {
	var out []string
	for _, s := range a.experiment.Plan.Services {
		out = append(out, s.Name)
	}
	return append(out, record.Generator)
}

// cell collects one metric of one process in the case of that name, beside the case base.
func (a *Analysis) cell(f *record.Folder, name, base string, m Metric, process string) (Cell, bool) {
	cell := Cell{Metric: m.Key, Process: process, Unit: m.Unit}
	cell.Primary = m.Key == a.Primary && (process == a.Measured || process == "")
	var levels []float64
	for round := 1; round <= a.Rounds; round++ {
		r := f.Valid(round, name)
		if r == nil {
			continue
		}
		v, ok := m.Value(r, process)
		if !ok {
			continue
		}
		levels = append(levels, v)
		if b := f.Valid(round, base); b != nil && name != base {
			if w, ok := m.Value(b, process); ok {
				cell.Pairs = append(cell.Pairs, stats.Pair{Round: round, Base: w, Case: v})
			}
		}
	}
	if len(levels) == 0 {
		return cell, false
	}
	cell.Level = stats.MeanInterval(levels, Confidence)
	return cell, true
}

// Comparison is of two cases with each other.
type Comparison struct {
	A     string `json:"a"`
	B     string `json:"b"`
	Cells []Cell `json:"cells"`
}

// compare puts case b against case a, in what shows where the cost of a sampler falls.
func (a *Analysis) compare(f *record.Folder, first, second string) Comparison {
	out := Comparison{A: first, B: second}
	for _, key := range []string{"cpu", "allocs", "bytes", "wire", "rss"} {
		m, _ := Find(key)
		for _, name := range a.Processes() {
			if name == record.Generator || name != a.Measured && (key == "allocs" || key == "bytes") {
				continue
			}
			if cell, ok := a.cell(f, second, first, m, name); ok && len(cell.Pairs) > 0 && cell.Level.Mean != 0 {
				cell.Primary = false
				out.Cells = append(out.Cells, cell)
			}
		}
	}
	return out
}

// Cell is the cell of a metric and process in a case, nil when it wasn't measured.
func (c *Case) Cell(metric, process string) *Cell {
	for i := range c.Cells {
		if c.Cells[i].Metric == metric && c.Cells[i].Process == process {
			return &c.Cells[i]
		}
	}
	return nil
}

// Case is the case of that name, nil when there is none.
func (a *Analysis) Case(name string) *Case {
	for i := range a.Cases {
		if a.Cases[i].Name == name {
			return &a.Cases[i]
		}
	}
	return nil
}

// PrimaryProcess is the process of the primary metric: the measured service, or "" for a metric of the requests.
func (a *Analysis) PrimaryProcess() string {
	if m, ok := Find(a.Primary); ok && !m.PerProcess {
		return ""
	}
	return a.Measured
}

// Precise reports whether the primary metric of every case is known to within target.
func (a *Analysis) Precise(target float64) bool {
	var effects []stats.Effect
	for i := range a.Cases {
		if a.Cases[i].Baseline {
			continue
		}
		c := a.Cases[i].Cell(a.Primary, a.PrimaryProcess())
		if c == nil || c.Effect == nil {
			return false
		}
		effects = append(effects, *c.Effect)
	}
	return stats.Precise(effects, target)
}

// Runs are all runs of the record, void ones too.
func (a *Analysis) Runs() []*record.Run { return a.runs }

// Experiment is what the runs belong to.
func (a *Analysis) Experiment() record.Experiment { return a.experiment }
