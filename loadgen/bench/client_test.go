package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// statistics are those that both programs are asked for.
const statistics = "avg,min,med,max,p(90),p(95),p(99),count"

// built holds the two programs of the comparison, made once for all tests.
var built struct {
	once     sync.Once
	remove   []func() error
	programs programs
	err      error
	k6Err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, remove := range built.remove {
		remove()
	}
	os.Exit(code)
}

// MustPrograms builds loadgen and k6. Without k6 there is nothing to compare with: the test says so loudly and is skipped.
func MustPrograms(tb testing.TB) programs {
	tb.Helper()
	built.once.Do(func() {
		var remove func() error
		if built.programs, remove, built.err = find(context.Background(), os.Stderr, "loadgen"); built.err != nil {
			return
		}
		built.remove = append(built.remove, remove)
		var k6 programs
		if k6, remove, built.k6Err = find(context.Background(), os.Stderr, "k6"); built.k6Err == nil {
			built.remove, built.programs["k6"] = append(built.remove, remove), k6["k6"]
		}
	})
	if built.err != nil {
		tb.Fatal(built.err)
	}
	if built.k6Err != nil {
		fmt.Fprintf(os.Stderr, "\n*** NOT COMPARED WITH K6: it can't be built here ***\n%v\n", built.k6Err)
		tb.Skip("k6 can't be built here: ", built.k6Err)
	}
	return built.programs
}

// MustLoad runs one of the two programs on the target with flags that both know, and returns what it reports.
func MustLoad(tb testing.TB, name string, t *target, flags ...string) *report {
	tb.Helper()
	if name == "k6" {
		return MustRun(tb, name, slices.Concat(flags, []string{"-e", "URL=" + t.URL, filepath.Join("testdata", "get.js")})...)
	}
	return MustRun(tb, name, slices.Concat(flags, []string{"-check-status", "200", "-check-body", "foobar", t.URL})...)
}

// MustRun runs one of the two programs and returns what it reports.
func MustRun(tb testing.TB, name string, flags ...string) *report {
	tb.Helper()
	programs := MustPrograms(tb)
	file := filepath.Join(tb.TempDir(), "summary.json")
	args := slices.Concat([]string{"--quiet", "--no-color", "--summary-export", file, "--summary-trend-stats", statistics, "--user-agent", "oracle"}, flags)
	if name == "k6" {
		args = slices.Concat([]string{"run", "--no-usage-report"}, args)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, programs[name], args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "K6_") })
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", cmd, err, out.String())
	}
	e, err := readExport(file)
	if err != nil {
		tb.Fatalf("%s: %v\n%s", cmd, err, out.String())
	}
	return &report{tb: tb, name: name, export: e, text: out.String()}
}

// report is what one of the programs says of its run.
type report struct {
	tb     testing.TB
	name   string
	export *export
	text   string
}

// value is a statistic of a metric; that it is missing fails the test.
func (r *report) value(metric, statistic string) float64 {
	r.tb.Helper()
	v, err := r.export.value(metric, statistic)
	if err != nil {
		r.tb.Errorf("%s: %v", r.name, err)
	}
	return v
}

// count is a statistic that may be missing when it is 0, as k6 leaves out what has no samples.
func (r *report) count(metric, statistic string) float64 {
	v, err := r.export.value(metric, statistic)
	if err != nil {
		return 0
	}
	return v
}
