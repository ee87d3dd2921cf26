package wire

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
)

// SetCookie puts a cookie into the jar, as if rawURL had set it. It refuses one that can't stand in a header. A user has
// 180 cookies of a site and 3,000 in all at most; the oldest give way.
func (c *Client) SetCookie(rawURL string, cookie *http.Cookie) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return &Error{Code: codeURL, Message: "invalid URL of a cookie", Err: err}
	}
	if err := checkCookie(cookie.Name, cookie.Value); err != nil {
		return &Error{Code: codeURL, Message: "invalid cookie: " + err.Error(), Err: err}
	}
	c.cookieJar().set(u, []*http.Cookie{cookie})
	return nil
}

// Cookies are what the jar would send to rawURL.
func (c *Client) Cookies(rawURL string) []*http.Cookie {
	u, err := url.Parse(rawURL)
	jar := c.jar.Load()
	if err != nil || jar == nil {
		return nil
	}
	return jar.over.Cookies(u)
}

func (c *Client) cookieJar() *jar {
	if c.jar.Load() == nil {
		c.jar.CompareAndSwap(nil, newJar())
	}
	return c.jar.Load()
}

// cookies is what the jar adds to the hop's Cookie header.
func (c *call) cookies() string {
	jar := c.client.jar.Load()
	if jar == nil {
		return ""
	}
	var b strings.Builder
	for _, cookie := range jar.over.Cookies(c.hop.target.url()) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		quote := ""
		if cookie.Quoted {
			quote = `"`
		}
		b.WriteString(cookie.Name + "=" + quote + cookie.Value + quote)
	}
	return b.String()
}

// storeCookies puts what the response sets into the jar.
func (c *call) storeCookies() {
	if !setsCookies(c.resp.lines) {
		return
	}
	var set []*http.Cookie
	for rest := c.resp.lines; len(rest) > 0; {
		var key, value []byte
		key, value, rest = headerLine(rest)
		if len(key) != len("Set-Cookie") || textproto.CanonicalMIMEHeaderKey(string(key)) != "Set-Cookie" {
			continue
		}
		if cookie := parseSetCookie(string(value)); cookie != nil {
			set = append(set, cookie)
		}
	}
	if len(set) > 0 {
		c.client.cookieJar().set(c.hop.target.url(), set)
	}
}

// setsCookies looks for a line that may be a Set-Cookie, at the cost of a glance at each.
func setsCookies(lines []byte) bool {
	for {
		if len(lines) > 3 && lines[0]|0x20 == 's' && lines[3] == '-' {
			return true
		}
		end := bytes.IndexByte(lines, '\n')
		if end < 0 {
			return false
		}
		lines = lines[end+1:]
	}
}

// The bounds of a user's cookies are those of browsers (RFC 6265, 6.1, asks for 50 in a domain and 3,000 in all at least).
const (
	maxSiteCookies = 180
	maxCookies     = 3000
	maxCookie      = 4096 // bytes of name and value
	maxCookiePath  = 1024
)

// jar is a user's cookies: as many as a browser would keep, the oldest of a site giving way to further ones.
type jar struct {
	over *cookiejar.Jar
	mu   sync.Mutex
	kept []keptCookie // the oldest first
}

// keptCookie is what tells a cookie from others, and what it takes to remove it.
type keptCookie struct {
	site, domain, path, name string
	scheme, host, attribute  string // of the URL that set it, and its Domain as it stood there
}

func newJar() *jar {
	over, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it knows no error
	return &jar{over: over}
}

// set takes the cookies that u sets.
func (j *jar) set(u *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over.SetCookies(u, cookies)
	site := siteOf(u.Hostname())
	for _, cookie := range cookies {
		j.account(u, site, cookie)
	}
}

