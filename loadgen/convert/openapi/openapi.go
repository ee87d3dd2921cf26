// Package openapi converts descriptions of APIs (OpenAPI 3.0 and 3.1) into files of ours. It makes no request.
package openapi

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/script"
)

// Description is what there is to convert, in JSON or YAML.
type Description struct {
	// Name is that of its file.
	Name string
	Text []byte
	// Open reads a file that it refers to; nil if none can be read. Nothing is fetched over a network.
	Open func(path string) ([]byte, error)
}

var key = regexp.MustCompile(`(?m)^[ \t]*\{?[ \t]*["']?(openapi|swagger)["']?[ \t]*:`)

// Is says whether a text looks like a description.
func Is(text []byte) bool { return key.Match(text[:min(len(text), 64<<10)]) }

// Convert makes a request of each operation, with what it must have: parameters and bodies out of examples or by their schemas,
// credentials as variables, and a check of the statuses that it may answer with when all is well. Tags become groups. An error is a
// text that is no description.
func Convert(d Description) (*draft.Draft, error) {
	doc, err := d.load()
	if err != nil {
		return nil, err
	}
	c := &converter{doc: doc, draft: &draft.Draft{What: "operations"}, secrets: &draft.Secrets{}}
	c.base()
	for _, o := range c.operations() {
		c.add(o)
	}
	for name := range doc.Webhooks {
		c.draft.Leave(0, "webhook "+name, "it is a request that the API makes")
	}
	if c.draft.Converted == 0 {
		return nil, errors.New("it describes no operation: want some below paths")
	}
	c.draft.Share()
	c.draft.Resolve()
	return c.draft, nil
}

// load reads a description, and the files that it refers to.
func (d Description) load() (doc *openapi3.T, err error) {
	defer func() { // the parser is not ours, and the text is a stranger's
		if v := recover(); v != nil {
			doc, err = nil, fmt.Errorf("reading OpenAPI: %s", plain.Line(fmt.Sprint(v)))
		}
	}()
	l := openapi3.NewLoader()
	l.IncludeOrigin = true
	l.ReadFromURIFunc = func(_ *openapi3.Loader, at *url.URL) ([]byte, error) {
		if d.Open == nil || at.Host != "" || at.Scheme != "" && at.Scheme != "file" {
			return nil, fmt.Errorf("%s is not fetched: put it beside the file", plain.Line(at.Redacted()))
		}
		return d.Open(filepath.FromSlash(at.Path))
	}
	doc, err = l.LoadFromDataWithPath(d.Text, &url.URL{Path: filepath.ToSlash(filepath.Base(d.Name))})
	if err != nil {
		return nil, fmt.Errorf("reading OpenAPI: %s", plain.Line(err.Error()))
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.") {
		return nil, fmt.Errorf("want openapi: 3.0 or 3.1, got %q: convert a description of Swagger 2 to OpenAPI 3 first", plain.Line(doc.OpenAPI))
	}
	return doc, nil
}

// converter makes one draft.
type converter struct {
	doc     *openapi3.T
	draft   *draft.Draft
	secrets *draft.Secrets
}

// base takes the first server for the URL that all others go on from. One that isn't said is a variable.
func (c *converter) base() {
	base := ""
	if len(c.doc.Servers) > 0 && c.doc.Servers[0] != nil {
		base = serverURL(c.doc.Servers[0])
	}
	if !strings.Contains(base, "://") {
		base = draft.Mark("env.BASE_URL") + base
	}
	c.draft.Script.BaseURL = strings.TrimSuffix(base, "/")
}

// serverURL is the URL of a server, with the defaults of its variables.
func serverURL(s *openapi3.Server) string {
	out := s.URL
	for name, v := range s.Variables {
		if v != nil {
			out = strings.ReplaceAll(out, "{"+name+"}", v.Default)
		}
	}
	return draft.Literal(clean(out))
}

// clean is a text of the description that a file can hold.
func clean(s string) string {
	s = draft.Unmarked(strings.ToValidUTF8(s, "\ufffd"))
	return strings.ReplaceAll(s, passwordMark, draft.Mark("env.PASSWORD"))
}

// operation is one, with where it stands.
type operation struct {
	*openapi3.Operation
	path, method string
	item         *openapi3.PathItem
	line         int
}

func (o operation) String() string { return o.method + " " + o.path }

// operations are all of them, in the order of the description.
func (c *converter) operations() []operation {
	var all []operation
	if c.doc.Paths == nil {
		return nil
	}
	for path, item := range c.doc.Paths.Map() {
		if item == nil {
			continue
		}
		for method, o := range item.Operations() {
			all = append(all, operation{o, path, method, item, lineOf(o.Origin)})
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return strings.Compare(a.path+" "+a.method, b.path+" "+b.method)
	})
	return all
}

func lineOf(o *openapi3.Origin) int {
	if o == nil || o.Key == nil {
		return 0
	}
	return o.Key.Line
}

// add adds the step of an operation to the group of its first tag.
func (c *converter) add(o operation) {
	s := c.step(o)
	c.draft.Converted++
	steps := &c.draft.Script.Requests
	if len(o.Tags) > 0 && strings.TrimSpace(o.Tags[0]) != "" {
		steps = c.group(draft.Literal(strings.ReplaceAll(clean(o.Tags[0]), "::", ":")))
	}
	*steps = append(*steps, s)
}

// group is where the steps of a tag are.
func (c *converter) group(name string) *[]script.Step {
	all := &c.draft.Script.Requests
	i := slices.IndexFunc(*all, func(s script.Step) bool { return s.Group == name })
	if i < 0 {
		i = len(*all)
		*all = append(*all, script.Step{Group: name})
	}
	return &(*all)[i].Requests
}
