package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/foobar/loadgen/load"
)

// Extract says where in a response a value is: one of its fields. A response without it ends the iteration as failed.
type Extract struct {
	JSON   string `json:"json,omitempty"`   // a path into a body of JSON
	Header string `json:"header,omitempty"` // a header's name
	Cookie string `json:"cookie,omitempty"` // the name of a cookie that the response sets
	Regex  string `json:"regex,omitempty"`  // its first group, or all of it when it has none
}

// extraction puts a value of a response where later steps find it.
type extraction func(r *load.Response, v *values) error

func (c *compiler) extracts(all map[string]Extract, path string) []extraction {
	var out []extraction
	for _, name := range sortedKeys(all) {
		at := path + ".extract." + name
		if strings.ContainsAny(name, "${}.") || slices.Contains([]string{"", "vu", "iteration"}, name) {
			c.fail(at, "a variable can't have this name")
			continue
		}
		find, where, err := all[name].compile()
		if err != nil {
			c.fail(at, "%w", err)
			continue
		}
		slot := c.scope.slot(name)
		out = append(out, func(r *load.Response, v *values) error {
			value, ok := "", false
			if r.Err == nil {
				value, ok = find(r)
			}
			if !ok {
				return fmt.Errorf("extract %s: the response has no %s", name, where)
			}
			v.extracted[slot] = value
			return nil
		})
	}
	return out
}

// compile returns how to find the value, and in words where it is.
func (e Extract) compile() (find func(*load.Response) (string, bool), where string, err error) {
	switch {
	case e.JSON != "" && e.Header == "" && e.Regex == "":
		return func(r *load.Response) (string, bool) {
			v := r.Value(e.JSON)
			return v.String(), v.Exists()
		}, "JSON value at " + e.JSON, nil
	case e.Header != "" && e.JSON == "" && e.Regex == "":
		return func(r *load.Response) (string, bool) {
			return headerLines(r, e.Header)
		}, "header " + e.Header, nil
	case e.Regex != "" && e.JSON == "" && e.Header == "":
		re, err := regexp.Compile(e.Regex)
		if err != nil {
			return nil, "", fmt.Errorf("regex: %w", err)
		}
		return func(r *load.Response) (string, bool) { return firstGroup(re, r.Body) }, "match of " + e.Regex, nil
	}
	return nil, "", errors.New("want one of json, header and regex")
}

func firstGroup(re *regexp.Regexp, body []byte) (string, bool) {
	m := re.FindSubmatch(body)
	if m == nil {
		return "", false
	}
	return string(m[min(1, len(m)-1)]), true
}
