package main

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What k6 says of a server whose every answer is known, loadgen has to say too. Counts, rates and bytes agree exactly;
// times lie above what the server held the answers for, and near k6's.

// mixed is a plan with all that a server does in an hour: short and long waits and bodies, statuses of every class.
// Of 100 requests, 60 are held for 10 ms, 32 for 40 ms, 5 for 100 ms and 3 for 250 ms, so that the median, p(90), p(95) and
// p(99) each fall well inside of one group.
func mixed(n int) answer {
	k := n * 37 % 100 // the same hundred in another order
	a := answer{delay: 10 * time.Millisecond, status: http.StatusOK, body: "foobar"}
	switch {
	case k >= 97:
		a.delay = 250 * time.Millisecond
	case k >= 92:
		a.delay = 100 * time.Millisecond
	case k >= 60:
		a.delay = 40 * time.Millisecond
	}
	switch k % 10 {
	case 1:
		a.status = http.StatusNotFound
	case 2:
		a.status, a.body = http.StatusInternalServerError, ""
	case 3:
		a.body = strings.Repeat("x", 100_000)
	case 4:
		a.status, a.body = http.StatusCreated, strings.Repeat("y", 5_000)
	case 5:
		a.status = http.StatusServiceUnavailable
	}
	return a
}

// groups are the percentiles of a hundred mixed answers and how long the server held those.
var groups = map[string]time.Duration{
	"med":   10 * time.Millisecond,
	"p(90)": 40 * time.Millisecond,
	"p(95)": 100 * time.Millisecond,
	"p(99)": 250 * time.Millisecond,
}

func TestOracleMixed(t *testing.T) {
	flags := []string{"--vus", "10", "--iterations", "1000"}
	targets, reports := map[string]*target{}, map[string]*report{}
	for _, name := range []string{"k6", "loadgen"} {
		targets[name] = MustTarget(t, mixed)
		reports[name] = MustLoad(t, name, targets[name], flags...)
	}
	k6, ours := reports["k6"], reports["loadgen"]

	t.Run("Counts", func(t *testing.T) {
		for _, of := range []struct{ metric, statistic string }{
			{"http_reqs", "count"}, {"iterations", "count"}, {"checks", "passes"}, {"checks", "fails"}, {"checks", "value"},
			{"http_req_failed", "passes"}, {"http_req_failed", "fails"}, {"http_req_failed", "value"},
			{"http_req_duration", "count"}, {"http_req_waiting", "count"}, {"iteration_duration", "count"},
			{"http_req_duration{expected_response:true}", "count"}, {"data_received", "count"},
		} {
			got, want := ours.value(of.metric, of.statistic), k6.value(of.metric, of.statistic)
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("%s of %s: got %v, want k6's %v", of.statistic, of.metric, got, want)
			}
		}
	})
	for name, r := range reports {
		t.Run(name, func(t *testing.T) {
			checkAccount(t, r, targets[name])
			checkPhases(t, r)
			checkFloor(t, r)
		})
	}
	t.Run("Percentiles", func(t *testing.T) { comparePercentiles(t, k6, ours, flags) })
}

// checkAccount holds a report against what the server has counted.
func checkAccount(t *testing.T, r *report, server *target) {
	if got, want := r.value("http_reqs", "count"), float64(server.requests()); got != want {
		t.Errorf("%s: http_reqs: got %v, want the %v that reached the server", r.name, got, want)
	}
	for metric, want := range map[string]int64{"data_sent": server.received.Load(), "data_received": server.sent.Load()} {
		if got := r.value(metric, "count"); got != float64(want) {
			t.Errorf("%s: %s: got %v bytes, want the %d that went through the server's sockets", r.name, metric, got, want)
		}
	}
}

// checkPhases asserts that sending, waiting and receiving add up to the duration.
func checkPhases(t *testing.T, r *report) {
	sum := r.value("http_req_sending", "avg") + r.value("http_req_waiting", "avg") + r.value("http_req_receiving", "avg")
	if got := r.value("http_req_duration", "avg"); math.Abs(got-sum) > got*1e-6 {
		t.Errorf("mean of http_req_duration: got %v ms, want %v, the sum of its phases", got, sum)
	}
	if c, b := r.value("http_req_connecting", "max"), r.value("http_req_blocked", "max"); c <= 0 || b < c {
		t.Errorf("http_req_blocked: got at most %v ms, want at least the %v of http_req_connecting, and that above 0", b, c)
	}
}

// checkFloor asserts that nothing reads shorter than the server held it, but for the histogram's error of a thousandth.
func checkFloor(t *testing.T, r *report) {
	for statistic, held := range groups {
		if got := r.value("http_req_duration", statistic); got < milliseconds(held)*0.999 {
			t.Errorf("%s of http_req_duration: got %v ms, want at least the %v that the server held it", statistic, got, held)
		}
	}
}

