package script

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/secret"
)

// builder makes the request of a step: the same one each time where the step has no variable, else the user's own, changed.
type builder func(f *frame) (*load.Request, error)

// draft is a request whose texts may have variables.
type draft struct {
	step    *Step
	method  string
	url     *expression.Template
	body    *expression.Template
	headers []header
	// name is what stands for the URL in tags, tags and digest are those with variables.
	name   *expression.Template
	tags   map[string]*expression.Template
	digest *expression.Template
	// contentType is what the form of the body asks for.
	contentType string
	unread      bool
	slot        int
}

// request sends a request, and looks at its response.
func (c *compiler) request(s *Step, path string) []act {
	s = s.With(c.defaults)
	build := c.builder(s, path)
	after := c.after(s, path)
	return []act{func(f *frame) error {
		req, err := build(f)
		if err != nil {
			return err
		}
		f.response = f.vu.Do(req)
		return after(f, f.response)
	}}
}

// after is what is done with a response: checks, then extractions, then variables, then metrics.
func (c *compiler) after(s *Step, path string) func(f *frame, r *load.Response) error {
	checks := c.checks(s.Checks, path)
	extracts := c.extracts(s.Extract, path)
	var rest []act
	if s.URL != "" {
		rest = c.assigns(s, path)
	}
	rest = append(rest, c.records(s.Record, path)...)
	release := !c.looksAtBody
	return func(f *frame, r *load.Response) error {
		for i := range checks {
			if err := checks[i].run(f, r); err != nil {
				return err
			}
		}
		for _, extract := range extracts {
			if err := extract(f, r); err != nil {
				return err
			}
		}
		if err := perform(f, rest); err != nil {
			return err
		}
		if release && r != nil {
			engine.ResponseOf(r).Release() // now: others may wait for the memory of a large body
			r.Body = nil
		}
		return nil
	}
}

// readsBody says whether a check or an extraction looks at the response's body.
func (s *Step) readsBody() bool {
	if slices.ContainsFunc(s.Checks, Check.readsBody) {
		return true
	}
	for _, e := range s.Extract {
		if e.JSON != "" || e.Regex != "" {
			return true
		}
	}
	return false
}

// builder compiles what is sent.
func (c *compiler) builder(s *Step, path string) builder {
	d, problems := &draft{step: s, unread: !s.readsBody() && !c.looksAtBody}, len(c.problems)
	d.body = c.body(d, path)
	d.method = s.Verb()
	d.url = c.url(d, path)
	c.tags(d, path)
	c.headers(d, path)
	c.authorize(d, path)
	if s.Timeout < 0 {
		c.fail(path+".timeout", "%s is negative; want a time such as 10s", time.Duration(s.Timeout))
	}
	if len(c.problems) == problems {
		c.validate(d, path)
	}
	if len(c.problems) > problems {
		return nil // and what would follow from them needs no word
	}
	if d.static() {
		req, err := d.make(nil)
		if err != nil {
			c.fail(path, "%w", err)
		}
		return func(*frame) (*load.Request, error) { return req, nil }
	}
	if d.rigid() {
		return d.make
	}
	d.slot = c.program.drafts
	c.program.drafts++
	return d.change
}

// Verb is the request's method in upper case, by default POST when there is a body and GET when there is none.
func (r *Request) Verb() string {
	switch {
	case r.Method != "":
		return strings.ToUpper(r.Method)
	case r.Body != "" || r.BodyFile != "" || r.JSON != nil || r.Form != nil || r.Multipart != nil:
		return "POST"
	}
	return "GET"
}

// SetMethod sets the method, in upper case; one that the request has by default is left out. The body must be there before.
func (r *Request) SetMethod(method string) {
	r.Method = ""
	if method = strings.ToUpper(method); method != r.Verb() {
		r.Method = method
	}
}

// scheme is what an absolute URL begins with.
var scheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*://`)

// IsRelative says whether a URL goes on from baseURL: it has no scheme, and does not begin with a value that may have one.
func IsRelative(url string) bool { return !strings.HasPrefix(url, "${") && !scheme.MatchString(url) }

