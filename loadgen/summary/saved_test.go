package summary

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/metrics"
)

func loadOf(options ...string) *Load {
	l := &Load{}
	for _, text := range options {
		name, description, _ := strings.Cut(text, "|")
		description, body, _ := strings.Cut(description, "|")
		l.Scenarios = append(l.Scenarios, ScenarioLoad{Name: name, Description: description, Options: json.RawMessage(body)})
	}
	return l
}

func TestRead(t *testing.T) {
	want := &Saved{Seed: new(uint64(7)), Load: loadOf(`a|5 VUs|{"vus":5}`), CPU: time.Second}
	want.Load.Warmup, want.Load.RPS = 5*time.Second, 100
	outcome := failedOutcome
	outcome.Ended = "interrupted"
	var b bytes.Buffer
	if err := JSON(&b, scenarios(t, false), Options{Seed: want.Seed, Load: want.Load, CPU: want.CPU, Outcome: outcome}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if *got.Seed != 7 || got.CPU != want.CPU || got.Load.Warmup != want.Load.Warmup || len(got.Load.Differences(want.Load)) > 0 {
		t.Errorf("got %+v of load %+v, want %+v", got, got.Load, want)
	}
	if o := got.Outcome; !o.Began.Equal(outcome.Began) || o.Ended != "interrupted" || o.Code != 99 || !slices.Equal(o.Reasons, outcome.Reasons) || !o.Early() {
		t.Errorf("got outcome %+v, want %+v", o, outcome)
	}
	if got.Snapshot.Total.Find("http_req_duration").Histogram == nil {
		t.Error("got no distribution")
	}
	if _, err := Read(strings.NewReader(strings.Replace(text, `"cpu": 1000000000`, `"cpu": -1`, 1))); err == nil || !strings.Contains(err.Error(), "negative") {
		t.Errorf("got %v, want it to refuse a negative time", err)
	}
	if got, err := Read(bytes.NewReader(MustJSON(t, scenarios(t, false)))); err != nil || got.Load != nil || got.Seed != nil || got.CPU != 0 || got.Outcome != nil || got.Outcome.Early() {
		t.Errorf("got %+v and %v, want nothing of what was not written", got, err)
	}
}

func TestDifferences(t *testing.T) {
	warm := loadOf(`a|5 VUs|{"vus":5}`)
	warm.Warmup = time.Second
	for _, tt := range []struct {
		a, b *Load
		want []string
	}{
		{nil, warm, nil},
		{warm, nil, nil},
		{loadOf(`a|5 VUs|{"vus":5}`), loadOf("a|5 VUs|{\n \"vus\": 5}"), nil},
		{loadOf(`a|5 VUs|{"vus":5}`), warm, []string{"warm-up 0s, rps 0, minIterationDuration 0s, and warm-up 1s, rps 0, minIterationDuration 0s"}},
		{loadOf(`a|5 VUs|{"vus":5}`), loadOf(`a|6 VUs|{"vus":6}`), []string{"scenario a: 5 VUs, and 6 VUs"}},
		{loadOf(`a|ramp|{"stages":[1,2]}`), loadOf(`a|ramp|{"stages":[1,3]}`), []string{`scenario a: {"stages":[1,2]}, and {"stages":[1,3]}`}},
		{loadOf(`a|5 VUs|{}`), loadOf(`b|6 VUs|{}`), []string{"scenario a: 5 VUs, and none of that name", "scenario b: none of that name, and 6 VUs"}},
	} {
		if got := tt.a.Differences(tt.b); !slices.Equal(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestStat(t *testing.T) {
	total := &scenarios(t, false).Total
	type stat struct {
		v  float64
		ok bool
	}
	for name, want := range map[string]stat{
		"http_reqs count": {71, true}, "http_reqs rate": {35.5, true}, "http_reqs avg": {0, false},
		"http_req_failed rate": {5.0 / 71, true}, "http_req_failed count": {0, false},
		"vus value": {2, true}, "vus min": {2, true}, "vus max": {2, true}, "vus rate": {0, false},
		"http_req_duration max": {1627400, true}, "http_req_duration count": {71, true}, "http_req_duration p(0)": {206000, true},
	} {
		metric, one, _ := strings.Cut(name, " ")
		v, ok := Stat(total.Find(metric), one, 2*time.Second)
		if got := (stat{v, ok}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	if _, ok := Stat(total.Find("http_req_duration"), "rate", time.Second); ok {
		t.Error("got the rate of a trend")
	}
	for name, want := range map[string]stat{"p(99.9)": {99.9, true}, "med": {50, true}, "avg": {0, false}, "max": {0, false}, "p(101)": {0, false}} {
		if p, ok := Percentile(name); p != want.v || ok != want.ok {
			t.Errorf("%s: got %v and %v, want %+v", name, p, ok, want)
		}
	}
	for name, want := range map[string]string{"http_reqs count": "2", "http_reqs rate": "2/s", "http_req_failed rate": "200.00%", "http_req_duration avg": "2ns",
		"http_req_duration count": "2", "data_sent count": "2 B", "vus value": "2"} {
		metric, one, _ := strings.Cut(name, " ")
		if got := FormatStat(2, total.Find(metric), one); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if got := FormatStat(2, &metrics.Series{Desc: metrics.Desc{Kind: metrics.Gauge, Contains: metrics.Time}}, "value"); got != "2ns" {
		t.Errorf("got %s, want 2ns", got)
	}
}
