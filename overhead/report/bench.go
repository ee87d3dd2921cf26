package report

import (
	"fmt"
	"io"

	"golang.org/x/perf/benchfmt"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/overhead/analysis"
	"example.com/foobar/overhead/record"
)

// Bench writes every valid run as Go benchmark lines, one for each process and one for the requests, in the order of the
// rounds. benchstat reads them:
//
//	benchstat -col /case -row /process benchmark.txt
func Bench(w io.Writer, a *analysis.Analysis) error {
	out := benchfmt.NewWriter(w)
	e := a.Environment
	config := []benchfmt.Config{
		{Key: "goos", Value: word(e.OS), File: true},
		{Key: "goarch", Value: word(e.Arch), File: true},
		{Key: "cpu", Value: word(e.CPU), File: true},
		{Key: "experiment", Value: word(a.Name), File: true},
		{Key: "seed", Value: []byte(fmt.Sprint(a.Seed)), File: true},
	}
	for _, r := range a.Runs() {
		if r.Void() {
			continue
		}
		for _, process := range append([]string{""}, a.Processes()...) {
			line := benchLine(r, process, e.Cores)
			if len(line.Values) == 0 {
				continue
			}
			line.Config = config
			if err := out.Write(line); err != nil {
				return fmt.Errorf("writing benchmark lines: %w", err)
			}
		}
	}
	return nil
}

func word(text string) []byte { return []byte(plain.Line(text)) }

// benchLine is a line as a benchmark on so many cores has it: those of the machine that measured.
func benchLine(r *record.Run, process string, cores int) *benchfmt.Result {
	name := process
	if name == "" {
		name = "requests"
	}
	line := &benchfmt.Result{
		Name:  benchfmt.Name(fmt.Sprintf("Tracing/process=%s/case=%s-%d", name, r.Case, cores)),
		Iters: int(r.Load.Requests),
	}
	for _, m := range analysis.Metrics {
		if m.PerProcess != (process != "") {
			continue
		}
		if v, ok := m.Value(r, process); ok {
			line.Values = append(line.Values, benchfmt.Value{Value: v * m.BenchScale, Unit: m.BenchUnit})
		}
	}
	return line
}
