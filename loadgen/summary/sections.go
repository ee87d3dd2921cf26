package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// families are the blocks of metrics in a section, in their order; what is in none of them is CUSTOM and comes first.
var families = []struct {
	title string
	names []string
}{
	{"CUSTOM", nil},
	{"HTTP", []string{
		"http_req_blocked", "http_req_connecting", "http_req_duration", "http_req_failed", "http_req_receiving",
		"http_req_response_time", "http_req_sending", "http_req_tls_handshaking", "http_req_waiting", "http_reqs",
	}},
	{"EXECUTION", []string{"dropped_iterations", "iteration_duration", "iteration_lag", "iterations", "vus", "vus_max"}},
	{"NETWORK", []string{"data_received", "data_sent"}},
}

// hiddenMetrics are those that a layout leaves out.
func hiddenMetrics(m Mode) map[string]bool {
	hidden := map[string]bool{"checks": true, "group_duration": true}
	if m == Compact {
		for _, phase := range []string{"blocked", "connecting", "receiving", "sending", "tls_handshaking", "waiting"} {
			hidden["http_req_"+phase] = true
		}
	}
	return hidden
}

// report writes the compact and the full layout.
type report struct {
	b       *strings.Builder
	p       palette
	o       Options
	elapsed time.Duration
}

// sections writes the thresholds, the totals and, in the full layout, the groups of the scenario named default and every
// other scenario with its groups.
func sections(b *strings.Builder, s *metrics.Snapshot, o Options) {
	r := report{b: b, p: newPalette(o), o: o, elapsed: s.Elapsed}
	b.WriteString("\n")
	r.thresholds(s.Total.Series)
	r.title("TOTAL RESULTS")
	r.section(s.Total.Series, flatten(&s.Total), "    ")
	if o.Mode == Full {
		r.scenarios(s.Scenarios)
	}
	before := b.Len()
	footnotes(b, r.p, s, "  ")
	if b.Len() > before {
		b.WriteString("\n")
	}
	b.WriteString("\n\n")
}

func (r *report) title(text string) {
	fmt.Fprintf(r.b, "\n  %s %s \n\n", block, r.p.paint(bold, text))
}

func (r *report) scenarios(list []metrics.Section) {
	for i := range list {
		if list[i].Name != "default" {
			continue
		}
		for j := range list[i].Groups {
			g := &list[i].Groups[j]
			r.title("GROUP: " + g.Name)
			r.section(g.Series, g.Checks, "    ")
			r.groups(g.Groups, "    ")
		}
	}
	for i := range list {
		if list[i].Name == "default" {
			continue
		}
		r.title("SCENARIO: " + list[i].Name)
		r.section(list[i].Series, flatten(&list[i]), "    ")
		r.groups(list[i].Groups, "    ")
	}
}

// groups writes nested groups, each two further in.
func (r *report) groups(list []metrics.Section, indent string) {
	for i := range list {
		fmt.Fprintf(r.b, "%s%s %s \n\n", indent, detail, r.p.paint(bold, "GROUP: "+list[i].Name))
		r.section(list[i].Series, list[i].Checks, indent+"  ")
		r.groups(list[i].Groups, indent+"  ")
	}
}

// section writes checks and the families of metrics, each with an empty line after it.
func (r *report) section(series []metrics.Series, checks []metrics.Check, indent string) {
	if len(checks) > 0 {
		r.checks(checks, indent)
	}
	shown := visible(series, hiddenMetrics(r.o.Mode))
	t := table{palette: r.p, stats: r.o.TrendStats, rows: rowsOf(shown, r.elapsed, r.o)}
	w := t.measure()
	for _, f := range families {
		titled := false
		for i := range shown {
			if familyOf(shown[i].Name) != f.title {
				continue
			}
			if !titled {
				fmt.Fprintln(r.b, indent+r.p.paint(bold, f.title))
				titled = true
			}
			fmt.Fprintln(r.b, indent+t.rows[i].indent+t.line(t.rows[i], w))
		}
		if titled {
			r.b.WriteString("\n")
		}
	}
}

