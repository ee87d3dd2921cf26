package analysis

import (
	"fmt"
	"math"

	"example.com/foobar/overhead/stats"
)

// estimate gives every cell its effect, each at the confidence at which it is judged and printed: Confidence for the primary
// metric, and for the others as much as lets all intervals of a family hold together (Bonferroni). All other metrics of the
// measured service and of the requests are one family, those of other processes another, and each comparison is one.
func (a *Analysis) estimate() {
	families := map[string][]*Cell{}
	for i := range a.Cases {
		for j := range a.Cases[i].Cells {
			c := &a.Cases[i].Cells[j]
			switch {
			case len(c.Pairs) == 0:
			case c.Primary:
				c.estimate(Confidence)
			case c.Process == a.Measured || c.Process == "":
				families["measured"] = append(families["measured"], c)
			default:
				families["others"] = append(families["others"], c)
			}
		}
	}
	for i := range a.Comparisons {
		for j := range a.Comparisons[i].Cells {
			key := fmt.Sprint("comparison ", i)
			families[key] = append(families[key], &a.Comparisons[i].Cells[j])
		}
	}
	for _, cells := range families {
		for _, c := range cells {
			c.estimate(1 - (1-Confidence)/float64(len(cells)))
		}
	}
}

func (c *Cell) estimate(confidence float64) {
	e := stats.Paired(c.Pairs, confidence)
	c.Effect, c.Confidence = &e, confidence
}

// giveVerdicts gives every cell its verdict: the control's first, which says how much of the others is noise.
func (a *Analysis) giveVerdicts() {
	control := a.control()
	if control != nil {
		for i := range control.Cells {
			a.giveVerdict(&control.Cells[i], true)
		}
		if c := control.Cell(a.Primary, a.PrimaryProcess()); c != nil && c.Effect != nil {
			n := stats.NoiseFloor(*c.Effect)
			a.Noise = &n
		}
	}
	for i := range a.Cases {
		if c := &a.Cases[i]; !c.Control {
			for j := range c.Cells {
				a.giveVerdict(&c.Cells[j], false)
			}
		}
	}
	for i := range a.Comparisons {
		for j := range a.Comparisons[i].Cells {
			a.giveVerdict(&a.Comparisons[i].Cells[j], false)
		}
	}
}

func (a *Analysis) giveVerdict(c *Cell, control bool) {
	if c.Effect == nil || !c.Effect.Relative {
		return
	}
	margin, noise, floor := stats.LogMargin(float64(a.Margin)), stats.Interval{}, 0.0
	if !control {
		floor, _ = a.floor(c.Metric, c.Process)
		noise = a.noiseOf(c.Metric, c.Process)
	}
	c.Verdict, c.Reason = stats.VerdictOf(c.Effect.LogRatio, margin, floor)
	if !control && a.baselinesDiffer(c.Metric, c.Process) {
		c.Verdict, c.Reason = stats.Inconclusive, stats.BaselinesDiffer
		return
	}
	if c.Verdict == stats.Inconclusive {
		c.More = stats.MoreRounds(c.Effect.LogRatio, noise, margin, c.Confidence, roundsLimit)
	}
}

// control is the case that repeats the baseline, nil without one.
func (a *Analysis) control() *Case { return a.Case(a.experiment.Plan.Control) }

// floor is how far from nothing the control's interval of a metric reaches, on the scale of log ratios and in the metric's
// unit: 0 where no control was asked to show it, infinite where the control has too few valid runs to.
func (a *Analysis) floor(metric, process string) (logRatio, difference float64) {
	control := a.control()
	if control == nil {
		return 0, 0
	}
	c := control.Cell(metric, process)
	switch {
	case control.Runs < 2:
		return math.Inf(1), math.Inf(1)
	case c == nil || c.Effect == nil: // a process that the baselines don't start
		return 0, 0
	}
	logRatio, difference = c.Effect.Floor()
	if !c.Effect.Relative {
		logRatio = 0
	}
	return logRatio, difference
}

