package report

import (
	"fmt"
	"strconv"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/stats"
)

// level is "215.2 ±4.8", the value with half its interval.
func level(i stats.Interval, m analysis.Metric) string {
	text := analysis.Number(i.Mean, m.Decimals, false)
	if i.Bounded {
		text += " ±" + analysis.Number(i.Half(), m.Decimals, false)
	}
	return text
}

// difference is "+122 [100, 145]", with the unit behind it when asked for.
func difference(c *analysis.Cell, m analysis.Metric, unit bool) string {
	i := c.Effect.Difference
	text := analysis.Number(i.Mean, m.Decimals, true)
	if unit {
		text += " " + m.Unit
	}
	if i.Bounded {
		text += limits(i.Lo, i.Hi, m.Decimals)
	}
	return text
}

// limits is " [100, 145]".
func limits(lo, hi float64, decimals int) string {
	return fmt.Sprintf(" [%s, %s]", analysis.Number(lo, decimals, false), analysis.Number(hi, decimals, false))
}

// share is "+57.0 % [45.1, 70.2]".
func share(i stats.Interval) string {
	text := analysis.Number(100*i.Mean, 1, true) + " %"
	if i.Bounded {
		text += limits(100*i.Lo, 100*i.Hi, 1)
	}
	return text
}

func percent(v float64) string { return analysis.Number(100*v, 1, false) + " %" }

// verdictText is the verdict in words: "costs more than 5 %", "inconclusive, about 7 more rounds".
func verdictText(a *analysis.Analysis, c *analysis.Cell) string {
	switch c.Verdict {
	case "":
		return ""
	case stats.Within:
		return fmt.Sprintf("%s ±%s", c.Verdict, margin(a))
	case stats.More, stats.Less:
		return fmt.Sprintf("%s %s", c.Verdict, margin(a))
	}
	switch c.Reason {
	case stats.TooFewRounds:
		return fmt.Sprintf("no verdict from %s, about %d more", counted(c.Effect.LogRatio.N, "round"), c.More)
	case stats.WithinNoise:
		return fmt.Sprintf("inconclusive: %s, %s", c.Reason, more(c))
	case stats.BaselinesDiffer:
		return fmt.Sprintf("inconclusive: %s", c.Reason)
	}
	return "inconclusive, " + more(c)
}

// more says how many more rounds a verdict needs.
func more(c *analysis.Cell) string {
	if c.More >= 1000 {
		return "even with 1000 more rounds"
	}
	return "about " + strconv.Itoa(c.More) + " more " + plural(c.More, "round")
}

// counted is "1 round", "2 rounds".
func counted(n int, noun string) string { return strconv.Itoa(n) + " " + plural(n, noun) }

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// verdictSign is the verdict in one sign, for narrow tables.
func verdictSign(c *analysis.Cell) string {
	switch c.Verdict {
	case stats.More:
		return " >"
	case stats.Less:
		return " <"
	case stats.Within:
		return " ="
	case stats.Inconclusive:
		return " ~"
	}
	return "  "
}

// verdictSigns explains the signs.
func verdictSigns(a *analysis.Analysis) string {
	return fmt.Sprintf("> costs more than %s, < saves more than %s, = within ±%s, ~ no verdict. Secondary metrics: so wide that all their intervals hold together, at 95 %%.",
		margin(a), margin(a), margin(a))
}

// margin is "5 %".
func margin(a *analysis.Analysis) string { return fmt.Sprintf("%.3g %%", 100*float64(a.Margin)) }