// url is the whole URL with its query. Its name in tags is as it is written, without the query of the key query.
func (c *compiler) url(d *draft, path string) *expression.Template {
	s := d.step
	written, text, base := s.URL, s.URL, c.baseURL
	varies := strings.HasPrefix(s.URL, "${") // and may begin with a scheme, or not
	if base != "" && IsRelative(s.URL) {
		written, text = joinURL(base, s.URL), joinURL(trimmed(base, s.URL), s.URL)
	}
	url := c.template(text, path+".url")
	if base == "" && IsRelative(s.URL) {
		c.fail(path+".url", "%.60q has no scheme: write it as http://HOST/PATH, or give baseURL", s.URL)
	}
	if base != "" && varies {
		url = based(c.template(base, "baseURL"), url)
	}
	if s.Query != nil {
		if url.Says("#") {
			c.fail(path+".url", "write no # into a URL with a query: what is behind it is never sent")
		}
		separator := "?"
		if url.Says("?") {
			separator = "&"
		}
		query := c.pairs(s.Query, path+".query")
		if query.Static() && query.Text() == "" {
			return url
		}
		url = expression.Join(url, expression.Fixed(separator), query)
	}
	switch {
	case s.Name != "":
		d.name = c.template(s.Name, path+".name")
	case s.Query != nil || !url.Static():
		d.name = expression.Fixed(secret.URL(written))
	}
	return url
}

// based is a URL that goes on from a base, unless it has a scheme.
func based(base, url *expression.Template) *expression.Template {
	return expression.Computed(func(e expression.Env) (expression.Value, error) {
		text, err := url.Append(e, nil)
		if err != nil || scheme.Match(text) {
			return expression.TextOf(string(text)), err
		}
		begin, err := base.Append(e, nil)
		return expression.TextOf(joinURL(string(begin), string(text))), err
	})
}

// joinURL is a relative URL behind a base. Between them is one slash, unless what follows is a query.
func joinURL(base, relative string) string {
	if isQuery(relative) {
		return base + relative
	}
	return strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(relative, "/")
}

// isQuery says whether a relative URL has no path.
func isQuery(relative string) bool {
	return relative == "" || relative[0] == '?' || relative[0] == '#'
}

// trimmed is a base whose last value has no slash at its end, if a path follows; what else it ends with joinURL sees.
func trimmed(base, relative string) string {
	i := strings.LastIndex(base, "${")
	if i < 0 || isQuery(relative) || !strings.HasSuffix(base, "}") || strings.HasSuffix(base[:i], "$") {
		return base
	}
	return base[:i] + "${(" + base[i+2:len(base)-1] + ")|trimEnd('/')}"
}

// tags are the step's own, of which some may have variables.
func (c *compiler) tags(d *draft, path string) {
	for _, name := range sortedKeys(d.step.Tags) {
		value := c.template(d.step.Tags[name], path+".tags."+name)
		if value.Static() && value.Text() == d.step.Tags[name] {
			continue
		}
		if d.tags == nil {
			d.tags = map[string]*expression.Template{}
		}
		d.tags[name] = value
	}
}

// static says whether every request of the step is the same.
func (d *draft) static() bool {
	varies := func(h header) bool { return !h.value.Static() }
	return d.url.Static() && d.body.Static() && !slices.ContainsFunc(d.headers, varies) && (d.name == nil || d.name.Static()) && d.tags == nil && (d.digest == nil || d.digest.Static())
}

// rigid says whether a request has to be made anew each time.
func (d *draft) rigid() bool {
	return d.tags != nil || d.digest != nil && !d.digest.Static() || d.step.Compress != "" && !d.body.Static() ||
		slices.ContainsFunc(d.headers, func(h header) bool { return http.CanonicalHeaderKey(h.name) == "Content-Length" })
}

