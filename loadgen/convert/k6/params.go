package k6

import (
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// params are those of a request.
func (c *converter) params(at ast.Node, s *step, v value) {
	if isNothing(v) {
		return
	}
	o, ok := v.(*object)
	if !ok {
		c.fail(at, "the params of the request are known only in the test")
	}
	for _, key := range o.keys {
		if p := c.property(at, o, key); !isNothing(p) {
			c.param(at, s, key, p)
		}
	}
}

func (c *converter) param(at ast.Node, s *step, key string, v value) {
	switch key {
	case "headers":
		c.headers(at, s, v)
	case "cookies":
		c.cookies(at, s, v)
	case "tags":
		tags := c.tags(at, v)
		if name, ok := tags["name"]; ok {
			s.Name = name
			delete(tags, "name")
		}
		if len(tags) > 0 {
			s.Tags = tags
		}
	case "timeout":
		s.Timeout = c.duration(at, v)
	case "redirects":
		f, ok := number(v)
		if !ok {
			c.fail(at, "redirects are known only in the test")
		}
		s.Redirects = new(int)
		*s.Redirects = int(f)
	case "auth":
		c.authorize(at, s, v)
	case "compression":
		s.Compress, _ = v.(string)
		if !slices.Contains([]string{"gzip", "deflate", "br", "zstd"}, s.Compress) {
			c.fail(at, "the compression %s is not converted", typeName(v))
		}
	case "responseType":
		s.Discard = v == "none"
	case "responseCallback":
		e, ok := v.(*statuses)
		if !ok {
			c.fail(at, "responseCallback is converted with http.expectedStatuses")
		}
		s.Expected = e.all
	case "jar":
		if j, ok := v.(*jar); !ok || !j.users {
			c.fail(at, "a cookie jar of the script's own is not converted")
		}
	case "throw":
	default:
		c.fail(at, "the param %s of a request is not converted", key)
	}
}

func (c *converter) headers(at ast.Node, s *step, v value) {
	o, ok := v.(*object)
	if !ok {
		c.fail(at, "the headers are known only in the test")
	}
	if s.Headers == nil {
		s.Headers = map[string]script.Lines{}
	}
	for _, key := range o.keys {
		p := c.property(at, o, key)
		if _, gone := p.(undefined); gone {
			continue
		}
		s.Headers[key] = script.Lines{c.text(at, p)}
	}
}

func (c *converter) cookies(at ast.Node, s *step, v value) {
	o, ok := v.(*object)
	if !ok {
		c.fail(at, "the cookies are known only in the test")
	}
	s.Cookies = map[string]string{}
	for _, key := range o.keys {
		p := c.property(at, o, key)
		if inner, ok := p.(*object); ok {
			p, _ = inner.get("value")
		}
		s.Cookies[key] = c.text(at, p)
	}
}

func (c *converter) tags(at ast.Node, v value) map[string]string {
	if isNothing(v) {
		return nil
	}
	o, ok := v.(*object)
	if !ok {
		c.fail(at, "the tags are known only in the test")
	}
	tags := map[string]string{}
	for _, key := range o.keys {
		tags[key] = c.text(at, c.property(at, o, key))
	}
	return tags
}

func (c *converter) authorize(at ast.Node, s *step, v value) {
	switch v {
	case "basic":
	case "digest":
		s.Digest, s.Basic = s.Basic, ""
		if s.Digest == "" {
			c.fail(at, "the URL has no user and password for digest")
		}
	default:
		c.fail(at, "auth %s is not converted", typeName(v))
	}
}

// duration is a time: a text such as 1m30s, or a number of milliseconds.
func (c *converter) duration(at ast.Node, v value) load.Duration {
	text, ok := durationText(v)
	if !ok {
		c.fail(at, "a time is known only in the test")
	}
	var d load.Duration
	if err := d.Set(text); err != nil {
		c.fail(at, "%v", err)
	}
	return d
}

// durationText is a duration of k6's as a text with its unit.
func durationText(v value) (string, bool) {
	switch v := v.(type) {
	case float64:
		return numberText(v) + "ms", true
	case string:
		if f := textNumber(v); f == f && strings.TrimSpace(v) != "" {
			return numberText(f) + "ms", true
		}
		return v, true
	}
	return "", false
}
