package wire

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"

	"example.com/foobar/loadgen/internal/digest"
	"example.com/foobar/loadgen/secret"
)

// Request is one HTTP request. Made once by NewRequest, it can be sent any number of times by any number of clients at
// once, and is then serialised once; its fields must not change after it was first sent.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	// Upload, when set, is where the body comes from, in place of Body.
	Upload *Upload
	// Receive, when set, is given the body of the last response as it comes, in the goroutine that called Do. The exchange
	// lasts until it returns; when it leaves a part of the body unread, the connection is closed. Its error is the
	// exchange's.
	Receive func(*Stream) error
	// Digest, when set, is who the user is where the server asks for digest authentication; see SetDigest.
	Digest *digest.Credentials
	// Owner is the caller's own, for its Observer.
	Owner any
	// Name stands for the URL in tags when set.
	Name string
	// Timeout is for the whole exchange, redirects included; 0 is Config.Timeout, a negative one is no bound.
	Timeout time.Duration
	// MaxRedirects: -1 is Config.MaxRedirects.
	MaxRedirects int
	// DiscardBody reads the body and keeps nothing of it.
	DiscardBody bool
	// UnreadBody says that nobody reads the body: nothing of it is kept, and of a compressed one the beginning is
	// decompressed, so that one that can't be is a failed request.
	UnreadBody bool
	// Expected says which statuses are no failure; nil is 200 to 399. It is for load, as Name is.
	Expected func(status int) bool

	made atomic.Pointer[prepared]
	// changed says that it is to be prepared anew.
	changed bool
}

// NewRequest checks method, URL and makes a request that follows Config.MaxRedirects redirects. The error names what is
// wrong with the URL.
func NewRequest(method, rawURL string, body []byte) (*Request, error) {
	r := &Request{Body: body}
	if err := r.Init(method, rawURL); err != nil {
		return nil, err
	}
	return r, nil
}

// Init does what NewRequest does for a Request that is a part of something.
func (r *Request) Init(method, rawURL string) error {
	r.Method, r.URL, r.Header, r.MaxRedirects = method, rawURL, http.Header{}, -1
	if _, err := parseTarget(rawURL); err != nil {
		return err
	}
	if method != "" && !validMethod(method) {
		return &Error{Code: codeURL, Message: fmt.Sprintf("invalid method %q", method)}
	}
	return nil
}

// target is where a request goes.
type target struct {
	parsed *url.URL
	// raw is the URL, of one that is not parsed yet.
	raw string
	// shown is the URL without its secrets.
	shown string
	tls   bool
	// host is the name to look up, in ASCII; port is never empty; key tells connections apart.
	host, port, key string
	// authority is what the Host header says, path what the request line does.
	authority, path string
}

// url is the URL.
func (t *target) url() *url.URL {
	if t.parsed == nil {
		t.parsed, _ = url.Parse(t.raw) // which one that differs in its path was read from
	}
	return t.parsed
}

// parseTarget reads an absolute http or https URL.
func parseTarget(raw string) (*target, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, &Error{Code: codeURL, Message: "invalid URL: " + whatIsInvalid(raw, err)}
	}
	return newTarget(u)
}

