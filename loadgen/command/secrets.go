package command

import (
	"regexp"
	"strings"

	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// proxyVariables are the variables of the environment that may hold the password of a proxy.
var proxyVariables = []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}

// secrets are those that the options hold. They are to be in no output, whoever repeats them.
func (o *options) secrets() *secret.Values {
	v := &secret.Values{}
	for _, raw := range []string{o.url, *or(o.load.Proxy), *or(o.layer.Proxy)} {
		v.Add(secret.InURL(raw)...)
	}
	for _, name := range proxyVariables {
		v.Add(secret.InURL(o.environment[name])...)
	}
	for _, auth := range o.load.TLSAuth {
		v.Add(auth.Password)
	}
	v.Add(o.apiToken)
	addNamed(v, o.env)
	addNamed(v, o.load.Tags)
	steps := o.allSteps()
	addSteps(v, steps)
	environments := []map[string]string{o.env}
	for _, s := range o.load.Scenarios {
		addNamed(v, s.Env)
		addNamed(v, s.Tags)
		environments = append(environments, s.Env)
	}
	addFilledIn(v, steps, environments)
	return v
}

// allSteps are those of the flags and of the file.
func (o *options) allSteps() []script.Step {
	own := o.step
	own.Basic, own.Bearer = o.basic, o.bearer
	steps := append([]script.Step{own}, o.script.Requests...)
	for _, more := range o.script.Functions {
		steps = append(steps, more...)
	}
	return steps
}

var environmentVariable = regexp.MustCompile(`\$\{env\.([^{}]+)\}`)

// addFilledIn adds the users and passwords that variables make.
func addFilledIn(v *secret.Values, steps []script.Step, environments []map[string]string) {
	for _, s := range steps {
		addFilledIn(v, s.Requests, environments)
		addFilledIn(v, s.Batch, environments)
		for _, env := range environments {
			fill := func(variable string) string { return env[environmentVariable.FindStringSubmatch(variable)[1]] }
			v.Add(environmentVariable.ReplaceAllStringFunc(s.Basic, fill))
			v.Add(secret.InURL(environmentVariable.ReplaceAllStringFunc(s.URL, fill))...)
		}
	}
}

// or is p, or an empty text.
func or(p *string) *string {
	if p == nil {
		p = new(string)
	}
	return p
}

// addNamed adds the values that are secrets by their names.
func addNamed(v *secret.Values, m map[string]string) {
	for name, value := range m {
		if secret.Named(name) {
			v.Add(value)
		}
	}
}

func addSteps(v *secret.Values, steps []script.Step) {
	for _, s := range steps {
		_, password, _ := strings.Cut(s.Basic, ":")
		v.Add(s.Basic, password, s.Bearer)
		v.Add(secret.InURL(s.URL)...)
		v.Add(secret.InBody(s.Body)...)
		v.Add(secret.InBody(string(s.JSON))...)
		for name, lines := range s.Headers {
			for _, value := range lines {
				v.Add(secret.InHeader(name, value)...)
			}
		}
		addSteps(v, s.Requests)
		addSteps(v, s.Batch)
	}
}

// presentable is a text for standard error: without secrets, and without what controls a terminal.
func (o *options) presentable(text string) string { return plain.Text(o.secrets().Mask(text)) }
