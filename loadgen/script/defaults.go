package script

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// common reads what all requests have in common. What is wrong with it is told here, and not again of each of them.
func (c *compiler) common() {
	problems := len(c.problems)
	c.unit = unit{visible: map[string]bool{}, every: true, used: map[*rows]bool{}, assigned: map[int]bool{}}
	base := c.template(c.script.BaseURL, "baseURL")
	if base.Static() && base.Text() != "" && !scheme.MatchString(base.Text()) {
		c.fail("baseURL", "want a URL with its scheme, such as http://localhost:8080")
	}
	c.baseURL = c.script.BaseURL
	if len(c.problems) > problems {
		c.baseURL = "http://localhost"
	}
	problems = len(c.problems)
	if c.checkDefaults(); len(c.problems) == problems {
		c.defaults = c.script.Defaults
	}
}

// checkDefaults refuses defaults that would do something themselves, or can't be sent.
func (c *compiler) checkDefaults() {
	if c.script.Defaults == nil {
		return
	}
	d := *c.script.Defaults
	d.Name, d.URL = "", cmp.Or(d.URL, "http://localhost/")
	c.builder(&d, "defaults")
	c.checks(d.Checks, "defaults")
	d = *c.script.Defaults
	for _, kind := range d.Kinds() {
		c.fail("defaults."+kind, "is no part of what requests have in common")
	}
	for key, given := range map[string]bool{"body": d.Body != "", "bodyFile": d.BodyFile != "", "json": d.JSON != nil, "form": d.Form != nil, "multipart": d.Multipart != nil,
		"if": d.If != "", "else": d.Else != nil, "weight": d.Weight != nil, "extract": d.Extract != nil, "record": d.Record != nil, "think": d.Think != "", "name": d.Name != ""} {
		if given {
			c.fail("defaults."+key, "is no part of what requests have in common: write it into the steps")
		}
	}
}

// With is a request with what all requests have in common and it does not say itself; d may be nil. What is no request stays.
func (s *Step) With(d *Step) *Step {
	if d == nil || s.URL == "" {
		return s
	}
	out := *s
	out.Headers, out.Query = mergedHeaders(d.Headers, s.Headers), merged(d.Query, s.Query)
	out.Tags, out.Cookies = merged(d.Tags, s.Tags), merged(d.Cookies, s.Cookies)
	out.Checks = slices.Concat(d.Checks, s.Checks)
	if s.Method == "" {
		out.Method = d.Method
	}
	if s.Basic == "" && s.Digest == "" && s.Bearer == "" {
		out.Basic, out.Digest, out.Bearer = d.Basic, d.Digest, d.Bearer
	}
	if s.Compress == "" {
		out.Compress = d.Compress
	}
	if s.Timeout == 0 {
		out.Timeout = d.Timeout
	}
	if s.Redirects == nil {
		out.Redirects = d.Redirects
	}
	if s.Expected == nil {
		out.Expected = d.Expected
	}
	out.Discard = s.Discard || d.Discard
	return &out
}

// mergedHeaders is merged for names in which upper and lower case are the same.
func mergedHeaders(all, own map[string]Lines) map[string]Lines {
	others := map[string]Lines{}
	for name, lines := range all {
		if !hasFold(own, name) {
			others[name] = lines
		}
	}
	return merged(others, own)
}

func hasFold(headers map[string]Lines, name string) bool {
	for other := range headers {
		if strings.EqualFold(other, name) {
			return true
		}
	}
	return false
}

// merged has what both have; of a name that both have, own's.
func merged[V any](all, own map[string]V) map[string]V {
	if len(all) == 0 {
		return own
	}
	out := maps.Clone(all)
	maps.Copy(out, own)
	return out
}
