package script

import (
	"encoding/json"
	"fmt"
	"net/http"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
)

// Lines are the values of a header, each in a line of its own. In a file it is one value, or a list: {X: 1}, {X: [1, 2]}.
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

// headers are the lines that a step gives itself.
func (c *compiler) headers(d *draft, path string) {
	for _, name := range sortedKeys(d.step.Headers) {
		lines := d.step.Headers[name]
		for i, value := range lines {
			at := path + ".headers." + name
			if len(lines) > 1 {
				at += fmt.Sprintf("[%d]", i)
			}
			d.headers = append(d.headers, newHeader(name, c.template(value, at)))
		}
	}
}

// validate says whether the headers can be sent, as far as that can be known before their variables have values.
func (c *compiler) validate(d *draft, path string) {
	var opts []load.Option
	if d.body.static() {
		opts = append(opts, load.Body("", []byte(d.body.render(nil, nil))))
	}
	for _, h := range d.headers {
		switch {
		case http.CanonicalHeaderKey(h.name) == "Content-Length" && !(h.value.static() && d.body.static()):
		case h.value.static():
			opts = append(opts, h.option)
		default:
			opts = append(opts, load.Header(h.name, ""))
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
