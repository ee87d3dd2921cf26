package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/stack"
	"example.com/foobar/loadgen/summary"
)

func reportFlags() []setting {
	return []setting{
		{name: "summary-mode", env: "K6_SUMMARY_MODE", form: "MODE", about: "legacy (the default), compact, full or disabled", set: summaryMode},
		{name: "no-summary", env: "K6_NO_SUMMARY", about: "print no report",
			set: plainBool(func(o *options) *bool { return &o.noSummary })},
		{name: "summary-trend-stats", env: "K6_SUMMARY_TREND_STATS", form: "LIST", about: "avg,min,med,max,p(90),p(95); also count and any p(N)",
			set: list(func(o *options) *[]string { return &o.layer.SummaryTrendStats })},
		{name: "summary-time-unit", env: "K6_SUMMARY_TIME_UNIT", form: "UNIT", about: "s, ms or us for all times (the one that fits)",
			set: oneOf(func(o *options) **string { return &o.layer.SummaryTimeUnit }, "s", "ms", "us")},
		{name: "summary-export", env: "K6_SUMMARY_EXPORT", form: "FILE", about: "write the report as JSON with k6's keys",
			set: plainText(func(o *options) *string { return &o.exportFile })},
		{name: "summary-json", form: "FILE", about: "write everything measured as JSON, histograms included",
			set: plainText(func(o *options) *string { return &o.jsonFile })},
		{name: "system-tags", env: "K6_SYSTEM_TAGS", form: "LIST", about: "which tags samples get (k6's default)",
			set: list(func(o *options) *[]string { return &o.layer.SystemTags })},
		{name: "no-color", env: "K6_NO_COLOR", about: "no colours; NO_COLOR in the environment says so too",
			set: plainBool(func(o *options) *bool { return &o.noColor })},
		{name: "quiet", short: "q", about: "the report alone: no banner, no progress",
			set: plainBool(func(o *options) *bool { return &o.quiet })},
		{name: "progress", form: "TIME", about: "how often the progress is shown (100ms on a terminal, 10s elsewhere)", set: progressEvery},
		{name: "k6-exit-codes", about: "exit and count as k6 does where its numbers flatter",
			set: plainBool(func(o *options) *bool { return &o.k6ExitCodes })},
	}
}

func commandFlags() []setting {
	return []setting{
		{name: "config", short: "c", env: "K6_CONFIG", form: "FILE", about: "options, and requests, in JSON or YAML",
			set: plainText(func(o *options) *string { return &o.config })},
		{name: "stack", form: "CASE", about: "how to start foo and bar: case_1 and case_2 with OpenTelemetry and our Collector (and Tempo, where TEMPO_BIN names it), case_3 without (the default)", set: stackCase},
		{name: "address", short: "a", env: "K6_ADDRESS", form: "HOST:PORT", about: "serve k6's REST API there, localhost:6565 say; off unless given",
			set: plainText(func(o *options) *string { return &o.address })},
		{name: "api-token", form: "TOKEN", about: "who changes the test over the REST API sends it as a bearer token; env:NAME and @FILE as well. Without one, an address that others can reach takes no changes",
			set: credential(func(o *options) *string { return &o.apiToken })},
		{name: "linger", short: "l", env: "K6_LINGER", about: "with -address: serve on after the report, until Ctrl-C",
			set: plainBool(func(o *options) *bool { return &o.linger })},
		{name: "verbose", short: "v", about: "show what foo, bar and the Collector log",
			set: plainBool(func(o *options) *bool { return &o.verbose })},
		{name: "version", about: "print the version",
			set: plainBool(func(o *options) *bool { return &o.version })},
		{name: "help", short: "h", about: "print this",
			set: plainBool(func(o *options) *bool { return &o.help })},
	}
}

func progressEvery(o *options, v string) error {
	d, err := load.ParseDuration(v)
	if err != nil || d <= 0 {
		return fmt.Errorf("want a time with its unit, such as 10s")
	}
	o.progress = time.Duration(d)
	return nil
}

func summaryMode(o *options, v string) error {
	if !slices.Contains(summary.Modes(), summary.Mode(v)) {
		return fmt.Errorf("want legacy, compact, full or disabled")
	}
	o.summaryMode = v
	return nil
}

func stackCase(o *options, v string) error {
	if !slices.Contains(stack.Cases, v) {
		return fmt.Errorf("want one of %s", strings.Join(stack.Cases, ", "))
	}
	o.stack = v
	return nil
}
