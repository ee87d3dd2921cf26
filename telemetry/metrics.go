package telemetry

import (
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// runtimeMetrics are those of runtime/metrics that are served beside client_golang's usual ones.
var runtimeMetrics = regexp.MustCompile(
	`^/gc/(heap/(allocs|frees):(bytes|objects)|heap/(live:bytes|objects:objects)|cycles/.*)$`)

var (
	tracingDesc = prometheus.NewDesc("foobar_tracing_enabled",
		"1 if OpenTelemetry is installed, 0 if OTEL_SDK_DISABLED switched it off.", nil, nil)
	requestsDesc = prometheus.NewDesc("foobar_http_requests_total",
		"Requests answered, health checks left out, whether tracing is on or off.", nil, nil)
	startedDesc = prometheus.NewDesc("foobar_spans_started_total",
		"Sampled spans started.", nil, nil)
	endedDesc = prometheus.NewDesc("foobar_spans_ended_total",
		"Sampled spans ended: exported + failed + dropped + pending.", nil, nil)
	pendingDesc = prometheus.NewDesc("foobar_spans_pending",
		"Ended spans that wait to be exported or are under way.", nil, nil)
	exportedDesc = prometheus.NewDesc("foobar_spans_exported_total",
		"Spans that the Collector confirmed.", nil, nil)
	failedDesc = prometheus.NewDesc("foobar_spans_failed_total",
		"Spans that the exporter gave up, by gRPC status, or rejected by the Collector.", []string{"reason"}, nil)
	droppedDesc = prometheus.NewDesc("foobar_spans_dropped_total",
		"Ended spans that never reached the exporter.", []string{"reason"}, nil)
)

// newRegistry returns a registry of the Go runtime, the process, the requests and, unless tracing is off, the ledger.
func (s *Service) newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.GoRuntimeMetricsRule{Matcher: runtimeMetrics})),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		serviceCollector{s},
	)
	return registry
}

// serviceCollector serves one copy of the ledger per scrape, so that its numbers belong together.
type serviceCollector struct{ service *Service }

func (serviceCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{tracingDesc, requestsDesc, startedDesc, endedDesc, pendingDesc, exportedDesc, failedDesc, droppedDesc} {
		out <- d
	}
}

func (c serviceCollector) Collect(out chan<- prometheus.Metric) {
	out <- prometheus.MustNewConstMetric(requestsDesc, prometheus.CounterValue, float64(c.service.requests.Load()))
	if c.service.Tracing == nil {
		out <- prometheus.MustNewConstMetric(tracingDesc, prometheus.GaugeValue, 0)
		return
	}
	out <- prometheus.MustNewConstMetric(tracingDesc, prometheus.GaugeValue, 1)
	n := c.service.Tracing.Ledger.Counts()
	out <- prometheus.MustNewConstMetric(startedDesc, prometheus.CounterValue, float64(n.Started))
	out <- prometheus.MustNewConstMetric(endedDesc, prometheus.CounterValue, float64(n.Ended))
	out <- prometheus.MustNewConstMetric(pendingDesc, prometheus.GaugeValue, float64(n.Pending))
	out <- prometheus.MustNewConstMetric(exportedDesc, prometheus.CounterValue, float64(n.Exported))
	for reason, count := range n.Failed {
		out <- prometheus.MustNewConstMetric(failedDesc, prometheus.CounterValue, float64(count), reason)
	}
	for reason, count := range n.Dropped {
		out <- prometheus.MustNewConstMetric(droppedDesc, prometheus.CounterValue, float64(count), reason)
	}
}
