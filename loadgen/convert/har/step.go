package har

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// ownHeaders are what a browser or the connection adds by itself. Accept-Encoding stays: it decides how large answers are.
var ownHeaders = map[string]bool{"host": true, "connection": true, "content-length": true, "transfer-encoding": true, "keep-alive": true, "te": true, "trailer": true,
	"upgrade": true, "proxy-connection": true, "proxy-authorization": true, "user-agent": true, "cookie": true, "content-type": true, "referer": true,
	"upgrade-insecure-requests": true, "dnt": true, "priority": true, "pragma": true, "cache-control": true, "if-none-match": true, "if-modified-since": true,
	"x-client-data": true, "accept-language": true, "purpose": true, "save-data": true, "range": true, "if-range": true, "http2-settings": true}

// keeps says whether a header is the request's own.
func (it *item) keeps(h pair) bool {
	name := strings.ToLower(h.Name)
	switch {
	case strings.HasPrefix(name, ":"), strings.HasPrefix(name, "sec-"), ownHeaders[name]:
		return false
	case name == "origin": // servers look at it where something is changed
		return it.Request.Method != "GET" && it.Request.Method != "HEAD"
	case name == "accept": // what browsers send for pages, images and scripts
		return !strings.Contains(h.Value, "*/*")
	}
	return true
}

// build makes the step of a request: what is sent, and the check of its status.
func (c *converter) build(it *item) {
	s := &it.step
	s.URL = c.url(it.Request.URL)
	for _, h := range it.Request.Headers {
		if it.keeps(h) && !draft.SetHeader(&s.Request, h.Name, h.Value, c.Secrets) {
			c.leave(it, h.Name, "it can't be sent as a header")
		}
	}
	c.setBody(it)
	s.SetMethod(it.Request.Method)
	status := it.final.Response.Status
	if status == 304 { // the browser had it, and users don't
		status = 200
	}
	s.Checks = []script.Check{{Status: script.Statuses{strconv.Itoa(status)}}}
	if status >= 400 {
		s.Expected = script.Statuses{strconv.Itoa(status)}
	}
	if it.target() != "" {
		s.Redirects = new(len(it.responses) - 1)
	}
}

func (c *converter) leave(it *item, text, reason string, args ...any) {
	c.draft.Leave(it.line, text, reason, args...)
	it.left = append(it.left, "left out: "+c.draft.Left[len(c.draft.Left)-1].String())
}

// url is a URL as it stands in the file, without its fragment.
func (c *converter) url(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	return c.Secrets.URL(draft.Unmarked(strings.ToValidUTF8(raw, "%EF%BF%BD")))
}

func (c *converter) setBody(it *item) {
	data := it.Request.PostData
	if data == nil {
		return
	}
	contentType := header(it.Request.Headers, "Content-Type")
	if contentType == "" {
		contentType = data.MimeType
	}
	kind, params, _ := mime.ParseMediaType(contentType)
	body := decoded(data.Text, data.Encoding)
	if kind == "multipart/form-data" {
		c.setParts(it, params["boundary"], body)
		return
	}
	if body == "" && len(data.Params) > 0 {
		it.step.Form = c.fields(data.Params)
		return
	}
	if !utf8.ValidString(body) {
		c.leave(it, "the body", "it is no text: put it into a file, and name that in bodyFile")
		return
	}
	draft.SetBody(&it.step.Request, draft.Unmarked(oneLine(contentType)), draft.Unmarked(body), c.Secrets)
}

func oneLine(s string) string {
	return strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ").Replace(s)
}

func (c *converter) fields(params []param) map[string]script.Lines {
	form := map[string]script.Lines{}
	for _, p := range params {
		form[p.Name] = append(form[p.Name], c.Secrets.Named(p.Name, draft.Unmarked(p.Value)))
	}
	return form
}

// setParts sets a form with files. The recording has their names, and most often not what was in them.
func (c *converter) setParts(it *item, boundary, body string) {
	params := it.Request.PostData.Params
	if len(params) == 0 {
		var err error
		if params, err = readParts(boundary, body); err != nil {
			c.leave(it, "the body", "the form with files can't be read: %s", err)
			return
		}
	}
	for _, p := range params {
		part := script.Part{Name: draft.Literal(p.Name), ContentType: p.ContentType}
		switch {
		case p.FileName == "":
			part.Value = c.Secrets.Named(p.Name, draft.Unmarked(p.Value))
		case p.Value != "" && utf8.ValidString(p.Value):
			part.Value, part.FileName = draft.Literal(draft.Unmarked(p.Value)), draft.Literal(draft.Unmarked(p.FileName))
		default:
			part.File = path.Base(strings.ReplaceAll(p.FileName, `\`, "/"))
			c.leave(it, "the file "+part.File, "what was in it is not recorded: put it beside the file of requests")
		}
		it.step.Multipart = append(it.step.Multipart, part)
	}
}

// readParts reads the parts of a form with files.
func readParts(boundary, body string) ([]param, error) {
	if boundary == "" {
		return nil, errors.New("it has no boundary")
	}
	var params []param
	r := multipart.NewReader(strings.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) && len(params) > 0 {
			return params, nil
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(p)
		if err != nil || !utf8.Valid(value) && p.FileName() == "" {
			return nil, errors.New("a part of it is cut off, or no text")
		}
		params = append(params, param{Name: p.FormName(), Value: string(value), FileName: p.FileName(), ContentType: p.Header.Get("Content-Type")})
	}
}
