package settings

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

func checkFlags() []option {
	return []option{
		{name: "check-status", form: "CODE", about: `check "is status CODE"`, request: true, set: checkStatus},
		{name: "check-body", form: "TEXT", about: `check "returns TEXT": the body is exactly TEXT`, request: true,
			set: check(func(v string) script.Check { return script.Check{Body: &v} })},
		{name: "check-body-contains", form: "TEXT", about: "the body has TEXT in it", request: true,
			set: check(func(v string) script.Check { return script.Check{BodyContains: v} })},
		{name: "check-body-regex", form: "REGEX", about: "the body matches", request: true, set: checkRegex},
		{name: "check-header", form: "'NAME[: VALUE]'", about: "the header is there, or has that value (lines joined by \", \")", request: true,
			set: check(func(v string) script.Check { return script.Check{Header: v} })},
		{name: "check-json", form: "PATH[=VALUE]", about: "the value at a path such as items.0.id is there, or is VALUE", request: true,
			set: check(func(v string) script.Check { return script.Check{JSON: v} })},
		{name: "threshold", form: "METRIC:EXPR", about: "fail when it does not hold, 'http_req_duration:p(95)<500' say; repeatable", set: threshold},
		{name: "no-thresholds", env: "K6_NO_THRESHOLDS", about: "do not judge thresholds",
			set: value(boolean, func(s *Settings) *bool { return &s.NoThresholds })},
	}
}

func check(of func(string) script.Check) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		c := of(v)
		if v == "" && c.Body == nil {
			return errors.New("is empty")
		}
		s.step.Checks = append(s.step.Checks, c)
		return nil
	}
}

func checkStatus(s *Settings, v string) error {
	code, err := strconv.Atoi(v)
	if err != nil || code < 100 || code > 999 {
		return errors.New("want a status code, such as 200")
	}
	s.step.Checks = append(s.step.Checks, script.Check{Status: script.Statuses{v}})
	return nil
}

func checkRegex(s *Settings, v string) error {
	if v == "" {
		return errors.New("is empty: want a regular expression, such as 'order [0-9]+'")
	}
	if _, err := regexp.Compile(v); err != nil {
		return fmt.Errorf("want a regular expression of Go's: %w", err)
	}
	s.step.Checks = append(s.step.Checks, script.Check{BodyRegex: v})
	return nil
}

// threshold splits at the first colon that is not within the braces of a sub-metric.
func threshold(s *Settings, v string) error {
	metric, expression, err := cutThreshold(v)
	if err != nil {
		return err
	}
	put(&s.layer.Thresholds, metric, append(s.layer.Thresholds[metric], load.Threshold(expression)))
	return nil
}

func cutThreshold(v string) (metric, expression string, err error) {
	at := strings.IndexByte(v, '}') + 1
	colon := strings.IndexByte(v[at:], ':')
	if brace := strings.IndexByte(v, '{'); brace < 0 || strings.IndexByte(v, ':') < brace {
		at, colon = 0, strings.IndexByte(v, ':')
	}
	if colon >= 0 {
		metric, expression = strings.TrimSpace(v[:at+colon]), strings.TrimSpace(v[at+colon+1:])
	}
	if metric == "" || expression == "" {
		return "", "", errors.New("want METRIC:EXPRESSION, such as 'http_req_duration:p(95)<500' or 'checks:rate>0.99'")
	}
	return metric, expression, nil
}
