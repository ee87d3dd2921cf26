package command

import (
	"fmt"
	"strings"
	"time"

	"example.com/foobar/loadgen/secret"
)

// banner says before the load what it will be, in k6's lines.
func (s *screen) banner(o *options, url string) {
	if s.quiet {
		return
	}
	plan, err := o.load.Plan()
	if err != nil {
		return // what is wrong has been said by then
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n     execution: local\n        script: %s\n        output: %s\n\n", o.scriptName(url), o.outputNames())
	fmt.Fprintf(&b, "     scenarios: (100.00%%) %s, %d max VUs, %s max duration (incl. graceful stop):\n",
		count(len(plan.Scenarios), "scenario"), plan.MaxVUs, plan.MaxDuration.Round(time.Millisecond))
	for _, sc := range plan.Scenarios {
		fmt.Fprintf(&b, "              * %s: %s\n", sc.Name, sc.Description)
	}
	fmt.Fprintln(&b)
	fmt.Fprint(s, b.String())
}

// scriptName is what is asked.
func (o *options) scriptName(url string) string {
	if o.scripted() {
		return o.config
	}
	method := strings.ToUpper(o.step.Method)
	switch {
	case method != "":
	case o.step.Body != "" || o.step.BodyFile != "":
		method = "POST"
	default:
		method = "GET"
	}
	name := method + " " + secret.URL(url)
	if pause := o.pause(); pause > 0 {
		name += fmt.Sprintf(", then %s of think time", pause)
	}
	return name
}

func (o *options) outputNames() string {
	var names []string
	for _, file := range []string{o.exportFile, o.jsonFile} {
		if file != "" {
			names = append(names, file)
		}
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ", ")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
