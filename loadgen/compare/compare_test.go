package compare

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/perf/benchmath"

	"example.com/foobar/loadgen/internal/histogram"
	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/summary"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// golden compares with a file in testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s\n(go test ./compare -update writes it anew)", path, got, want)
	}
}

// run is one of 10 s with requests whose durations are base plus 0 to 99 % of spread, of which failed failed.
func run(name string, base, spread time.Duration, requests, failed int) Run {
	h := histogram.New("time")
	trend := metrics.Series{Desc: metrics.Desc{Name: "http_req_duration", Kind: metrics.Trend, Contains: metrics.Time}, Histogram: h}
	for i := range requests {
		h.Record(float64(base) + float64(spread)*float64(i%100)/100)
	}
	trend.Count, trend.Sum, trend.Min, trend.Max = h.Count(), h.Sum(), h.Min(), h.Max()
	waiting := trend
	waiting.Name = "http_req_waiting"
	n := float64(requests)
	login := trend
	login.Selector = []metrics.Tag{{Key: "name", Value: "login"}}
	total := metrics.Section{Series: []metrics.Series{
		trend, login, waiting,
		{Desc: metrics.Desc{Name: "http_req_failed", Kind: metrics.Rate, Contains: metrics.Default}, Count: uint64(requests), Passes: uint64(failed)},
		{Desc: metrics.Desc{Name: "http_reqs", Kind: metrics.Counter, Contains: metrics.Default}, Count: uint64(requests), Sum: n},
		{Desc: metrics.Desc{Name: "orders", Kind: metrics.Counter, Contains: metrics.Default}, Count: 1, Sum: n / 2},
		{Desc: metrics.Desc{Name: "unused", Kind: metrics.Trend, Contains: metrics.Time}, Histogram: histogram.New("time")},
	}}
	return Run{Name: name, Saved: &summary.Saved{Snapshot: &metrics.Snapshot{Elapsed: 10 * time.Second, Total: total}, Load: loadOf(5), CPU: time.Duration(n) * 50 * time.Microsecond}}
}

func loadOf(vus int) *summary.Load {
	return &summary.Load{Scenarios: []summary.ScenarioLoad{{Name: "default", Description: fmt.Sprintf("%d looping VUs for 10s", vus),
		Options: json.RawMessage(fmt.Sprintf(`{"executor": "constant-vus", "vus": %d}`, vus))}}}
}

// side is so many runs that differ by a percent from one to the next.
func side(name string, n int, base time.Duration) []Run {
	var runs []Run
	for i := range n {
		runs = append(runs, run(fmt.Sprint(name, i, ".json"), base+base*time.Duration(i)/100, time.Millisecond, 1000+i, 0))
	}
	return runs
}