// comparePercentiles holds loadgen's percentiles against k6's: the histogram's thousandth, 5 ms, and twice what two runs
// of k6 differ by. A machine that is busy with other things gets three tries.
func comparePercentiles(t *testing.T, k6, ours *report, flags []string) {
	const tries = 3
	for try := 1; ; try++ {
		again := MustLoad(t, "k6", MustTarget(t, mixed), flags...)
		var far []string
		for statistic := range groups {
			got, a, b := ours.value("http_req_duration", statistic), k6.value("http_req_duration", statistic), again.value("http_req_duration", statistic)
			tolerance := a/1000 + 5 + 2*math.Abs(a-b)
			t.Logf("%s of http_req_duration: got %.3f ms, k6 %.3f and %.3f", statistic, got, a, b)
			if math.Abs(got-a) > tolerance {
				far = append(far, statistic)
			}
		}
		if len(far) == 0 {
			return
		}
		if try == tries {
			t.Errorf("%v of http_req_duration: further from k6's than two runs of k6 explain, %d times", far, tries)
			return
		}
		k6, ours = again, MustLoad(t, "loadgen", MustTarget(t, mixed), flags...)
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// What the server sees and what the reports say where connections break, are not kept, or requests lead to others.
func TestOracleConnections(t *testing.T) {
	foobar := answer{status: http.StatusOK, body: "foobar"}
	tests := []struct {
		name            string
		plan            func(n int) answer
		flags           []string
		requests, conns int
		// stricter is how many checks fail here that pass in k6.
		stricter float64
	}{
		{
			// Each breaks its connection and is a failed request. In k6 its status is still the 200 that came first; here a
			// response that did not come whole has none.
			name:     "CutBodies",
			plan:     func(n int) answer { return answer{status: http.StatusOK, body: "foobar", cut: n%4 == 3} },
			flags:    []string{"--iterations", "40"},
			requests: 40, conns: 10, stricter: 10,
		},
		{
			name:     "Kept",
			plan:     func(int) answer { return foobar },
			flags:    []string{"--iterations", "40"},
			requests: 40, conns: 1,
		},
		{
			name:     "NoConnectionReuse",
			plan:     func(int) answer { return foobar },
			flags:    []string{"--iterations", "20", "--no-connection-reuse"},
			requests: 20, conns: 20,
		},
		{
			name:     "NoVUConnectionReuse",
			plan:     func(int) answer { return foobar },
			flags:    []string{"--iterations", "20", "--no-vu-connection-reuse"},
			requests: 20, conns: 20,
		},
		{
			name: "Redirects", // two of three answers lead on
			plan: func(n int) answer {
				if n%3 < 2 {
					return answer{status: http.StatusFound, location: "/next", body: "see there"}
				}
				return foobar
			},
			flags:    []string{"--iterations", "20"},
			requests: 60, conns: 1,
		},
		{
			name:     "TooManyRedirects",
			plan:     func(int) answer { return answer{status: http.StatusFound, location: "/next"} },
			flags:    []string{"--iterations", "5", "--max-redirects", "2"},
			requests: 15, conns: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			reports := map[string]*report{}
			for _, name := range []string{"k6", "loadgen"} {
				flags := tt.flags
				if name == "loadgen" {
					flags = append([]string{"-k6-exit-codes"}, flags...)
				}
				server := MustTarget(t, tt.plan)
				reports[name] = MustLoad(t, name, server, flags...)
				if got, want := server.requests(), tt.requests; got != want {
					t.Errorf("%s: requests that reached the server: got %d, want %d", name, got, want)
				}
				if name == "loadgen" { // k6 sometimes misses what the last broken connection sent
					checkAccount(t, reports[name], server)
				}
				if got, want := server.conns.Load(), int64(tt.conns); got != want {
					t.Errorf("%s: connections: got %d, want %d", name, got, want)
				}
			}
			for _, of := range []struct{ metric, statistic string }{
				{"http_reqs", "count"}, {"iterations", "count"}, {"checks", "passes"}, {"checks", "fails"},
				{"http_req_failed", "passes"}, {"http_req_failed", "fails"}, {"data_received", "count"},
			} {
				got, want := reports["loadgen"].value(of.metric, of.statistic), reports["k6"].value(of.metric, of.statistic)
				switch of.metric + of.statistic {
				case "checkspasses":
					want -= tt.stricter
				case "checksfails":
					want += tt.stricter
				}
				if got != want {
					t.Errorf("%s of %s: got %v, want k6's %v", of.statistic, of.metric, got, want)
				}
			}
		})
	}
}
