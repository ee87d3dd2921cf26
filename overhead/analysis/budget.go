package analysis

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/nearest"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/stats"
)

// Limit is one part of a budget: what a metric may cost on top of the baseline.
type Limit struct {
	// Process is empty for the measured service or the requests, Case for every case but the control.
	Process, Metric, Case string
	// Value is a share (0.6 is +60 %) when Relative, else in the metric's unit.
	Value    float64
	Relative bool
	text     string
}

// Outcome is how a budget came out.
type Outcome struct {
	State State    `json:"state"`
	Lines []Answer `json:"lines"`
}

// Answer is how one limit came out in one case.
type Answer struct {
	Limit string `json:"limit"`
	Case  string `json:"case"`
	State State  `json:"state"`
	Found string `json:"found"`
}

// State is "within", "over" or "inconclusive".
type State string

// The states of a budget: the worst line decides, and over is worse than inconclusive.
const (
	BudgetWithin       State = "within"
	BudgetInconclusive State = "inconclusive"
	BudgetOver         State = "over"
)

// limitForm is [process.]metric[@case]<=+number[%].
var limitForm = regexp.MustCompile(`^(?:([A-Za-z0-9_-]+)\.)?([a-z0-9]+)(?:@([A-Za-z0-9_.-]+))?\s*<=\s*([+-]?[0-9]+(?:\.[0-9]+)?)(%?)$`)

// ParseBudget reads 'cpu<=+60%,allocs<=+130'. A name before a dot is a process (bar.cpu), one after @ a case.
func ParseBudget(text string) ([]Limit, error) {
	var limits []Limit
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		m := limitForm.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Errorf("%q is no limit: write cpu<=+60%%, allocs<=+130, bar.cpu<=+40 or allocs@head-20<=+70", part)
		}
		if _, ok := Find(m[2]); !ok {
			return nil, fmt.Errorf("%q: there is no metric %q%s", part, m[2], nearest.Hint("; ", m[2], metricKeys()))
		}
		value, err := strconv.ParseFloat(m[4], 64)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		l := Limit{Process: m[1], Metric: m[2], Case: m[3], Value: value, Relative: m[5] == "%", text: part}
		if l.Relative {
			l.Value /= 100
		}
		if l.Relative && l.Value <= -1 {
			return nil, fmt.Errorf("%q: a relative limit must be above -100%%", part)
		}
		limits = append(limits, l)
	}
	return limits, nil
}

// metricKeys are the names of all metrics, sorted.
func metricKeys() []string {
	keys := make([]string, len(Metrics))
	for i, m := range Metrics {
		keys[i] = m.Key
	}
	slices.Sort(keys)
	return keys
}

// Check reports whether every limit is one that the experiment can answer.
func (a *Analysis) Check(limits []Limit) error {
	for _, l := range limits {
		if err := a.check(l); err != nil {
			return fmt.Errorf("-budget: %q: %w", l.text, err)
		}
	}
	return nil
}

func (a *Analysis) check(l Limit) error {
	p := &a.experiment.Plan
	base := p.Case(p.Baseline)
	switch {
	case l.Case != "" && a.Case(l.Case) == nil:
		return fmt.Errorf("there is no case %q", l.Case)
	case l.Case == p.Baseline && l.Case != "":
		return fmt.Errorf("%s is the baseline: it costs nothing on top of itself", l.Case)
	case l.Process != "" && !slices.Contains(a.Processes(), l.Process):
		return fmt.Errorf("there is no process %q; there are %s", l.Process, strings.Join(a.Processes(), ", "))
	}
	m, _ := Find(l.Metric)
	process := l.process(a, m)
	switch {
	case l.Process != "" && !m.PerProcess:
		return fmt.Errorf("%s is measured of the requests, not of a process: write %s", l.Metric, strings.TrimPrefix(l.text, l.Process+"."))
	case base != nil && process != "" && !base.Starts(process):
		return fmt.Errorf("the baseline %s doesn't start %s: there is nothing to compare with", base.Name, process)
	}
	return counted(p, l.Metric, process)
}

// counted reports whether a process will tell what a metric needs: the garbage collector's counters are known to it alone.
func counted(p *plan.Plan, metric, process string) error {
	s := p.Service(process)
	tells := s != nil && (s.Metrics != "" || s.GC != "" && metric == "live")
	if slices.Contains([]string{"allocs", "bytes", "gc", "live"}, metric) && !tells {
		return fmt.Errorf("%s tells no counters of its heap: write metrics: with their URL in the plan, or judge by cpu or rss", process)
	}
	return nil
}