func MustLimits(tb testing.TB, texts ...string) []Limit {
	tb.Helper()
	var all []Limit
	for _, text := range texts {
		l, err := ParseLimit(text)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func MustCompare(tb testing.TB, before, after []Run, o Options) *Comparison {
	tb.Helper()
	c, err := Compare(before, after, o)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func (c *Comparison) row(tb testing.TB, metric, stat string) *Row {
	tb.Helper()
	for i := range c.Rows {
		if c.Rows[i].Metric == metric && c.Rows[i].Stat == stat {
			return &c.Rows[i]
		}
	}
	tb.Fatalf("there is no row %s %s", metric, stat)
	return nil
}

func TestCompare(t *testing.T) {
	t.Parallel()
	const duration = "http_req_duration"
	for _, tt := range []struct {
		name          string
		before, after []Run
		metric, stat  string
		verdict       Verdict
		apart         bool
		change        float64
		interval      bool
	}{
		{"OneApart", side("a", 1, 10e6), side("b", 1, 20e6), duration, "p(95)", Unknown, true, 0.914, true},
		{"OneApartBelow", side("a", 1, 20e6), side("b", 1, 10e6), duration, "p(95)", Unknown, true, -0.477, true},
		{"OneWithinScatter", side("a", 1, 10e6), []Run{run("b", 10e6+10e3, time.Millisecond, 1000, 0)}, duration, "med", NoDifference, false, 0.001, true},
		{"OneWithoutScatter", side("a", 1, 10e6), side("b", 1, 20e6), duration, "max", Unknown, false, 0.91, false},
		{"OneRateApart", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 1000, 20)}, "http_req_failed", "rate", Unknown, true, math.NaN(), false},
		{"OneRateWithinScatter", []Run{run("a", 10e6, 1e6, 1000, 19)}, []Run{run("b", 10e6, 1e6, 1000, 20)}, "http_req_failed", "rate", NoDifference, false, 0.053, true},
		{"OneSame", side("a", 1, 10e6), side("b", 1, 10e6), duration, "max", NoDifference, false, 0, false},
		{"ThreeApart", side("a", 3, 10e6), side("b", 3, 20e6), duration, "max", Unknown, true, 0.91, false},
		{"ThreeMixed", side("a", 3, 10e6), side("b", 3, 10.1e6), duration, "max", NoDifference, false, 0.009, false},
		{"FourWorse", side("a", 4, 10e6), side("b", 4, 20e6), duration, "max", Worse, false, 0.91, true},
		{"FourBetter", side("a", 4, 20e6), side("b", 4, 10e6), duration, "max", Better, false, -0.476, true},
		{"FourFewer", side("a", 4, 10e6), []Run{run("b", 1e7, 1e6, 500, 0), run("c", 1e7, 1e6, 501, 0), run("d", 1e7, 1e6, 502, 0), run("e", 1e7, 1e6, 503, 0)},
			"http_reqs", "count", Worse, false, -0.499, true},
		{"FourLower", side("a", 4, 10e6), []Run{run("b", 1e7, 1e6, 500, 0), run("c", 1e7, 1e6, 501, 0), run("d", 1e7, 1e6, 502, 0), run("e", 1e7, 1e6, 503, 0)},
			"orders", "count", Lower, false, -0.499, true},
		{"FourMixed", side("a", 4, 10e6), side("b", 4, 10.1e6), duration, "max", NoDifference, false, 0.009, true},
		{"FewerRequests", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 500, 0)}, "http_reqs", "rate", Unknown, false, -0.5, false},
		{"NobodyKnows", side("a", 4, 10e6), append(side("b", 3, 10e6), run("c", 10e6, 1e6, 10_000, 0)), "orders", "count", NoDifference, false, 0, true},
		{"CPU", side("a", 4, 10e6), side("b", 4, 10e6), "loadgen_cpu", "per_request", NoDifference, false, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := MustCompare(t, tt.before, tt.after, Options{}).row(t, tt.metric, tt.stat)
			if r.Verdict != tt.verdict || r.Apart != tt.apart {
				t.Errorf("got %s, apart %v, want %s, %v", r.Verdict, r.Apart, tt.verdict, tt.apart)
			}
			if math.Abs(r.Change-tt.change) > 0.002 || math.IsNaN(r.Change) != math.IsNaN(tt.change) {
				t.Errorf("got a change of %v, want %v", r.Change, tt.change)
			}
			if got := !math.IsNaN(r.Lo); got != tt.interval || got && !(r.Lo <= r.Change && r.Change <= r.Hi) {
				t.Errorf("got %v within %v and %v, want an interval: %v", r.Change, r.Lo, r.Hi, tt.interval)
			}
		})
	}
	t.Run("Leaves", func(t *testing.T) {
		for all, want := range map[bool]int{false: 0, true: 5} {
			waiting, unused := 0, 0
			for _, r := range MustCompare(t, side("a", 1, 10e6), side("b", 1, 10e6), Options{All: all}).Rows {
				if r.Metric == "http_req_waiting" {
					waiting++
				}
				if r.Metric == "unused" {
					unused++
				}
			}
			if waiting != want || unused != 0 {
				t.Errorf("all %v: got %d rows of a phase and %d of a metric without samples, want %d and 0", all, waiting, unused, want)
			}
		}
	})
	t.Run("NoSamplesAfter", func(t *testing.T) {
		c := MustCompare(t, side("a", 1, 10e6), []Run{run("b", 0, 0, 0, 0)}, Options{Limits: MustLimits(t, "http_req_duration:p(95)=900%")})
		if r := c.row(t, duration, "p(95)"); r.Verdict != Unknown || r.change() != "no samples" || len(c.Regressions) != 1 {
			t.Errorf("got %s, %s and regressions %q, want ?, no samples and one", r.Verdict, r.change(), c.Regressions)
		}
	})
}

