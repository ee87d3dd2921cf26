package wire

import (
	"bytes"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
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
	for _, cookie := range jar.over.Cookies(c.hop.target.url) {
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
		c.client.cookieJar().set(c.hop.target.url, set)
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
