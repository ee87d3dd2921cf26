package stack

import (
	"os"
	"slices"
	"strings"
)

// Cases are the names that Config.Case takes, besides the empty one.
var Cases = []string{"case_1", "case_2", "case_3"}

// plan is what a case starts besides foo and bar.
type plan struct {
	collector  bool
	percentage string // SAMPLING_PERCENTAGE of the Collector
}

var plans = map[string]plan{
	"":       {},
	"case_1": {collector: true, percentage: "20"},
	"case_2": {collector: true, percentage: "40"},
	"case_3": {},
}

// decided are variables that the stack sets itself, or that would undo what the case says if they were inherited.
var decided = []string{
	"ADDR", "ADMIN_ADDR", "BAR_ENDPOINT", "AGENT_HOSTNAME", "SAMPLING_PERCENTAGE", "KEPT_TRACES_FILE",
	"OTEL_SDK_DISABLED", "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
}

// inherited is this process's environment without what is decided here.
func inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(decided, name) ||
			strings.HasPrefix(name, "COLLECTOR_") || strings.HasPrefix(name, "TEMPO_") || strings.HasPrefix(name, "K6_")
	})
}