func TestRegressions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		limit         string
		before, after []Run
		want          string // of the regression, empty when there is none
	}{
		{"http_req_duration:p(95)=92%", side("a", 1, 10e6), side("b", 1, 20e6), ""},
		{"http_req_duration:p(95)=91%", side("a", 1, 10e6), side("b", 1, 20e6), "http_req_duration p(95) went from 10.94ms to 20.94ms (+91.5% ["},
		{"http_req_duration{name:login}:p(95)=91%", side("a", 1, 10e6), side("b", 1, 20e6), "http_req_duration{name:login} p(95) went"},
		{"http_req_duration:p(99.9)=5%", side("a", 4, 10e6), side("b", 4, 20e6), "http_req_duration p(99.9) went"},
		{"http_req_waiting:med=5%", side("a", 4, 10e6), side("b", 4, 20e6), "http_req_waiting med went"},
		{"http_req_duration:p(95)=5%", side("a", 4, 20e6), side("b", 4, 10e6), ""},
		{"http_req_duration:p(95)=-5%", side("a", 4, 20e6), side("b", 4, 10e6), "http_req_duration p(95) went from 21.24ms to 11.08ms"},
		{"http_req_duration:max=0%", side("a", 4, 10e6), side("b", 4, 10.1e6), ""}, // not told from chance
		{"http_req_failed:rate=50%", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 1000, 20)}, "from 0.00% to 2.00% (from 0)"},
		{"http_req_failed:rate=50%", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 1000, 1)}, ""}, // one of a thousand
		{"http_reqs:rate=10%", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 500, 0)}, "http_reqs rate went from 100/s to 50/s (-50.0%)"},
		{"http_reqs:rate=10%", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 5000, 0)}, ""},
		{"http_reqs:rate=10%", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 0, 0)}, "to 0/s"},
		{"orders:count=+10%", side("a", 1, 10e6), []Run{run("b", 10e6, 1e6, 5000, 0)}, "orders count went from 500 to 2500 (+400.0%)"},
		{"loadgen_cpu:per_request=10%", side("a", 1, 10e6), side("b", 1, 10e6), ""},
	} {
		c := MustCompare(t, tt.before, tt.after, Options{Limits: MustLimits(t, tt.limit)})
		got := strings.Join(c.Regressions, "\n")
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.limit, got, tt.want)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	a, b := side("a", 1, 10e6), side("b", 1, 10e6)
	other, old, lacking := side("c", 1, 10e6), side("old", 1, 10e6), side("lacking", 1, 10e6)
	other[0].Load, old[0].Load = loadOf(6), nil
	early, late := side("early", 1, 10e6), side("late", 1, 10e6)
	early[0].Outcome = &summary.Outcome{Ended: "interrupted", Code: 105, Reasons: []string{"the test ended early", "and more"}}
	late[0].Outcome = &summary.Outcome{Ended: summary.Finished}
	lacking[0].Snapshot.Total.Series = lacking[0].Snapshot.Total.Series[1:]
	for _, tt := range []struct {
		before, after []Run
		limit, want   string
	}{
		{nil, b, "", "one run before and one after"},
		{a, side("b", 51, 10e6), "", "51 after: 50 are the most"},
		{a, other, "", "scenario default: 5 looping VUs for 10s, and 6 looping VUs for 10s"},
		{a, old, "", "old0.json does not say what its load was"},
		{late, early, "", "early0.json was stopped early (interrupted), and had not all of its load"},
		{a, b, "nosuch:p(95)=5%", "there is no metric nosuch in a0.json"},
		{a, b, "http_reqs:p(95)=5%", `a counter such as http_reqs has no statistic "p(95)": it has count and rate`},
		{a, b, "orders:count=5%", "say which way is worse for orders: =+5% when it is to rise no more"},
		{a, b, "unused:med=5%", "unused has no samples in a0.json"},
		{a, b, "loadgen_cpu:avg=5%", "it is loadgen_cpu:per_request"},
		{a, lacking, "http_req_duration:med=5%", "there is no metric http_req_duration in lacking0.json, and a limit is on it"},
	} {
		var limits []Limit
		if tt.limit != "" {
			limits = MustLimits(t, tt.limit)
		}
		if _, err := Compare(tt.before, tt.after, Options{Limits: limits}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want it to say %q", err, tt.want)
		}
	}
	if c := MustCompare(t, a, other, Options{Force: true}); len(c.Rows) == 0 {
		t.Error("got no rows of different loads with Force")
	}
	if c := MustCompare(t, late, early, Options{Force: true}); !strings.Contains(strings.Join(c.Notes, "\n"), "early0.json ended with exit code 105: the test ended early; and more") {
		t.Errorf("got notes %q, want one on the exit code", c.Notes)
	}
	if c := MustCompare(t, a, late, Options{}); strings.Contains(strings.Join(c.Notes, "\n"), "exit code") {
		t.Errorf("got notes %q of a run that is well", c.Notes)
	}
	if c := MustCompare(t, a, lacking, Options{}); !strings.Contains(strings.Join(c.Notes, "\n"), "http_req_duration is in a0.json and not in lacking0.json") {
		t.Errorf("got notes %q, want one on the metric that is missing", c.Notes)
	}
}

