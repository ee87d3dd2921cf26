package script

import (
	"errors"
	"fmt"
	"regexp"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/load"
)

// Extract says where in a response a value is: one of its fields. A response without it ends the iteration as failed.
type Extract struct {
	JSON   string `json:"json,omitempty"`   // a path into a body of JSON
	Header string `json:"header,omitempty"` // a header's name
	Cookie string `json:"cookie,omitempty"` // the name of a cookie that the response sets
	Regex  string `json:"regex,omitempty"`  // its first group, or all of it when it has none
}

// finder finds what a text names in a response, unset when it is not there.
type finder func(r *load.Response, text string) (expression.Value, error)

// extracts puts values of the response where later steps find them.
func (c *compiler) extracts(all map[string]Extract, path string) []func(*frame, *load.Response) error {
	var out []func(*frame, *load.Response) error
	for _, name := range sortedKeys(all) {
		at := path + ".extract." + name
		find, key, what, err := all[name].finder()
		if err != nil {
			c.fail(at, "%w", err)
			continue
		}
		text := c.template(what, at+"."+key)
		if key == "regex" && text.Static() {
			if _, err := regexp.Compile(text.Text()); err != nil {
				c.fail(at, "regex: %w", err)
			}
		}
		out = append(out, extraction(name, c.assign(name, at), find, text, places[key]+what))
	}
	return out
}

// places say in words where a value was looked for, by the key.
var places = map[string]string{"json": "JSON value at ", "header": "header ", "cookie": "cookie ", "regex": "match of "}

// extraction keeps a value in a slot.
func extraction(name string, slot int, find finder, text *expression.Template, where string) func(*frame, *load.Response) error {
	return func(f *frame, r *load.Response) error {
		what, err := f.text(text)
		value := expression.Value{}
		if err == nil && r.Err == nil {
			value, err = find(r, what)
		}
		switch {
		case err != nil:
			return fmt.Errorf("extract %s: %w", name, err)
		case !value.IsSet():
			return fmt.Errorf("extract %s: the response has no %s", name, where)
		}
		f.vars[slot] = value
		return nil
	}
}

// finder returns how to find the value, and the key and the text that say which.
func (e Extract) finder() (find finder, key, text string, err error) {
	found := 0
	for _, one := range []struct {
		key, text string
		find      finder
	}{
		{"json", e.JSON, func(r *load.Response, at string) (expression.Value, error) {
			return expression.ResultOf(r.Value(at), at), nil
		}},
		{"header", e.Header, present(headerLines)}, {"cookie", e.Cookie, present(cookieOf)}, {"regex", e.Regex, matched},
	} {
		if one.text != "" {
			find, key, text = one.find, one.key, one.text
			found++
		}
	}
	if found != 1 {
		err = errors.New("want one of json, header, cookie and regex")
	}
	return find, key, text, err
}

// present makes a finder of what finds a text.
func present(find func(*load.Response, string) (string, bool)) finder {
	return func(r *load.Response, name string) (expression.Value, error) {
		value, found := find(r, name)
		if !found {
			return expression.Value{}, nil
		}
		return expression.TextOf(value), nil
	}
}
