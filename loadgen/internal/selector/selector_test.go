package selector

import (
	"slices"
	"strings"
	"testing"

	"example.com/foobar/loadgen/metrics"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Selector
	}{
		{"http_reqs", Selector{"http_reqs", nil}},
		{"http_req_duration{scenario:buy}", Selector{"http_req_duration", []metrics.Tag{{Key: "scenario", Value: "buy"}}}},
		{"a { b : c , d:'e,}f' }", Selector{"a", []metrics.Tag{{Key: "b", Value: "c"}, {Key: "d", Value: "e,}f"}}}},
		{`a{url:http://x:80/}`, Selector{"a", []metrics.Tag{{Key: "url", Value: "http://x:80/"}}}},
		{`a{"group":"::x y"}`, Selector{"a", []metrics.Tag{{Key: "group", Value: "::x y"}}}},
		{"a{group:}", Selector{"a", []metrics.Tag{{Key: "group", Value: ""}}}},
	} {
		t.Run("OK/"+tt.text, func(t *testing.T) {
			got, err := Parse(tt.text)
			if err != nil || got.Metric != tt.want.Metric || !slices.Equal(got.Tags, tt.want.Tags) {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
	for _, text := range []string{"", "{a:b}", "a{", "a{}", "a{b}", "a{b:c", "a{b:c}d", "a{:c}", "a{b:'c}", "a{b:'c'd}", "a b{c:d}"} {
		t.Run("Err/"+text, func(t *testing.T) {
			if got, err := Parse(text); err == nil || !strings.Contains(err.Error(), "position") {
				t.Errorf("got %+v, %v, want an error with a position", got, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a", "a{b:c}", `a{b:"c,d",e:'f'}`, "a{b:c:d}", "a{,}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		for _, tag := range s.Tags {
			if strings.ContainsAny(tag.Key, `"':,{} `+"\t\n\v\f\r\u0085\u00a0") || tag.Key != strings.TrimSpace(tag.Key) || strings.ContainsAny(tag.Value, `"'`) {
				return // written as it is, such a tag would need escapes that k6's form does not have
			}
		}
		again, err := Parse(s.String())
		if err != nil || again.Metric != s.Metric || !slices.Equal(again.Tags, s.Tags) {
			t.Errorf("%q: got %+v, %v from %q, want %+v", text, again, err, s.String(), s)
		}
	})
}
