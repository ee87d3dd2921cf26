package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// masked stands for a secret.
const masked = "***"

// inspection is what "loadgen inspect" prints: the options that result, the requests, and what they come to.
type inspection struct {
	load.Options
	Target string `json:"target"`
	script.Script
	TotalDuration load.Duration `json:"totalDuration"`
	TotalVUs      int           `json:"totalVUs"`
	Scenarios     []string      `json:"plan"`
}

// inspect prints the options as JSON, secrets masked, and makes no load.
func inspect(o *options, stdout, stderr io.Writer) int {
	if _, err := compileQuietly(o); err != nil {
		return complain(stderr, invalid(err))
	}
	plan, err := o.load.Plan()
	if err != nil {
		return complain(stderr, invalid(err))
	}
	i := inspection{Options: maskOptions(o.load), Target: o.targetName(), Script: maskScript(o.steps(o.url)),
		TotalDuration: load.Duration(plan.MaxDuration), TotalVUs: plan.MaxVUs}
	for _, s := range plan.Scenarios {
		i.Scenarios = append(i.Scenarios, s.Name+": "+s.Description)
	}
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return complain(stderr, fmt.Errorf("printing the options: %w", err))
	}
	fmt.Fprintf(stdout, "%s\n", text)
	return exitOK
}

// compileQuietly checks the requests; the embedded target has no URL before it is started.
func compileQuietly(o *options) (*script.Compiled, error) {
	target := o.url
	if o.embedded() {
		target = "http://localhost/foo"
	}
	steps := o.steps(target)
	return steps.Compile(o.dir)
}

func (o *options) targetName() string {
	switch {
	case o.embedded() && o.stack != "":
		return "foo and bar, " + o.stack
	case o.embedded():
		return "foo and bar"
	case o.scripted():
		return o.config
	}
	return shownURL(o.url)
}

// maskOptions hides keys, passwords, and those in the proxy's URL.
func maskOptions(o load.Options) load.Options {
	var auths []load.TLSAuth
	for _, a := range o.TLSAuth {
		a.Key = masked
		if a.Password != "" {
			a.Password = masked
		}
		auths = append(auths, a)
	}
	o.TLSAuth = auths
	if o.Proxy != nil {
		o.Proxy = load.Of(maskURL(*o.Proxy))
	}
	return o
}

// maskScript hides the credentials of every step.
func maskScript(s script.Script) script.Script {
	functions := map[string][]script.Step{}
	for name, steps := range s.Functions {
		functions[name] = maskSteps(steps)
	}
	if len(functions) == 0 {
		functions = nil
	}
	return script.Script{Requests: maskSteps(s.Requests), Functions: functions, Data: s.Data}
}

func maskSteps(steps []script.Step) []script.Step {
	var out []script.Step
	for _, s := range steps {
		s.URL = maskURL(s.URL)
		s.Requests, s.Batch = maskSteps(s.Requests), maskSteps(s.Batch)
		for _, secret := range []*string{&s.Basic, &s.Bearer} {
			if *secret != "" {
				*secret = masked
			}
		}
		headers := map[string]string{}
		for name, value := range s.Headers {
			headers[name] = maskHeader(name, value)
		}
		if s.Headers = headers; len(headers) == 0 {
			s.Headers = nil
		}
		out = append(out, s)
	}
	return out
}

// confidential are parts of the names of headers whose values are secrets.
var confidential = []string{"authorization", "cookie", "token", "secret", "password", "api-key", "apikey", "signature"}

func maskHeader(name, value string) string {
	for _, part := range confidential {
		if strings.Contains(strings.ToLower(name), part) {
			return masked
		}
	}
	return value
}

func maskURL(v string) string {
	u, err := url.Parse(v)
	if err != nil || u.User == nil {
		return v
	}
	if _, has := u.User.Password(); !has {
		return v
	}
	return u.Redacted()
}