// TestIntervalAgreesWithTest wants the interval to leave out no change exactly when the test tells a difference.
func TestIntervalAgreesWithTest(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	told := 0
	for range 2000 {
		draw := func(shift float64) []float64 {
			all := make([]float64, 4+random.IntN(5))
			for i := range all {
				all[i] = shift + random.Float64()
			}
			return all
		}
		before, after := draw(1), draw(1+random.Float64())
		c := benchmath.AssumeNothing.Compare(benchmath.NewSample(before, &benchmath.DefaultThresholds), benchmath.NewSample(after, &benchmath.DefaultThresholds))
		lo, hi := limits(before, after)
		if apart := lo > 0 || hi < 0; apart != (c.P <= 0.05) {
			t.Fatalf("got [%v, %v] and p %v of %v and %v", lo, hi, c.P, before, after)
		} else if apart {
			told++
		}
		if middle := ratio(before, after); !(lo <= middle && middle <= hi) {
			t.Fatalf("got %v outside of [%v, %v]", middle, lo, hi)
		}
	}
	if told < 200 || told > 1800 {
		t.Errorf("got %d of 2000 told apart, which shows nothing", told)
	}
}

func TestEnough(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		before, after int
		want          bool
	}{{1, 1, false}, {3, 3, false}, {4, 4, true}, {3, 5, true}, {2, 7, false}, {2, 8, true}, {1, 38, false}, {1, 39, true}, {50, 50, true}} {
		if got := enough(tt.before, tt.after); got != tt.want {
			t.Errorf("%d and %d: got %v, want %v", tt.before, tt.after, got, tt.want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	hostile := run("b|\x1b[31m.json", 20e6, 1e6, 900, 9)
	hostile.Snapshot.Warnings = []metrics.Warning{{Message: "busy <b>\nline"}}
	for name, c := range map[string]*Comparison{
		"one":  MustCompare(t, side("a", 1, 10e6), []Run{hostile}, Options{Limits: MustLimits(t, "http_req_duration:p(95)=5%")}),
		"two":  MustCompare(t, side("a", 2, 10e6), side("b", 2, 10e6), Options{}),
		"four": MustCompare(t, side("a", 4, 10e6), side("b", 4, 20e6), Options{Stats: []string{"p(99.9)"}}),
	} {
		var text, markdown bytes.Buffer
		if err := c.Text(&text); err != nil {
			t.Fatal(err)
		}
		if err := c.Markdown(&markdown); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", text.String())
		golden(t, name+".md", markdown.String())
	}
}

func TestParseLimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http_req_duration:p(95)=5%":            "http_req_duration p(95) 5 0",
		"http_req_duration{name:a=b}:avg=+2.5%": "http_req_duration{name:a=b} avg 2.5 1",
		" orders : count = -10% ":               "orders count 10 -1",
	} {
		l, err := ParseLimit(text)
		if got := fmt.Sprint(l.metric(), " ", l.Stat, " ", l.Percent, " ", l.Sign); err != nil || got != want || l.String() != text {
			t.Errorf("%s: got %s and %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5%", "p95:5%", "http_req_duration=5%", "http_req_duration:=5%", "http_req_duration:p(95)=5", "http_req_duration:p(95)=x%",
		"http_req_duration:p(95)=NaN%", "http_req_duration:p(95)=Inf%", "1:p(95)=5%", "a{:p(95)=5%"} {
		if _, err := ParseLimit(text); err == nil {
			t.Errorf("%q: got no error", text)
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	f.Add("http_req_duration{name:login}:p(95)=+5%")
	f.Add("a:b=-0%")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLimit(text)
		if err == nil && (l.Percent < 0 || math.IsNaN(l.Percent) || math.IsInf(l.Percent, 0) || l.Stat == "" || l.Selector.Metric == "") {
			t.Errorf("%q: got %+v", text, l)
		}
	})
}
