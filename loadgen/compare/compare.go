// Package compare tells results of load tests apart: what differs between runs before and after a change, by how much, and whether
// that can be told from chance. It reads no files and makes no load.
package compare

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

// Run is one run, with the name that messages have for it.
type Run struct {
	Name string
	*summary.Saved
}

// Options say what is compared.
type Options struct {
	// Stats are the statistics of trends, as summary.Options.TrendStats; nil means DefaultStats.
	Stats []string
	// Limits are the changes that are still no regression.
	Limits []Limit
	// All compares the phases of requests too (http_req_blocked to http_req_waiting), of which a limit brings one in as well.
	All bool
	// Force compares runs of different loads, too.
	Force bool
}

// DefaultStats are the statistics of trends that are compared.
func DefaultStats() []string { return []string{"avg", "med", "p(95)", "p(99)", "max"} }

// Comparison is how the runs after a change differ from those before.
type Comparison struct {
	// Before and After are the names of the runs.
	Before, After []string
	// Rows are the statistics, by metric; those that are 0 in all runs are left out.
	Rows []Row
	// Regressions say in a line each which limit was passed, and by what.
	Regressions []string
	// Notes qualify the rows.
	Notes []string
}

// mostRuns bounds the runs of a side; the exact test takes time that grows with their fourth power.
const mostRuns = 50

// Compare compares runs. It is an error to compare different loads, unless Options.Force is set, and to set a limit on what is not there.
func Compare(before, after []Run, o Options) (*Comparison, error) {
	if len(before) == 0 || len(after) == 0 {
		return nil, errors.New("there must be one run before and one after at least")
	}
	if len(before) > mostRuns || len(after) > mostRuns {
		return nil, fmt.Errorf("%d runs before and %d after: %d are the most", len(before), len(after), mostRuns)
	}
	if o.Stats == nil {
		o.Stats = DefaultStats()
	}
	if !o.Force {
		if err := SameLoad(slices.Concat(before, after)); err != nil {
			return nil, err
		}
	}
	if err := CheckLimits(before, o.Limits); err != nil {
		return nil, err
	}
	c := &Comparison{Before: names(before), After: names(after)}
	if err := c.addRows(before, after, o); err != nil {
		return nil, err
	}
	c.judge(o.Limits)
	c.addNotes(before, after)
	return c, nil
}

// SameLoad says how the loads of runs differ from that of the first, in what was asked for or because a run was stopped early.
func SameLoad(runs []Run) error {
	for _, r := range runs {
		if r.Load == nil {
			return fmt.Errorf("%s does not say what its load was, which a version before 1.2 of the file doesn't: make it again (loadgen compare -force does without)", r.Name)
		}
		if r.Outcome.Early() {
			return fmt.Errorf("%s was stopped early (%s), and had not all of its load: make it again (loadgen compare -force does without)", r.Name, r.Outcome.Ended)
		}
	}
	for _, r := range runs[1:] {
		if lines := runs[0].Load.Differences(r.Load); len(lines) > 0 {
			return fmt.Errorf("%s and %s are of different loads, and their results can't be compared (loadgen compare -force does it all the same):\n  %s",
				runs[0].Name, r.Name, strings.Join(lines, "\n  "))
		}
	}
	return nil
}

// addRows adds the statistics of each metric that all runs have, in the order of the first.
func (c *Comparison) addRows(before, after []Run, o Options) error {
	all := slices.Concat(before, after)
	for i := range all[0].Snapshot.Total.Series {
		first := &all[0].Snapshot.Total.Series[i]
		if !o.shows(first) {
			continue
		}
		series := make([]*metrics.Series, len(all))
		for j, r := range all {
			series[j] = find(r, first)
		}
		if j := slices.Index(series, nil); j >= 0 {
			if o.limits(first) {
				return fmt.Errorf("there is no metric %s in %s, and a limit is on it", first.FullName(), all[j].Name)
			}
			c.Notes = append(c.Notes, fmt.Sprintf("%s is in %s and not in %s", first.FullName(), all[0].Name, all[j].Name))
			continue
		}
		for _, stat := range statsOf(first, o) {
			row := Row{Metric: first.FullName(), Stat: stat, series: first, sense: senseOf(first)}
			for j, s := range series {
				row.add(newValue(s, stat, all[j].Snapshot.Elapsed), j < len(before))
			}
			c.addRow(row)
		}
	}
	c.addCPU(before, after)
	return nil
}

