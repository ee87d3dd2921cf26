package stack

import (
	"fmt"
	"os"
	"strings"
)

// Cases are the names that Config.Case takes, besides the empty one.
var Cases = []string{"case_1", "case_2", "case_3"}

// plan is what a case starts besides foo and bar.
type plan struct {
	collector  bool
	percentage string // SAMPLING_PERCENTAGE of the Collector
}

func planFor(name string) (plan, error) {
	switch name {
	case "", "case_3":
		return plan{}, nil
	case "case_1":
		return plan{collector: true, percentage: "20"}, nil
	case "case_2":
		return plan{collector: true, percentage: "40"}, nil
	}
	return plan{}, fmt.Errorf("case %q is not known: want one of %s", name, strings.Join(Cases, ", "))
}

// decided are variables that the stack sets itself, or that would undo what the case says if they were inherited.
var decided = []string{
	"ADDR", "ADMIN_ADDR", "BAR_ENDPOINT", "AGENT_HOSTNAME", "SAMPLING_PERCENTAGE", "KEPT_TRACES_FILE",
	"OTEL_SDK_DISABLED", "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
}

// inherited is this process's environment without what is decided here.
func inherited() []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !isDecided(name) {
			env = append(env, entry)
		}
	}
	return env
}

func isDecided(name string) bool {
	for _, d := range decided {
		if name == d {
			return true
		}
	}
	return strings.HasPrefix(name, "COLLECTOR_") || strings.HasPrefix(name, "TEMPO_") || strings.HasPrefix(name, "K6_")
}
