package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const recipe = "../deploy/existing-collector/tail-sampling.yaml"

// yours is what somebody may have: traces go straight to a backend.
const yours = `
receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:4317"}}}}
processors: {memory_limiter: {check_interval: 1s, limit_mib: 400}, batch: {}}
exporters: {otlp_grpc/backend: {endpoint: "tempo:4317", tls: {insecure: true}}}
service: {pipelines: {traces: {receivers: [otlp], processors: [memory_limiter, batch], exporters: [otlp_grpc/backend]}}}
`

func mustYours(tb testing.TB, config string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "yours.yaml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// TestExistingCollector lays the recipe for an existing Collector over one.
func TestExistingCollector(t *testing.T) {
	if code, said := validate([]string{"--config=" + mustYours(t, yours), "--config=" + recipe}); code != 0 {
		t.Errorf("validate: exit code %d, want 0:\n%s", code, said)
	}
}

// TestExistingCollectorNeeds finds out that the recipe says what it expects: without any of it the Collector refuses it.
func TestExistingCollectorNeeds(t *testing.T) {
	for _, name := range []string{"receivers.otlp", "processors.memory_limiter", "processors.batch", "exporters.otlp_grpc/backend"} {
		kind, component, _ := strings.Cut(name, ".")
		if !strings.Contains(MustRead(t, recipe), "#   "+name+" ") {
			t.Errorf("the recipe doesn't say that it needs %s", name)
		}
		lacking := strings.Replace(yours, "{"+component+":", "{"+component+"/other:", 1)
		lacking = strings.Replace(lacking, ", "+component+": {}", "", 1)
		code, said := validate([]string{"--config=" + mustYours(t, lacking), "--config=" + recipe})
		if code == 0 || !strings.Contains(said, component) {
			t.Errorf("without %s: exit code %d, want 1 and a message that names it (%s):\n%s", name, code, kind, said)
		}
	}
}

// TestExistingCollectorIsOurs compares the recipe's policies with those of production.yaml, but for the variables.
func TestExistingCollectorIsOurs(t *testing.T) {
	for _, file := range []string{"config/production.yaml", "config/collector.yaml"} {
		for line := range strings.Lines(reads.ReplaceAllString(MustRead(t, file), "$2")) {
			line = strings.TrimSpace(line)
			ours := file == "config/production.yaml" || strings.HasPrefix(line, "buckets") || strings.HasPrefix(line, "decision_wait") || strings.HasPrefix(line, "num_traces")
			if ours && line != "" && !strings.HasPrefix(line, "#") && !strings.Contains(MustRead(t, recipe), line+"\n") {
				t.Errorf("%s has %q, the recipe hasn't", file, line)
			}
		}
	}
}
