package loadtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
)

// Bench measures a load test in the form that benchstat compares:
//
//	go test -bench Load -count 10 >old.txt    # and again with the other commit
//	benchstat old.txt new.txt
//
// An operation is an iteration: test.Options.VUs users share the b.N of them. With Options.Rate, b.N iterations begin at that
// rate, however long they take. So the options say how, and the testing package how much (-benchtime 5s, -benchtime 1000x):
// Duration and Iterations give way to it; stages and scenarios say more than a number can change, and are fatal. The testing
// package runs the test several times, each time with a larger b.N, and the metrics are those of the last one; what came
// before has warmed it up, and Options.Warmup is not needed. Set-up and tear-down are outside of the time. So b must not be
// looped over: neither with b.N nor with b.Loop.
//
// Beside ns/op, the time of an iteration divided by the users who are at it at once, it reports
//
//	p50-ns, p95-ns, p99-ns   what a request took, with Rate since it should have begun (http_req_response_time)
//	req/s                    requests per second
//	cpu-ns/op                processor time of this process per iteration: the users', and the Handler's when there is one
//
// b fails for what would fail Run, but not for thresholds: to judge is benchstat's part. That a rate was missed counts from 100
// iterations on.
func Bench(b *testing.B, test *load.Test) *load.Result {
	b.Helper()
	round, err := newRound(b, test)
	if err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ResetTimer()
	result, err := round.Run(b.Context())
	b.StopTimer()
	if err != nil {
		b.Fatal(err)
	}
	judge(b, test, result)
	report(b, result)
	return result
}

// fewest is how many arrivals it takes for one of them to be the 1 % that may be missed.
const fewest = 100

// judge fails b for what is wrong with the result.
func judge(b *testing.B, test *load.Test, result *load.Result) {
	b.Helper()
	if b.N < fewest {
		result.Verdict.RateMissed = false
	}
	if err := result.Err(); err != nil {
		logReport(b, test, result)
		b.Error(err)
	}
}

// newRound is the test with b.N iterations, which runs b's timer while it makes load.
func newRound(b *testing.B, test *load.Test) (*load.Test, error) {
	options, err := exactly(int64(b.N), test.Options)
	if err != nil {
		return nil, err
	}
	round := *test
	round.Options = options
	round.Hold = holdTimer(b, test.Hold)
	if test.Teardown != nil {
		round.Teardown = func(vu *load.VU) error {
			b.StopTimer()
			return test.Teardown(vu)
		}
	}
	return &round, nil
}

// holdTimer starts b's timer when hold, if there is one, lets the scenario begin.
func holdTimer(b *testing.B, hold holder) holder {
	return func(ctx context.Context, r *load.Run, scenario string) {
		if hold != nil {
			hold(ctx, r, scenario)
		}
		b.StartTimer()
	}
}

// holder is what a load.Test has as Hold.
type holder = func(ctx context.Context, r *load.Run, scenario string)

var (
	errStages = errors.New("stages and scenarios say more than how often: give Bench users (VUs), or a rate")
	errRate   = errors.New("the rate is below 1: give Bench at least one iteration per time unit")
)

// longest is how much time the iterations have.
const longest = 24 * time.Hour

// exactly are the options with n iterations, whatever they say themselves of how many or how long.
func exactly(n int64, o load.Options) (load.Options, error) {
	o.Warmup, o.Thresholds = nil, nil
	switch {
	case o.Stages != nil || o.Scenarios != nil:
		return o, errStages
	case o.Rate == nil:
		return shared(n, o), nil
	case *o.Rate < 1:
		return o, errRate
	}
	return atRate(n, o), nil
}

// shared has the users share n iterations, for which they have all the time they need.
func shared(n int64, o load.Options) load.Options {
	o.Iterations, o.Duration = &n, load.For(longest)
	if o.VUs != nil && int64(*o.VUs) > n {
		o.VUs = new(int(n))
	}
	return o
}

// atRate lasts as long as n iterations take to begin at the rate.
func atRate(n int64, o load.Options) load.Options {
	unit := time.Second
	if o.TimeUnit != nil {
		unit = time.Duration(*o.TimeUnit)
	}
	o.Iterations, o.Duration = nil, load.For(time.Duration(float64(n)/float64(*o.Rate)*float64(unit)))
	return o
}

// report reports b's metrics.
func report(b *testing.B, result *load.Result) {
	latency := result.ResponseTime()
	if latency.Count == 0 {
		latency = result.Latency()
	}
	if latency.Count > 0 {
		for _, p := range []float64{50, 95, 99} {
			b.ReportMetric(float64(latency.P(p)), fmt.Sprintf("p%v-ns", p))
		}
	}
	b.ReportMetric(result.Requests().PerSecond, "req/s")
	b.ReportMetric(float64(result.CPU)/float64(b.N), "cpu-ns/op")
}