func familyOf(name string) string {
	for _, f := range families {
		if slices.Contains(f.names, name) {
			return f.title
		}
	}
	return families[0].title
}

// flatten are the checks of a section and of all groups in it in the order of their first appearance, those of one name
// together.
func flatten(s *metrics.Section) []metrics.Check {
	var all []metrics.Check
	var collect func(s *metrics.Section)
	collect = func(s *metrics.Section) {
		all = append(all, s.Checks...)
		for i := range s.Groups {
			collect(&s.Groups[i])
		}
	}
	collect(s)
	slices.SortStableFunc(all, func(a, b metrics.Check) int { return cmp.Compare(a.Order, b.Order) })
	return metrics.UniteChecks(all)
}

// checks writes the three totals and each check.
func (r *report) checks(checks []metrics.Check, indent string) {
	var passes, fails uint64
	for _, c := range checks {
		passes += c.Passes
		fails += c.Fails
	}
	total := passes + fails
	all := metrics.Series{Sum: float64(total)}
	t := table{palette: r.p, rows: []row{
		{name: "checks_total", value: formatCount(total), extras: []string{formatRate(all.PerSecond(r.elapsed), metrics.Default, "")}},
		{name: "checks_succeeded", value: formatShare(passes, total), extras: []string{formatCount(passes) + " out of " + formatCount(total)}},
		{name: "checks_failed", value: formatShare(fails, total), extras: []string{formatCount(fails) + " out of " + formatCount(total)}},
	}}
	w := t.measure()
	for _, row := range t.rows {
		fmt.Fprintln(r.b, indent+t.line(row, w))
	}
	r.b.WriteString("\n")
	for _, c := range checks {
		r.check(c, indent)
	}
	r.b.WriteString("\n")
}

// check writes a check, and below one that failed its details, which k6 indents twice in nested groups.
func (r *report) check(c metrics.Check, indent string) {
	if c.Fails == 0 {
		fmt.Fprintln(r.b, indent+r.p.paint(green, passed+" "+c.Name))
		return
	}
	fmt.Fprintln(r.b, indent+r.p.paint(red, failed+" "+c.Name))
	fmt.Fprintln(r.b, indent+indent[2:]+r.p.paint(red, checkDetail(c)))
}

// thresholds writes every expression with what it came to.
func (r *report) thresholds(list []metrics.Series) {
	titled := false
	parent := ""
	for i := range list {
		s := &list[i]
		if len(s.Thresholds) == 0 {
			continue
		}
		if !titled {
			r.title("THRESHOLDS")
			titled = true
		}
		indent, name := "    ", s.FullName()
		switch {
		case len(s.Selector) == 0:
			parent = s.Name
		case parent == s.Name:
			indent, name = indent+"  ", "{"+selectorText(s.Selector)+"}"
		}
		fmt.Fprintln(r.b, indent+name)
		for _, t := range s.Thresholds {
			r.threshold(s, t, indent)
		}
		r.b.WriteString("\n")
	}
}

func (r *report) threshold(s *metrics.Series, t metrics.ThresholdResult, indent string) {
	value := thresholdValue(s, t, r.o.TimeUnit)
	if t.NoSamples {
		value = "no samples"
	}
	fmt.Fprintf(r.b, "%s%s %s %s=%s\n", indent, r.p.mark(t.OK), r.p.paint(white, "'"+t.Expression+"'"),
		r.p.paint(white, t.Aggregation), r.p.paint(cyan, value))
}

// thresholdValue writes what an expression came to as the metric's own line would.
func thresholdValue(s *metrics.Series, t metrics.ThresholdResult, unit string) string {
	v := t.Value
	if s.Contains == metrics.Time {
		v *= float64(time.Millisecond)
	}
	switch {
	case s.Kind == metrics.Rate:
		return formatShare(s.Passes, s.Count)
	case s.Kind == metrics.Counter && t.Aggregation == "rate":
		return formatValue(v, s.Contains, unit) + "/s"
	}
	return formatValue(v, s.Contains, unit)
}
