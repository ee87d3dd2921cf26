package golang

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/expression"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// request writes a request, and what is done with its response.
func (g *generator) request(s *script.Step) error {
	s = s.With(g.script.Defaults)
	verb, args, err := g.sending(s)
	if err != nil {
		return err
	}
	method, isOwn := map[string]string{"GET": "Get", "POST": "Post", "PUT": "Put", "PATCH": "Patch", "DELETE": "Delete"}[verb]
	if !isOwn {
		method, args = "Request", append([]string{strconv.Quote(verb)}, args...)
	}
	result := ""
	if readsResponse(s) || g.usesLast {
		result, g.usesLast = "res = ", true
	}
	g.line("%svu.%s(%s)", result, method, arguments(args))
	return g.after(s)
}

// readsResponse says whether something is done with the response.
func readsResponse(s *script.Step) bool {
	return len(s.Checks) > 0 || len(s.Extract) > 0 || len(s.Set) > 0 || len(s.Record) > 0
}

// arguments are those of a call, each on a line of its own where they are long.
func arguments(args []string) string {
	if text := strings.Join(args, ", "); len(text) < 100 && !strings.Contains(text, "\n") {
		return text
	}
	return strings.Join(args, ",\n") + ",\n"
}

// batch writes requests that are sent at once.
func (g *generator) batch(s *script.Step) error {
	var requests, names []string
	for i := range s.Batch {
		one := s.Batch[i].With(g.script.Defaults)
		verb, args, err := g.sending(one)
		if err != nil {
			return err
		}
		names = append(names, fmt.Sprintf("req%d", i+1))
		requests = append(requests, fmt.Sprintf("req%d, err := load.NewRequest(%s)\nif err != nil {\nreturn err\n}", i+1, arguments(append([]string{strconv.Quote(verb)}, args...))))
	}
	g.line("{")
	for i, text := range requests {
		g.out.WriteString(comment(s.Batch[i].Comment))
		g.line("%s", text)
	}
	result := ""
	if slices.ContainsFunc(s.Batch, func(one script.Step) bool { return readsResponse(one.With(g.script.Defaults)) }) {
		result = "all := "
	}
	g.line("%svu.Batch(%s)", result, strings.Join(names, ", "))
	for i := range s.Batch {
		one := s.Batch[i].With(g.script.Defaults)
		if readsResponse(one) {
			g.usesLast = true
			g.line("res = all[%d]", i)
			if err := g.after(one); err != nil {
				return err
			}
		}
	}
	g.line("}")
	return nil
}

// sending is the method of a request, and the Go of its URL and its options.
func (g *generator) sending(s *script.Step) (verb string, args []string, err error) {
	target, varies, err := g.target(s)
	if err != nil {
		return "", nil, err
	}
	o := &options{generator: g, args: []string{target}}
	o.body(s)
	o.headers(s)
	o.lines("load.Query", s.Query)
	if s.Name != "" {
		o.add("load.Name(%s)", o.text(s.Name))
	} else if varies {
		o.add("load.Name(%q)", g.written(s.URL))
	}
	o.settings(s)
	return s.Verb(), o.args, o.err
}

// target is the Go of a URL, and whether it has variables.
func (g *generator) target(s *script.Step) (text string, varies bool, err error) {
	relative := s.URL
	if text, err = g.template(relative); err != nil {
		return "", false, err
	}
	varies = strings.Contains(relative, "${")
	base := strings.TrimSuffix(g.script.BaseURL, "/")
	switch {
	case base == "" || !script.IsRelative(relative):
		return text, varies, nil
	case strings.Contains(base, "${"):
		begin, err := g.template(base)
		return begin + " + " + text, true, err
	case relative != "" && strings.IndexByte("/?#", relative[0]) < 0:
		return `baseURL + "/" + ` + text, varies, nil
	}
	return "baseURL + " + text, varies, nil
}

// written is a URL as the file has it, with the base before it.
func (g *generator) written(relative string) string {
	if base := g.script.BaseURL; base != "" && script.IsRelative(relative) {
		relative = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(relative, "/")
	}
	return secret.URL(relative)
}

// options are the arguments of a request.
type options struct {
	*generator
	args []string
	err  error
}

func (o *options) add(format string, args ...any) {
	o.args = append(o.args, fmt.Sprintf(format, args...))
}

// text is the Go of a text; the first error is kept.
func (o *options) text(s string) string {
	text, err := o.template(s)
	if err != nil && o.err == nil {
		o.err = err
	}
	return text
}

func (o *options) body(s *script.Step) {
	switch {
	case s.JSON != nil:
		o.add("load.Body(%q, []byte(%s))", o.contentType(s, "application/json"), o.json(s.JSON))
	case s.Form != nil:
		o.lines("load.Form", s.Form)
	case s.BodyFile != "":
		o.add("load.Body(%q, %s(%q))", "", o.help("mustRead"), s.BodyFile)
	case s.Multipart != nil:
		o.parts(s.Multipart)
	case s.Body != "":
		o.add(`load.Body("", []byte(%s))`, o.text(s.Body))
	}
	if s.Compress != "" {
		o.add("load.Compress(%q)", s.Compress)
	}
}

// contentType is the type of a body unless a header sets another.
func (o *options) contentType(s *script.Step, byDefault string) string {
	for name := range s.Headers {
		if strings.EqualFold(name, "Content-Type") {
			return ""
		}
	}
	return byDefault
}

