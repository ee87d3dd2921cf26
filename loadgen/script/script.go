// Package script turns a description of requests, from flags or a file, into what a virtual user does.
// It holds no schedule: when a user acts is load's business.
package script

import (
	"encoding/json"
	"maps"
	"reflect"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// Script describes what virtual users do.
type Script struct {
	// Requests are the steps of one iteration.
	Requests []Step `json:"requests,omitempty"`
	// Functions are steps by name, for scenarios that name one in "exec".
	Functions map[string][]Step `json:"functions,omitempty"`
	// Data are the rows that steps take values from, by name.
	Data map[string]Data `json:"data,omitempty"`
}

// Step is one thing a user does: a request (URL), requests at once (Batch), a group of steps (Group and Requests), or
// a pause (Think alone). Text values may hold ${...}; see Variables.
type Step struct {
	// Name stands for the URL in tags; by default it is the URL as written, so that ${...} in it makes no new tags.
	Name    string           `json:"name,omitempty"`
	Method  string           `json:"method,omitempty"` // GET; POST with Body, BodyFile or JSON
	URL     string           `json:"url,omitempty"`
	Headers map[string]Lines `json:"headers,omitempty"`
	// Body is sent as it is, BodyFile is the file whose content is sent, JSON is sent with its content type. One of them.
	Body     string          `json:"body,omitempty"`
	BodyFile string          `json:"bodyFile,omitempty"`
	JSON     json.RawMessage `json:"json,omitempty"`
	// Basic is "user:password", Bearer a token. One of them.
	Basic  string `json:"basic,omitempty"`
	Bearer string `json:"bearer,omitempty"`
	// Timeout is for the whole exchange, redirects included (60 s). Redirects is how many are followed (the option
	// maxRedirects). Discard reads the body and keeps nothing of it, so that checks of it fail.
	Timeout   load.Duration `json:"timeout,omitempty"`
	Redirects *int          `json:"redirects,omitempty"`
	Discard   bool          `json:"discard,omitempty"`
	// Expected are the statuses that are no failure (200 to 399).
	Expected []int             `json:"expected,omitzero"`
	Tags     map[string]string `json:"tags,omitempty"`
	Checks   []Check           `json:"checks,omitempty"`
	// Extract takes values out of the response, into variables of those names.
	Extract map[string]Extract `json:"extract,omitempty"`
	// Think is a pause after the step.
	Think load.Duration `json:"think,omitempty"`

	Group    string `json:"group,omitempty"`
	Requests []Step `json:"requests,omitempty"`
	Batch    []Step `json:"batch,omitempty"`
}

// Compiled is a script ready for a load.Test.
type Compiled struct {
	Exec      load.Func
	Functions map[string]load.Func
}

// Tags are the tags of all requests of s.
func (s *Script) Tags() map[string]string {
	tags := map[string]string{}
	collectTags(tags, s.Requests)
	for _, steps := range s.Functions {
		collectTags(tags, steps)
	}
	return tags
}

// collectTags adds to tags those of steps, and of what is within them.
func collectTags(tags map[string]string, steps []Step) {
	for _, s := range steps {
		maps.Copy(tags, s.Tags)
		collectTags(tags, s.Requests)
		collectTags(tags, s.Batch)
	}
}

// Compile checks s and reads the files it names, which are found from dir. What is wrong with steps is load.OptionErrors, by
// the path of the step and its key. A function whose steps have no variable does not allocate for its requests.
func (s *Script) Compile(dir string) (*Compiled, error) {
	data, err := loadData(s.Data, dir)
	if err != nil {
		return nil, err
	}
	c := &Compiled{Functions: map[string]load.Func{}}
	var problems, found load.OptionErrors
	if len(s.Requests) > 0 {
		c.Exec, problems = compile(s.Requests, "requests", dir, data)
	}
	for _, name := range sortedKeys(s.Functions) {
		c.Functions[name], found = compile(s.Functions[name], "functions."+name, dir, data)
		problems = append(problems, found...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// compile makes one function of steps that stand at path.
func compile(steps []Step, path, dir string, data map[string]*rows) (load.Func, load.OptionErrors) {
	c := &compiler{dir: dir, scope: newScope(data)}
	if len(steps) == 0 {
		c.fail(path, `no steps; give it a request, such as {"url": "http://localhost:8080/"}`)
	}
	acts := c.steps(steps, path)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	if c.scope.empty() {
		return func(vu *load.VU) error { return perform(vu, acts, nil) }, nil
	}
	return func(vu *load.VU) error { return perform(vu, acts, c.scope.values(vu)) }, nil
}

// act is a compiled step. It returns an error to end the iteration as failed.
type act func(vu *load.VU, v *values) error

func perform(vu *load.VU, acts []act, v *values) error {
	for _, a := range acts {
		if err := a(vu, v); err != nil {
			return err
		}
	}
	return nil
}

// Keys are the keys of a Script, sorted.
func Keys() []string { return file.Keys(reflect.TypeFor[Script]()) }

// Read reads a Script from a file. Keys at the top that are none of its are left for the caller; an unknown key further down is
// a *file.UnknownKeyError.
func Read(n *file.Node) (*Script, error) {
	only := n.Only(Keys())
	only.NotK6()
	s := &Script{}
	if err := only.Decode(s); err != nil {
		return nil, err
	}
	return s, nil
}