// make makes a request with the values of the moment.
func (d *draft) make(f *frame) (*load.Request, error) {
	opts, err := d.options(f)
	if err != nil {
		return nil, err
	}
	body, err := d.body.Append(f, nil)
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		opts = append(opts, load.Body("", body))
	}
	for _, h := range d.headers {
		value, err := h.value.Append(f, nil)
		if err != nil {
			return nil, err
		}
		opts = append(opts, load.Header(h.name, string(value)))
	}
	url, err := d.url.Append(f, nil)
	if err != nil {
		return nil, err
	}
	req, err := load.NewRequest(d.method, string(url), opts...)
	if err == nil && d.unread {
		engine.RequestOf(req).UnreadBody = true
	}
	return req, err
}

// change is the user's own request, with the values of the moment.
func (d *draft) change(f *frame) (*load.Request, error) {
	req := f.drafts[d.slot]
	if req == nil {
		req, err := d.make(f)
		if err == nil {
			f.drafts[d.slot] = req
			engine.RequestOf(req).Changed()
		}
		return req, err
	}
	w := engine.RequestOf(req)
	if err := d.changeTexts(f, &w.URL, w.Header); err != nil {
		return nil, err
	}
	if d.name != nil && !d.name.Static() {
		if err := f.rewrite(d.name, &w.Name); err != nil {
			return nil, err
		}
	}
	if !d.body.Static() {
		body, err := d.body.Append(f, f.bodies[d.slot][:0])
		if err != nil {
			return nil, err
		}
		f.bodies[d.slot], w.Body = body, body
	}
	w.Changed()
	return req, nil
}

// changeTexts writes the URL and the headers that have variables.
func (d *draft) changeTexts(f *frame, url *string, in http.Header) error {
	if !d.url.Static() {
		if err := f.rewrite(d.url, url); err != nil {
			return err
		}
	}
	for _, h := range d.headers {
		if !h.value.Static() {
			if err := f.rewrite(h.value, &in[h.canonical][h.line]); err != nil {
				return err
			}
		}
	}
	return nil
}

// rewrite makes a text what t says now. It allocates where that is another one.
func (f *frame) rewrite(t *expression.Template, text *string) (err error) {
	if f.buffer, err = t.Append(f, f.buffer[:0]); err == nil && string(f.buffer) != *text {
		*text = string(f.buffer)
	}
	return err
}

// options are what a request has besides its texts.
func (d *draft) options(f *frame) ([]load.Option, error) {
	s := d.step
	tags, err := d.tagsNow(f)
	if err != nil {
		return nil, err
	}
	opts := []load.Option{load.Timeout(time.Duration(s.Timeout)), load.Tags(tags)}
	if d.name != nil {
		name, err := d.name.Append(f, nil)
		if err != nil {
			return nil, err
		}
		opts = append(opts, load.Name(string(name)))
	}
	if s.Discard {
		opts = append(opts, load.Discard())
	}
	if s.Redirects != nil {
		opts = append(opts, load.MaxRedirects(*s.Redirects))
	}
	if s.Expected != nil {
		statuses, _ := s.Expected.ranges()
		opts = append(opts, load.Expect(func(status int) bool { return have(statuses, status) }))
	}
	if s.Compress != "" {
		opts = append(opts, load.Compress(codings(s.Compress)...))
	}
	if d.digest != nil {
		who, err := d.digest.Append(f, nil)
		if err != nil {
			return nil, err
		}
		user, password, _ := strings.Cut(string(who), ":")
		opts = append(opts, load.Digest(user, password))
	}
	return opts, nil
}

// codings are what a text such as "gzip, br" names.
func codings(text string) []string {
	all := strings.Split(text, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// tagsNow are the step's tags with the values of the moment; those without variables are the map itself, by which they are known.
func (d *draft) tagsNow(f *frame) (map[string]string, error) {
	if d.tags == nil {
		return d.step.Tags, nil
	}
	now := map[string]string{}
	for name, value := range d.step.Tags {
		now[name] = value
		if t := d.tags[name]; t != nil {
			text, err := t.Append(f, nil)
			if err != nil {
				return nil, err
			}
			now[name] = string(text)
		}
	}
	return now, nil
}
