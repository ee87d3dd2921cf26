package summary

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
)

// scripted are the metrics of testdata/k6/script.js.
var scripted = append([]metrics.Desc{
	{Name: "my_gauge", Kind: metrics.Gauge, Contains: metrics.Default},
	{Name: "my_rate", Kind: metrics.Rate, Contains: metrics.Default},
}, declared...)

// replay records what testdata/k6/script.js records, with the times that k6 measured and exported in its run.
type replay struct {
	*recorder.Recorder
	tb testing.TB
}

func (r replay) add(scenario, group, name string, v float64, more ...metrics.Tag) {
	r.tb.Helper()
	l := r.Labels(append([]metrics.Tag{{Key: "scenario", Value: scenario}, {Key: "group", Value: group}}, more...))
	for i, d := range scripted {
		if d.Name == name {
			r.Record(0, l, []recorder.Sample{{ID: recorder.ID(i), Value: v}})
			return
		}
	}
	r.tb.Fatalf("metric %s is not declared", name)
}

func (r replay) request(scenario, group string, ms float64, ok bool) {
	tag, bad := metrics.Tag{Key: "expected_response", Value: "true"}, 0.0
	if !ok {
		tag.Value, bad = "false", 1
	}
	r.add(scenario, group, "http_req_duration", ms*1e6, tag)
	r.add(scenario, group, "http_req_waiting", ms*0.75e6, tag)
	r.add(scenario, group, "http_req_blocked", 0, tag)
	r.add(scenario, group, "http_reqs", 1, tag)
	r.add(scenario, group, "http_req_failed", bad, tag)
}

func (r replay) check(scenario, group, name string, results ...float64) {
	id := r.Check(r.Labels([]metrics.Tag{{Key: "scenario", Value: scenario}, {Key: "group", Value: group}}), name)
	for _, v := range results {
		r.RecordCheck(0, id, v != 0)
		r.add(scenario, group, "checks", v)
	}
}

func (r replay) script() {
	for _, v := range []float64{12.5, 1.25} {
		r.request("buy", "", v, true)
	}
	r.check("buy", "", "root check", 1)
	r.check("buy", "", "fails", 0)
	r.add("buy", "", "my_counter", 7)
	r.add("buy", "", "raw_trend", 0.5)
	r.add("buy", "", "raw_trend", 2.25)
	for _, v := range []float64{1.5, 4, 2.5} {
		r.add("buy", "", "my_gauge", v)
	}
	r.request("buy", "::checkout", 250, false)
	r.check("buy", "::checkout", "buy ok", 1, 0, 0)
	r.request("buy", "::checkout::pay", 0.0325, true)
	r.check("buy", "::checkout::pay", "pay ok", 1)
	r.check("buy", "::checkout::pay", "pay two", 0)
	r.request("default", "::welcome", 2000, true)
	r.check("default", "::welcome", "hello", 1)
	for _, v := range []float64{1, 0, 0} {
		r.add("default", "::welcome", "my_rate", v)
	}
	r.add("default", "", "my_counter", 3)
	r.add("default", "", "dropped_iterations", 2)
	for _, scenario := range []string{"buy", "default"} {
		r.add(scenario, "", "iterations", 1)
		r.add(scenario, "", "data_sent", 0)
		r.add(scenario, "", "data_received", 0)
	}
}

// exported is the part of k6's export that its clock decided.
type exported struct {
	Metrics struct {
		Iterations        struct{ Count, Rate float64 }
		IterationDuration struct{ Min, Max float64 }      `json:"iteration_duration"`
		GroupDuration     struct{ Avg, Min, Max float64 } `json:"group_duration"`
	}
}

// TestK6 compares, line for line, with the reports that k6 1.8.1 printed of testdata/k6/script.js. In the legacy layout the
// rates are left out: they stand in two columns here, as in earlier versions of k6.
func TestK6(t *testing.T) {
	judge, problems := threshold.NewJudge(map[string][]threshold.Threshold{
		"checks": {{Expression: "rate>0.9"}}, "http_req_duration": {{Expression: "avg<500"}, {Expression: "max < 1"}},
		"http_req_duration{scenario:buy}": {{Expression: "min<200"}}, "http_req_failed": {{Expression: "rate<0.01"}},
		"http_reqs{scenario:nosuch}": {{Expression: "count>3"}}, "my_counter": {{Expression: "count>1"}, {Expression: "rate<1"}},
		"my_gauge": {{Expression: "value<3"}}, "raw_trend{a:b}": {{Expression: "max<3"}},
	}, scripted)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	judge.EmptyPasses = true
	submetrics := append([]selector.Selector{
		{Metric: "http_req_duration", Tags: []metrics.Tag{{Key: "expected_response", Value: "true"}}},
	}, judge.Submetrics()...)
	for _, mode := range []Mode{Legacy, Compact, Full} {
		for name, color := range map[string]bool{string(mode): false, string(mode) + ".color": true} {
			t.Run(name, func(t *testing.T) {
				s, _ := judge.Evaluate(replayed(t, name, submetrics, mode == Full))
				got := MustText(t, s, Options{
					Mode: mode, Color: color, TrendStats: []string{"avg", "min", "max", "p(0)", "p(100)", "count"},
				})
				compareLines(t, got, string(MustRead(t, name+".txt")), mode == Legacy)
			})
		}
	}
}

// replayed is the snapshot of the script with the times of the run that was exported under that name.
func replayed(t *testing.T, name string, submetrics []selector.Selector, sections bool) *metrics.Snapshot {
	t.Helper()
	recorder, err := recorder.New(recorder.Config{Metrics: scripted, Submetrics: submetrics, Sections: sections})
	if err != nil {
		t.Fatal(err)
	}
	var e exported
	if err := json.Unmarshal(MustRead(t, name+".json"), &e); err != nil {
		t.Fatal(err)
	}
	r := replay{Recorder: recorder, tb: t}
	r.script()
	m := e.Metrics
	r.add("default", "", "iteration_duration", m.IterationDuration.Min*1e6)
	r.add("buy", "", "iteration_duration", m.IterationDuration.Max*1e6)
	groups := m.GroupDuration
	for _, v := range []float64{groups.Min, 3*groups.Avg - groups.Min - groups.Max, groups.Max} {
		r.add("default", "", "group_duration", v*1e6)
	}
	return r.Snapshot(time.Duration(m.Iterations.Count / m.Iterations.Rate * 1e9))
}

func MustRead(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "k6", name))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func compareLines(t *testing.T, got, want string, skipRates bool) {
	t.Helper()
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(a) != len(b) {
		t.Errorf("got %d lines, want %d:\n%s", len(a), len(b), got)
		return
	}
	for i := range a {
		if skipRates && strings.Contains(b[i], " out of ") {
			continue
		}
		if a[i] != b[i] {
			t.Errorf("line %d: got\n%q, want\n%q", i+1, a[i], b[i])
		}
	}
}
