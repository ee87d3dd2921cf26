package metrics

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
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

func TestParseSelector(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Selector
	}{
		{"http_reqs", Selector{"http_reqs", nil}},
		{"http_req_duration{scenario:buy}", Selector{"http_req_duration", []Tag{{"scenario", "buy"}}}},
		{"a { b : c , d:'e,}f' }", Selector{"a", []Tag{{"b", "c"}, {"d", "e,}f"}}}},
		{`a{url:http://x:80/}`, Selector{"a", []Tag{{"url", "http://x:80/"}}}},
		{`a{"group":"::x y"}`, Selector{"a", []Tag{{"group", "::x y"}}}},
		{"a{group:}", Selector{"a", []Tag{{"group", ""}}}},
	} {
		t.Run("OK/"+tt.text, func(t *testing.T) {
			got, err := ParseSelector(tt.text)
			if err != nil || got.Metric != tt.want.Metric || !slices.Equal(got.Tags, tt.want.Tags) {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
	for _, text := range []string{"", "{a:b}", "a{", "a{}", "a{b}", "a{b:c", "a{b:c}d", "a{:c}", "a{b:'c}", "a{b:'c'd}", "a b{c:d}"} {
		t.Run("Err/"+text, func(t *testing.T) {
			if got, err := ParseSelector(text); err == nil || !strings.Contains(err.Error(), "position") {
				t.Errorf("got %+v, %v, want an error with a position", got, err)
			}
		})
	}
}

func FuzzParseSelector(f *testing.F) {
	for _, s := range []string{"a", "a{b:c}", `a{b:"c,d",e:'f'}`, "a{b:c:d}", "a{,}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSelector(text)
		if err != nil {
			return
		}
		for _, tag := range s.Tags {
			if strings.ContainsAny(tag.Key, `"':,{} `+"\t\n\v\f\r\u0085\u00a0") || tag.Key != strings.TrimSpace(tag.Key) || strings.ContainsAny(tag.Value, `"'`) {
				return // written as it is, such a tag would need escapes that k6's form does not have
			}
		}
		again, err := ParseSelector(s.String())
		if err != nil || again.Metric != s.Metric || !slices.Equal(again.Tags, s.Tags) {
			t.Errorf("%q: got %+v, %v from %q, want %+v", text, again, err, s.String(), s)
		}
	})
}

func TestThresholdJSON(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Threshold
	}{
		{`"p(95)<500"`, Threshold{Expression: "p(95)<500"}},
		{`{"threshold":"rate<0.1","abortOnFail":true,"delayAbortEval":"1d10s"}`, Threshold{"rate<0.1", true, 24*time.Hour + 10*time.Second}},
		{`{"threshold":"rate<0.1","delayAbortEval":1500}`, Threshold{"rate<0.1", false, 1500 * time.Millisecond}},
	} {
		t.Run("OK", func(t *testing.T) {
			var got Threshold
			if err := json.Unmarshal([]byte(tt.text), &got); err != nil || got != tt.want {
				t.Fatalf("%s: got %+v, %v, want %+v", tt.text, got, err, tt.want)
			}
			text, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var again Threshold
			if err := json.Unmarshal(text, &again); err != nil || again != got {
				t.Errorf("got %+v, %v from %s", again, err, text)
			}
		})
	}
	for _, text := range []string{`null`, `5`, `{}`, `{"threshold":"a","abortonfial":true}`, `{"threshold":"a","delayAbortEval":"x"}`, `{"threshold":"a","delayAbortEval":-1}`, `[]`} {
		t.Run("Err/"+text, func(t *testing.T) {
			var got Threshold
			if err := json.Unmarshal([]byte(text), &got); err == nil {
				t.Errorf("got %+v, want an error", got)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	config := httpConfig()
	r := MustNew(t, config)
	l := r.Labels(requestTags("/foo"))
	for i := range 100 {
		r.Record(0, l, request(float64(i+1)*1e6))
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
			j, err := NewJudge(map[string][]Threshold{tt.key: {{Expression: tt.expression, AbortOnFail: true}}}, config.Metrics)
			if err != nil {
				t.Fatal(err)
			}
			with, verdict := j.Evaluate(s)
			selector, _ := ParseSelector(tt.key)
			series := with.Total.Find(selector.Metric, selector.Tags...)
			got := series.Thresholds[0]
			if got.OK != tt.ok || got.Value != tt.value || (len(verdict.Failed) == 0) != tt.ok {
				t.Errorf("got %+v, %+v, want ok %v and value %v", got, verdict, tt.ok, tt.value)
			}
			if got.NoSamples == (series.Count > 0 || series.Kind == Counter) || verdict.Abort == (tt.ok || series.Count == 0) {
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
		j, err := NewJudge(map[string][]Threshold{
			"http_reqs{a:1,b:2}": {{Expression: "count>=0"}}, "http_reqs{ b:2, a:1 }": {{Expression: "count>5"}}}, config.Metrics)
		if err != nil {
			t.Fatal(err)
		}
		with, verdict := j.Evaluate(s)
		if got := with.Total.Find("http_reqs", Tag{"b", "2"}, Tag{"a", "1"}).Thresholds; len(got) != 2 || got[0].OK == got[1].OK || len(verdict.Failed) != 1 {
			t.Errorf("got %+v, %+v, want both judged and one failed", got, verdict)
		}
		if got := j.Submetrics(); len(got) != 1 {
			t.Errorf("got sub-metrics %v, want one", got)
		}
	})
	t.Run("DelayAbortEval", func(t *testing.T) {
		j, err := NewJudge(map[string][]Threshold{"http_reqs": {{"count<1", true, time.Minute}}}, config.Metrics)
		if err != nil {
			t.Fatal(err)
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
			_, err := NewJudge(map[string][]Threshold{tt.key: {{Expression: tt.expression}}}, config.Metrics)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
}
