package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// overlays are laid over config/collector.yaml, alone or as here together.
var overlays = [][]string{
	{},
	{"production.yaml"},
	{"probabilistic.yaml"},
	{"file.yaml"},
	{"debug.yaml"},
	{"production.yaml", "file.yaml"},
	{"probabilistic.yaml", "file.yaml"},
	{"collector.yaml"}, // compose.yml's default for its second file
}

func TestConfigurationsAreValid(t *testing.T) {
	for _, files := range overlays {
		t.Run(strings.Join(append([]string{"collector.yaml"}, files...), "+"), func(t *testing.T) {
			if code, said := validate(configArgs(files...)); code != 0 {
				t.Errorf("validate: exit code %d, want 0:\n%s", code, said)
			}
		})
	}
}

// TestConfigurationsStart finds what validation leaves to the start, such as a
// policy whose type doesn't exist.
func TestConfigurationsStart(t *testing.T) {
	for _, files := range overlays {
		t.Run(strings.Join(append([]string{"collector.yaml"}, files...), "+"), func(t *testing.T) {
			p := MustStart(t, files)
			if err := p.send(foo(MustMake(1, 9)...)); err != nil {
				t.Error(err)
			}
			p.terminate()
		})
	}
}

// TestEveryConfigurationIsTested fails when a file is added that overlays doesn't name.
func TestEveryConfigurationIsTested(t *testing.T) {
	named := map[string]bool{"collector.yaml": true}
	for _, files := range overlays {
		for _, name := range files {
			named[name] = true
		}
	}
	for _, path := range configFiles(t) {
		if !named[filepath.Base(path)] {
			t.Errorf("%s: no entry of overlays names it", path)
		}
	}
}

func TestInvalidConfigurationIsRefused(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"ErrUnknownComponent", "receivers: {zipkin: {}}", "zipkin"},
		{"ErrUnknownSetting", "processors: {tail_sampling: {decision_time: 1s}}", "decision_time"},
		{"ErrPipelineWithoutReceiver", "service: {pipelines: {traces/in: {receivers: []}}}", "traces/in"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, said := validate(append(configArgs(), "--config=yaml:"+test.yaml))
			if code != 1 || !strings.Contains(said, test.want) {
				t.Errorf("exit code %d and %q, want 1 and a message with %q", code, said, test.want)
			}
		})
	}
}

// TestHealthCheck runs the container's health check of compose.yml: it reads the
// health page as if it were a configuration.
func TestHealthCheck(t *testing.T) {
	p := MustStart(t, nil)
	args := append(configArgs(), "--config=http://"+p.env["COLLECTOR_HEALTH"]+"/")
	if code, said := validate(args); code != 0 {
		t.Errorf("the Collector runs: exit code %d, want 0:\n%s", code, said)
	}
	p.terminate()
	if code, _ := validate(args); code != 1 {
		t.Errorf("the Collector has ended: exit code %d, want 1", code)
	}
}

var (
	reads = regexp.MustCompile(`\$\{env:([A-Z_]+):-([^}]*)\}`)
	says  = regexp.MustCompile(`(?m)^#   ([A-Z_]{3,})  +(\S+)`)
)

// TestEnvironmentIsDocumented compares what the configurations read with what the
// headers say they read, names and defaults.
func TestEnvironmentIsDocumented(t *testing.T) {
	said := map[string]string{}
	for _, m := range says.FindAllStringSubmatch(MustRead(t, "config/collector.yaml"), -1) {
		said[m[1]] = m[2]
	}
	read := map[string]string{}
	for _, path := range configFiles(t) {
		for _, m := range reads.FindAllStringSubmatch(MustRead(t, path), -1) {
			read[m[1]] = m[2]
			if said[m[1]] != m[2] {
				t.Errorf("%s: %s is %q by default, the header of collector.yaml says %q", path, m[1], m[2], said[m[1]])
			}
		}
	}
	for name := range said {
		if _, ok := read[name]; !ok {
			t.Errorf("the header of collector.yaml explains %s, which no configuration reads", name)
		}
	}
}

// TestVersion compares the version the program reports with that of its modules.
func TestVersion(t *testing.T) {
	mod := MustRead(t, "go.mod")
	for _, m := range []string{"otelcol", "receiver/otlpreceiver", "processor/batchprocessor"} {
		if want := fmt.Sprintf("go.opentelemetry.io/collector/%s v%s\n", m, version); !strings.Contains(mod, want) {
			t.Errorf("go.mod has no line %q", want)
		}
	}
	var out bytes.Buffer
	if code := run(context.Background(), []string{"--version"}, &out, &out); code != 0 {
		t.Fatalf("--version: exit code %d", code)
	}
	if got := out.String(); !strings.Contains(got, version) {
		t.Errorf("--version printed %q, want %s in it", got, version)
	}
}

func validate(args []string) (code int, said string) {
	var out bytes.Buffer
	code = run(context.Background(), append([]string{"validate"}, args...), &out, &out)
	return code, out.String()
}

// configArgs are the --config arguments for collector.yaml and files laid over it.
func configArgs(files ...string) []string {
	args := []string{"--config=config/collector.yaml"}
	for _, name := range files {
		args = append(args, "--config="+filepath.Join("config", name))
	}
	return args
}

func configFiles(tb testing.TB) []string {
	tb.Helper()
	paths, err := filepath.Glob("config/*.yaml")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no configurations found: %v", err)
	}
	return paths
}

func MustRead(tb testing.TB, path string) string {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}
