package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/foobar/loadgen/load"
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
		{"Rounds", func(p *Plan) { p.Rounds = 1001 }, "rounds is 1001: write a number from 2 to 1000"},
		{"MaxRounds", func(p *Plan) { p.MaxRounds = 3 }, "max_rounds is 3: that is below rounds (10)"},
		{"MaxRoundsMore", func(p *Plan) { p.MaxRounds = MostRounds }, ""},
		{"MaxRoundsMoreThanARecordHolds", func(p *Plan) { p.MaxRounds = MostRounds + 1 }, "max_rounds is 10001: write a number up to 10000"},
		{"MarginZero", func(p *Plan) { p.Margin = 0 }, "margin is 0%: write a share above 0"},
		{"MarginWhole", func(p *Plan) { p.Margin = 1 }, "margin is 100%"},
		{"Precision", func(p *Plan) { p.Precision = 1 }, "precision is 100%"},
		{"Table", func(p *Plan) { p.Table = "mine" }, `table is "mine": write demonstration`},
		{"Attempts", func(p *Plan) { p.Limits.Attempts = 21 }, "limits.attempts is 21"},
		{"TraceSpans", func(p *Plan) { p.TraceSpans = -1 }, "spans_per_trace is -1"},
		{"GeneratorCPUs", func(p *Plan) { p.GeneratorCPUs = "x" }, "generator_cpus:"},
		{"WindowShort", func(p *Plan) { p.Timing.Window = Duration(time.Millisecond) }, "timing.window is 1ms: write a duration from 1s to 1h"},
		{"WindowLong", func(p *Plan) { p.Timing.Window = Duration(2 * time.Hour) }, "window is 2h0m0s"},
		{"WarmUpShort", func(p *Plan) { p.Timing.WarmUp = Duration(time.Millisecond) }, "warm_up is 1ms: write 0s, or a duration from 1s"},
		{"NoWarmUp", func(p *Plan) { p.Timing.WarmUp = 0 }, ""},
		{"DrainLong", func(p *Plan) { p.Timing.Drain = Duration(time.Hour) }, "drain is 1h0m0s: write at most 10m"},
		{"NoDrainToFlush", func(p *Plan) {
			p.Services[0].Flush, p.Timing.Drain = "http://${shop.http}/flush", 0
		}, "drain is 0s: write how long a service that is asked to flush may take"},
		{"WarmUpLong", func(p *Plan) { p.Timing.WarmUp = Duration(11 * time.Minute) }, "warm_up is 11m0s: write at most 10m"},
		{"DecisionWaitLong", func(p *Plan) { p.Timing.DecisionWait = Duration(time.Hour) }, "decision_wait is 1h0m0s"},
		{"ReadyLong", func(p *Plan) { p.Timing.Ready = Duration(time.Hour) }, "ready is 1h0m0s"},
		{"NoServices", func(p *Plan) { p.Services = nil }, "services: none"},
		{"ServiceLeadsOut", shop(func(s *Service) { s.Name = "x/../../../PWNED" }), `services[0].name is "x/../../../PWNED": write letters, digits, _ and -`},
		{"ServiceWithDot", shop(func(s *Service) { s.Name = "a.b" }), "write letters, digits, _ and -"},
		{"ServiceWithControls", shop(func(s *Service) { s.Name = "\x1b[2J" }), "write letters, digits, _ and -"},
		{"ServiceWithLineBreak", shop(func(s *Service) { s.Name = "shop\n" }), "write letters, digits, _ and -"},
		{"ServiceLong", shop(func(s *Service) { s.Name = strings.Repeat("x", 41) }), "write letters, digits, _ and -"},
		{"ServiceGenerator", shop(func(s *Service) { s.Name = "generator" }), "the name is taken"},
		{"ServiceSink", shop(func(s *Service) { s.Name = "sink" }), "the name is taken"},
		{"ServiceTwice", func(p *Plan) { p.Services = append(p.Services, p.Services[0]) }, "the name is taken"},
		{"NoCommand", shop(func(s *Service) { s.Command = nil }), "write a command, or build:"},
		{"NoReady", shop(func(s *Service) { s.Ready = "" }), "ready: write the URL"},
		{"Spans", shop(func(s *Service) { s.Spans = 10_001 }), "services[0].spans is 10001"},
		{"CPUs", shop(func(s *Service) { s.CPUs = "1-0" }), "cpus:"},
		{"GOMAXPROCS", shop(func(s *Service) { s.GOMAXPROCS = -1 }), "gomaxprocs is -1: write a number above 0"},
		{"SpansBelowZero", shop(func(s *Service) { s.Spans = -1 }), "spans is -1"},
		{"TwoMeasured", func(p *Plan) {
			p.Services = append(p.Services, Service{Name: "a", Command: []string{"a"}, Ready: "http://a/", Measured: true})
		}, "2 are marked measured: true"},
		{"NothingMeasured", shop(func(s *Service) { s.Measured = false }), "0 are marked measured: true"},
		{"TwoCollectors", func(p *Plan) {
			p.Services = append(p.Services, Service{Name: "a", Command: []string{"a"}, Ready: "http://a/", Collector: true},
				Service{Name: "b", Command: []string{"b"}, Ready: "http://b/", Collector: true})
		}, "2 are marked collector: true"},
		{"Port", shop(func(s *Service) { s.Ports = append(s.Ports, "a b") }), `services[0].ports[1] is "a b"`},
		{"PortWithDot", shop(func(s *Service) { s.Ports = append(s.Ports, "http.port") }), `ports[1] is "http.port": write letters, digits, _ and -`},
		{"PortTwice", shop(func(s *Service) { s.Ports = append(s.Ports, "http") }), `ports[1] is "http": the name is taken`},
		{"PlaceholderOfFlush", shop(func(s *Service) { s.Flush = "http://${shop.admin}/flush" }), "${shop.admin} stands for nothing"},
		{"PlaceholderOfPort", shop(func(s *Service) {
			s.Command = []string{"shop", "${shop.http.port}", "${dir}", "${sink}", "${decision_wait}"}
		}), ""},
		{"PlaceholderInCaseEnv", func(p *Plan) { p.Cases[2].Env = map[string]map[string]string{"shop": {"A": "${snk}"}} }, `did you mean "sink"?`},
		{"PlaceholderInEnv", shop(func(s *Service) { s.Env["X"] = "${nowhere}" }), "${nowhere} stands for nothing"},
		{"PlaceholderInCase", func(p *Plan) { p.Cases[2].Args = map[string][]string{"shop": {"${shop.htp}"}} }, `did you mean "shop.http"?`},
		{"PlaceholderInURL", func(p *Plan) { p.Load.URL = "http://${shp.http}/" }, "${shp.http} stands for nothing"},
		{"OneCase", func(p *Plan) { p.Cases, p.Control = p.Cases[:1], "" }, "at least two are needed"},
		{"CaseLeadsOut", func(p *Plan) { p.Cases[2].Name = "../x" }, "write letters, digits"},
		{"CaseTwice", func(p *Plan) { p.Cases[2].Name = p.Cases[1].Name }, "the name is taken"},
		{"SampledTwice", func(p *Plan) { p.Cases[2].Sampled = 2 }, "at most 100%"},
		{"KeptTwice", func(p *Plan) { two := Percent(2); p.Cases[2].Kept = &two }, "at most 100%"},
		{"Without", func(p *Plan) { p.Cases[2].Without = []string{"shop"} }, "the measured service can't be left out"},
		{"WithoutNobody", func(p *Plan) { p.Cases[2].Without = []string{"shpo"} }, `did you mean "shop"?`},
		{"ArgsOfNobody", func(p *Plan) { p.Cases[2].Args = map[string][]string{"zebra": nil} }, `there is no service "zebra"; it can be shop`},
		{"CaseLong", func(p *Plan) { p.Cases[2].Name = strings.Repeat("x", 41) }, "write letters, digits"},
		{"ControlOfNoCase", func(p *Plan) { p.Control = "of-again" }, `did you mean "off-again"?`},
		{"ComparisonOfNoCase", func(p *Plan) { p.Comparisons = [][]string{{"off", "on"}} }, `comparisons[0] is ["off" "on"]: write two names`},
		{"Control", func(p *Plan) { p.Control = p.Baseline }, "must be another case"},
		{"Comparison", func(p *Plan) { p.Comparisons = [][]string{{"off"}} }, "comparisons[0] is"},
		{"ComparisonWithItself", func(p *Plan) { p.Comparisons = [][]string{{"off", "off"}} }, "comparisons[0] is"},
		{"URL", func(p *Plan) { p.Load.URL = "shop:8080" }, "load.url is"},
		{"URLScheme", func(p *Plan) { p.Load.URL = "ftp://shop/" }, "load.url is"},
		{"URLWithoutHost", func(p *Plan) { p.Load.URL = "http:///products" }, "load.url is"},
		{"URLWithSpace", func(p *Plan) { p.Load.URL = "http://sh op/" }, "load.url is"},
		{"StatusLow", func(p *Plan) { p.Load.Status = 99 }, "load.status is 99: that is no HTTP status"},
		{"Executor", func(p *Plan) { p.Load.Scenario.Executor = "constant-speed" }, `load.scenario.executor is "constant-speed": give one of constant-vus`},
		{"ScenarioRate", func(p *Plan) { p.Load.Scenario.Rate = new(int64(0)) }, "load.scenario.rate is 0: give a number from 1"},
		{"Status", func(p *Plan) { p.Load.Status = 600 }, "load.status is 600"},
		{"NoExecutor", func(p *Plan) { p.Load.Scenario = load.Scenario{} }, "load.scenario.executor"},
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
