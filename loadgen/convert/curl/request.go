package curl

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// request is what the flags said so far of the requests to come.
type request struct {
	method     string
	urls       []string
	headers    [][2]string
	body       strings.Builder
	hasBody    bool
	bodyFile   string // is sent as it is
	upload     string
	asJSON     bool
	parts      []script.Part
	cookies    string
	user       string
	digest     bool
	bearer     string
	get, head  bool
	compressed bool
	follow     bool
	redirects  *int
	timeout    load.Duration
	fail       bool
	noGlob     bool
}

func (r *reader) addHeader(name, value string) {
	r.request.headers = append(r.request.headers, [2]string{name, value})
}

func (r *request) hasHeader(name string) bool {
	for _, h := range r.headers {
		if strings.EqualFold(h[0], name) {
			return true
		}
	}
	return false
}

// header reads "Name: value", "Name;" for one that is empty, and "Name:" for one that is not to be sent, which none is unless it is given.
func (r *reader) header(v word) error {
	name, value, found := strings.Cut(v.text, ":")
	name = strings.TrimSpace(name)
	switch {
	case strings.HasPrefix(v.text, "@"):
		return errors.New("headers out of a file are not read")
	case !found && strings.HasSuffix(name, ";"):
		r.addHeader(strings.TrimSuffix(name, ";"), "")
	case !found || name == "":
		return errors.New("want NAME: VALUE")
	case strings.TrimSpace(value) != "":
		r.addHeader(name, strings.TrimSpace(value))
	}
	return nil
}

func (r *reader) cookie(v word) error {
	if !strings.Contains(v.text, "=") && !draft.HasMark(v.text) {
		if v.text == "" {
			return nil // which turns cookies on, and they are
		}
		return errors.New("cookies out of a file are not read")
	}
	if r.request.cookies != "" {
		r.request.cookies += "; "
	}
	r.request.cookies += strings.TrimSpace(v.text)
	return nil
}

// step is the request to one URL.
func (r *reader) step(rawURL string) (script.Step, error) {
	q := &r.request
	var s script.Step
	s.Method = q.method
	target, user, err := r.target(rawURL)
	if err != nil {
		return s, err
	}
	s.URL = target
	r.setHeaders(&s.Request)
	if user != "" && q.user == "" {
		q.user = user
	}
	r.authorize(&s.Request)
	if err := r.setBody(&s.Request); err != nil {
		return s, err
	}
	if q.cookies != "" {
		draft.SetCookies(&s.Request, q.cookies, r.Secrets)
	}
	s.Timeout = q.timeout
	switch {
	case !q.follow:
		s.Redirects = new(0)
	case q.redirects != nil:
		s.Redirects = q.redirects
	}
	if q.fail {
		s.Checks = []script.Check{{Status: script.Statuses{"2xx", "3xx"}}}
	}
	s.SetMethod(s.Method)
	return s, nil
}

var glob = regexp.MustCompile(`\{[^{}]*,[^{}]*\}|\[[0-9a-zA-Z]+-[0-9a-zA-Z]+(?::[0-9]+)?\]`)

// target is the URL as it stands in the file, and the user in it.
func (r *reader) target(raw string) (target, user string, err error) {
	if !draft.HasMark(raw) && !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	if !r.request.noGlob && glob.MatchString(strings.ReplaceAll(raw, "[::", "")) {
		return "", "", errors.New("it stands for several URLs: write each of them, or give -g if it is one")
	}
	if scheme, _, _ := strings.Cut(raw, "://"); !draft.HasMark(scheme) && scheme != "http" && scheme != "https" {
		return "", "", fmt.Errorf("want an http or https URL")
	}
	raw, _, _ = strings.Cut(raw, "#")
	if !draft.HasMark(raw) {
		u, err := url.Parse(spaceless(raw))
		if err != nil {
			return "", "", errors.New("it is no URL")
		}
		if u.User != nil {
			password, _ := u.User.Password()
			user = u.User.Username() + ":" + password
			u.User = nil
			if !utf8.ValidString(user) {
				return "", "", errors.New("its user is no text")
			}
		}
		raw = u.String()
		if u.Path == "" {
			raw = strings.Replace(raw, u.Host, u.Host+"/", 1)
		}
	}
	if r.request.get && r.request.hasBody {
		raw = withQuery(raw, r.request.body.String())
	}
	return r.Secrets.URL(raw), user, nil
}

// spaceless escapes what stands in a URL by mistake, as curl sends it anyway.
func spaceless(raw string) string { return strings.ReplaceAll(raw, " ", "%20") }

func withQuery(raw, query string) string {
	switch {
	case strings.HasSuffix(raw, "?"), strings.HasSuffix(raw, "&"):
		return raw + query
	case strings.Contains(raw, "?"):
		return raw + "&" + query
	}
	return raw + "?" + query
}

func (r *reader) setHeaders(to *script.Request) {
	q := &r.request
	for _, h := range q.headers {
		if strings.EqualFold(h[0], "Content-Type") && q.sendsBody() || strings.EqualFold(h[0], "Content-Length") {
			continue
		}
		if !draft.SetHeader(to, h[0], h[1], r.Secrets) {
			r.leave(r.line, "-H "+h[0], "it can't be sent as a header")
		}
	}
	if q.asJSON && !q.hasHeader("Accept") {
		draft.AddHeader(to, "Accept", "application/json")
	}
	if q.compressed && !q.hasHeader("Accept-Encoding") {
		draft.AddHeader(to, "Accept-Encoding", "gzip, deflate, br, zstd")
	}
}

