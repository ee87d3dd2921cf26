package analysis

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"

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
			return nil, fmt.Errorf("%q: there is no metric %q%s", part, m[2], nearestMetric(m[2]))
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

func nearestMetric(got string) string {
	keys := make([]string, len(Metrics))
	for i, m := range Metrics {
		keys[i] = m.Key
	}
	slices.SortStableFunc(keys, func(a, b string) int {
		return levenshtein.ComputeDistance(got, a) - levenshtein.ComputeDistance(got, b)
	})
	if levenshtein.ComputeDistance(got, keys[0]) <= 2 {
		return fmt.Sprintf("; did you mean %q?", keys[0])
	}
	slices.Sort(keys)
	return "; there are " + strings.Join(keys, ", ")
}

// Check reports whether every name in the limits is one of the experiment's.
func (a *Analysis) Check(limits []Limit) error {
	for _, l := range limits {
		if l.Case != "" && a.Case(l.Case) == nil {
			return fmt.Errorf("-budget: %q: there is no case %q", l.text, l.Case)
		}
		if l.Process != "" && !slices.Contains(a.Processes(), l.Process) {
			return fmt.Errorf("-budget: %q: there is no process %q; there are %s", l.text, l.Process, strings.Join(a.Processes(), ", "))
		}
	}
	return nil
}

// Spend judges the limits: over when the whole 90 % interval (one-sided 95 %) lies above, within when it lies below.
func (a *Analysis) Spend(limits []Limit) {
	o := &Outcome{State: BudgetWithin}
	trust := a.Trustworthy()
	for _, l := range limits {
		for i := range a.Cases {
			c := &a.Cases[i]
			if c.Baseline || l.Case == "" && c.Control || l.Case != "" && l.Case != c.Name {
				continue
			}
			line := a.spend(l, c)
			if trust != nil {
				line.State, line.Found = BudgetInconclusive, line.Found+"; "+trust.Error()
			}
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
	process := l.Process
	if process == "" && m.PerProcess {
		process = a.Measured
	}
	cell := c.Cell(l.Metric, process)
	if cell == nil || cell.Effect == nil {
		answer.Found = "not measured"
		return answer
	}
	i, limit := cell.Effect.Difference, l.Value
	if l.Relative {
		if !cell.Effect.Relative {
			answer.Found = "no ratio: the baseline is 0; write the limit without %"
			return answer
		}
		i, limit = cell.Effect.Ratio, l.Value
	}
	answer.Found = describe(i, l.Relative, m)
	answer.State = judgeLimit(cell, l, limit)
	return answer
}

// judgeLimit tests the effect against the limit on both sides, at Alpha each.
func judgeLimit(cell *Cell, l Limit, limit float64) State {
	i := cell.Effect.Difference
	if l.Relative {
		i, limit = cell.Effect.LogRatio, stats.LogMargin(limit)
	}
	above, below := stats.Beyond(i, limit)
	switch {
	case above <= Alpha:
		return BudgetOver
	case below <= Alpha:
		return BudgetWithin
	}
	return BudgetInconclusive
}

func describe(i stats.Interval, relative bool, m Metric) string {
	if relative {
		return fmt.Sprintf("%+.1f %% [%.1f, %.1f]", 100*i.Mean, 100*i.Lo, 100*i.Hi)
	}
	return fmt.Sprintf("%+.*f %s [%.*f, %.*f]", m.Decimals, i.Mean, m.Unit, m.Decimals, i.Lo, m.Decimals, i.Hi)
}

func worse(a, b State) State {
	rank := []State{BudgetWithin, BudgetInconclusive, BudgetOver}
	return rank[max(slices.Index(rank, a), slices.Index(rank, b))]
}
