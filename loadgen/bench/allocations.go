package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// Go benchmarks of loadgen's packages: requestBenchmarks are those whose operation is a request on the default path, and
// recordBenchmark records all metrics of one, in two goroutines.
var requestBenchmarks = []string{"wire.Do", "load.Iteration"}

const recordBenchmark = "recorder.Record"

// allocations runs the Go benchmarks on the path of a request.
func allocations(ctx context.Context, s *session) (*Outcome, error) {
	root, err := repository()
	if err != nil {
		return nil, err
	}
	args := []string{"test", "-run", "^$", "-bench", "^Benchmark(Record|Do|Iteration)$", "-benchmem", "-cpu", "2",
		"-count", strconv.Itoa(s.rounds), "-benchtime", s.pickText("1s", "100ms"), "./internal/recorder", "./internal/wire", "./load"}
	r, err := execute(ctx, command(filepath.Join(root, "loadgen"), "go", args...), nil)
	if err != nil {
		return nil, err
	}
	results := parseBenchmarks(r.output)
	o := &Outcome{Table: Table{Header: []string{"benchmark", "ns per request", "allocations", "bytes"}}}
	for _, name := range append([]string{recordBenchmark}, requestBenchmarks...) {
		lines, ok := results[name]
		if !ok {
			return nil, fmt.Errorf("the Go benchmark %s did not run:\n%s", name, tail(r.output))
		}
		o.Table.Rows = append(o.Table.Rows, []string{name, figure(median(lines["ns/op"]), ""), figure(worst(lines["allocs/op"]), ""), figure(worst(lines["B/op"]), "")})
	}
	var allocs float64
	for _, name := range requestBenchmarks {
		allocs = max(allocs, worst(results[name]["allocs/op"]))
	}
	o.Goals = []Goal{
		{What: "allocations per request", Measured: allocs},
		{What: "recording one request, 2 goroutines", Unit: "ns", Measured: median(results[recordBenchmark]["ns/op"]), Must: 400, Aim: 200},
	}
	o.Notes = append(o.Notes, "`go "+strings.Join(args, " ")+"` in loadgen: the median of the times, the worst of the allocations.")
	return o, nil
}

// pickText is pick for words.
func (s *settings) pickText(whole, quick string) string {
	if s.quick {
		return quick
	}
	return whole
}

// parseBenchmarks reads the lines of Go benchmarks: values by unit, by package and name, "recorder.Record".
func parseBenchmarks(output string) map[string]map[string][]float64 {
	results := map[string]map[string][]float64{}
	var pkg string
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		if len(fields) == 2 && fields[0] == "pkg:" {
			pkg = fields[1][strings.LastIndex(fields[1], "/")+1:]
		}
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(fields[0], "Benchmark"), "-")
		key := pkg + "." + name
		if results[key] == nil {
			results[key] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if errors.Is(err, strconv.ErrSyntax) {
				break
			}
			results[key][fields[i+1]] = append(results[key][fields[i+1]], v)
		}
	}
	return results
}