// lines are names with one value or several, as url.Values.
func (o *options) lines(of string, all map[string]script.Lines) {
	if len(all) == 0 {
		return
	}
	o.use("net/url")
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var values []string
		for _, one := range all[name] {
			values = append(values, o.text(one))
		}
		pairs = append(pairs, o.text(name)+": {"+strings.Join(values, ", ")+"}")
	}
	o.add("%s(url.Values{%s})", of, strings.Join(pairs, ", "))
}

func (o *options) parts(all []script.Part) {
	var parts []string
	for _, p := range all {
		text := "{Name: " + o.text(p.Name)
		if p.File != "" {
			name := p.FileName
			if name == "" {
				name = path.Base(p.File)
			}
			text += fmt.Sprintf(", FileName: %s, Data: %s(%q)", o.text(name), o.help("mustRead"), p.File)
		} else {
			if p.FileName != "" {
				text += ", FileName: " + o.text(p.FileName)
			}
			text += ", Data: []byte(" + o.text(p.Value) + ")"
		}
		if p.ContentType != "" {
			text += ", ContentType: " + o.text(p.ContentType)
		}
		parts = append(parts, "load.Part"+text+"}")
	}
	o.add("load.Multipart(%s)", arguments(parts))
}

func (o *options) headers(s *script.Step) {
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		for _, value := range s.Headers[name] {
			o.add("load.Header(%q, %s)", name, o.text(value))
		}
	}
	var cookies []string
	for _, name := range slices.Sorted(maps.Keys(s.Cookies)) {
		cookies = append(cookies, draft.Literal(name)+"="+s.Cookies[name])
	}
	if len(cookies) > 0 {
		o.add(`load.Header("Cookie", %s)`, o.text(strings.Join(cookies, "; ")))
	}
	switch {
	case s.Bearer != "":
		o.add(`load.Header("Authorization", %s)`, o.text("Bearer "+s.Bearer))
	case s.Basic != "":
		o.use("encoding/base64")
		o.add(`load.Header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(%s)))`, o.text(s.Basic))
	case s.Digest != "":
		user, password, _ := strings.Cut(s.Digest, ":")
		o.add("load.Digest(%s, %s)", o.text(user), o.text(password))
	}
}

func (o *options) settings(s *script.Step) {
	if s.Timeout != 0 {
		o.add("load.Timeout(%s)", o.duration(time.Duration(s.Timeout)))
	}
	if s.Redirects != nil {
		o.add("load.MaxRedirects(%d)", *s.Redirects)
	}
	if s.Discard {
		o.add("load.Discard()")
	}
	if s.Expected != nil {
		o.add("load.Expect(func(status int) bool { return %s })", statuses(s.Expected, "status"))
	}
	if len(s.Tags) > 0 {
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(s.Tags)) {
			pairs = append(pairs, fmt.Sprintf("%q: %s", name, o.text(s.Tags[name])))
		}
		o.add("load.Tags(map[string]string{%s})", strings.Join(pairs, ", "))
	}
}

// statuses is the Go of whether a status is one of several.
func statuses(all script.Statuses, status string) string {
	var conditions []string
	for _, one := range all {
		if class, found := strings.CutSuffix(strings.ToLower(one), "xx"); found {
			conditions = append(conditions, fmt.Sprintf("%s/100 == %s", status, class))
			continue
		}
		from, to, ranged := strings.Cut(one, "-")
		if ranged {
			conditions = append(conditions, fmt.Sprintf("%s >= %s && %s <= %s", status, strings.TrimSpace(from), status, strings.TrimSpace(to)))
			continue
		}
		conditions = append(conditions, status+" == "+one)
	}
	return strings.Join(conditions, " || ")
}

// json is the Go of a document of JSON with variables in its texts.
func (o *options) json(raw []byte) string {
	const mark = "\x00"
	var inserted []string
	whole, err := draft.MapJSON(raw, func(v draft.Value) []byte {
		if !v.Quoted {
			return nil
		}
		text, err := o.jsonValue(v.Text)
		if err != nil && o.err == nil {
			o.err = err
		}
		inserted = append(inserted, text)
		return []byte(mark)
	})
	if err != nil {
		o.err = err
		return `""`
	}
	var parts []string
	fixed := ""
	for i, piece := range strings.Split(strings.ReplaceAll(string(whole), "$$${", "${"), mark) {
		fixed += piece
		if i == len(inserted) {
			break
		}
		if plain, err := strconv.Unquote(inserted[i]); err == nil && (inserted[i][0] == '"' || inserted[i][0] == '`') {
			fixed += plain
			continue
		}
		parts = append(parts, quote(fixed), inserted[i])
		fixed = ""
	}
	if fixed != "" || len(parts) == 0 {
		parts = append(parts, quote(fixed))
	}
	return strings.Join(parts, " + ")
}

// bareFilters are those behind which a value of JSON stands without quotes.
var bareFilters = []string{"number", "int", "round", "bool", "raw"}

// jsonValue is the Go of a text of JSON: its source.
func (o *options) jsonValue(text string) (string, error) {
	pieces, err := expression.Pieces(text)
	if err != nil {
		return `""`, err
	}
	if len(pieces) == 1 && pieces[0].Tree != nil && pieces[0].Tree.Op == "filter" && slices.Contains(bareFilters, pieces[0].Tree.Path[0]) {
		c, err := o.expression(pieces[0].Tree)
		return o.asText(c), err
	}
	fixed := ""
	for _, p := range pieces {
		if p.Tree != nil {
			inner, err := o.joined(text, func(s string) string { return s })
			return o.help("jsonText") + "(" + inner + ")", err
		}
		fixed += p.Text
	}
	return strconv.Quote(string(draft.Quote(fixed))), nil
}
