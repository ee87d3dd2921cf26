package summary

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/threshold"
	"example.com/foobar/loadgen/metrics"
)

// scenarios is a test of two scenarios and the default one, with groups, thresholds, failures and warnings.
func scenarios(t testing.TB, sections bool) *metrics.Snapshot {
	judge, problems := threshold.NewJudge(map[string][]threshold.Threshold{
		"checks":                          {{Expression: "rate>0.9"}},
		"http_req_duration":               {{Expression: "p(95)<500"}, {Expression: "p(99.9) < 0.001"}},
		"http_req_duration{scenario:buy}": {{Expression: "avg<200"}},
		"http_req_failed":                 {{Expression: "rate<0.01"}},
		"http_reqs{scenario:nosuch}":      {{Expression: "count>3"}},
		"iterations":                      {{Expression: "count>1"}, {Expression: "rate<1000"}},
		"raw_trend{a:b}":                  {{Expression: "p(95)<3"}},
		"data_sent":                       {{Expression: "rate>1"}, {Expression: "count>1"}},
	}, declared)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f := newFixture(t, sections, judge.Submetrics()...)
	l := labels(f, "browse", "")
	f.check("browse", "", "status is 200", 60, 0)
	f.check("browse", "", "sometimes fails", 40, 20)
	for i := range 60 {
		f.request("browse", "", time.Duration(400+i*20)*time.Microsecond, true)
		f.add(l, "iterations", 1)
		f.add(l, "iteration_duration", float64(101*time.Millisecond)+float64(i)*1e5)
		f.add(l, "my_counter", 1)
		f.add(l, "raw_trend", float64(i)/60)
	}
	for i := range 5 {
		f.request("buy", "::checkout", time.Duration(300+i*200)*time.Microsecond, false)
		f.request("buy", "::checkout::pay", time.Duration(200+i*100)*time.Microsecond, true)
		f.add(labels(f, "buy", ""), "iterations", 1)
		f.add(labels(f, "buy", "::checkout"), "group_duration", 2e6)
	}
	f.check("buy", "::checkout", "buy ok", 0, 5)
	f.check("buy", "::checkout::pay", "pay ok", 5, 0)
	f.check("default", "::welcome", "greets", 3, 0)
	f.request("default", "::welcome", time.Millisecond, true)
	f.check("default", "::welcome::deep", "buy ok", 2, 1)
	for range 3 {
		f.add(l, "vus", 2)
		f.add(l, "vus_max", 3)
	}
	for range 5 {
		f.Fail(1500, "the server answered 500 Internal Server Error")
	}
	f.Fail(0, "iteration panicked: \x1b[31mno basket\nstack")
	f.Warn(metrics.Warning{Metric: "http_req_duration", Message: "the generator was busy for 91 % of its CPU time: latencies are too high; use fewer users"})
	f.add(l, "iteration_duration", float64(2*time.Hour))
	s, _ := judge.Evaluate(f.Snapshot(3050 * time.Millisecond))
	return s
}

func MustJSON(tb testing.TB, s *metrics.Snapshot) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := JSON(&b, s, Options{}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestJSON(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		s := scenarios(t, true)
		text := MustJSON(t, s)
		golden(t, "scenarios.json", string(text))
		got, err := Decode(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if again := MustJSON(t, got); !bytes.Equal(again, text) {
			t.Errorf("got another document after a round trip:\n%s\nwant\n%s", again, text)
		}
		for _, mode := range []Mode{Legacy, Compact, Full} {
			o := Options{Mode: mode}
			if a, b := MustText(t, got, o), MustText(t, s, o); a != b {
				t.Errorf("%s: got\n%s\nfrom the decoded snapshot, want\n%s", mode, a, b)
			}
		}
	})
	t.Run("Merged", func(t *testing.T) {
		a, err := Decode(bytes.NewReader(MustJSON(t, scenarios(t, true))))
		if err != nil {
			t.Fatal(err)
		}
		m, err := recorder.Merge(a, scenarios(t, true))
		if err != nil {
			t.Fatal(err)
		}
		one, both := a.Total.Find("http_req_duration"), m.Total.Find("http_req_duration")
		if both.Count != 2*one.Count || both.Sum != 2*one.Sum || both.Histogram.Quantile(50) != one.Histogram.Quantile(50) {
			t.Errorf("got %d values that come to %v, want twice %d and %v", both.Count, both.Sum, one.Count, one.Sum)
		}
		if len(m.Scenarios) != 3 || m.Scenarios[1].Groups[0].Checks[0].Fails != 10 {
			t.Errorf("got scenarios %+v", m.Scenarios)
		}
	})
	t.Run("ErrDocument", func(t *testing.T) {
		good := string(MustJSON(t, scenarios(t, false)))
		for _, tt := range []struct{ text, want string }{
			{"", "unexpected end"},
			{"{}", "schema"},
			{strings.Replace(good, `"version": "1.2"`, `"version": "2.0"`, 1), "version"},
			{strings.Replace(good, `"elapsed": 3050000000`, `"elapsed": -1`, 1), "negative"},
			{strings.Replace(good, `"count": 71,`, `"count": 72,`, -1), "holds"},
			{strings.Replace(good, `"highest": 3600000000000`, `"highest": 36`, 1), "unknown range"},
		} {
			if _, err := Decode(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(MustJSON(f, scenarios(f, true)))
	f.Add([]byte(`{"schema":"example.com/foobar/loadgen/summary","version":"1.0"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Decode(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, mode := range Modes() {
			MustText(t, s, Options{Mode: mode, TrendStats: []string{"p(0)", "p(99.9)", "count"}})
		}
	})
}

func TestExport(t *testing.T) {
	var b bytes.Buffer
	if err := Export(&b, scenarios(t, false), Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "scenarios.export.json", b.String())
	var got struct {
		Metrics map[string]struct {
			Thresholds            map[string]bool
			Passes, Fails, Value  float64
			Count, Rate, Avg, Max float64
		}
		RootGroup exportGroup `json:"root_group"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := map[string]bool{"p(95)<500": false, "p(99.9) < 0.001": true}; !reflect.DeepEqual(got.Metrics["http_req_duration"].Thresholds, want) {
		t.Errorf("got thresholds %v, want true for the one that failed", got.Metrics["http_req_duration"].Thresholds)
	}
	if m := got.Metrics["http_req_failed"]; m.Passes != 5 || m.Fails != 66 {
		t.Errorf("got http_req_failed %+v, want 5 passes (requests that failed)", m)
	}
	// The ids were read from a run of k6.
	if id := got.RootGroup.ID; id != "d41d8cd98f00b204e9800998ecf8427e" {
		t.Errorf("got root group's id %s", id)
	}
	if id := got.RootGroup.Groups["checkout"].Checks["buy ok"].ID; id != "9d76faf6796e4bc48e26453eba23aa91" {
		t.Errorf("got check's id %s", id)
	}
	if id := got.RootGroup.Groups["checkout"].Groups["pay"].ID; id != "2f83b2881360f45757fea84f27cdb0a3" {
		t.Errorf("got group's id %s", id)
	}
}
