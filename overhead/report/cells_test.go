package report

import (
	"math"
	"strings"
	"testing"

	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/stats"
)

// between is an interval with limits.
func between(lo, mean, hi float64) stats.Interval {
	return stats.Interval{N: 8, Mean: mean, SD: 1, Lo: lo, Hi: hi, Bounded: true}
}

// once is an interval of one value.
func once(v float64) stats.Interval { return stats.Interval{N: 1, Mean: v, Lo: v, Hi: v} }

func TestLevel(t *testing.T) {
	for _, c := range []struct {
		i        stats.Interval
		decimals int
		want     string
	}{
		{between(210.4, 215.2, 220), 1, "215.2 ±4.8"}, {between(8999, 9000, 9001), 0, "9000 ±1"}, {between(3, 3, 3), 2, "3.00 ±0.00"},
		{once(215.24), 1, "215.2"}, {once(-0.001), 1, "0.0"}, {between(-1e300, 5, 1e300), 1, "5.0 ±1.0e+300"},
	} {
		if got := level(c.i, analysis.Metric{Decimals: c.decimals}); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.i, got, c.want)
		}
	}
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		i        stats.Interval
		decimals int
		unit     bool
		want     string
	}{
		{between(100, 122, 145), 0, false, "+122 [100, 145]"}, {between(100, 122, 145), 0, true, "+122 B [100, 145]"},
		{between(-0.04, 0.01, 0.04), 1, false, "+0.0 [0.0, 0.0]"}, {between(-14.72, -6.66, 1.6), 1, true, "-6.7 B [-14.7, 1.6]"},
		{once(-0.04), 1, false, "+0.0"}, {once(3), 2, true, "+3.00 B"},
	} {
		if got := difference(&analysis.Cell{Effect: &stats.Effect{Difference: c.i}}, analysis.Metric{Decimals: c.decimals, Unit: "B"}, c.unit); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.i, got, c.want)
		}
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		i    stats.Interval
		want string
	}{
		{between(0.451, 0.57, 0.702), "+57.0 % [45.1, 70.2]"}, {between(-0.072, -0.033, 0.008), "-3.3 % [-7.2, 0.8]"}, {once(0.0004), "+0.0 %"},
		{between(-0.0004, -0.0002, 0.0001), "+0.0 % [0.0, 0.0]"}, {between(-1, 0.5, 1e300), "+50.0 % [-100.0, 1.0e+302]"},
	} {
		if got := share(c.i); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.i, got, c.want)
		}
	}
	for v, want := range map[float64]string{0.078: "7.8 %", 0: "0.0 %", 1e300: "1.0e+302 %"} {
		if got := percent(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}

func TestVerdictText(t *testing.T) {
	a := &analysis.Analysis{Margin: 0.05}
	for _, c := range []struct {
		verdict stats.Verdict
		reason  stats.Reason
		n, more int
		text    string
		mark    string
	}{
		{"", "", 0, 0, "", "  "},
		{stats.Within, "", 8, 0, "within ±5 %", " ="},
		{stats.More, "", 8, 0, "costs more than 5 %", " >"},
		{stats.Less, "", 8, 0, "saves more than 5 %", " <"},
		{stats.Inconclusive, stats.TooFewRounds, 1, 9, "no verdict from 1 round, about 9 more", " ~"},
		{stats.Inconclusive, stats.TooFewRounds, 5, 1, "no verdict from 5 rounds, about 1 more", " ~"},
		{stats.Inconclusive, stats.WithinNoise, 8, 1, "inconclusive: within the noise floor, about 1 more round", " ~"},
		{stats.Inconclusive, stats.WithinNoise, 8, 1000, "inconclusive: within the noise floor, even with 1000 more rounds", " ~"},
		{stats.Inconclusive, stats.BaselinesDiffer, 8, 0, "inconclusive: the equal baselines differ", " ~"},
		{stats.Inconclusive, stats.TooWide, 8, 47, "inconclusive, about 47 more rounds", " ~"},
		{stats.Inconclusive, stats.TooWide, 8, 1000, "inconclusive, even with 1000 more rounds", " ~"},
	} {
		cell := &analysis.Cell{Verdict: c.verdict, Reason: c.reason, More: c.more, Effect: &stats.Effect{LogRatio: stats.Interval{N: c.n}}}
		if got := verdictText(a, cell); got != c.text {
			t.Errorf("%s, %s: got %q, want %q", c.verdict, c.reason, got, c.text)
		}
		if got := verdictSign(cell); got != c.mark {
			t.Errorf("%s: got %q, want %q", c.verdict, got, c.mark)
		}
		if c.verdict != "" && !strings.Contains(verdictSigns(a), strings.TrimSpace(c.mark)+" ") {
			t.Errorf("the sign %q isn't explained in %q", c.mark, verdictSigns(a))
		}
	}
	for share, want := range map[float64]string{0.05: "5 %", 0.025: "2.5 %", 0.001: "0.1 %", 0.123: "12.3 %"} {
		if got := margin(&analysis.Analysis{Margin: plan.Percent(share)}); got != want {
			t.Errorf("%v: got %s, want %s", share, got, want)
		}
	}
}

func TestCounted(t *testing.T) {
	for n, want := range map[int]string{0: "0 rounds", 1: "1 round", 2: "2 rounds"} {
		if got := counted(n, "round"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFinite(t *testing.T) {
	if !finite() || !finite(0, -1, 1e300) || finite(1, math.NaN()) || finite(math.Inf(1)) || finite(0, math.Inf(-1)) {
		t.Error("finite takes numbers for what they aren't")
	}
}