// process is the one that a limit is about, "" for a metric of the requests.
func (l Limit) process(a *Analysis, m Metric) string {
	if l.Process == "" && m.PerProcess {
		return a.Measured
	}
	return l.Process
}

// Spend judges the limits, each by the interval that is printed and by the rules of every verdict.
func (a *Analysis) Spend(limits []Limit) {
	o := &Outcome{State: BudgetWithin}
	for _, l := range limits {
		for i := range a.Cases {
			c := &a.Cases[i]
			if c.Baseline || l.Case == "" && c.Control || l.Case != "" && l.Case != c.Name {
				continue
			}
			line := a.spend(l, c)
			o.Lines = append(o.Lines, line)
			o.State = worse(o.State, line.State)
		}
	}
	if len(o.Lines) == 0 {
		o.State = BudgetInconclusive
	}
	a.Budget = o
}

func (a *Analysis) spend(l Limit, c *Case) Answer {
	answer := Answer{Limit: l.text, Case: c.Name, State: BudgetInconclusive}
	m, _ := Find(l.Metric)
	process := l.process(a, m)
	cell := c.Cell(l.Metric, process)
	if cell == nil || cell.Effect == nil {
		answer.Found = "not measured"
		return answer
	}
	logFloor, floor := a.floor(l.Metric, process)
	i := cell.Effect.Difference
	if l.Relative {
		if !cell.Effect.Relative {
			answer.Found = "no ratio: the baseline is 0; write the limit without %"
			return answer
		}
		i, floor = cell.Effect.Ratio, math.Expm1(logFloor)
	}
	if c.Control {
		floor = 0
	}
	var why string
	answer.State, why = judgeLimit(i, l.Value, floor)
	if !c.Control && a.baselinesDiffer(l.Metric, process) {
		answer.State, why = BudgetInconclusive, "; "+string(stats.BaselinesDiffer)
	}
	answer.Found = describe(i, l.Relative, m) + why
	return answer
}

// judgeLimit is over when the whole interval lies above the limit, and within when none of it does. There is no verdict from
// too few rounds; none within a limit that is itself within the noise; and none above one where the effect is, too.
func judgeLimit(i stats.Interval, limit, floor float64) (State, string) {
	slack := 1e-9 * (math.Abs(limit) + math.Abs(i.Mean)) // what logarithms leave of exact numbers
	quiet := floor <= math.Abs(limit)+slack
	over, within := i.Lo > limit+slack, i.Hi <= limit+slack
	switch {
	case !i.Bounded || i.N < stats.MinRounds:
		return BudgetInconclusive, fmt.Sprintf("; %d %s of at least %d", i.N, plural(i.N, "round"), stats.MinRounds)
	case over && (quiet || i.Lo > floor):
		return BudgetOver, ""
	case within && quiet:
		return BudgetWithin, ""
	case over || within:
		return BudgetInconclusive, "; within the noise floor"
	}
	return BudgetInconclusive, ""
}

func describe(i stats.Interval, relative bool, m Metric) string {
	decimals, unit := m.Decimals, m.Unit
	if relative {
		decimals, unit = 1, "%"
		i.Mean, i.Lo, i.Hi = 100*i.Mean, 100*i.Lo, 100*i.Hi
	}
	text := Number(i.Mean, decimals, true) + " " + unit
	if i.Bounded {
		text += fmt.Sprintf(" [%s, %s]", Number(i.Lo, decimals, false), Number(i.Hi, decimals, false))
	}
	return text
}

// Number is v with so many decimals, and a sign before it where one is asked for. What prints as zero has no minus, and what
// is far beyond anything measured, as limits from two rounds may be, is written by its power of ten.
func Number(v float64, decimals int, sign bool) string {
	verb := byte('f')
	switch {
	case math.Abs(v) < 0.5*math.Pow10(-decimals):
		v = 0
	case math.Abs(v) >= 1e9:
		verb, decimals = 'e', 1
	}
	text := strconv.FormatFloat(v, verb, decimals, 64)
	if sign && v >= 0 {
		text = "+" + text
	}
	return text
}

func worse(a, b State) State {
	rank := []State{BudgetWithin, BudgetInconclusive, BudgetOver}
	return rank[max(slices.Index(rank, a), slices.Index(rank, b))]
}
