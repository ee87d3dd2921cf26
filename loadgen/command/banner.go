package command

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/settings"
)

// drawnSeed is the banner's line about a seed that was drawn, so that -seed can have the run made again; empty when it was given.
func (s *session) drawnSeed() string {
	if !s.drawn {
		return ""
	}
	return fmt.Sprintf("          seed: %d\n", s.seed)
}

// banner says before the load what it will be, in k6's lines, with those of ours after them.
func (s *screen) banner(o *settings.Settings, url, ours string) {
	if s.quiet {
		return
	}
	plan, err := engine.PlanOf(&o.Load)
	if err != nil {
		return // what is wrong has been said by then
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n     execution: local\n        script: %s\n        output: %s\n%s\n", o.ScriptName(url), outputNames(o), ours)
	fmt.Fprintf(&b, "     scenarios: (100.00%%) %s, %d max VUs, %s max duration (incl. graceful stop):\n",
		count(len(plan.Scenarios), "scenario"), plan.MaxVUs, plan.MaxDuration.Round(time.Millisecond))
	for _, sc := range plan.Scenarios {
		fmt.Fprintf(&b, "              * %s: %s\n", sc.Name, sc.Description)
	}
	fmt.Fprintln(&b)
	fmt.Fprint(s, b.String())
}

func outputNames(o *settings.Settings) string {
	return cmp.Or(strings.Join(o.Outputs(), ", "), "-")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
