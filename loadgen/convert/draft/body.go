package draft

import (
	"encoding/json"
	"mime"
	"net/url"
	"strings"

	"example.com/foobar/loadgen/script"
)

// FormType is the media type of a form without files.
const FormType = "application/x-www-form-urlencoded"

// SetBody gives r a body in the form that reads best: json, form or body. Secrets in it are hidden. contentType is the header that
// the source has, and becomes one of r unless what is set sends it anyway.
func SetBody(r *script.Request, contentType, body string, s *Secrets) {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case body == "":
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		setJSON(r, contentType, body, s)
		return
	case kind == FormType:
		if form, ok := readForm(body, s); ok {
			r.Form = form
			if contentType != FormType {
				AddHeader(r, "Content-Type", Literal(contentType))
			}
			return
		}
	}
	r.Body = Literal(body)
	if contentType != "" {
		AddHeader(r, "Content-Type", Literal(contentType))
	}
}

func setJSON(r *script.Request, contentType, body string, s *Secrets) {
	hidden, err := MapJSON([]byte(body), func(v Value) []byte {
		if !v.Quoted {
			if known := s.known(v.Text); known != "" {
				return Quote(Mark(known + "|raw"))
			}
			return nil
		}
		return Quote(s.Named(v.Name, v.Text))
	})
	if err != nil || !sendable(hidden) {
		r.Body = Literal(body)
		AddHeader(r, "Content-Type", Literal(contentType))
		return
	}
	r.JSON = hidden
	if contentType != "application/json" {
		AddHeader(r, "Content-Type", Literal(contentType))
	}
}

// sendable says whether a document is one that has a form in a file: null alone is none there.
func sendable(raw json.RawMessage) bool { return string(raw) != "null" }

// readForm reads the fields of a form if writing them again gives the same but for their order.
func readForm(body string, s *Secrets) (map[string]script.Lines, bool) {
	fields := map[string]script.Lines{}
	for pair := range strings.SplitSeq(body, "&") {
		name, value, found := strings.Cut(pair, "=")
		plainName, err := url.QueryUnescape(name)
		plainValue, err2 := url.QueryUnescape(value)
		if !found || err != nil || err2 != nil || plainName == "" || strings.Contains(plainName, "${") || !isText(plainName) || !isText(plainValue) {
			return nil, false
		}
		fields[plainName] = append(fields[plainName], s.Named(plainName, plainValue))
	}
	return fields, true
}

// AddHeader adds a line to the headers of r. The value is a text of the file.
func AddHeader(r *script.Request, name, value string) {
	if r.Headers == nil {
		r.Headers = map[string]script.Lines{}
	}
	for known := range r.Headers {
		if strings.EqualFold(known, name) {
			name = known
		}
	}
	r.Headers[name] = append(r.Headers[name], value)
}
