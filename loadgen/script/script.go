// Package script turns a description of requests, from flags or a file, into what a virtual user does.
// It holds no schedule: when a user acts is load's business.
package script

import (
	"maps"
	"reflect"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
)

// Script describes what virtual users do.
type Script struct {
	// Include are files of which the data, metrics, functions and defaults are added to those of this one.
	Include []string `json:"include,omitempty"`
	// BaseURL is where URLs without a scheme go on from.
	BaseURL string `json:"baseURL,omitempty"`
	// Defaults are what all requests have, unless they say it themselves: a Step without a kind. Its headers, query, cookies and
	// tags are added to theirs by name, its checks to theirs.
	Defaults *Step `json:"defaults,omitempty"`
	// Metrics are those of the script's own by name: counter, gauge, rate, trend, or time, which is a trend in milliseconds.
	Metrics map[string]string `json:"metrics,omitempty"`
	// Data are the rows that steps take values from, by name.
	Data map[string]Data `json:"data,omitempty"`
	// Setup are steps that are done once, before the load, and Teardown once after it. What Setup sets is seen by all others.
	Setup []Step `json:"setup,omitempty"`
	// Requests are the steps of one iteration.
	Requests []Step `json:"requests,omitempty"`
	// Functions are steps by name, for scenarios that name one in "exec" and for steps that call one.
	Functions map[string][]Step `json:"functions,omitempty"`
	Teardown  []Step            `json:"teardown,omitempty"`
}

// Lists are the lists of steps of s. Functions are not among them.
func (s *Script) Lists() []*[]Step { return []*[]Step{&s.Setup, &s.Requests, &s.Teardown} }

// Compiled is a script ready for a load.Test.
type Compiled struct {
	Exec      load.Func
	Functions map[string]load.Func
}

// Tags are the tags of all requests of s.
func (s *Script) Tags() map[string]string {
	tags := map[string]string{}
	for _, steps := range s.Lists() {
		collectTags(tags, *steps)
	}
	for _, steps := range s.Functions {
		collectTags(tags, steps)
	}
	return tags
}

// collectTags adds to tags those of steps, and of what is within them.
func collectTags(tags map[string]string, steps []Step) {
	for _, s := range steps {
		maps.Copy(tags, s.Tags)
		for _, steps := range s.Within() {
			collectTags(tags, *steps)
		}
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
	top := &compiler{}
	s.unbuilt(top)
	problems, found := top.problems, load.OptionErrors{}
	if len(s.Requests) > 0 {
		c.Exec, found = compile(s.Requests, "requests", dir, data)
		problems = append(problems, found...)
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
