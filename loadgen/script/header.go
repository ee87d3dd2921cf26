package script

import (
	"encoding/json"
	"fmt"
	"net/http"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
)

// Lines are the values of a header, each in a line of its own, or of a field of a query or a form. In a file it is one value, or a
// list: {X: 1}, {X: [1, 2]}.
type Lines []string

// UnmarshalNode reads both forms.
func (l *Lines) UnmarshalNode(n *file.Node) error {
	if n.IsList() {
		return n.Decode((*[]string)(l))
	}
	one, err := n.Text()
	if err != nil {
		return err
	}
	*l = Lines{one}
	return nil
}

// MarshalJSON writes one value as it is, several as a list.
func (l Lines) MarshalJSON() ([]byte, error) {
	if len(l) == 1 {
		return json.Marshal(l[0])
	}
	return json.Marshal([]string(l))
}

// header is a line.
type header struct {
	name  string
	value *expression.Template
	// canonical is the name, and line the place among the lines of that name, as net/http keeps them.
	canonical string
	line      int
}

// addHeader adds a line.
func (d *draft) addHeader(name string, value *expression.Template) {
	h := header{name: name, value: value, canonical: http.CanonicalHeaderKey(name)}
	for _, other := range d.headers {
		if other.canonical == h.canonical {
			h.line++
		}
	}
	d.headers = append(d.headers, h)
}

// addMissing adds a line unless there is one of that name.
func (d *draft) addMissing(name string, value *expression.Template) {
	canonical := http.CanonicalHeaderKey(name)
	for _, other := range d.headers {
		if other.canonical == canonical {
			return
		}
	}
	d.addHeader(name, value)
}

// eachLine calls yield for each of the values by name, sorted, with its path.
func eachLine(all map[string]Lines, path string, yield func(name, value, at string)) {
	for _, name := range sortedKeys(all) {
		lines := all[name]
		for i, value := range lines {
			at := path + "." + name
			if len(lines) > 1 {
				at += fmt.Sprintf("[%d]", i)
			}
			yield(name, value, at)
		}
	}
}

// headers are the lines that a step gives itself, and its cookies.
func (c *compiler) headers(d *draft, path string) {
	eachLine(d.step.Headers, path+".headers", func(name, value, at string) { d.addHeader(name, c.template(value, at)) })
	var all []*expression.Template
	for _, name := range sortedKeys(d.step.Cookies) {
		at := path + ".cookies." + name
		if !tokenOnly(name) {
			c.fail(at, "a cookie can't have this name")
		}
		if len(all) > 0 {
			all = append(all, expression.Fixed("; "))
		}
		all = append(all, expression.Fixed(name+"="), c.template(d.step.Cookies[name], at))
	}
	if len(all) > 0 {
		d.addHeader("Cookie", expression.Join(all...))
	}
}

// validate says whether the headers can be sent, and the body in its coding, as far as that can be known before their variables have values.
func (c *compiler) validate(d *draft, path string) {
	var opts []load.Option
	if d.body.Static() {
		opts = append(opts, load.Body("", []byte(d.body.Text())))
	}
	for _, h := range d.headers {
		switch {
		case h.canonical == "Content-Length" && !(h.value.Static() && d.body.Static()):
		case h.value.Static():
			opts = append(opts, load.Header(h.name, h.value.Text()))
		default:
			opts = append(opts, load.Header(h.name, ""))
		}
	}
	if d.step.Compress != "" {
		if _, err := load.NewRequest(d.method, "http://localhost/", load.Compress(codings(d.step.Compress)...)); err != nil {
			c.fail(path+".compress", "%w", err)
		}
	}
	probe, err := load.NewRequest(d.method, "http://localhost/", opts...)
	if err != nil {
		c.fail(path, "%w", err)
		return
	}
	if err := engine.RequestOf(probe).Validate(); err != nil {
		c.fail(path+".headers", "%w", err)
	}
}

// headerLines is the value of a header with its lines joined by ", ", and whether there is one: it may be empty.
func headerLines(r *load.Response, name string) (value string, present bool) {
	return engine.ResponseOf(r).HeaderLines(name)
}
