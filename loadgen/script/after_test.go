package script

import (
	"strings"
	"testing"

	"example.com/foobar/loadgen/load"
)

// What a request sets is of its own response, in a batch too, and what a user keeps stays when it is set again.
func TestSetOfRequests(t *testing.T) {
	for name, test := range map[string]struct{ steps, log string }{
		"Request":  {`{"url": "http://shop/a", "set": {"x": "${response.body}", "y": "${x|upper}"}}, {"url": "http://shop/b"}, {"log": "${x} ${y} ${response.body}"}`, "answer 1 ANSWER 1 answer 2"},
		"Batch":    {`{"batch": [{"url": "http://shop/a", "set": {"x": "${response.status}"}}, {"url": "http://shop/missing", "set": {"y": "${response.status}"}}]}, {"log": "${x} ${y}"}`, "200 404"},
		"Parts":    {`{"url": "http://shop/a"}, {"log": "${response.proto} ${response.errorCode} ${response.tls} ${response.connecting >= 0 && response.blocked >= 0} ${response.sending + response.receiving <= response.duration}"}`, "HTTP/1.1 0 0 true true"},
		"Regex":    {`{"url": "http://shop/a"}, {"log": "${response.regex('ans(w.r)')} ${response.regex('[0-9]')} ${response.regex('none') ?? 'no'}"}`, "wer 1 no"},
		"Kept":     {`{"once": [{"set": {"n": 0}}]}, {"set": {"n": "${n + 1}"}}, {"log": "${n}"}`, "1,2,3"},
		"KeptFrom": {`{"once": [{"set": {"n": 0}}]}, {"log": "${n}"}, {"url": "http://shop/a", "set": {"n": "${response.body}"}}`, "0,answer 1,answer 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			iterations := int64(strings.Count(test.log, ",") + 1)
			got := play(t, `{"requests": [`+test.steps+`]}`, iterations)
			if want := strings.ReplaceAll(test.log, ",", "\n") + "\n"; got.log != want || got.result.Failed != 0 {
				t.Errorf("got %q, %d failed, want %q", got.log, got.result.Failed, want)
			}
		})
	}
}

// A pattern that can't be read ends the iteration.
func TestResponseRegexError(t *testing.T) {
	t.Parallel()
	if got := play(t, `{"requests": [{"url": "http://shop/a"}, {"log": "${response.regex('(')}"}]}`, 1); got.result.Failed != 1 || got.log != "" {
		t.Errorf("got %q, %d failed, want a failed iteration", got.log, got.result.Failed)
	}
}

// Steps of checks and metrics alone may have tags, and checks of no response need none.
func TestTagsWithoutRequest(t *testing.T) {
	t.Parallel()
	got := play(t, `{"metrics": {"m": "counter"}, "requests": [
		{"tags": {"kind": "k${vu}"}, "checks": [{"name": "always", "that": "true"}], "record": {"m": "2"}},
		{"record": {"m": "1"}}, {"url": "http://shop/a"}]}`, 1, func(t *load.Test) {
		t.Options.Thresholds = load.Thresholds{"m{kind:k1}": {"count==2"}, "m": {"count==3"}, "checks{kind:k1}": {"rate==1"}, "http_reqs{kind:k1}": {"count==0"}}
	})
	if err := got.result.Err(); err != nil {
		t.Error(err)
	}
	wantChecks(t, got.result.Snapshot.Total.Checks, "always 1/0")
}

func TestTagsWithoutRequestErrors(t *testing.T) {
	t.Parallel()
	for steps, want := range map[string]string{
		`{"tags": {"a": "b"}, "log": "x"}`:                                                 `has keys of a request and no "url"`,
		`{"tags": {"a": "${nothing}"}, "checks": [{"that": "true"}]}`:                      "no such variable",
		`{"tags": {"a": "b"}, "headers": {"A": "b"}, "checks": [{"that": "true"}]}`:        `has keys of a request and no "url"`,
		`{"url": "http://shop/", "set": {"vu": "1"}}`:                                      "a variable can't have this name",
		`{"batch": [{"url": "http://shop/", "set": {"a": "1"}}, {"url": "http://${a}/"}]}`: "no such variable yet",
	} {
		_, err := mustParse(t, `{"requests": [`+steps+`]}`).Compile("")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", steps, err, want)
		}
	}
}
