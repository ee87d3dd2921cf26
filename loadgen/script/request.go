package script

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/secret"
)

// builder makes the request of a step; it is the same one each time where the step has no variable.
type builder func(vu *load.VU, v *values) (*load.Request, error)

// draft is a request whose texts may have variables.
type draft struct {
	step    Step
	method  string
	url     template
	body    template
	headers []header
	options []load.Option // that have no variables
}

// header is a line. One without variables is an option from the beginning.
type header struct {
	name   string
	value  template
	option load.Option
}

func newHeader(name string, value template) header {
	h := header{name: name, value: value}
	if value.static() {
		h.option = load.Header(name, value.render(nil, nil))
	}
	return h
}

// line is the header as it is to be sent now.
func (h header) line(vu *load.VU, v *values) load.Option {
	if h.option != nil {
		return h.option
	}
	return load.Header(h.name, h.value.render(vu, v))
}

func (c *compiler) builder(s Step, path string) builder {
	d := &draft{step: s, method: s.verb(), url: c.template(s.URL, path+".url"), body: c.body(s, path)}
	d.options = d.fixedOptions(!s.readsBody())
	c.headers(d, path)
	c.authorize(d, path)
	c.validate(d, path)
	if s.Timeout < 0 {
		c.fail(path+".timeout", "%s is negative; want a time such as 10s", time.Duration(s.Timeout))
	}
	if d.static() {
		req, err := d.make(nil, nil)
		if err != nil {
			c.fail(path, "%w", err)
		}
		return func(*load.VU, *values) (*load.Request, error) { return req, nil }
	}
	return d.make
}

// verb is the step's method in upper case, by default POST when there is a body and GET when there is none.
func (s Step) verb() string {
	switch {
	case s.Method != "":
		return strings.ToUpper(s.Method)
	case s.Body != "" || s.BodyFile != "" || s.JSON != nil:
		return "POST"
	}
	return "GET"
}

func (c *compiler) body(s Step, path string) template {
	given := 0
	for _, is := range []bool{s.Body != "", s.BodyFile != "", s.JSON != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		c.fail(path, `give one of "body", "bodyFile" and "json"`)
	case s.BodyFile != "":
		return template{{text: string(c.file(s.BodyFile, path+".bodyFile"))}}
	case s.JSON != nil:
		return quoted(c.template(string(s.JSON), path+".json"))
	}
	return c.template(s.Body, path+".body")
}

// quoted is t with its variables written as they must be inside of a JSON string, which is where they stand.
func quoted(t template) template {
	for i, p := range t {
		if p.of != nil {
			t[i].of = func(vu *load.VU, v *values) string {
				b, _ := json.Marshal(p.of(vu, v)) // a string always can be
				return string(b[1 : len(b)-1])
			}
		}
	}
	return t
}

// authorize adds the headers that a body of JSON, basic or bearer ask for, unless the step has them.
func (c *compiler) authorize(d *draft, path string) {
	if d.step.JSON != nil {
		d.add("Content-Type", template{{text: "application/json"}})
	}
	switch {
	case d.step.Basic != "" && d.step.Bearer != "":
		c.fail(path, `give one of "basic" and "bearer"`)
	case d.step.Bearer != "":
		d.add("Authorization", append(template{{text: "Bearer "}}, c.template(d.step.Bearer, path+".bearer")...))
	case d.step.Basic != "" && !strings.Contains(d.step.Basic, ":"):
		c.fail(path+".basic", "want user:password")
	case d.step.Basic != "":
		basic := c.template(d.step.Basic, path+".basic")
		d.add("Authorization", template{{text: "Basic "}, {of: func(vu *load.VU, v *values) string {
			return base64.StdEncoding.EncodeToString([]byte(basic.render(vu, v)))
		}, fixed: basic.static()}})
	}
}

func (d *draft) add(name string, value template) {
	has := func(h header) bool { return strings.EqualFold(h.name, name) }
	if !slices.ContainsFunc(d.headers, has) {
		d.headers = append(d.headers, newHeader(name, value))
	}
}

// static says whether every request of the step is the same.
func (d *draft) static() bool {
	varies := func(h header) bool { return !h.value.static() }
	return d.url.static() && d.body.static() && !slices.ContainsFunc(d.headers, varies)
}

func (d *draft) make(vu *load.VU, v *values) (*load.Request, error) {
	opts := append(make([]load.Option, 0, len(d.options)+1+len(d.headers)), d.options...)
	if text := d.body.render(vu, v); text != "" {
		opts = append(opts, load.Body("", []byte(text)))
	}
	for _, h := range d.headers {
		opts = append(opts, h.line(vu, v))
	}
	return load.NewRequest(d.method, d.url.render(vu, v), opts...)
}

// fixedOptions are those that are the same each time.
func (d *draft) fixedOptions(unread bool) []load.Option {
	s := &d.step
	opts := []load.Option{load.Timeout(time.Duration(s.Timeout)), load.Tags(s.Tags)}
	switch {
	case s.Name != "":
		opts = append(opts, load.Name(s.Name))
	case !d.url.static():
		opts = append(opts, load.Name(secret.URL(s.URL)))
	}
	if s.Discard {
		opts = append(opts, load.Discard())
	}
	if unread {
		opts = append(opts, unreadBody)
	}
	if s.Redirects != nil {
		opts = append(opts, load.MaxRedirects(*s.Redirects))
	}
	if expected := s.Expected; expected != nil {
		statuses, _ := expected.ranges()
		opts = append(opts, load.Expect(func(status int) bool { return have(statuses, status) }))
	}
	return opts
}

// unreadBody is load.Discard, but for a compressed body: its beginning is decompressed, so that one that can't be is a failed request.
func unreadBody(r *load.Request) error {
	engine.RequestOf(r).UnreadBody = true
	return nil
}
