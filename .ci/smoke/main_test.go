package main

import (
	"encoding/json"
	"maps"
	"testing"
	"time"
)

// good is what ten seconds of the main job come to.
func good() map[string]metric {
	trend := metric{Avg: 2, Min: 1, Max: 3}
	return map[string]metric{
		"checks": {Passes: 100, Value: 1}, "iterations": {Count: 50}, "http_reqs": {Count: 50}, "http_req_failed": {Fails: 50},
		"data_received": {Count: 6000}, "data_sent": {Count: 3600}, "vus": {Value: 5}, "vus_max": {Value: 5},
		"http_req_duration": trend, "http_req_blocked": trend, "http_req_connecting": trend, "http_req_receiving": trend,
		"http_req_sending": trend, "http_req_tls_handshaking": {}, "http_req_waiting": trend,
		"iteration_duration": {Avg: 1002, Min: 1001, Max: 1003},
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name   string
		change func(map[string]metric)
		ok     bool
	}{
		{"OK", func(map[string]metric) {}, true},
		{"ErrMissing", func(m map[string]metric) { delete(m, "http_req_waiting") }, false},
		{"ErrTooFew", func(m map[string]metric) { m["iterations"] = metric{Count: 20} }, false},
		{"ErrTooMany", func(m map[string]metric) { m["iterations"] = metric{Count: 51} }, false},
		{"ErrChecksFailed", func(m map[string]metric) { m["checks"] = metric{Passes: 99, Fails: 1} }, false},
		{"ErrRequestsFailed", func(m map[string]metric) { m["http_req_failed"] = metric{Passes: 1, Fails: 49, Value: 0.02} }, false},
		{"ErrNoThinkTime", func(m map[string]metric) { m["iteration_duration"] = metric{Avg: 5, Min: 5, Max: 5} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := maps.Clone(good())
			tt.change(m)
			if err := (&summary{Metrics: m}).check(10 * time.Second); (err == nil) != tt.ok {
				t.Errorf("got %v, want it to be fine: %v", err, tt.ok)
			}
		})
	}
}

// k6 writes a metric's thresholds beside its figures; they are of no interest here.
func TestDecode(t *testing.T) {
	var s summary
	const text = `{"root_group":{},"metrics":{"http_reqs":{"count":50,"rate":4.9,"thresholds":{"count>1":true}}}}`
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.Metrics["http_reqs"].Count != 50 {
		t.Errorf("got %+v, %v", s, err)
	}
}
