package analysis

import (
	"fmt"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
	"example.com/foobar/overhead/stats"
)

// Confidence is that of every interval, and Alpha the error probability of every claim.
const (
	Confidence = 0.95
	Alpha      = 0.05
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
}

// Cell is one metric of one process in one case.
type Cell struct {
	Metric  string `json:"metric"`
	Process string `json:"process,omitempty"`
	Unit    string `json:"unit"`
	// Level is of the values themselves over the rounds.
	Level stats.Interval `json:"level"`
	// Effect is against the baseline in the same rounds; nil for the baseline itself.
	Effect *stats.Effect `json:"effect,omitempty"`
	Pairs  []stats.Pair  `json:"pairs,omitempty"`
	// Claims are against the margin; Verdict is the claim that holds, after Holm's correction unless the metric is primary.
	Claims   *stats.Claims `json:"claims,omitempty"`
	Adjusted float64       `json:"adjusted_p,omitempty"`
	Verdict  stats.Verdict `json:"verdict,omitempty"`
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

// Of analyses a record.
func Of(f *record.Folder) *Analysis {
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
	a.correct()
	a.judgeNoise()
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
		a.VoidRuns = append(a.VoidRuns, v)
	}
}

func (a *Analysis) analyse(f *record.Folder, c plan.Case) Case {
	p := f.Experiment.Plan
	out := Case{Name: c.Name, Description: c.Description, Baseline: c.Name == p.Baseline, Control: c.Name == p.Control}
	for round := 1; round <= a.Rounds; round++ {
		if f.Valid(round, c.Name) != nil {
			out.Runs++
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
	return append(out, Generator)
}

// cell estimates one metric of one process in the case of that name, against the case base.
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
	if len(cell.Pairs) > 0 {
		e := stats.Paired(cell.Pairs, Confidence)
		cell.Effect = &e
		if e.Relative {
			c := stats.Judge(e.LogRatio, stats.LogMargin(float64(a.Margin)))
			cell.Claims = &c
			cell.Adjusted = c.P()
		}
	}
	return cell, true
}

// correct gives every cell its verdict: the primary metric's stand as they are; all others of the measured service and
// of the requests form one family under Holm's procedure; what other processes did is judged in a family of its own.
func (a *Analysis) correct() {
	families := map[string][]*Cell{}
	for i := range a.Cases {
		for j := range a.Cases[i].Cells {
			c := &a.Cases[i].Cells[j]
			switch {
			case c.Claims == nil:
			case c.Primary:
				a.conclude(c, c.Claims.Verdict(Alpha), Alpha)
			case c.Process == a.Measured || c.Process == "":
				families["measured"] = append(families["measured"], c)
			default:
				families["others"] = append(families["others"], c)
			}
		}
	}
	for i := range a.Comparisons {
		for j := range a.Comparisons[i].Cells {
			if c := &a.Comparisons[i].Cells[j]; c.Claims != nil {
				families["comparison "+fmt.Sprint(i)] = append(families["comparison "+fmt.Sprint(i)], c)
			}
		}
	}
	for _, cells := range families {
		p := make([]float64, len(cells))
		for i, c := range cells {
			p[i] = c.Claims.P()
		}
		for i, adjusted := range stats.Holm(p) {
			cells[i].Adjusted = adjusted
			verdict := stats.Inconclusive
			if adjusted <= Alpha {
				verdict = cells[i].Claims.Verdict(Alpha)
			}
			a.conclude(cells[i], verdict, Alpha/float64(2*len(cells)))
		}
	}
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
			if name == Generator || name != a.Measured && (key == "allocs" || key == "bytes") {
				continue
			}
			if cell, ok := a.cell(f, second, first, m, name); ok && cell.Effect != nil && cell.Level.Mean != 0 {
				cell.Primary = false
				out.Cells = append(out.Cells, cell)
			}
		}
	}
	return out
}

// conclude notes the verdict; without one, how many more rounds would bring one at alpha.
func (a *Analysis) conclude(c *Cell, v stats.Verdict, alpha float64) {
	c.Verdict = v
	if v == stats.Inconclusive {
		c.More = stats.MoreRounds(c.Effect.LogRatio, stats.LogMargin(float64(a.Margin)), alpha, roundsLimit)
	}
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

func (a *Analysis) judgeNoise() {
	control := a.Case(a.experiment.Plan.Control)
	if control == nil {
		return
	}
	if cell := control.Cell(a.Primary, a.PrimaryProcess()); cell != nil {
		n := stats.NoiseFloor(cell.Pairs, Confidence)
		a.Noise = &n
	}
}

// warn collects what makes the numbers doubtful.
func (a *Analysis) warn() {
	add := func(format string, args ...any) { a.Warnings = append(a.Warnings, fmt.Sprintf(format, args...)) }
	p := a.experiment.Plan
	for _, c := range a.Cases {
		switch {
		case c.Runs == 0:
			add("%s has no valid run: nothing is said of it.", c.Name)
		case c.Runs < 5:
			add("%s rests on %d valid %s: its intervals are wide, and a t interval needs roughly normal values.", c.Name, c.Runs, plural(c.Runs, "round"))
		}
	}
	if a.Noise == nil {
		add("No case repeats the baseline: the noise of this machine is not known. Set control: in the plan.")
	} else if cell := a.Case(p.Control).Cell(a.Primary, a.PrimaryProcess()); cell.Verdict == stats.More || cell.Verdict == stats.Less {
		add("The two equal baselines differ by more than the margin (%s): this machine can't tell such differences now; no verdict here is to be trusted.", a.Margin)
	}
	if p.SpansPerTrace() == 0 {
		add("No service declares its spans: whether telemetry arrived isn't known, and lost telemetry is cheap. Set spans: in the plan.")
	}
	if a.Void > 0 {
		add("%d of %d runs were void and are left out; the reasons are below.", a.Void, a.Void+a.Valid)
	}
	if a.Environment.SharedCPUs != "" {
		add("%s", a.Environment.SharedCPUs)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// Trustworthy reports whether there is something to judge: every case has two valid runs, and the equal baselines
// came out equal or undecided.
func (a *Analysis) Trustworthy() error {
	for _, c := range a.Cases {
		if c.Runs < 2 {
			return fmt.Errorf("%s has %d valid %s, too few to judge", c.Name, c.Runs, plural(c.Runs, "run"))
		}
	}
	if a.Noise != nil {
		cell := a.Case(a.experiment.Plan.Control).Cell(a.Primary, a.PrimaryProcess())
		if cell.Verdict == stats.More || cell.Verdict == stats.Less {
			return fmt.Errorf("the two equal baselines differ by more than %s", a.Margin)
		}
	}
	return nil
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