// noiseOf is the control's interval of a metric, empty where there is none.
func (a *Analysis) noiseOf(metric, process string) stats.Interval {
	if control := a.control(); control != nil {
		if c := control.Cell(metric, process); c != nil && c.Effect != nil && c.Effect.Relative {
			return c.Effect.LogRatio
		}
	}
	return stats.Interval{}
}

// baselinesDiffer reports whether the two equal baselines came out as different in a metric, or in the primary one where
// the control doesn't show the metric itself: then what was measured of it can't be believed.
func (a *Analysis) baselinesDiffer(metric, process string) bool {
	control := a.control()
	if control == nil {
		return false
	}
	c := control.Cell(metric, process)
	if c == nil || c.Verdict == "" {
		c = control.Cell(a.Primary, a.PrimaryProcess())
	}
	return c != nil && (c.Verdict == stats.More || c.Verdict == stats.Less)
}

// Trustworthy reports whether there is something to judge: every case has a valid run in a round of which the baseline has one,
// and the equal baselines came out equal or undecided.
func (a *Analysis) Trustworthy() error {
	for _, c := range a.Cases {
		if c.Runs == 0 {
			return fmt.Errorf("%s has no valid run", c.Name)
		}
	}
	for _, c := range a.Cases {
		if c.paired == 0 {
			return fmt.Errorf("%s has no valid run in a round in which %s has one", c.Name, a.experiment.Plan.Baseline)
		}
	}
	if a.baselinesDiffer(a.Primary, a.PrimaryProcess()) {
		return fmt.Errorf("the two equal baselines differ by more than %s", a.Margin)
	}
	return nil
}

// warn collects what makes the numbers doubtful.
func (a *Analysis) warn() {
	for i := range a.Cases {
		a.warnOfRounds(&a.Cases[i])
	}
	a.warnOfNoise()
	if a.experiment.Plan.SpansPerTrace() == 0 {
		a.warnf("No service declares its spans: whether telemetry arrived isn't known, and lost telemetry is cheap. Set spans: in the plan.")
	}
	if a.Void > 0 {
		a.warnf("Void and left out: %d of %d runs; the reasons are below.", a.Void, a.Void+a.Valid)
	}
	if a.Environment.SharedCPUs != "" {
		a.warnf("%s", a.Environment.SharedCPUs)
	}
}

func (a *Analysis) warnf(format string, args ...any) {
	a.Warnings = append(a.Warnings, fmt.Sprintf(format, args...))
}

// warnOfRounds says that a case has too few.
func (a *Analysis) warnOfRounds(c *Case) {
	base := a.experiment.Plan.Baseline
	switch {
	case c.Runs == 0:
		a.warnf("%s has no valid run: nothing is said of it.", c.Name)
	case c.paired == 0 && a.Case(base).Runs > 0:
		a.warnf("%s has no valid run in a round in which %s has one: there is nothing to compare it with.", c.Name, base)
	case c.Runs < stats.MinRounds:
		a.warnf("%s rests on %d valid %s, fewer than the %d that a verdict needs.", c.Name, c.Runs, plural(c.Runs, "round"), stats.MinRounds)
	case c.paired < stats.MinRounds:
		a.warnf("%s shares %d valid %s with %s, fewer than the %d that a verdict needs.", c.Name, c.paired, plural(c.paired, "round"), base, stats.MinRounds)
	}
}

// warnOfNoise says that it isn't known, or too great.
func (a *Analysis) warnOfNoise() {
	switch {
	case a.Noise == nil && a.control() != nil:
		a.warnf("%s repeats the baseline and can't be compared with it: the noise of this machine is not known.", a.control().Name)
	case a.Noise == nil:
		a.warnf("No case repeats the baseline: the noise of this machine is not known. Set control: in the plan.")
	case a.baselinesDiffer(a.Primary, a.PrimaryProcess()):
		a.warnf("The two equal baselines differ by more than the margin (%s): this machine can't tell such differences now.", a.Margin)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
