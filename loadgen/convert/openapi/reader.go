package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/plain"
)

// reader reads a description, and the files that it refers to.
type reader struct {
	name    string // of the first file
	open    func(path string) ([]byte, error)
	files   map[string]*file.Node // by their path from the first one
	schemas map[*file.Node]*schema
	err     error // the first that there was
}

// maxFiles bounds how many files a description may consist of, maxReferences how many references lead to one value.
const (
	maxFiles      = 200
	maxReferences = 50
)

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// follow is the value that n is, or refers to; nil where there is none, or it can't be found, which is an error of the reader.
func (r *reader) follow(n *file.Node) *file.Node {
	for range maxReferences {
		ref := r.text(n.Get("$ref"))
		if n == nil || ref == "" {
			return n
		}
		if n = r.find(n, ref); n == nil {
			return nil
		}
	}
	r.fail(n.Errorf("its references lead to each other"))
	return nil
}

// find is what a reference at n leads to.
func (r *reader) find(n *file.Node, ref string) *file.Node {
	name, pointer, _ := strings.Cut(ref, "#")
	root, err := r.file(n, name)
	if err != nil {
		r.fail(n.Errorf("%w", err))
		return nil
	}
	at := root
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" || pointer == "/" {
			break
		}
		if at = member(at, step); at == nil {
			r.fail(n.Errorf("$ref: there is no %s", plain.Line(ref)))
			return nil
		}
	}
	return at
}

// member is what a step of a JSON Pointer (RFC 6901, in a URL) leads to.
func member(n *file.Node, step string) *file.Node {
	if decoded, err := url.PathUnescape(step); err == nil {
		step = decoded
	}
	step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
	if !n.IsList() {
		return n.Get(step)
	}
	if i, err := strconv.Atoi(step); err == nil {
		for one := range n.Items {
			if i--; i < 0 {
				return one
			}
		}
	}
	return nil
}

// file is the root of the file that a name at n means, n's own when it is empty. Nothing is fetched over a network.
func (r *reader) file(n *file.Node, name string) (*file.Node, error) {
	from := n.Place().File
	if from == r.name {
		from = "."
	}
	if name == "" {
		return r.files[from], nil
	}
	at, err := url.Parse(name)
	if err != nil || at.Host != "" || at.Scheme != "" {
		return nil, fmt.Errorf("%s is not fetched: put it beside the file", plain.Line(name))
	}
	to := path.Join(path.Dir(from), at.Path)
	if known := r.files[to]; known != nil {
		return known, nil
	}
	if r.open == nil || len(r.files) == maxFiles {
		return nil, fmt.Errorf("%s is not read: a description consists of %d files at most, beside each other", plain.Line(name), maxFiles)
	}
	text, err := r.open(to)
	if err != nil {
		return nil, err
	}
	if text, err = file.Text(text); err == nil {
		r.files[to], err = file.Parse(to, text)
	}
	return r.files[to], err
}

// members are the keys and values of a map, in their order. What is no map is an error of the reader.
func (r *reader) members(n *file.Node) func(yield func(string, *file.Node) bool) {
	return func(yield func(string, *file.Node) bool) {
		switch {
		case n == nil || n.IsNull():
			return
		case !n.IsMap():
			r.fail(n.Errorf("want a map"))
			return
		}
		for _, key := range n.Keys() {
			if !yield(key, n.Get(key)) {
				return
			}
		}
	}
}

// list are the values of a list. What is none is an error of the reader.
func (r *reader) list(n *file.Node) func(yield func(*file.Node) bool) {
	if n != nil && !n.IsNull() && !n.IsList() {
		r.fail(n.Errorf("want a list"))
	}
	return n.Items
}

// text is a scalar as it is written, empty for all else.
func (r *reader) text(n *file.Node) string {
	if n == nil || !n.IsScalar() {
		return ""
	}
	s, err := n.Text()
	if err != nil {
		return ""
	}
	return s
}

func (r *reader) texts(n *file.Node) (all []string) {
	for one := range n.Items {
		all = append(all, r.text(one))
	}
	return all
}

func (r *reader) truth(n *file.Node) bool { return r.text(n) == "true" }

// number is a number, nil for what is none.
func (r *reader) number(n *file.Node) *float64 {
	f, err := strconv.ParseFloat(r.text(n), 64)
	if err != nil || f != f || f > 1e300 || f < -1e300 {
		return nil
	}
	return &f
}

