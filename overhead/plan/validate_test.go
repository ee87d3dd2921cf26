package plan

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// mustExample is the example's plan, which is sound.
func mustExample(t *testing.T) *Plan {
	t.Helper()
	p, err := Parse(Example)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every mistake is told, with what to write instead.
func TestValidate(t *testing.T) {
	shop := func(change func(*Service)) func(*Plan) { return func(p *Plan) { change(&p.Services[0]) } }
	for _, c := range []struct {
		name   string
		change func(*Plan)
		want   string // "": sound
	}{
		{"OK", func(*Plan) {}, ""},
		{"Rounds", func(p *Plan) { p.Rounds = 1001 }, "rounds: 1001: write a number from 2 to 1000"},
		{"MaxRounds", func(p *Plan) { p.MaxRounds = 3 }, "max_rounds: 3 is below rounds (10)"},
		{"MaxRoundsMore", func(p *Plan) { p.MaxRounds = MostRounds }, ""},
		{"MaxRoundsMoreThanARecordHolds", func(p *Plan) { p.MaxRounds = MostRounds + 1 }, "max_rounds: 10001: write a number up to 10000"},
		{"MarginZero", func(p *Plan) { p.Margin = 0 }, "margin: 0%: write a share above 0"},
		{"MarginWhole", func(p *Plan) { p.Margin = 1 }, "margin: 100%"},
		{"Precision", func(p *Plan) { p.Precision = 1 }, "precision: 100%"},
		{"Table", func(p *Plan) { p.Table = "mine" }, `table: "mine": write demonstration`},
		{"Attempts", func(p *Plan) { p.Limits.Attempts = 21 }, "attempts: 21"},
		{"TraceSpans", func(p *Plan) { p.TraceSpans = -1 }, "spans_per_trace: -1"},
		{"GeneratorCPUs", func(p *Plan) { p.GeneratorCPUs = "x" }, "generator_cpus:"},
		{"WindowShort", func(p *Plan) { p.Timing.Window = Duration(time.Millisecond) }, "window: 1ms: write a duration from 1s to 1h"},
		{"WindowLong", func(p *Plan) { p.Timing.Window = Duration(2 * time.Hour) }, "window: 2h0m0s"},
		{"WarmUpShort", func(p *Plan) { p.Timing.WarmUp = Duration(time.Millisecond) }, "warm_up: 1ms: write 0s, or a duration from 1s"},
		{"NoWarmUp", func(p *Plan) { p.Timing.WarmUp = 0 }, ""},
		{"DrainLong", func(p *Plan) { p.Timing.Drain = Duration(time.Hour) }, "drain: 1h0m0s: write at most 10m"},
		{"NoDrainToFlush", func(p *Plan) {
			p.Services[0].Flush, p.Timing.Drain = "http://${shop.http}/flush", 0
		}, "drain: 0s: write how long a service that is asked to flush may take"},
		{"WarmUpLong", func(p *Plan) { p.Timing.WarmUp = Duration(11 * time.Minute) }, "warm_up: 11m0s: write at most 10m"},
		{"DecisionWaitLong", func(p *Plan) { p.Timing.DecisionWait = Duration(time.Hour) }, "decision_wait: 1h0m0s"},
		{"ReadyLong", func(p *Plan) { p.Timing.Ready = Duration(time.Hour) }, "ready: 1h0m0s"},
		{"NoServices", func(p *Plan) { p.Services = nil }, "services: none"},
		{"ServiceLeadsOut", shop(func(s *Service) { s.Name = "x/../../../PWNED" }), "name: write letters, digits, _ and -"},
		{"ServiceWithDot", shop(func(s *Service) { s.Name = "a.b" }), "name: write letters, digits, _ and -"},
		{"ServiceWithControls", shop(func(s *Service) { s.Name = "\x1b[2J" }), "name: write letters, digits, _ and -"},
		{"ServiceWithLineBreak", shop(func(s *Service) { s.Name = "shop\n" }), "name: write letters, digits, _ and -"},
		{"ServiceLong", shop(func(s *Service) { s.Name = strings.Repeat("x", 41) }), "name: write letters, digits, _ and -"},
		{"ServiceGenerator", shop(func(s *Service) { s.Name = "generator" }), "the name is taken"},
		{"ServiceSink", shop(func(s *Service) { s.Name = "sink" }), "the name is taken"},
		{"ServiceTwice", func(p *Plan) { p.Services = append(p.Services, p.Services[0]) }, "the name is taken"},
		{"NoCommand", shop(func(s *Service) { s.Command = nil }), "write a command, or build:"},
		{"NoReady", shop(func(s *Service) { s.Ready = "" }), "ready: write the URL"},
		{"Spans", shop(func(s *Service) { s.Spans = 10_001 }), "spans: 10001"},
		{"CPUs", shop(func(s *Service) { s.CPUs = "1-0" }), "cpus:"},
		{"GOMAXPROCS", shop(func(s *Service) { s.GOMAXPROCS = -1 }), "gomaxprocs: -1: write a number above 0"},
		{"SpansBelowZero", shop(func(s *Service) { s.Spans = -1 }), "spans: -1"},
		{"TwoMeasured", func(p *Plan) {
			p.Services = append(p.Services, Service{Name: "a", Command: []string{"a"}, Ready: "http://a/", Measured: true})
		}, "2 are marked measured: true"},
		{"NothingMeasured", shop(func(s *Service) { s.Measured = false }), "0 are marked measured: true"},
		{"TwoCollectors", func(p *Plan) {
			p.Services = append(p.Services, Service{Name: "a", Command: []string{"a"}, Ready: "http://a/", Collector: true},
				Service{Name: "b", Command: []string{"b"}, Ready: "http://b/", Collector: true})
		}, "2 are marked collector: true"},
		{"Port", shop(func(s *Service) { s.Ports = append(s.Ports, "a b") }), `ports: "a b"`},
		{"PortWithDot", shop(func(s *Service) { s.Ports = append(s.Ports, "http.port") }), `ports: "http.port": write letters, digits, _ and -`},
		{"PortTwice", shop(func(s *Service) { s.Ports = append(s.Ports, "http") }), `ports: "http": the name is taken`},
		{"PlaceholderOfFlush", shop(func(s *Service) { s.Flush = "http://${shop.admin}/flush" }), "${shop.admin} stands for nothing"},
		{"PlaceholderOfPort", shop(func(s *Service) {
			s.Command = []string{"shop", "${shop.http.port}", "${dir}", "${sink}", "${decision_wait}"}
		}), ""},
		{"PlaceholderInCaseEnv", func(p *Plan) { p.Cases[2].Env = map[string]map[string]string{"shop": {"A": "${snk}"}} }, `did you mean "sink"?`},
		{"PlaceholderInEnv", shop(func(s *Service) { s.Env["X"] = "${nowhere}" }), "${nowhere} stands for nothing"},
		{"PlaceholderInCase", func(p *Plan) { p.Cases[2].Args = map[string][]string{"shop": {"${shop.htp}"}} }, `did you mean "shop.http"?`},
		{"PlaceholderInURL", func(p *Plan) { p.Load.URL = "http://${shp.http}/" }, "${shp.http} stands for nothing"},
		{"OneCase", func(p *Plan) { p.Cases, p.Control = p.Cases[:1], "" }, "at least two are needed"},
		{"CaseLeadsOut", func(p *Plan) { p.Cases[2].Name = "../x" }, "name: write letters, digits"},
		{"CaseTwice", func(p *Plan) { p.Cases[2].Name = p.Cases[1].Name }, "the name is taken"},
		{"SampledTwice", func(p *Plan) { p.Cases[2].Sampled = 2 }, "at most 100%"},
		{"KeptTwice", func(p *Plan) { two := Percent(2); p.Cases[2].Kept = &two }, "at most 100%"},
		{"Without", func(p *Plan) { p.Cases[2].Without = []string{"shop"} }, "the measured service can't be left out"},
		{"WithoutNobody", func(p *Plan) { p.Cases[2].Without = []string{"shpo"} }, `did you mean "shop"?`},
		{"ArgsOfNobody", func(p *Plan) { p.Cases[2].Args = map[string][]string{"zebra": nil} }, `there is no service "zebra"; known are shop`},
		{"CaseLong", func(p *Plan) { p.Cases[2].Name = strings.Repeat("x", 41) }, "name: write letters, digits"},
		{"ControlOfNoCase", func(p *Plan) { p.Control = "of-again" }, `did you mean "off-again"?`},
		{"ComparisonOfNoCase", func(p *Plan) { p.Comparisons = [][]string{{"off", "on"}} }, `comparisons: ["off" "on"]: write two names`},
		{"Control", func(p *Plan) { p.Control = p.Baseline }, "must be another case"},
		{"Comparison", func(p *Plan) { p.Comparisons = [][]string{{"off"}} }, "comparisons:"},
		{"ComparisonWithItself", func(p *Plan) { p.Comparisons = [][]string{{"off", "off"}} }, "comparisons:"},
		{"URL", func(p *Plan) { p.Load.URL = "shop:8080" }, "load: url:"},
		{"URLScheme", func(p *Plan) { p.Load.URL = "ftp://shop/" }, "load: url:"},
		{"URLWithoutHost", func(p *Plan) { p.Load.URL = "http:///products" }, "load: url:"},
		{"URLWithSpace", func(p *Plan) { p.Load.URL = "http://sh op/" }, "load: url:"},
		{"StatusLow", func(p *Plan) { p.Load.Status = 99 }, "load: status: 99 is no HTTP status"},
		{"ExecutorNoText", func(p *Plan) { p.Load.Scenario = map[string]any{"executor": 5} }, "scenario: executor: write constant-arrival-rate"},
		{"Status", func(p *Plan) { p.Load.Status = 600 }, "load: status: 600"},
		{"NoExecutor", func(p *Plan) { p.Load.Scenario = nil }, "scenario"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustExample(t)
			c.change(p)
			err := p.Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	t.Run("AllAtOnce", func(t *testing.T) {
		p := mustExample(t)
		p.Rounds, p.Margin, p.Baseline = 0, 0, "nowhere"
		if err := p.Validate(); err == nil || strings.Count(err.Error(), "\n") < 2 {
			t.Errorf("got %v, want three mistakes", err)
		}
	})
	t.Run("TheSameEachTime", func(t *testing.T) {
		p := mustExample(t)
		p.Services[0].Env = map[string]string{"A": "${a}", "B": "${b}", "C": "${c}", "D": "${d}"}
		p.Cases[1].Env = map[string]map[string]string{"p": {"A": "${e}", "B": "${f}"}, "q": {"C": "${g}"}, "r": nil}
		p.Cases[2].Args = map[string][]string{"s": {"${h}"}, "t": {"${i}"}, "u": {"${j}"}}
		first := p.Validate()
		for range 20 {
			if again := p.Validate(); again.Error() != first.Error() {
				t.Fatalf("got\n%v\nthen\n%v", first, again)
			}
		}
	})
}

func TestPlanAnswers(t *testing.T) {
	p, err := Preset(Ladder, ".")
	if err != nil {
		t.Fatal(err)
	}
	if p.Measured() != "foo" || p.Collector().Name != "collector" || p.SpansPerTrace() != 3 || p.Service("nobody") != nil || p.Case("none") != nil {
		t.Errorf("measured %s, %d spans", p.Measured(), p.SpansPerTrace())
	}
	off, tail, all := *p.Case("off"), *p.Case("tail-20"), *p.Case("head-100")
	if off.Starts("collector") || !off.Starts("foo") || !tail.Starts("collector") {
		t.Error("off starts a Collector, or tail-20 none")
	}
	if tail.KeptShare() != 0.2 || all.KeptShare() != 1 {
		t.Errorf("kept: %v and %v", tail.KeptShare(), all.KeptShare())
	}
	p.TraceSpans = 7
	if p.SpansPerTrace() != 7 {
		t.Errorf("%d spans, want those that are declared", p.SpansPerTrace())
	}
	t.Run("Keep", func(t *testing.T) {
		p.Keep(map[string]bool{"off": true, "tail-20": true})
		var names []string
		for _, c := range p.Cases {
			names = append(names, c.Name)
		}
		if !slices.Equal(names, []string{"off", "tail-20"}) || p.Control != "" || len(p.Comparisons) != 0 {
			t.Errorf("kept %v, control %q, comparisons %v", names, p.Control, p.Comparisons)
		}
	})
	t.Run("RunTime", func(t *testing.T) {
		base := p.RunTime(off)
		if got := p.RunTime(tail); got <= base {
			t.Errorf("a case that waits for decisions takes %s, without %s", got, base)
		}
		p.Services[2].Flush = ""
		if got := p.RunTime(off); got != base {
			t.Errorf("without spans nothing is waited for: %s, want %s", got, base)
		}
		whole := p.RunTime(all)
		all.Sampled = 0.2
		if draw := p.RunTime(all); draw <= whole || whole <= base {
			t.Errorf("a draw takes %s, all spans %s, none %s", draw, whole, base)
		}
	})
}

func TestTexts(t *testing.T) {
	for text, want := range map[string]Percent{"5%": 0.05, "0.05": 0.05, "0": 0, "100%": 1, "12.5%": 0.125} {
		var p Percent
		if err := p.UnmarshalText([]byte(text)); err != nil || p != want {
			t.Errorf("%s: got %v, %v", text, p, err)
		}
		if err := p.UnmarshalJSON([]byte(`"` + text + `"`)); err != nil || p != want {
			t.Errorf("%s in JSON: got %v, %v", text, p, err)
		}
	}
	for _, text := range []string{"", "%", "5 % of it", "-1%", "NaN", "lots", "5%%"} {
		var p Percent
		if err := p.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, p)
		}
	}
	for _, text := range []string{"", "5", "-5s", "soon"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, d)
		}
	}
	d := Duration(90 * time.Second)
	if text, err := d.MarshalText(); err != nil || string(text) != "1m30s" || d.Seconds() != 90 || Percent(0.125).String() != "12.5%" {
		t.Errorf("got %s, %v, %v", text, d.Seconds(), Percent(0.125))
	}
}
