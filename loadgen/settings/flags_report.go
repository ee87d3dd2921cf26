package settings

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/compare"
	"example.com/foobar/loadgen/summary"
)

func reportFlags() []option {
	return []option{
		{name: "summary-mode", env: "K6_SUMMARY_MODE", form: "MODE", about: "legacy (the default), compact, full or disabled", set: summaryMode},
		{name: "no-summary", env: "K6_NO_SUMMARY", about: "print no report",
			set: value(boolean, func(s *Settings) *bool { return &s.noSummary })},
		{name: "summary-trend-stats", env: "K6_SUMMARY_TREND_STATS", form: "LIST", about: "avg,min,med,max,p(90),p(95); also count and any p(N)",
			set: value(list, func(s *Settings) *[]string { return &s.layer.SummaryTrendStats })},
		{name: "summary-time-unit", env: "K6_SUMMARY_TIME_UNIT", form: "UNIT", about: "s, ms or us for all times (the one that fits)",
			set: optional(oneOf("s", "ms", "us"), func(s *Settings) **string { return &s.layer.SummaryTimeUnit })},
		{name: "summary-export", env: "K6_SUMMARY_EXPORT", form: "FILE", about: "write the report as JSON with k6's keys",
			set: value(text, func(s *Settings) *string { return &s.SummaryExport })},
		{name: "summary-json", form: "FILE", about: "write everything measured as JSON, histograms included",
			set: value(text, func(s *Settings) *string { return &s.SummaryJSON })},
		{name: "summary-markdown", form: "FILE", about: "write the report as Markdown tables; $GITHUB_STEP_SUMMARY is added to, any other file replaced",
			set: value(text, func(s *Settings) *string { return &s.SummaryMarkdown })},
		{name: "junit", form: "FILE", about: "write thresholds, checks and the exit code as test cases, in JUnit's XML",
			set: value(text, func(s *Settings) *string { return &s.JUnit })},
		{name: "baseline", form: "FILE", about: "compare with an earlier run, a file of -summary-json; repeatable for several runs",
			set: func(s *Settings, v string) error { s.Baselines = append(s.Baselines, v); return nil }},
		{name: "max-regression", form: "LIMIT", about: "with -baseline: what may be worse by how much, http_req_duration:p(95)=5% say; repeatable", set: maxRegression},
		{name: "system-tags", env: "K6_SYSTEM_TAGS", form: "LIST", about: "which tags samples get (k6's default)",
			set: value(list, func(s *Settings) *[]string { return &s.layer.SystemTags })},
		{name: "no-color", env: "K6_NO_COLOR", about: "no colours; NO_COLOR in the environment says so too",
			set: value(boolean, func(s *Settings) *bool { return &s.NoColor })},
		{name: "quiet", short: "q", about: "the report alone: no banner, no progress",
			set: value(boolean, func(s *Settings) *bool { return &s.Quiet })},
		{name: "progress", form: "TIME", about: "how often the progress is shown (100ms on a terminal, 10s elsewhere)", set: progressEvery},
		{name: "k6-exit-codes", about: "exit and count as k6 does where its numbers flatter",
			set: value(boolean, func(s *Settings) *bool { return &s.K6ExitCodes })},
	}
}

func commandFlags() []option {
	return []option{
		{name: "config", short: "c", env: "K6_CONFIG", form: "FILE", about: "options, and requests, in JSON or YAML", loadgen: true,
			set: value(text, func(s *Settings) *string { return &s.Config })},
		{name: "config", short: "c", env: "K6_CONFIG", form: "FILE", about: "options in JSON or YAML", test: true,
			set: value(text, func(s *Settings) *string { return &s.Config })},
		{name: "stack", form: "CASE", loadgen: true, about: "how to start foo and bar: case_1 and case_2 with OpenTelemetry and our Collector (and Tempo, where TEMPO_BIN names it), case_3 without (the default)", set: stackCase},
		{name: "address", short: "a", env: "K6_ADDRESS", form: "HOST:PORT", about: "serve k6's REST API there, localhost:6565 say; off unless given",
			set: value(text, func(s *Settings) *string { return &s.Address })},
		{name: "api-token", form: "TOKEN", about: "who changes the test over the REST API sends it as a bearer token; env:NAME and @FILE as well. Without one, an address that others can reach takes no changes",
			set: credential(func(s *Settings) *string { return &s.APIToken })},
		{name: "linger", short: "l", env: "K6_LINGER", about: "with -address: serve on after the report, until Ctrl-C",
			set: value(boolean, func(s *Settings) *bool { return &s.Linger })},
		{name: "verbose", short: "v", loadgen: true, about: "show what foo, bar and the Collector log",
			set: value(boolean, func(s *Settings) *bool { return &s.Verbose })},
		{name: "version", about: "print the version",
			set: value(boolean, func(s *Settings) *bool { return &s.version })},
		{name: "help", short: "h", about: "print this",
			set: value(boolean, func(s *Settings) *bool { return &s.help })},
	}
}

func progressEvery(s *Settings, v string) error {
	d, err := duration(v)
	if err != nil || d <= 0 {
		return fmt.Errorf("want a time with its unit, such as 10s")
	}
	s.Progress = time.Duration(d)
	return nil
}

func maxRegression(s *Settings, v string) error {
	limit, err := compare.ParseLimit(v)
	if err != nil {
		return err
	}
	s.Limits = append(s.Limits, limit)
	return nil
}

func summaryMode(s *Settings, v string) error {
	if !slices.Contains(summary.Modes(), summary.Mode(v)) {
		return fmt.Errorf("want legacy, compact, full or disabled")
	}
	s.SummaryMode = v
	return nil
}

func stackCase(s *Settings, v string) error {
	if cases := s.program.Cases; !slices.Contains(cases, v) {
		return fmt.Errorf("want one of %s", strings.Join(cases, ", "))
	}
	s.Stack = v
	return nil
}
