package settings

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// proxyVariables are the variables of the environment that may hold the password of a proxy.
var proxyVariables = []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}

// Secrets are those that the settings hold. They are to be in no output, whoever repeats them.
func (s *Settings) Secrets() *secret.Values {
	v := &secret.Values{}
	v.Add(s.APIToken)
	for _, raw := range []string{s.URL, textOf(s.Load.Proxy), textOf(s.layer.Proxy)} {
		v.Add(secret.InURL(raw)...)
	}
	for _, name := range proxyVariables {
		v.Add(secret.InURL(s.environment[name])...)
	}
	for _, auth := range s.Load.TLSAuth {
		v.Add(auth.Password)
	}
	addNamed(v, s.Load.Tags)
	for _, scenario := range s.Load.Scenarios {
		addNamed(v, scenario.Tags)
	}
	environments := s.environments()
	for _, env := range environments {
		addNamed(v, env)
	}
	for step := range s.allSteps {
		addStep(v, step, environments)
	}
	return v
}

// environments are the variables that steps find: all scenarios', and each one's own.
func (s *Settings) environments() []map[string]string {
	all := []map[string]string{s.Env}
	for _, scenario := range s.Load.Scenarios {
		all = append(all, scenario.Env)
	}
	return all
}

// allSteps yields those of the flags and of the file, and those within them.
func (s *Settings) allSteps(yield func(script.Step) bool) {
	own := s.step
	own.Basic, own.Digest, own.Bearer = s.basic, s.digest, s.bearer
	lists := [][]script.Step{{own}}
	for _, steps := range s.script.Lists() {
		lists = append(lists, *steps)
	}
	if s.script.Defaults != nil {
		lists = append(lists, []script.Step{*s.script.Defaults})
	}
	for _, function := range s.script.Functions {
		lists = append(lists, function)
	}
	for len(lists) > 0 {
		list := lists[0]
		lists = lists[1:]
		for _, step := range list {
			if !yield(step) {
				return
			}
			for _, steps := range step.Within() {
				lists = append(lists, *steps)
			}
		}
	}
}

