package threshold

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/selector"
	"example.com/foobar/loadgen/metrics"
)

func TestParseExpression(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Expression
	}{
		{"p(95)<500", Expression{"p", 95, "<", 500, "p(95)"}},
		{" p( 99.9 ) <= 0.5 ", Expression{"p", 99.9, "<=", 0.5, "p(99.9)"}},
		{"rate<0.01", Expression{"rate", 0, "<", 0.01, "rate"}},
		{"count===10", Expression{"count", 0, "===", 10, "count"}},
		{"count==1e3", Expression{"count", 0, "==", 1000, "count"}},
		{"avg != -.5", Expression{"avg", 0, "!=", -0.5, "avg"}},
		{"value>+3", Expression{"value", 0, ">", 3, "value"}},
		{"med>=3.", Expression{"med", 0, ">=", 3, "med"}},
	} {
		t.Run("OK/"+tt.text, func(t *testing.T) {
			got, err := ParseExpression(tt.text)
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
	for _, tt := range []struct{ text, want string }{
		{"", "position 1: expected an aggregation"},
		{"p95<500", "position 1: expected an aggregation"},
		{"p(95<500", "position 5: expected the )"},
		{"p()<500", "position 3: expected a percentile"},
		{"p(101)<500", "position 3: expected a percentile from 0 to 100"},
		{"p(-1)<500", "position 3: expected a percentile from 0 to 100"},
		{"p(95)500", "position 6: expected an operator"},
		{"p(95)<500ms", "position 10: expected nothing after the number"},
		{"rate<", "position 6: expected a number"},
		{"rate<nan", "position 6: expected a number"},
		{"rate<1e999", "position 6: expected a number"},
		{"avg<1 && max<2", "position 7: expected nothing after the number"},
	} {
		t.Run("Err/"+tt.text, func(t *testing.T) {
			_, err := ParseExpression(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "aggregation operator number") {
				t.Errorf("got %v, want it to say %q and the accepted form", err, tt.want)
			}
		})
	}
}

func FuzzParseExpression(f *testing.F) {
	for _, s := range []string{"p(95)<500", "rate < 0.01", "count===1e3", "p(", "avg>", "value!=-.5e-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExpression(text)
		if err != nil {
			return
		}
		again, err := ParseExpression(e.label + e.Operator + " " + formatFloat(e.Limit))
		if err != nil || again != e {
			t.Errorf("%q: got %+v, %v from what it was parsed to, want %+v", text, again, err, e)
		}
		if above, below := e.Holds(math.Inf(1)), e.Holds(math.Inf(-1)); above && below != (e.Operator == "!=") {
			t.Errorf("%q: got %v above and %v below the limit", text, above, below)
		}
	})
}

func formatFloat(v float64) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestJudge(t *testing.T) {
	config := recorder.Config{
		Metrics: []metrics.Desc{
			{Name: "http_reqs", Kind: metrics.Counter, Contains: metrics.Default}, {Name: "http_req_failed", Kind: metrics.Rate, Contains: metrics.Default},
			{Name: "http_req_duration", Kind: metrics.Trend, Contains: metrics.Time}, {Name: "vus", Kind: metrics.Gauge, Contains: metrics.Default}, {Name: "checks", Kind: metrics.Rate, Contains: metrics.Default},
		},
		Submetrics: []selector.Selector{{Metric: "http_req_duration", Tags: []metrics.Tag{{Key: "expected_response", Value: "true"}}}},
	}
	r, err := recorder.New(config)
	if err != nil {
		t.Fatal(err)
	}
	l := r.Labels([]metrics.Tag{{Key: "expected_response", Value: "true"}})
	for i := range 100 {
		r.Record(0, l, []recorder.Sample{{ID: 0, Value: 1}, {ID: 1, Value: 0}, {ID: 2, Value: float64(i+1) * 1e6}})
	}
	s := r.Snapshot(10 * time.Second)
	for _, tt := range []struct {
		key, expression string
		ok              bool
		value           float64
	}{
		{"http_reqs", "count==100", true, 100},
		{"http_reqs", "rate>=10", true, 10},
		{"http_reqs{name:none}", "count<1", true, 0},
		{"http_reqs{name:none}", "count>1", false, 0}, // fails at the end, and does not end the test before
		{"http_req_failed", "rate<0.01", true, 0},
		{"http_req_duration", "max<100", false, 100},
		{"http_req_duration", "min===1", true, 1},
		{"http_req_duration", "avg<50.51", true, 50.5},
		{"http_req_duration{expected_response:true}", "p(100)<=100", true, 100},
		{"http_req_duration{scenario:buy}", "p(95)<500", false, 0},
		{"vus", "value<5", false, 0},
		{"checks", "rate>=0", false, 0},
	} {
		t.Run("OK/"+tt.key+" "+tt.expression, func(t *testing.T) {
			j, problems := NewJudge(map[string][]Threshold{tt.key: {{Expression: tt.expression, AbortOnFail: true}}}, config.Metrics)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			with, verdict := j.Evaluate(s)
			selector, _ := selector.Parse(tt.key)
			series := with.Total.Find(selector.Metric, selector.Tags...)
			got := series.Thresholds[0]
			if got.OK != tt.ok || got.Value != tt.value || (len(verdict.Failed) == 0) != tt.ok {
				t.Errorf("got %+v, %+v, want ok %v and value %v", got, verdict, tt.ok, tt.value)
			}
			if got.NoSamples == (series.Count > 0 || series.Kind == metrics.Counter) || verdict.Abort == (tt.ok || series.Count == 0) {
				t.Errorf("got %+v, %+v with %d samples", got, verdict, series.Count)
			}
			if s.Total.Find(selector.Metric).Thresholds != nil {
				t.Error("the snapshot itself was changed")
			}
			j.EmptyPasses = true
			if with, _ := j.Evaluate(s); with.Total.Find(selector.Metric, selector.Tags...).Thresholds[0].NoSamples {
				t.Error("got no samples in k6's way")
			}
		})
	}
	t.Run("OneKeyInTwoOrders", func(t *testing.T) {
		j, problems := NewJudge(map[string][]Threshold{
			"http_reqs{a:1,b:2}": {{Expression: "count>=0"}}, "http_reqs{ b:2, a:1 }": {{Expression: "count>5"}}}, config.Metrics)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		with, verdict := j.Evaluate(s)
		if got := with.Total.Find("http_reqs", metrics.Tag{Key: "b", Value: "2"}, metrics.Tag{Key: "a", Value: "1"}).Thresholds; len(got) != 2 || got[0].OK == got[1].OK || len(verdict.Failed) != 1 {
			t.Errorf("got %+v, %+v, want both judged and one failed", got, verdict)
		}
		if got := j.Submetrics(); len(got) != 1 {
			t.Errorf("got sub-metrics %v, want one", got)
		}
	})
	t.Run("DelayAbortEval", func(t *testing.T) {
		j, problems := NewJudge(map[string][]Threshold{"http_reqs": {{"count<1", true, time.Minute}}}, config.Metrics)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if _, v := j.Evaluate(s); v.Abort {
			t.Error("got an abort before its time")
		}
	})
	for _, tt := range []struct{ key, expression, want string }{
		{"http_req_durations", "p(95)<1", `no metric name "http_req_durations" found; did you mean "http_req_duration"?`},
		{"nosuchmetric", "p(95)<1", `no metric name "nosuchmetric" found`},
		{"http_req_duration", "count<1", "unsupported aggregation method count on metric of type trend. supported aggregation methods for this metric are: avg, min, max, med, p"},
		{"vus", "avg<1", "unsupported aggregation method avg on metric of type gauge"},
		{"vus", "value<", "position 7"},
		{"vus{", "value<1", "position 5"},
		{"vus{a:1,a:2}", "value<1", "the tag a has two values"},
	} {
		t.Run("Err/"+tt.key+" "+tt.expression, func(t *testing.T) {
			_, problems := NewJudge(map[string][]Threshold{tt.key: {{Expression: tt.expression}}}, config.Metrics)
			if len(problems) != 1 || problems[0].Key != tt.key || !strings.Contains(problems[0].Err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", problems, tt.want)
			}
		})
	}
}
