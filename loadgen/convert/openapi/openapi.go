// Package openapi converts descriptions of APIs (OpenAPI 3.0 and 3.1) into files of ours. It makes no request.
package openapi

import (
	"regexp"
	"slices"
	"strings"

	"example.com/foobar/loadgen/convert/draft"
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
	described, err := d.read()
	if err != nil {
		return nil, err
	}
	c := &converter{api: described, draft: &draft.Draft{What: "operations"}, secrets: &draft.Secrets{}}
	c.base()
	for _, o := range described.operations {
		c.add(o)
	}
	for _, name := range described.webhooks {
		c.draft.Leave(0, "webhook "+name, "it is a request that the API makes")
	}
	c.draft.Share()
	c.draft.Resolve()
	return c.draft, nil
}

// converter makes one draft.
type converter struct {
	api     *api
	draft   *draft.Draft
	secrets *draft.Secrets
}

// base takes the first server for the URL that all others go on from. One that isn't said is a variable.
func (c *converter) base() {
	base := ""
	if len(c.api.servers) > 0 {
		base = draft.Literal(clean(c.api.servers[0]))
	}
	if !strings.Contains(base, "://") {
		base = draft.Mark("env.BASE_URL") + base
	}
	c.draft.Script.BaseURL = strings.TrimSuffix(base, "/")
}

// clean is a text of the description that a file can hold.
func clean(s string) string {
	s = draft.Unmarked(strings.ToValidUTF8(s, "\ufffd"))
	return strings.ReplaceAll(s, passwordMark, draft.Mark("env.PASSWORD"))
}

// add adds the step of an operation to the group of its first tag.
func (c *converter) add(o *operation) {
	s := c.step(o)
	c.draft.Converted++
	steps := &c.draft.Script.Requests
	if len(o.tags) > 0 && strings.TrimSpace(o.tags[0]) != "" {
		steps = c.group(draft.Literal(strings.ReplaceAll(clean(o.tags[0]), "::", ":")))
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
