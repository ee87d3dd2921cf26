package command

import (
	"maps"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

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
	return script.Script{Requests: maskSteps(s.Requests), Functions: functions, Data: s.Data}
}

func maskSteps(steps []script.Step) []script.Step {
	var out []script.Step
	for _, s := range steps {
		s.Name, s.URL, s.Body = secret.Text(s.Name), secret.URL(s.URL), secret.Text(s.Body)
		s.Requests, s.Batch = maskSteps(s.Requests), maskSteps(s.Batch)
		s.Bearer = secret.Hide(s.Bearer)
		if secret.Hide(s.Basic) != s.Basic {
			s.Basic = secret.Mask + ":" + secret.Mask
		}
		if s.JSON != nil {
			s.JSON = secret.JSON(s.JSON)
		}
		s.Headers, s.Tags, s.Checks = maskHeaders(s.Headers), maskValues(s.Tags), maskChecks(s.Checks)
		out = append(out, s)
	}
	return out
}

func maskHeaders(headers map[string]script.Lines) map[string]script.Lines {
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
		for _, text := range []*string{&c.Name, &c.BodyContains, &c.BodyRegex, &c.Header, &c.JSON} {
			*text = secret.Text(*text)
		}
		out = append(out, c)
	}
	return out
}