// value is what n says, as JSON has it: texts, truth values, numbers as int64 or float64, lists and maps.
func (r *reader) value(n *file.Node) any {
	text, err := n.JSON()
	if err != nil {
		return r.text(n)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return r.text(n)
	}
	return settled(v)
}

// settled is a value with its numbers as they are worked with.
func settled(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case []any:
		for i := range v {
			v[i] = settled(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = settled(v[key])
		}
	}
	return v
}

// read reads a description. Its version is looked at first, since others are built otherwise.
func (d Description) read() (*api, error) {
	r := &reader{name: d.Name, open: d.Open, schemas: map[*file.Node]*schema{}}
	root, err := file.Parse(d.Name, d.Text)
	if err != nil {
		return nil, fmt.Errorf("reading OpenAPI: %w", err)
	}
	r.files = map[string]*file.Node{".": root}
	if version := r.text(root.Get("openapi")); !strings.HasPrefix(version, "3.") {
		return nil, fmt.Errorf("want openapi: 3.0 or 3.1, got %q: convert a description of Swagger 2 to OpenAPI 3 first", plain.Line(version))
	}
	a := r.api(root)
	if r.err != nil {
		return nil, fmt.Errorf("reading OpenAPI: %w", r.err)
	}
	if len(a.operations) == 0 {
		return nil, errors.New("it describes no operation: want some below paths")
	}
	return a, nil
}

func (r *reader) api(root *file.Node) *api {
	a := &api{servers: r.servers(root.Get("servers")), security: r.security(root.Get("security")), schemes: map[string]*scheme{}}
	for name, n := range r.members(root.Get("components").Get("securitySchemes")) {
		if n = r.follow(n); n != nil {
			a.schemes[name] = &scheme{kind: r.text(n.Get("type")), scheme: r.text(n.Get("scheme")), in: r.text(n.Get("in")), name: r.text(n.Get("name"))}
		}
	}
	for path, n := range r.members(root.Get("paths")) {
		if strings.HasPrefix(path, "/") {
			a.operations = append(a.operations, r.operations(path, r.follow(n))...)
		}
	}
	for name := range r.members(root.Get("webhooks")) {
		a.webhooks = append(a.webhooks, name)
	}
	return a
}

func (r *reader) servers(n *file.Node) (urls []string) {
	for one := range r.list(n) {
		at := r.text(one.Get("url"))
		for name, v := range r.members(one.Get("variables")) {
			at = strings.ReplaceAll(at, "{"+name+"}", r.text(v.Get("default")))
		}
		urls = append(urls, at)
	}
	return urls
}

