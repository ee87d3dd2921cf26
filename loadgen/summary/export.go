package summary

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// exportGroup and exportCheck are k6's; the ids are the MD5 of the path, as names and not for secrecy.
type exportGroup struct {
	Name   string                 `json:"name"`
	Path   string                 `json:"path"`
	ID     string                 `json:"id"`
	Groups map[string]exportGroup `json:"groups"`
	Checks map[string]exportCheck `json:"checks"`
}

type exportCheck struct {
	Name   string `json:"name"`
	Path   string `json:"path"`
	ID     string `json:"id"`
	Passes uint64 `json:"passes"`
	Fails  uint64 `json:"fails"`
}

// Export writes what k6 writes for --summary-export, with its keys: metrics by name with the statistics of o (times in
// milliseconds), and the tree of groups with their checks.
//
// As in k6, a threshold's value is true when it was crossed, that is when it FAILED, and "passes" of a rate counts the values
// that were not zero, so that http_req_failed passes when a request failed. JSON says both the right way round.
func Export(w io.Writer, s *metrics.Snapshot, o Options) error {
	if err := o.Validate(); err != nil {
		return fmt.Errorf("exporting the summary: %w", err)
	}
	o = o.normalize()
	list := map[string]map[string]any{}
	for _, series := range visible(s.Total.Series, nil) {
		list[series.FullName()] = exportMetric(&series, s.Elapsed, o)
	}
	document := map[string]any{"metrics": list, "root_group": exportTree(&s.Total, "", "")}
	if err := writeJSON(w, document, "    "); err != nil {
		return fmt.Errorf("exporting the summary: %w", err)
	}
	return nil
}

func exportMetric(s *metrics.Series, elapsed time.Duration, o Options) map[string]any {
	m := map[string]any{}
	for name, v := range values(s, elapsed, o) {
		m[name] = v
	}
	if s.Kind == metrics.Rate {
		m["value"] = m["rate"]
		delete(m, "rate")
		delete(m, "count")
	}
	if len(s.Thresholds) > 0 {
		crossed := map[string]bool{}
		for _, t := range s.Thresholds {
			crossed[t.Expression] = !t.OK
		}
		m["thresholds"] = crossed
	}
	return m
}

// values are the statistics of a series by k6's names, times in milliseconds.
func values(s *metrics.Series, elapsed time.Duration, o Options) map[string]float64 {
	m := map[string]float64{}
	unit := 1.0
	if s.Contains == metrics.Time {
		unit = float64(time.Millisecond)
	}
	switch s.Kind {
	case metrics.Counter:
		m["count"], m["rate"] = s.Sum/unit, s.PerSecond(elapsed)/unit
	case metrics.Gauge:
		m["value"], m["min"], m["max"] = s.Last/unit, s.Min/unit, s.Max/unit
	case metrics.Rate:
		m["count"], m["passes"], m["fails"], m["rate"] = float64(s.Count), float64(s.Passes), float64(s.Count-s.Passes), s.Share()
	case metrics.Trend:
		for _, stat := range o.TrendStats {
			m[stat] = statOf(s, stat) / unit
			if stat == "count" {
				m[stat] = float64(s.Count)
			}
		}
	}
	return m
}

func exportTree(s *metrics.Section, name, path string) exportGroup {
	g := exportGroup{Name: name, Path: path, ID: pathID(path), Groups: map[string]exportGroup{}, Checks: map[string]exportCheck{}}
	for _, c := range s.Checks {
		p := path + "::" + c.Name
		g.Checks[c.Name] = exportCheck{Name: c.Name, Path: p, ID: pathID(p), Passes: c.Passes, Fails: c.Fails}
	}
	for i := range s.Groups {
		child := &s.Groups[i]
		g.Groups[child.Name] = exportTree(child, child.Name, path+"::"+child.Name)
	}
	return g
}

func pathID(path string) string {
	sum := md5.Sum([]byte(path))
	return hex.EncodeToString(sum[:])
}