// sendsBody says whether the flags give a body whose type is settled with it.
func (r *request) sendsBody() bool { return r.hasBody && !r.get || r.parts != nil }

func (r *reader) authorize(to *script.Request) {
	q := &r.request
	switch user := q.user; {
	case q.bearer != "":
		to.Bearer = r.Secrets.Hide("TOKEN", q.bearer)
	case user == "" || to.Bearer != "" || to.Basic != "":
	case !strings.Contains(user, ":"):
		r.leave(r.line, "-u", "it has no password, which curl would ask for: write -u USER:PASSWORD")
	case q.digest:
		to.Digest = draft.UserPassword(user, r.Secrets)
	default:
		draft.SetBasic(to, user, r.Secrets)
	}
}

func (r *reader) setBody(to *script.Request) error {
	q := &r.request
	if q.head {
		to.Method = cmpOr(q.method, "HEAD")
	}
	switch {
	case q.parts != nil:
		to.Multipart = r.hiddenParts()
	case q.upload != "":
		to.BodyFile, to.Method = q.upload, cmpOr(q.method, "PUT")
	case q.get || !q.hasBody:
		return nil
	case q.bodyFile != "":
		to.BodyFile = q.bodyFile
		draft.AddHeader(to, "Content-Type", draft.Literal(q.contentType()))
		to.Method = cmpOr(q.method, "POST")
	default:
		body := q.body.String()
		if !utf8.ValidString(body) {
			return errors.New("its body is no text: give --data-binary @FILE alone")
		}
		draft.SetBody(to, q.contentType(), body, r.Secrets)
		to.Method = cmpOr(q.method, "POST")
	}
	return nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// contentType is the type of the body: as it is given, or curl's.
func (r *request) contentType() string {
	for _, h := range r.headers {
		if strings.EqualFold(h[0], "Content-Type") {
			return h[1]
		}
	}
	if r.asJSON {
		return "application/json"
	}
	return draft.FormType
}

// hiddenParts are the parts of the form, secrets hidden.
func (r *reader) hiddenParts() []script.Part {
	parts := make([]script.Part, len(r.request.parts))
	for i, p := range r.request.parts {
		p.Name = draft.Literal(p.Name)
		p.Value = r.Secrets.Named(p.Name, p.Value)
		parts[i] = p
	}
	return parts
}

// data is -d, of which @FILE is the content of a file without its line breaks.
func (r *reader) data(v word) error {
	name, isFile := strings.CutPrefix(v.text, "@")
	if !isFile {
		return r.dataRaw(v)
	}
	content, err := r.file(name)
	if err != nil {
		return err
	}
	r.addData(strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(content), "&")
	return nil
}

func (r *reader) dataRaw(v word) error { r.addData(v.text, "&"); return nil }

// dataBinary is a body as it is; @FILE alone is sent out of the file.
func (r *reader) dataBinary(v word) error {
	name, isFile := strings.CutPrefix(v.text, "@")
	switch {
	case !isFile:
		return r.dataRaw(v)
	case !r.request.hasBody && name != "-":
		r.request.bodyFile, r.request.hasBody = name, true
		return nil
	}
	content, err := r.file(name)
	if err == nil {
		r.addData(content, "&")
	}
	return err
}

// dataURLEncode is CONTENT, =CONTENT, NAME=CONTENT, @FILE or NAME@FILE, the content escaped.
func (r *reader) dataURLEncode(v word) error {
	at := strings.IndexAny(v.text, "=@")
	name, content, fromFile := "", v.text, false
	if at >= 0 {
		name, content, fromFile = v.text[:at], v.text[at+1:], v.text[at] == '@'
	}
	if fromFile {
		var err error
		if content, err = r.file(content); err != nil {
			return err
		}
	}
	switch {
	case draft.HasMark(content): // a variable in it is escaped when it has its value
		content = draft.Filtered(content, "url")
	default:
		content = strings.ReplaceAll(url.QueryEscape(content), "+", "%20")
	}
	if name != "" {
		content = name + "=" + content
	}
	r.addData(content, "&")
	return nil
}

func (r *reader) json(v word) error {
	r.request.asJSON = true
	name, isFile := strings.CutPrefix(v.text, "@")
	if !isFile {
		r.addData(v.text, "")
		return nil
	}
	content, err := r.file(name)
	if err == nil {
		r.addData(content, "")
	}
	return err
}

// addData adds to the body. A file that was to be sent as it is becomes part of it.
func (r *reader) addData(text, separator string) {
	q := &r.request
	if q.bodyFile != "" {
		content, err := r.file(q.bodyFile)
		if err != nil {
			r.leave(r.line, "@"+q.bodyFile, "%s", err)
		}
		q.body.WriteString(content)
		q.bodyFile = ""
	}
	if q.hasBody {
		q.body.WriteString(separator)
	}
	q.body.WriteString(text)
	q.hasBody = true
}
