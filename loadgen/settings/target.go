package settings

import (
	"fmt"
	"strings"
	"time"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// embeddedTarget is what the target that loadgen starts itself is called.
const embeddedTarget = "foo and bar"

// Compile turns what each user does at the target into what a load.Test takes. A Go program's test says that itself: nil.
func (s *Settings) Compile(target string) (*script.Compiled, error) {
	if s.program.Test != nil {
		return nil, nil
	}
	steps := s.steps(target)
	compiled, err := steps.Compile(s.dir, s.environments()...)
	return compiled, s.Locate(err)
}

// steps are what each user does.
func (s *Settings) steps(target string) script.Script {
	if s.fileHasRequests() || s.program.Test != nil {
		return s.script
	}
	step := s.step
	step.URL = target
	for at, given := range map[*string]string{&step.Basic: s.basic, &step.Digest: s.digest, &step.Bearer: s.bearer} {
		if given != "" { // or it is that of a file that inspect printed
			*at = escapeTemplates(given)
		}
	}
	if s.Embedded() && len(step.Checks) == 0 {
		step.Checks = []script.Check{{Status: script.Statuses{"200"}}, {Body: new("foobar")}}
	}
	step.Think = script.ThinkFor(s.thinkTime())
	return script.Script{Requests: []script.Step{step}}
}

// escapeTemplates is a text of the script that stands for itself, whatever it has in it.
func escapeTemplates(v string) string { return strings.ReplaceAll(v, "${", "$${") }

// thinkTime is the think time after the one request of a URL.
func (s *Settings) thinkTime() time.Duration {
	switch {
	case s.think != nil:
		return *s.think
	case s.Embedded() && !s.arrivesAtRate():
		return embeddedThink
	}
	return 0
}

// arrivesAtRate says whether iterations come at a rate, so that a pause of the users would only make more of them necessary.
func (s *Settings) arrivesAtRate() bool {
	atRate := s.Load.Rate != nil
	for _, scenario := range s.Load.Scenarios {
		atRate = atRate || scenario.Executor == load.ConstantArrivalRate || scenario.Executor == load.RampingArrivalRate
	}
	return atRate
}

// ScriptName says in a line what is asked at the target.
func (s *Settings) ScriptName(target string) string {
	switch {
	case s.program.Test != nil:
		return s.program.Name
	case s.fileHasRequests():
		return s.described
	}
	method := strings.ToUpper(s.step.Method)
	switch {
	case method != "":
	case s.step.Body != "" || s.step.BodyFile != "":
		method = "POST"
	default:
		method = "GET"
	}
	name := method + " " + secret.URL(target)
	if thinkTime := s.thinkTime(); thinkTime > 0 {
		name += fmt.Sprintf(", then %s of think time", thinkTime)
	}
	return name
}

// targetName is the target for inspect, before anything has been started.
func (s *Settings) targetName() string {
	switch {
	case s.Embedded() && s.Stack != "":
		return embeddedTarget + ", " + s.Stack
	case s.Embedded():
		return embeddedTarget
	case s.program.Test != nil:
		return s.program.Name
	case s.fileHasRequests():
		return s.described
	}
	return secret.URL(s.URL)
}