// whatIsInvalid is what err says of a URL, without its text, and nothing of it where that may be a part of a password.
func whatIsInvalid(raw string, err error) string {
	if strings.Contains(raw, "@") {
		return "write the port in digits, and special characters of user and password as %40 for @, say"
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return err.Error()
}

func newTarget(u *url.URL) (*target, error) {
	t := &target{parsed: u, port: u.Port(), path: strings.ReplaceAll(u.RequestURI(), " ", "%20")}
	switch strings.ToLower(u.Scheme) {
	case "http":
	case "https":
		t.tls = true
	default:
		return nil, &Error{Code: codeURL, Message: fmt.Sprintf("invalid URL: scheme %.40q is neither http nor https", u.Scheme)}
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return nil, err
	}
	t.host = host
	t.authority = authority(host, t.port)
	if t.port == "" {
		t.port = map[bool]string{false: "80", true: "443"}[t.tls]
	}
	t.key = strings.ToLower(u.Scheme) + "://" + t.host + ":" + t.port
	t.shown = masked(u)
	return t, nil
}

func authority(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + withoutZone(host) + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return host
}

// withoutZone is an address without the zone that means something on this machine only (RFC 6874).
func withoutZone(host string) string {
	host, _, _ = strings.Cut(host, "%")
	return host
}

func asciiHost(host string) (string, error) {
	if host == "" {
		return "", &Error{Code: codeURL, Message: "invalid URL: it has no host"}
	}
	ascii := host
	if !isASCII(host) {
		var err error
		if ascii, err = idna.Lookup.ToASCII(host); err != nil {
			return "", &Error{Code: codeURL, Message: fmt.Sprintf("invalid URL: host %.60q: %.80v", host, err), Err: err}
		}
	}
	if !httpguts.ValidHostHeader(ascii) {
		return "", &Error{Code: codeURL, Message: fmt.Sprintf("invalid URL: host %.60q", host)}
	}
	return strings.ToLower(ascii), nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// masked is u as text with user, password and the secrets of its query hidden, and without its fragment.
func masked(u *url.URL) string {
	c := *u
	c.Fragment, c.RawFragment = "", ""
	if c.User == nil && c.RawQuery == "" {
		return c.String()
	}
	return secret.URL(c.String())
}

// prepared is a request as it goes out: serialised once, sent by many.
type prepared struct {
	network *Network
	target  *target
	proxy   *url.URL
	err     error
	method  string
	// head is the request line and the headers, without Cookie and the empty line that ends them; wire is everything.
	head, wire []byte
	header     http.Header
	body       []byte
	upload     *Upload
	// host is the Host header, cookie what the user wrote into the Cookie header.
	host, cookie string
	// digest is who the user is at this server, nil where that is nobody's business.
	digest *digest.Credentials
	// names are those of the headers that are written as they are, sorted; special says that there are others, auth is what the URL's
	// user makes.
	names   []string
	special bool
	auth    string
	// changing says that the request is changed between two sendings, origin is the part of its URL that must stay for that.
	changing bool
	origin   string
}

// prepare serialises r for n, once.
func (r *Request) prepare(n *Network) *prepared {
	if p := r.made.Load(); p != nil && p.network == n && (!r.changed || p.again(r)) {
		return p
	}
	p := &prepared{network: n, method: r.Method, header: r.Header, body: r.Body, upload: r.Upload, digest: r.Digest}
	t, err := parseTarget(r.URL)
	if err == nil {
		err = p.write(t)
	}
	p.err = err
	if r.changed {
		r.changed, p.changing = false, true
		p.origin = originOf(r.URL)
	}
	r.made.Store(p)
	return p
}

// redirected is p as a further hop: at another place, or, without its body, with another method.
func (p *prepared) redirected(t *target, method string, header http.Header) *prepared {
	next := &prepared{network: p.network, method: method, header: header}
	if method == p.method {
		next.body, next.upload = p.body, p.upload
	}
	if t.key == p.target.key {
		next.digest = p.digest
	}
	next.err = next.write(t)
	return next
}

// write serialises in net/http's order: request line, Host, User-Agent, Content-Length, the rest sorted.
func (p *prepared) write(t *target) error {
	p.target = t
	if p.method == "" {
		p.method = http.MethodGet
	}
	if err := p.check(); err != nil {
		return err
	}
	var err error
	if p.proxy, err = p.network.proxyFor(t); err != nil {
		return err
	}
	p.host = t.authority
	if h := p.header.Get("Host"); h != "" {
		p.host = h
	}
	for name := range p.header {
		if notRest[name] {
			p.special = true
			continue
		}
		p.names = append(p.names, name)
	}
	slices.Sort(p.names)
	p.auth = p.basicAuth()
	p.serialise()
	return nil
}

// serialise writes p as it goes out.
func (p *prepared) serialise() {
	b := appendAll(p.head[:0], p.method, " ")
	b = appendAll(p.appendRequestTarget(b), " HTTP/1.1\r\nHost: ", p.host, "\r\n")
	if agent := p.userAgent(); agent != "" {
		b = appendAll(b, "User-Agent: ", agent, "\r\n")
	}
	b = p.appendLength(b)
	if p.auth != "" {
		b = appendAll(b, "Authorization: ", p.auth, "\r\n")
	}
	for _, name := range p.names {
		for _, value := range p.header[name] {
			b = appendAll(b, name, ": ", textproto.TrimString(value), "\r\n")
		}
	}
	p.head = p.appendConnectionHeaders(b)
	p.cookie = strings.Join(p.header["Cookie"], "; ")
	p.wire = p.with(p.wire[:0], "", "")
}

func appendAll(b []byte, texts ...string) []byte {
	for _, text := range texts {
		b = append(b, text...)
	}
	return b
}

// with appends p as it goes out to b, with further cookies, and the answer to a challenge, if there is one.
func (p *prepared) with(b []byte, cookies, authorization string) []byte {
	b = append(b, p.head...)
	if authorization != "" {
		b = append(append(append(b, "Authorization: "...), authorization...), "\r\n"...)
	}
	if cookies = joinCookies(p.cookie, cookies); cookies != "" {
		b = append(append(append(b, "Cookie: "...), cookies...), "\r\n"...)
	}
	return append(append(b, "\r\n"...), p.body...)
}

func joinCookies(a, b string) string {
	if a != "" && b != "" {
		return a + "; " + b
	}
	return a + b
}

// notRest are the headers that are written by themselves, or not at all.
var notRest = map[string]bool{
	"Host": true, "User-Agent": true, "Content-Length": true, "Transfer-Encoding": true, "Trailer": true, "Cookie": true,
}

// appendRequestTarget appends the path, or the whole URL where a proxy reads it.
func (p *prepared) appendRequestTarget(b []byte) []byte {
	t := p.target
	if !t.tls && speaksHTTP(p.proxy) {
		b = appendAll(b, "http://", t.authority)
	}
	return append(b, t.path...)
}

// appendConnectionHeaders appends what concerns the next server on the way only.
func (p *prepared) appendConnectionHeaders(b []byte) []byte {
	if p.network.config.NoConnectionReuse {
		b = append(b, "Connection: close\r\n"...)
	}
	if !p.target.tls && speaksHTTP(p.proxy) && p.proxy.User != nil {
		b = appendAll(b, "Proxy-Authorization: ", basicAuth(p.proxy.User), "\r\n")
	}
	return b
}

func (p *prepared) userAgent() string {
	if own, ok := p.header["User-Agent"]; ok {
		return strings.Join(own, ", ")
	}
	return p.network.config.UserAgent
}

func (p *prepared) appendLength(b []byte) []byte {
	_, own := p.header["Content-Length"] // which is right, or it would have been refused
	size := p.bodySize()
	switch {
	case size < 0:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case own, size > 0, p.method == http.MethodPost, p.method == http.MethodPut, p.method == http.MethodPatch:
		b = append(strconv.AppendInt(append(b, "Content-Length: "...), size, 10), "\r\n"...)
	}
	return b
}

// bodySize is the length of the body, negative when it is not known.
func (p *prepared) bodySize() int64 {
	if p.upload != nil {
		return p.upload.Size
	}
	return int64(len(p.body))
}

// Validate says what is wrong with the method and the headers.
func (r *Request) Validate() error {
	p := &prepared{method: r.Method, header: r.Header, body: r.Body, upload: r.Upload}
	if p.method == "" {
		p.method = http.MethodGet
	}
	return p.check()
}

func unusable(format string, a ...any) error {
	return &Error{Code: codeURL, Message: fmt.Sprintf(format, a...)}
}

// check refuses what would let a header or a method write lines of its own, or a message have another end than its body's.
func (p *prepared) check() error {
	if !validMethod(p.method) {
		return unusable("invalid method %.40q", p.method)
	}
	for name, values := range p.header {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			return unusable("invalid header name %.40q", name)
		case canonical != name && notRest[canonical]:
			return unusable("header %q: write it %s", name, canonical)
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return unusable("invalid value of header %q: it has a line break or another control character in it", name)
			}
		}
	}
	if _, own := p.header["Authorization"]; own && p.digest != nil {
		return unusable("header Authorization: digest authentication writes it; leave one of them out")
	}
	return p.checkFraming()
}

