package load

import (
	"example.com/foobar/loadgen/metrics"

	"example.com/foobar/loadgen/internal/recorder"
)

// The built-in metrics. Names, kinds and meanings are k6's, down to dropped_iterations; those after it are ours.
const (
	vusMetric recorder.ID = iota
	vusMaxMetric
	iterationsMetric
	iterationDuration
	checksMetric
	groupDuration
	dataSent
	dataReceived
	httpReqs
	httpReqFailed
	httpReqDuration
	httpReqBlocked
	httpReqConnecting
	httpReqTLSHandshaking
	httpReqSending
	httpReqWaiting
	httpReqReceiving
	droppedIterations
	// httpReqsInterrupted counts requests in flight when their iteration was cut off. They are in no other metric of
	// requests, for they neither succeeded nor failed.
	httpReqsInterrupted
	// httpReqResponseTime is what a user of an arrival-rate scenario would have waited: from the instant at which the
	// request should have begun to the end of its body, connecting included. For the first request of an iteration that
	// instant is the iteration's intended start; a later one should have begun as much earlier as the iteration is late.
	httpReqResponseTime
	// iterationLag is the actual minus the intended start of an iteration of an arrival-rate scenario.
	iterationLag
	// iterationsLate counts iterations with a lag of more than lateAfter.
	iterationsLate
	// iterationsInterrupted counts iterations cut off, iterationsFailed those that returned an error or called VU.Fail,
	// iterationsPanicked those that panicked. iterations counts the failed ones too, as k6 does, not the other two.
	iterationsInterrupted
	iterationsFailed
	iterationsPanicked
	builtins
)

var builtinMetrics = [builtins]metrics.Desc{
	vusMetric:             {Name: "vus", Kind: metrics.Gauge, Contains: metrics.Default},
	vusMaxMetric:          {Name: "vus_max", Kind: metrics.Gauge, Contains: metrics.Default},
	iterationsMetric:      {Name: "iterations", Kind: metrics.Counter, Contains: metrics.Default},
	iterationDuration:     {Name: "iteration_duration", Kind: metrics.Trend, Contains: metrics.Time},
	checksMetric:          {Name: "checks", Kind: metrics.Rate, Contains: metrics.Default},
	groupDuration:         {Name: "group_duration", Kind: metrics.Trend, Contains: metrics.Time},
	dataSent:              {Name: "data_sent", Kind: metrics.Counter, Contains: metrics.Data},
	dataReceived:          {Name: "data_received", Kind: metrics.Counter, Contains: metrics.Data},
	httpReqs:              {Name: "http_reqs", Kind: metrics.Counter, Contains: metrics.Default},
	httpReqFailed:         {Name: "http_req_failed", Kind: metrics.Rate, Contains: metrics.Default},
	httpReqDuration:       {Name: "http_req_duration", Kind: metrics.Trend, Contains: metrics.Time},
	httpReqBlocked:        {Name: "http_req_blocked", Kind: metrics.Trend, Contains: metrics.Time},
	httpReqConnecting:     {Name: "http_req_connecting", Kind: metrics.Trend, Contains: metrics.Time},
	httpReqTLSHandshaking: {Name: "http_req_tls_handshaking", Kind: metrics.Trend, Contains: metrics.Time},
	httpReqSending:        {Name: "http_req_sending", Kind: metrics.Trend, Contains: metrics.Time},
	httpReqWaiting:        {Name: "http_req_waiting", Kind: metrics.Trend, Contains: metrics.Time},
	httpReqReceiving:      {Name: "http_req_receiving", Kind: metrics.Trend, Contains: metrics.Time},
	droppedIterations:     {Name: "dropped_iterations", Kind: metrics.Counter, Contains: metrics.Default},
	httpReqsInterrupted:   {Name: "http_reqs_interrupted", Kind: metrics.Counter, Contains: metrics.Default},
	httpReqResponseTime:   {Name: "http_req_response_time", Kind: metrics.Trend, Contains: metrics.Time},
	iterationLag:          {Name: "iteration_lag", Kind: metrics.Trend, Contains: metrics.Time},
	iterationsLate:        {Name: "iterations_late", Kind: metrics.Counter, Contains: metrics.Default},
	iterationsInterrupted: {Name: "iterations_interrupted", Kind: metrics.Counter, Contains: metrics.Default},
	iterationsFailed:      {Name: "iterations_failed", Kind: metrics.Counter, Contains: metrics.Default},
	iterationsPanicked:    {Name: "iterations_panicked", Kind: metrics.Counter, Contains: metrics.Default},
}