// phases are those of a request.
var phases = []string{"http_req_blocked", "http_req_connecting", "http_req_tls_handshaking", "http_req_sending", "http_req_waiting", "http_req_receiving"}

// shows says whether a metric is compared.
func (o Options) shows(s *metrics.Series) bool {
	return o.All || !slices.Contains(phases, s.Name) || o.limits(s)
}

// limits says whether there is a limit on a metric.
func (o Options) limits(s *metrics.Series) bool {
	return slices.ContainsFunc(o.Limits, func(l Limit) bool { return l.metric() == s.FullName() })
}

func (c *Comparison) addRow(row Row) {
	if !row.zero() {
		row.judge()
		c.Rows = append(c.Rows, row)
	}
}

// The row of loadgen's own processor time.
const (
	cpuMetric = "loadgen_cpu"
	cpuStat   = "per_request"
)

// addCPU adds what loadgen itself used for a request, where all runs say it.
func (c *Comparison) addCPU(before, after []Run) {
	row := Row{Metric: cpuMetric, Stat: cpuStat, series: &metrics.Series{Desc: metrics.Desc{Name: cpuMetric, Kind: metrics.Gauge, Contains: metrics.Time}}, sense: moreIsWorse}
	for i, r := range slices.Concat(before, after) {
		v, ok := cpuOf(r)
		if !ok {
			return
		}
		row.add(value{v: v}, i < len(before))
	}
	c.addRow(row)
}

func cpuOf(r Run) (perRequest float64, ok bool) {
	requests := r.Snapshot.Total.Find("http_reqs")
	if r.CPU <= 0 || requests == nil || requests.Sum <= 0 {
		return 0, false
	}
	return float64(r.CPU) / requests.Sum, true
}

// statsOf are the statistics of s that are compared, with those that limits name.
func statsOf(s *metrics.Series, o Options) []string {
	stats := map[metrics.Kind][]string{metrics.Counter: {"count", "rate"}, metrics.Rate: {"rate"}, metrics.Gauge: {"value"}, metrics.Trend: slices.Clone(o.Stats)}[s.Kind]
	for _, l := range o.Limits {
		if l.metric() == s.FullName() && !slices.Contains(stats, l.Stat) {
			stats = append(stats, l.Stat)
		}
	}
	return stats
}

// find is the metric in r that s is of another run, or nil.
func find(r Run, s *metrics.Series) *metrics.Series {
	return r.Snapshot.Total.Find(s.Name, s.Selector...)
}

func names(runs []Run) []string {
	var all []string
	for _, r := range runs {
		all = append(all, r.Name)
	}
	return all
}

// addNotes says how far the rows can be trusted.
func (c *Comparison) addNotes(before, after []Run) {
	b, a := len(before), len(after)
	switch {
	case b == 1 && a == 1:
		c.Notes = append(c.Notes, "One run a side can't be judged: how much runs differ among themselves is not known, which takes 4 runs a side or more. "+
			"? * is a difference beyond the scatter of the requests within the two runs, as equal runs often have it; ~ is one within it.")
	case !enough(b, a):
		c.Notes = append(c.Notes, fmt.Sprintf("%d and %d runs are too few to tell a difference from chance at 5 %%: that takes 4 a side. ? * says that "+
			"every run after lies beyond every run before, ~ that they overlap.", b, a))
	default:
		c.Notes = append(c.Notes, "~ is no difference that can be told from chance at 5 %. Intervals are of 95 %.")
	}
	for _, r := range slices.Concat(before, after) {
		if r.Outcome != nil && r.Outcome.Code != 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("%s ended with exit code %d: %s", r.Name, r.Outcome.Code, strings.Join(r.Outcome.Reasons, "; ")))
		}
		for _, w := range r.Snapshot.Warnings {
			c.Notes = append(c.Notes, fmt.Sprintf("%s warns: %s", r.Name, w.Message))
		}
	}
	for i := range c.Rows {
		if c.Rows[i].Warning != "" && !slices.Contains(c.Notes, c.Rows[i].Warning) {
			c.Notes = append(c.Notes, c.Rows[i].Warning)
		}
	}
}
