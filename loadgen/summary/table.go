package summary

import (
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/plain"
)

// row is a metric's line before it is aligned.
type row struct {
	name string
	// indent is that of the name, for a sub-metric below its metric.
	indent string
	// mark is nil without thresholds, else whether all of them hold.
	mark *bool
	// trend holds a value for each of the table's statistics, or nil, and then value and extras hold the text.
	trend  []string
	value  string
	extras []string
}

// table aligns the rows of a section: names with dots up to the widest, trends in columns, and the values and extras of all
// other metrics in columns of their own.
type table struct {
	palette
	stats []string
	rows  []row
}

// rowsOf makes the rows of the series that are to be shown.
func rowsOf(list []metrics.Series, elapsed time.Duration, o Options) []row {
	var rows []row
	for i := range list {
		s := &list[i]
		r := row{name: s.Name, value: "", mark: verdict(s.Thresholds)}
		if len(s.Selector) > 0 {
			r.name, r.indent = "{ "+selectorText(s.Selector)+" }", "  "
		}
		r.fill(s, elapsed, o)
		rows = append(rows, r)
	}
	return rows
}

// selectorText writes tags as k6 does in the names of sub-metrics.
func selectorText(tags []metrics.Tag) string {
	full := selector.Selector{Metric: "", Tags: tags}.String()
	return strings.TrimSuffix(strings.TrimPrefix(full, "{"), "}")
}

// verdict is nil without thresholds.
func verdict(results []metrics.ThresholdResult) *bool {
	if len(results) == 0 {
		return nil
	}
	ok := true
	for _, r := range results {
		ok = ok && r.OK
	}
	return &ok
}

func (r *row) fill(s *metrics.Series, elapsed time.Duration, o Options) {
	switch s.Kind {
	case metrics.Trend:
		r.trend = trendValues(s, o)
	case metrics.Counter:
		r.value = formatValue(s.Sum, s.Contains, o.TimeUnit)
		r.extras = []string{formatRate(s.PerSecond(elapsed), s.Contains, o.TimeUnit)}
	case metrics.Gauge:
		r.value = formatValue(s.Last, s.Contains, o.TimeUnit)
		r.extras = []string{
			"min=" + formatValue(s.Min, s.Contains, o.TimeUnit), "max=" + formatValue(s.Max, s.Contains, o.TimeUnit),
		}
	case metrics.Rate:
		r.value = formatShare(s.Passes, s.Count)
		passes, fails := formatCount(s.Passes), formatCount(s.Count-s.Passes)
		if o.Mode == Legacy {
			r.extras = []string{passed + " " + passes, failed + " " + fails}
		} else {
			r.extras = []string{passes + " out of " + formatCount(s.Count)}
		}
	}
}

func formatCount(n uint64) string { return formatNumber(float64(n)) }

// trendValues are the statistics of a trend in their order.
func trendValues(s *metrics.Series, o Options) []string {
	values := make([]string, len(o.TrendStats))
	for i, stat := range o.TrendStats {
		if stat == "count" {
			values[i] = formatCount(s.Count)
			continue
		}
		values[i] = formatValue(statOf(s, stat), s.Contains, o.TimeUnit)
	}
	return values
}

// statOf is one statistic of a trend, in the unit of its values.
func statOf(s *metrics.Series, stat string) float64 {
	percentile := 50.0
	switch stat {
	case "avg":
		return s.Mean()
	case "min":
		return s.Min
	case "max":
		return s.Max
	case "count":
		return float64(s.Count)
	case "med":
	default:
		percentile, _ = parseStat(stat)
	}
	return s.Quantile(percentile)
}

// widths are those of the columns.
type widths struct {
	name, value   int
	trend, extras []int
}

func (t *table) measure() widths {
	w := widths{trend: make([]int, len(t.stats))}
	for _, r := range t.rows {
		w.name = max(w.name, plain.Width(r.indent+r.name))
		for i, v := range r.trend {
			w.trend[i] = max(w.trend[i], plain.Width(v))
		}
		w.value = max(w.value, plain.Width(r.value))
		for i, e := range r.extras {
			if i == len(w.extras) {
				w.extras = append(w.extras, 0)
			}
			w.extras[i] = max(w.extras[i], plain.Width(e))
		}
	}
	return w
}

// line aligns one row; what comes before the name is the layout's.
func (t *table) line(r row, w widths) string {
	dots := strings.Repeat(".", w.name-plain.Width(r.indent+r.name)+3) + ":"
	b := r.name + t.paint(t.dots, dots) + " "
	if r.trend != nil {
		return b + t.trendColumns(r, w)
	}
	b += t.paint(cyan, r.value) + plain.Pad(r.value, w.value)
	if len(r.extras) == 1 {
		return b + " " + t.paint(t.extra, r.extras[0])
	}
	for i, e := range r.extras {
		b += " " + t.paint(t.extra, e) + plain.Pad(e, w.extras[i])
	}
	return b
}

func (t *table) trendColumns(r row, w widths) string {
	columns := make([]string, len(t.stats))
	for i, stat := range t.stats {
		columns[i] = stat + "=" + t.paint(cyan, r.trend[i]) + plain.Pad(r.trend[i], w.trend[i])
	}
	return strings.Join(columns, " ")
}