func (r *reader) security(n *file.Node) (ways []requirement) {
	for one := range r.list(n) {
		way := slices.Clone(one.Keys())
		slices.Sort(way)
		ways = append(ways, way)
	}
	return ways
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operations are those of a path, in their order.
func (r *reader) operations(path string, item *file.Node) (all []*operation) {
	for key, n := range r.members(item) {
		if !slices.Contains(methods, key) || !n.IsMap() {
			continue
		}
		o := &operation{path: path, method: strings.ToUpper(key), line: n.KeyPlace().Line, id: r.text(n.Get("operationId")), summary: r.text(n.Get("summary")),
			deprecated: r.truth(n.Get("deprecated")), tags: r.texts(n.Get("tags")), servers: r.servers(n.Get("servers"))}
		if o.servers == nil {
			o.servers = r.servers(item.Get("servers"))
		}
		o.security, o.secured = r.security(n.Get("security")), n.Get("security").IsList()
		o.parameters = r.parameters(n.Get("parameters"), nil)
		o.parameters = r.parameters(item.Get("parameters"), o.parameters)
		o.content = r.content(r.follow(n.Get("requestBody")).Get("content"))
		for code := range r.members(n.Get("responses")) {
			o.responses = append(o.responses, code)
		}
		all = append(all, o)
	}
	return all
}

// parameters adds to those that there are the others of a list.
func (r *reader) parameters(n *file.Node, all []*parameter) []*parameter {
	for one := range r.list(n) {
		if one = r.follow(one); one == nil {
			continue
		}
		p := &parameter{name: r.text(one.Get("name")), in: r.text(one.Get("in")), style: r.text(one.Get("style")), required: r.truth(one.Get("required")),
			example: r.example(one), content: r.content(one.Get("content")), schema: r.schema(one.Get("schema"))}
		if explode := one.Get("explode"); explode != nil {
			p.explode = new(r.truth(explode))
		}
		if !slices.ContainsFunc(all, func(q *parameter) bool { return q.name == p.name && q.in == p.in }) {
			all = append(all, p)
		}
	}
	return all
}

func (r *reader) content(n *file.Node) map[string]*media {
	var all map[string]*media
	for name, one := range r.members(n) {
		if all == nil {
			all = map[string]*media{}
		}
		all[name] = &media{example: r.example(one), schema: r.schema(one.Get("schema"))}
	}
	return all
}

// example is the value that is given: the one, or the first by name of several.
func (r *reader) example(n *file.Node) example {
	if one := n.Get("example"); one != nil && !one.IsNull() {
		return example{r.value(one), true}
	}
	several := n.Get("examples")
	names := several.Keys()
	for _, name := range slices.Sorted(slices.Values(names)) {
		if v := r.follow(several.Get(name)).Get("value"); v != nil && !v.IsNull() {
			return example{r.value(v), true}
		}
	}
	return example{}
}

// schema is that of n; nil for none. It may contain itself.
func (r *reader) schema(n *file.Node) *schema {
	if n == nil || n.IsNull() {
		return nil
	}
	if n = r.follow(n); n == nil {
		return nil
	}
	if known := r.schemas[n]; known != nil {
		return known
	}
	s := &schema{}
	r.schemas[n] = s
	if !n.IsMap() { // true and false are schemas too
		return s
	}
	r.fill(s, n)
	return s
}

func (r *reader) fill(s *schema, n *file.Node) {
	s.types = append(r.texts(n.Get("type")), strings.Fields(r.text(n.Get("type")))...)
	s.format, s.pattern, s.required = r.text(n.Get("format")), r.text(n.Get("pattern")), r.texts(n.Get("required"))
	s.contentMediaType, s.contentCoded = r.text(n.Get("contentMediaType")), r.text(n.Get("contentEncoding"))
	s.readOnly = r.truth(n.Get("readOnly"))
	r.fillGiven(s, n)
	for name, one := range r.members(n.Get("properties")) {
		if s.properties == nil {
			s.properties = map[string]*schema{}
		}
		s.properties[name] = r.schema(one)
	}
	s.items = r.schema(n.Get("items"))
	if more := n.Get("additionalProperties"); more.IsMap() {
		s.additional = r.schema(more)
	}
	for key, list := range map[string]*[]*schema{"prefixItems": &s.prefixItems, "allOf": &s.allOf, "oneOf": &s.oneOf, "anyOf": &s.anyOf} {
		for one := range r.list(n.Get(key)) {
			*list = append(*list, r.schema(one))
		}
	}
	r.fillBounds(s, n)
}

// fillGiven gathers the values that a schema names.
func (r *reader) fillGiven(s *schema, n *file.Node) {
	add := func(one *file.Node) {
		if one != nil && !one.IsNull() {
			s.given = append(s.given, r.value(one))
		}
	}
	add(n.Get("example"))
	for one := range n.Get("examples").Items {
		add(one)
	}
	add(n.Get("const"))
	add(n.Get("default"))
	for one := range n.Get("enum").Items {
		add(one)
	}
}

// fillBounds reads those of a number, a text and a list. Exclusive ones are numbers in 3.1, and in 3.0 say how the others are meant.
func (r *reader) fillBounds(s *schema, n *file.Node) {
	s.minimum, s.maximum, s.multipleOf = r.number(n.Get("minimum")), r.number(n.Get("maximum")), r.number(n.Get("multipleOf"))
	s.minLength, s.maxLength, s.least = r.number(n.Get("minLength")), r.number(n.Get("maxLength")), r.number(n.Get("minItems"))
	s.exclusiveMin, s.exclusiveMax = r.number(n.Get("exclusiveMinimum")), r.number(n.Get("exclusiveMaximum"))
	if r.truth(n.Get("exclusiveMinimum")) {
		s.exclusiveMin = s.minimum
	}
	if r.truth(n.Get("exclusiveMaximum")) {
		s.exclusiveMax = s.maximum
	}
}