// checkFraming refuses headers that say something else than what is sent.
func (p *prepared) checkFraming() error {
	hosts := p.header["Host"]
	switch {
	case len(hosts) > 1:
		return unusable("header Host is given %d times: give it once", len(hosts))
	case len(hosts) == 1 && hosts[0] != "" && !httpguts.ValidHostHeader(hosts[0]):
		return unusable("invalid Host header %.60q", hosts[0])
	}
	size := p.bodySize()
	for _, length := range p.header["Content-Length"] {
		if length != strconv.FormatInt(size, 10) || len(p.header["Content-Length"]) > 1 {
			return unusable("header Content-Length: %.40s: the body has %d bytes; leave the header out, it is written by itself", length, size)
		}
	}
	for _, name := range []string{"Transfer-Encoding", "Trailer"} {
		if _, ok := p.header[name]; ok {
			return unusable("header %s: a body is sent whole, with its Content-Length; leave the header out", name)
		}
	}
	return nil
}

func validMethod(method string) bool {
	return method != "" && strings.IndexFunc(method, func(r rune) bool { return !httpguts.IsTokenRune(r) }) < 0
}

// basicAuth is the Authorization that the URL's user and password make, unless the request says its own.
func (p *prepared) basicAuth() string {
	if _, own := p.header["Authorization"]; own || p.target.url().User == nil || p.digest != nil {
		return ""
	}
	return basicAuth(p.target.url().User)
}

func basicAuth(u *url.Userinfo) string {
	password, _ := u.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password))
}

// replayable says that sending p twice does no more than sending it once (RFC 9110, 9.2.2).
func (p *prepared) replayable() bool {
	switch p.method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	_, ok := p.header["Idempotency-Key"]
	return ok
}
