package metrics_test

import (
	"fmt"
	"time"

	"example.com/foobar/loadgen/metrics"
)

// Recording two requests, and judging a threshold on them.
func Example() {
	declared := []metrics.Desc{
		{Name: "http_reqs", Kind: metrics.Counter, Contains: metrics.Default},
		{Name: "http_req_duration", Kind: metrics.Trend, Contains: metrics.Time},
	}
	judge, err := metrics.NewJudge(map[string][]metrics.Threshold{"http_req_duration": {{Expression: "max<15"}}}, declared)
	if err != nil {
		fmt.Println(err)
		return
	}
	recorder, err := metrics.New(metrics.Config{Metrics: declared, Submetrics: judge.Submetrics()})
	if err != nil {
		fmt.Println(err)
		return
	}
	labels := recorder.Labels([]metrics.Tag{{Key: "method", Value: "GET"}})
	for _, d := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond} {
		recorder.Record(0, labels, []metrics.Sample{{ID: 0, Value: 1}, {ID: 1, Value: float64(d)}})
	}
	snapshot, verdict := judge.Evaluate(recorder.Snapshot(time.Second))
	duration := snapshot.Total.Find("http_req_duration")
	fmt.Println(duration.Count, time.Duration(duration.Mean()), duration.Thresholds[0].Value, verdict.Failed)
	// Output: 2 15ms 20 [http_req_duration]
}
