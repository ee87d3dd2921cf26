package load

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestThresholdJSON(t *testing.T) {
	for text, want := range map[string]Threshold{
		`"p(95)<500"`: "p(95)<500",
		`{"threshold":"rate<0.1","abortOnFail":true,"delayAbortEval":"1d10s"}`: AbortOn("rate<0.1", 24*time.Hour+10*time.Second),
		`{"threshold":"rate<0.1","abortOnFail":true,"delayAbortEval":1500}`:    AbortOn("rate<0.1", 1500*time.Millisecond),
		`{"threshold":"rate<0.1","abortOnFail":false}`:                         "rate<0.1",
	} {
		t.Run("OK", func(t *testing.T) {
			var got Threshold
			if err := json.Unmarshal([]byte(text), &got); err != nil || got != want || got.Expression() != want.Expression() {
				t.Fatalf("%s: got %+v, %v, want %+v", text, got, err, want)
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

// All that is wrong with thresholds is said at the start, by metric and number.
func TestThresholdsAreCheckedAtStart(t *testing.T) {
	test := &Test{Exec: func(*VU) error { return nil }, Options: Options{Thresholds: Thresholds{
		"http_req_duration": {"p(95)<500", "p95<500", AbortOn("count<1", 0)}, "http_req_durations": {"max<1"}, "vus{": {"value<1"}, "checks": {`{"threshold": 5}`}}}}
	_, err := test.Start(t.Context())
	want := `thresholds.checks[0] is "{\"threshold\": 5}": position 1: expected an aggregation (avg, min, max, med, p(N), count, rate or value); a threshold is "aggregation operator number", such as "p(95)<500" or "rate<0.01"
thresholds.http_req_duration[1] is "p95<500": position 1: expected an aggregation (avg, min, max, med, p(N), count, rate or value); a threshold is "aggregation operator number", such as "p(95)<500" or "rate<0.01"
thresholds.http_req_duration[2] is "count<1": unsupported aggregation method count on metric of type trend. supported aggregation methods for this metric are: avg, min, max, med, p
thresholds.http_req_durations: no metric name "http_req_durations" found; did you mean "http_req_duration"?
thresholds.vus{: "vus{", position 5: a tag is key:value; write a metric, or metric{tag:value,tag2:value2}`
	var errs OptionErrors
	if !errors.As(err, &errs) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