// textOf is what p points at, or an empty text.
func textOf(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// addNamed adds the values that are secrets by their names.
func addNamed(v *secret.Values, m map[string]string) {
	for name, value := range m {
		if secret.Named(name) {
			v.Add(value)
		}
	}
}

var environmentVariable = regexp.MustCompile(`\$\{\s*env\.([\w-]+)[^{}]*\}`)

// addStep adds the secrets of a step, and the users and passwords that variables make in it.
func addStep(v *secret.Values, s script.Step, environments []map[string]string) {
	v.Add(s.Bearer)
	for _, credentials := range []string{s.Basic, s.Digest} {
		_, password, _ := strings.Cut(credentials, ":")
		v.Add(credentials, password)
	}
	v.Add(secret.InURL(s.URL)...)
	v.Add(secret.InBody(s.Body)...)
	v.Add(secret.InBody(string(s.JSON))...)
	for name, lines := range s.Headers {
		for _, value := range lines {
			v.Add(secret.InHeader(name, value)...)
		}
	}
	addFields(v, s)
	for _, env := range environments {
		fill := func(variable string) string { return env[environmentVariable.FindStringSubmatch(variable)[1]] }
		v.Add(environmentVariable.ReplaceAllStringFunc(s.Basic, fill), environmentVariable.ReplaceAllStringFunc(s.Digest, fill))
		v.Add(secret.InURL(environmentVariable.ReplaceAllStringFunc(s.URL, fill))...)
	}
}

// addFields adds the values that are secrets by their names, of a query, a form, variables and cookies.
func addFields(v *secret.Values, s script.Step) {
	for _, fields := range []map[string]script.Lines{s.Query, s.Form} {
		for name, values := range fields {
			if secret.Named(name) {
				v.Add(values...)
			}
		}
	}
	for _, one := range s.Set {
		if secret.Named(one.Name) {
			v.Add(one.Text)
		}
	}
	for _, part := range s.Multipart {
		if secret.Named(part.Name) {
			v.Add(part.Value)
		}
	}
	for _, value := range s.Cookies {
		v.Add(value)
	}
}

// maskOptions hides keys, passwords, those in the proxy's URL, and variables and tags that are secrets by their names.
func maskOptions(o load.Options) load.Options {
	var auths []load.TLSAuth
	for _, a := range o.TLSAuth {
		a.Key, a.Password = secret.Hide(a.Key), secret.Hide(a.Password)
		auths = append(auths, a)
	}
	o.TLSAuth = auths
	if o.Proxy != nil {
		o.Proxy = new(secret.URL(*o.Proxy))
	}
	o.Tags = maskValues(o.Tags)
	o.Scenarios = maps.Clone(o.Scenarios)
	for name, s := range o.Scenarios {
		s.Env, s.Tags = maskValues(s.Env), maskValues(s.Tags)
		o.Scenarios[name] = s
	}
	return o
}

// maskValues hides the values that are secrets by their names.
func maskValues(m map[string]string) map[string]string {
	m = maps.Clone(m)
	for name, value := range m {
		m[name] = secret.Text(secret.Value(name, value))
	}
	return m
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
	s.Functions = functions
	for _, steps := range s.Lists() {
		*steps = maskSteps(*steps)
	}
	s.Data = maps.Clone(s.Data)
	for name, d := range s.Data {
		if d.Rows != nil {
			d.Rows = secret.JSON(d.Rows)
			s.Data[name] = d
		}
	}
	if s.Defaults != nil {
		s.Defaults = &maskSteps([]script.Step{*s.Defaults})[0]
	}
	return s
}

func maskSteps(steps []script.Step) []script.Step {
	var out []script.Step
	for _, s := range steps {
		s.Name, s.URL, s.Body = secret.Text(s.Name), secret.URL(s.URL), secret.Text(s.Body)
		for _, steps := range s.Within() {
			*steps = maskSteps(*steps)
		}
		s.Bearer = secret.Hide(s.Bearer)
		for _, credentials := range []*string{&s.Basic, &s.Digest} {
			if secret.Hide(*credentials) != *credentials {
				*credentials = secret.Mask + ":" + secret.Mask
			}
		}
		if s.JSON != nil {
			s.JSON = secret.JSON(s.JSON)
		}
		s.Headers, s.Tags, s.Checks = maskLines(s.Headers), maskValues(s.Tags), maskChecks(s.Checks)
		maskFields(&s)
		out = append(out, s)
	}
	return out
}

// maskFields hides what is secret of a query, a form, variables, cookies and messages.
func maskFields(s *script.Step) {
	s.Query, s.Form = maskLines(s.Query), maskLines(s.Form)
	s.Cookies = maps.Clone(s.Cookies)
	for name, value := range s.Cookies {
		s.Cookies[name] = secret.Hide(value)
	}
	s.Set = slices.Clone(s.Set)
	for i, one := range s.Set {
		s.Set[i].Text = secret.Text(secret.Value(one.Name, one.Text))
	}
	s.Multipart = slices.Clone(s.Multipart)
	for i, part := range s.Multipart {
		s.Multipart[i].Value = secret.Text(secret.Value(part.Name, part.Value))
	}
	for _, text := range []*string{&s.Log, &s.Fail, &s.Abort, &s.If, &s.While, &s.Until} {
		*text = secret.Text(*text)
	}
}

func maskLines(headers map[string]script.Lines) map[string]script.Lines {
	if len(headers) == 0 {
		return nil
	}
	out := map[string]script.Lines{}
	for name, lines := range headers {
		for _, value := range lines {
			out[name] = append(out[name], secret.Text(secret.Value(name, value)))
		}
	}
	return out
}

func maskChecks(checks []script.Check) []script.Check {
	var out []script.Check
	for _, c := range checks {
		if c.Body != nil {
			c.Body = new(secret.Text(*c.Body))
		}
		for _, text := range []*string{&c.Name, &c.BodyContains, &c.BodyRegex, &c.Header, &c.JSON, &c.That} {
			*text = secret.Text(*text)
		}
		out = append(out, c)
	}
	return out
}