// account notes a cookie that was set or removed, and makes room.
func (j *jar) account(u *url.URL, site string, cookie *http.Cookie) {
	k := keptCookie{site: site, domain: strings.TrimPrefix(strings.ToLower(cookie.Domain), "."), path: cookiePath(u, cookie), name: cookie.Name,
		scheme: u.Scheme, host: u.Host, attribute: cookie.Domain}
	if k.domain == "" {
		k.domain = strings.ToLower(u.Hostname())
	}
	at := slices.IndexFunc(j.kept, k.same)
	gone := cookie.MaxAge < 0 || cookie.MaxAge == 0 && !cookie.Expires.IsZero() && !cookie.Expires.After(time.Now())
	switch {
	case at >= 0 && gone:
		j.kept = slices.Delete(j.kept, at, at+1)
		return
	case at >= 0 || gone:
		return
	}
	j.kept = append(j.kept, k)
	ofSite, first := 0, 0
	for i := len(j.kept) - 1; i >= 0; i-- {
		if j.kept[i].site == site {
			ofSite, first = ofSite+1, i
		}
	}
	switch {
	case ofSite > maxSiteCookies:
		j.evict(first)
	case len(j.kept) > maxCookies:
		j.evict(0)
	}
}

// evict removes a cookie as its server would.
func (j *jar) evict(at int) {
	k := j.kept[at]
	j.kept = slices.Delete(j.kept, at, at+1)
	j.over.SetCookies(&url.URL{Scheme: k.scheme, Host: k.host, Path: "/"}, []*http.Cookie{{Name: k.name, Domain: k.attribute, Path: k.path, MaxAge: -1}})
}

// same says whether other is the same cookie (RFC 6265, 5.3, step 11).
func (k keptCookie) same(other keptCookie) bool {
	return k.name == other.name && k.domain == other.domain && k.path == other.path && k.site == other.site
}

// siteOf is the part of a host's name under which its owner makes names.
func siteOf(host string) string {
	host = strings.ToLower(host)
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host
}

// cookiePath is the path that a cookie is for (RFC 6265, 5.1.4).
func cookiePath(u *url.URL, cookie *http.Cookie) string {
	if strings.HasPrefix(cookie.Path, "/") {
		return cookie.Path
	}
	if last := strings.LastIndexByte(u.Path, '/'); last > 0 && u.Path[0] == '/' {
		return u.Path[:last]
	}
	return "/"
}

// parseSetCookie reads a Set-Cookie as browsers do: name and value are what stands there, whatever it is, and are sent back
// so. It is nil for one that is not taken.
func parseSetCookie(line string) *http.Cookie {
	pair, attributes, _ := strings.Cut(line, ";")
	name, value, ok := strings.Cut(pair, "=")
	name, value = strings.Trim(name, " \t"), strings.Trim(value, " \t")
	if !ok || checkCookie(name, value) != nil {
		return nil
	}
	cookie, err := http.ParseSetCookie("a=b;" + attributes)
	if err != nil {
		return nil
	}
	cookie.Name, cookie.Value = name, value
	if n := len(value); n >= 2 && value[0] == '"' && value[n-1] == '"' {
		cookie.Value, cookie.Quoted = value[1:n-1], true
	}
	if len(cookie.Path) > maxCookiePath {
		cookie.Path = ""
	}
	return cookie
}

// checkCookie refuses what a Cookie header can't hold, or should not.
func checkCookie(name, value string) error {
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	switch {
	case name == "":
		return fmt.Errorf("it has no name")
	case strings.ContainsAny(name, "=; \t") || strings.ContainsFunc(name, control):
		return fmt.Errorf("its name %.40q has a character in it that can't be sent", name)
	case strings.ContainsAny(value, ";") || strings.ContainsFunc(value, control):
		return fmt.Errorf("the value of %.40q has a character in it that can't be sent", name)
	case len(name)+len(value) > maxCookie:
		return fmt.Errorf("%.40q is longer than %d bytes", name, maxCookie)
	}
	return nil
}
