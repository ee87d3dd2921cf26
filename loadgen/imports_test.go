package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// module is what the paths of all modules of the workspace begin with.
const module = "example.com/foobar/"

// pkg is what `go list -json` says of a package.
type pkg struct {
	ImportPath, Name string
	Imports, Deps    []string
}

// under reports whether path is one of the packages or below one of them.
func under(path string, packages []string) bool {
	return slices.ContainsFunc(packages, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}

// MustList lists the packages of the workspace.
func MustList(tb testing.TB) []pkg {
	tb.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Imports,Deps", "work")
	cmd.Env = append(os.Environ(), "GOWORK=") // as found upwards from here
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%v: %v", cmd, err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			tb.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	if len(pkgs) < 5 {
		tb.Fatalf("got %d packages, want the whole workspace", len(pkgs))
	}
	return pkgs
}

// Who may import whom; docs/design.md has the picture.
func TestImports(t *testing.T) {
	const otel, sdk = "go.opentelemetry.io", "go.opentelemetry.io/otel/sdk"
	const load, wire, metrics = module + "loadgen/load", module + "loadgen/internal/wire", module + "loadgen/metrics"
	const recorder, threshold = module + "loadgen/internal/recorder", module + "loadgen/internal/threshold"
	const histogram, selector = module + "loadgen/internal/histogram", module + "loadgen/internal/selector"
	const engine = module + "loadgen/internal/engine"
	const file, nearest, script = module + "loadgen/file", module + "loadgen/nearest", module + "loadgen/script"
	const summary, control, stack = module + "loadgen/summary", module + "loadgen/control", module + "loadgen/stack"
	const child, measure, analysis = module + "loadgen/child", module + "overhead/measure", module + "overhead/analysis"
	const settings, command, loadtest = module + "loadgen/settings", module + "loadgen/command", module + "loadgen/loadtest"
	const convert = module + "loadgen/convert"
	const foo, bar, loadgen, overhead = module + "foo", module + "bar", module + "loadgen", module + "overhead"
	const telemetry, collector = module + "telemetry", module + "collector"
	type paths = []string
	tests := []struct {
		name   string
		of     paths // these packages, and those below them,
		never  paths // reach none of these, directly or through others
		direct bool  // (only what they import themselves counts)
	}{
		{name: "MetricsKnowsNoHTTP", of: paths{metrics, recorder, threshold, selector}, never: paths{"net/http", wire, load}},
		{name: "HistogramKnowsNoMetrics", of: paths{histogram}, never: paths{metrics}},
		{name: "WireKnowsNoMetrics", of: paths{wire}, never: paths{metrics, recorder, load}},
		{name: "DigestKnowsNoConnection", of: paths{module + "loadgen/internal/digest"}, never: paths{"net/http", wire, load}},
		{name: "SchemaKnowsNoLoad", of: paths{module + "loadgen/internal/schema"}, never: paths{"net/http", load, script, settings}},
		{name: "ResultsKnowNoRecorder", of: paths{metrics, summary, threshold, selector}, never: paths{recorder}},
		{name: "SummaryWithoutLoad", of: paths{summary}, never: paths{load, wire}},
		{name: "ComparingReadsNothing", of: paths{module + "loadgen/compare"}, never: paths{load, wire, recorder, file, settings}},
		{name: "LoadWithoutSummary", of: paths{load}, never: paths{summary, module + "loadgen/compare", control, child, stack, script, settings, command}},
		{name: "EngineKnowsTheWireOnly", of: paths{engine}, never: paths{load, metrics, recorder, file}},
		{name: "ControlMakesNoLoad", of: paths{control}, never: paths{load, settings, command, stack}},
		{name: "SettingsStartNothing", of: paths{settings}, never: paths{stack, command}},
		{name: "LoadtestWithoutTheCommand", of: paths{loadtest}, never: paths{command, settings, script, stack, child}},
		{name: "CommandWithoutTesting", of: paths{command, load}, never: paths{loadtest, "testing"}},
		{name: "StackMakesNoLoad", of: paths{stack, child}, never: paths{load, wire, metrics}},
		{name: "ChildKnowsNoProgram", of: paths{child}, never: paths{stack, settings, command}},
		{name: "OverheadStartsItsOwn", of: paths{overhead}, never: paths{stack, command}},
		{name: "MeasureComparesNothing", of: paths{measure}, never: paths{analysis}},
		{name: "ConvertersMakeNoLoad", of: paths{convert}, never: paths{command, settings, stack, child, summary, control}},
		{name: "LibraryWithoutConverters", of: paths{load, loadtest, script}, never: paths{convert}},
		{name: "ExpressionsKnowNoLoad", of: paths{module + "loadgen/expression"}, never: paths{"net/http", load, wire, metrics, script, file}},
		{name: "FileKnowsNoLoad", of: paths{file, nearest}, never: paths{"net/http", load, wire, metrics, script, stack}},
		{name: "WireAndMetricsReadNoFiles", of: paths{wire, metrics, recorder, threshold, selector}, never: paths{file}},
		{name: "LightInstrument", of: paths{load, loadtest}, never: paths{otel, "github.com/creack/pty", "github.com/shirou/gopsutil", "github.com/rogpeppe/go-internal", "github.com/dop251/goja"}},
		{name: "FooKnowsNoBar", of: paths{foo}, never: paths{bar}},
		{name: "BarKnowsNoFoo", of: paths{bar}, never: paths{foo}},
		{name: "ServicesKnowNoLoadgen", of: paths{foo, bar, telemetry}, never: paths{loadgen}},
		{name: "OnlyTelemetryHasTheSDK", of: paths{foo, bar, loadgen, overhead}, never: paths{sdk}, direct: true},
		{name: "NoCollector", of: paths{foo, bar, telemetry, loadgen, overhead}, never: paths{collector, otel + "/collector"}},
		{name: "QuickToStart", of: paths{loadgen}, never: paths{"github.com/santhosh-tekuri", "github.com/getkin"}}, // they do much before main
		{name: "NoAGPL", of: paths{foo, bar, telemetry, loadgen, overhead}, never: paths{"go.k6.io"}},
	}
	pkgs := MustList(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, p := range pkgs {
				if !under(p.ImportPath, tt.of) {
					continue
				}
				reached := p.Deps
				if tt.direct {
					reached = p.Imports
				}
				for _, dep := range reached {
					if under(dep, tt.never) {
						t.Errorf("%s reaches %s", p.ImportPath, dep)
					}
				}
			}
		})
	}
}

func TestNobodyImportsAMain(t *testing.T) {
	pkgs := MustList(t)
	mains := map[string]bool{}
	for _, p := range pkgs {
		mains[p.ImportPath] = p.Name == "main"
	}
	for _, p := range pkgs {
		for _, path := range p.Imports {
			if mains[path] {
				t.Errorf("%s imports the program %s", p.ImportPath, path)
			}
		}
	}
}
