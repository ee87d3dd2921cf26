// Package script turns a description of requests, from flags or a file, into what a virtual user does.
// It holds no schedule: when a user acts is load's business.
package script

import (
	"maps"
	"reflect"

	"example.com/foobar/loadgen/file"
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

	origins []*file.Node // included files
}

// Lists are the lists of steps of s. Functions are not among them.
func (s *Script) Lists() []*[]Step { return []*[]Step{&s.Setup, &s.Requests, &s.Teardown} }

// Tags are the tags of all requests of s.
func (s *Script) Tags() map[string]string {
	tags := map[string]string{}
	for step := range s.All {
		maps.Copy(tags, step.Tags)
	}
	return tags
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
