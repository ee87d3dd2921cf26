// Package loadtest makes load tests part of go test. Run passes or fails a test, Bench measures for benchstat. With a
// load.Test's Handler set they need no network:
//
//	func TestLoad(t *testing.T) {
//		loadtest.Run(t, &load.Test{Handler: handler, Exec: visit, Options: load.Options{VUs: new(10), Duration: load.For(5 * time.Second)}})
//	}
//
//	func BenchmarkLoad(b *testing.B) {
//		loadtest.Bench(b, &load.Test{Handler: handler, Exec: visit, Options: load.Options{VUs: new(10)}})
//	}
package loadtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/summary"
)

// Run runs the load test to its end, with the report in the log, and fails tb with all reasons why the command would
// not end with exit code 0: a threshold, a check that never passed, no response at all. The test ends with tb's context,
// and as long before go test's time is up (-timeout) as the report needs. Options that can't be are fatal.
func Run(tb testing.TB, test *load.Test) *load.Result {
	tb.Helper()
	ctx, cancel := untilTimeout(tb)
	defer cancel()
	result, err := test.Run(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	logReport(tb, test, result)
	if err := result.Err(); err != nil {
		tb.Error(err)
	}
	return result
}

// reportNeeds is how long before go test's end a load test is ended.
const reportNeeds = 2 * time.Second

// untilTimeout is tb's context, which ends before go test does.
func untilTimeout(tb testing.TB) (context.Context, context.CancelFunc) {
	if limited, ok := tb.(interface{ Deadline() (time.Time, bool) }); ok {
		if end, ok := limited.Deadline(); ok {
			return context.WithDeadline(tb.Context(), end.Add(-reportNeeds))
		}
	}
	return context.WithCancel(tb.Context())
}

// logReport logs what the command would print.
func logReport(tb testing.TB, test *load.Test, result *load.Result) {
	tb.Helper()
	var text strings.Builder
	if err := summary.Text(&text, result.Snapshot, summaryOptions(test.Options)); err != nil {
		tb.Errorf("writing the report: %v", err)
		return
	}
	tb.Logf("\n%s", strings.Trim(text.String(), "\n"))
}

// summaryOptions are what the options of a test say of the report.
func summaryOptions(o load.Options) summary.Options {
	s := summary.Options{Mode: summary.Legacy, TrendStats: o.SummaryTrendStats}
	if o.SummaryTimeUnit != nil {
		s.TimeUnit = *o.SummaryTimeUnit
	}
	return s
}
