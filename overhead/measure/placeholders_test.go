package measure

import (
	"strings"
	"testing"

	"example.com/foobar/overhead/plan"
)

func TestPlaceholders(t *testing.T) {
	t.Setenv("OTEL_TRACES_SAMPLER", "always_on")
	t.Setenv("GOGC", "50")
	p, err := plan.Preset("quick", "/workspace")
	if err != nil {
		t.Fatal(err)
	}
	placeholders, err := newPlaceholders(p, "127.0.0.1:4000")
	if err != nil {
		t.Fatal(err)
	}
	c := placeholders.command(p, p.Service("collector"), *p.Case("tail-20"), "/programs/collector")
	if c.Path != "/programs/collector" || c.Args[1] != "/workspace/collector/config/collector.yaml" || c.Dir != "/workspace" {
		t.Errorf("got %+v", c)
	}
	all := strings.Join(c.Env, "\n") + "\n"
	for _, want := range []string{"TEMPO_ENDPOINT=127.0.0.1:4000\n", "SAMPLING_PERCENTAGE=20\n", "DECISION_WAIT=2s\n", "COLLECTOR_OTLP_GRPC=" + placeholders["collector.grpc"] + "\n"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in the environment", want)
		}
	}
	for _, never := range []string{"OTEL_TRACES_SAMPLER", "GOGC", "${"} {
		if strings.Contains(all, "\n"+never) {
			t.Errorf("%s reached a service", never)
		}
	}
	if ports := placeholders.receivers(p, p.Service("collector")); len(ports) != 1 || !ports[4000] {
		t.Errorf("the Collector's receivers: %v", ports)
	}
	if ports := placeholders.receivers(p, p.Service("foo")); len(ports) != 5 || ports[4000] { // not health and metrics, where it is asked
		t.Errorf("foo's receivers: %v", ports)
	}
}
