package summary

import (
	"bytes"
	"strings"
	"testing"

	"example.com/foobar/loadgen/metrics"
)

func MustMarkdown(tb testing.TB, s *metrics.Snapshot, o Options) string {
	tb.Helper()
	var b bytes.Buffer
	if err := Markdown(&b, s, o); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	t.Run("Failed", func(t *testing.T) {
		golden(t, "scenarios.md", MustMarkdown(t, scenarios(t, false), Options{Outcome: failedOutcome}))
	})
	t.Run("Passed", func(t *testing.T) {
		got := MustMarkdown(t, &metrics.Snapshot{}, Options{Mode: Disabled})
		if want := "### Load test: passed\n\nMeasured for 0s.\n\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("HostileNames", func(t *testing.T) {
		s := &metrics.Snapshot{Total: metrics.Section{Checks: []metrics.Check{{Name: "a|b\n| `c` <img> @ann #1 [x](http://e.test) &amp; \x1b", Fails: 1}}}}
		got := MustMarkdown(t, s, Options{})
		want := "| ✗ | a\\|b \\| \\`c\\` &lt;img&gt; &#64;ann &#35;1 \\[x\\](http&#58;//e.test) &amp;amp; \\\\x1b | 0 | 1 |\n"
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant the row\n%s", got, want)
		}
	})
	t.Run("ErrOptions", func(t *testing.T) {
		if err := Markdown(&bytes.Buffer{}, &metrics.Snapshot{}, Options{TrendStats: []string{"mean"}}); err == nil || !strings.Contains(err.Error(), `trend statistic "mean"`) {
			t.Errorf("got %v, want it to name the statistic", err)
		}
	})
	t.Run("ErrWrite", func(t *testing.T) {
		if err := Markdown(full{}, &metrics.Snapshot{}, Options{}); err == nil || !strings.Contains(err.Error(), "no space") {
			t.Errorf("got %v, want the writer's error", err)
		}
	})
}
