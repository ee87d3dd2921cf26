package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"example.com/foobar/loadgen/internal/digest"
	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/secret"
)

// Request is a request that is made once, by NewRequest, and sent by VU.Do and VU.Batch as often as you like, by any number
// of users at once. It is serialised once, and sending it allocates nothing.
type Request struct {
	wire wire.Request
	tags map[string]string
	// query is what Query adds to the URL.
	query url.Values
	// codings are what Compress puts the body into.
	codings []string
	// reused says that it is likely to be sent again, so that what follows from it is worth remembering.
	reused bool
}

// Option is what a request has besides its method and its URL. All functions that make a request take any number of them.
type Option func(*Request) error

// NewRequest makes a request that follows as many redirects as the options of the test allow. The error says what is wrong
// with the method, the URL or an option.
func NewRequest(method, url string, opts ...Option) (*Request, error) {
	r, err := newRequest(method, url, opts)
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	r.reused = true
	return r, nil
}

func newRequest(method, rawURL string, opts []Option) (*Request, error) {
	r := &Request{}
	if err := r.wire.Init(method, rawURL); err != nil {
		return nil, err
	}
	r.wire.Owner = r
	for _, set := range opts {
		if err := set(r); err != nil {
			return nil, err
		}
	}
	if len(r.query) > 0 {
		r.addQuery()
	}
	if len(r.codings) > 0 {
		if err := r.wire.Compress(r.codings); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Header adds a line to the header. One of a name that there is already does not replace it. Host, User-Agent and Cookie
// are set so too; what the length and the framing of the body need is written without it.
func Header(name, value string) Option {
	return func(r *Request) error {
		r.wire.Header.Add(name, value)
		return nil
	}
}

// Query adds to the query of the URL, escaped. In the tags name and url of the samples the URL stays as it was given, so
// that a thousand values are one row of the report; Name sets another.
func Query(values url.Values) Option {
	return func(r *Request) error {
		if r.query == nil {
			r.query = url.Values{}
		}
		for name, list := range values {
			r.query[name] = append(r.query[name], list...)
		}
		return nil
	}
}

// addQuery puts the query where it belongs: behind what query the URL has, before its fragment.
func (r *Request) addQuery() {
	w := &r.wire
	if w.Name == "" {
		w.Name = secret.URL(w.URL)
	}
	base, fragment, marked := strings.Cut(w.URL, "#")
	separator := "?"
	switch {
	case strings.HasSuffix(base, "?"), strings.HasSuffix(base, "&"):
		separator = ""
	case strings.Contains(base, "?"):
		separator = "&"
	}
	w.URL = base + separator + r.query.Encode()
	if marked {
		w.URL += "#" + fragment
	}
}

// Body sets the body and, unless contentType is empty, the header Content-Type. The bytes must not change afterwards.
func Body(contentType string, body []byte) Option {
	return func(r *Request) error {
		r.wire.Body, r.wire.Upload = body, nil
		r.setContentType(contentType)
		return nil
	}
}

// setContentType sets the type of the body, unless Header set another.
func (r *Request) setContentType(contentType string) {
	if contentType != "" && r.wire.Header.Get("Content-Type") == "" {
		r.wire.Header.Set("Content-Type", contentType)
	}
}

// JSON sends v as JSON.
func JSON(v any) Option {
	return func(r *Request) error {
		body, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("writing the body as JSON: %w", err)
		}
		return Body("application/json", body)(r)
	}
}

// Compress sends the body compressed, with its Content-Encoding: in gzip, deflate, br or zstd, several one over the other in that
// order, as k6's compression: "gzip, br" does. A request without a body stays as it is.
func Compress(codings ...string) Option {
	return func(r *Request) error {
		if err := wire.CheckCodings(codings); err != nil {
			return fmt.Errorf("compressing the body: %w", err)
		}
		r.codings = codings
		return nil
	}
}

// Form sends the fields of a form as browsers do, as application/x-www-form-urlencoded.
func Form(fields url.Values) Option {
	return Body("application/x-www-form-urlencoded", []byte(fields.Encode()))
}

// Part is a field or a file of a form with files.
type Part struct {
	// Name is that of the field.
	Name string
	// FileName makes it a file. ContentType is the file's, application/octet-stream when it is empty.
	FileName, ContentType string
	Data                  []byte
}

// Multipart sends a form with files, as multipart/form-data, in the order of the parts. It is held in memory; see Upload
// for what is too large for that.
func Multipart(parts ...Part) Option {
	return func(r *Request) error {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, p := range parts {
			to, err := w.CreatePart(p.header())
			if err == nil {
				_, err = to.Write(p.Data)
			}
			if err != nil {
				return fmt.Errorf("writing the part %q: %w", p.Name, err)
			}
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("writing a form: %w", err)
		}
		return Body(w.FormDataContentType(), body.Bytes())(r)
	}
}

// header is what stands above the part.
func (p Part) header() textproto.MIMEHeader {
	if p.FileName == "" {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + quotedName(p.Name) + `"`}}
		if p.ContentType != "" {
			h.Set("Content-Type", oneLine(p.ContentType))
		}
		return h
	}
	h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + quotedName(p.Name) + `"; filename="` + quotedName(p.FileName) + `"`}}
	if _, _, err := mime.ParseMediaType(p.ContentType); err != nil {
		p.ContentType = "application/octet-stream"
	}
	h.Set("Content-Type", oneLine(p.ContentType))
	return h
}

// quotedName is a name within quotes, as browsers write it (HTML, multipart/form-data encoding algorithm).
func quotedName(name string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name)
}

func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

// Name stands for the URL in the tags name and url of the samples: URLs that differ by an id in them should have one.
func Name(name string) Option {
	return func(r *Request) error {
		r.wire.Name = name
		return nil
	}
}

// Tags sets tags on the samples of this request. The map must not change afterwards.
func Tags(tags map[string]string) Option {
	return func(r *Request) error {
		if len(r.tags) == 0 { // the map itself, which tells requests with the same tags
			r.tags = tags
			return nil
		}
		r.tags = maps.Clone(r.tags)
		maps.Copy(r.tags, tags)
		return nil
	}
}

// Digest says who the user is where the server asks for digest authentication (RFC 7616: MD5, SHA-256, SHA-512-256, also -sess,
// with the quality of protection auth). An empty user stands for the user and the password in the URL, as with k6's
// auth: "digest".
//
// Each user sends its first request without the answer, is challenged, and sends it again with it: two requests, of which the
// first is no failure. From then on it answers beforehand. What it knows stays with the server: a redirect to another scheme,
// host or port is followed without.
func Digest(user, password string) Option {
	return func(r *Request) error { return r.wire.SetDigest(digest.Credentials{User: user, Password: password}) }
}

// Timeout is for the whole exchange, redirects and the body included, instead of the test's, which is 60 s where it sets
// none. A negative one is no bound.
func Timeout(d time.Duration) Option {
	return func(r *Request) error {
		r.wire.Timeout = d
		return nil
	}
}

// MaxRedirects is how many redirects are followed, instead of what the options of the test say.
func MaxRedirects(n int) Option {
	return func(r *Request) error {
		r.wire.MaxRedirects = n
		return nil
	}
}

// Discard reads the response's body, counts its bytes, and keeps nothing of it.
func Discard() Option {
	return func(r *Request) error {
		r.wire.DiscardBody = true
		return nil
	}
}

// Expect says which statuses are no failure, instead of 200 to 399.
func Expect(expected func(status int) bool) Option {
	return func(r *Request) error {
		r.wire.Expected = expected
		return nil
	}
}
