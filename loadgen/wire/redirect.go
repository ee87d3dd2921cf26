package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirect is the hop that the response asks for, nil when it names no place.
func (c *call) redirect() (*prepared, error) {
	location := c.resp.Header("Location")
	if location == "" {
		return nil, nil
	}
	from := c.hop.target
	u, err := from.url.Parse(location)
	if err != nil {
		return nil, &Error{Code: codeURL, Message: "redirect to an invalid URL", Err: err}
	}
	if u.Fragment == "" {
		u.Fragment = from.url.Fragment
	}
	to, err := newTarget(u)
	if err != nil {
		return nil, fmt.Errorf("redirect: %w", err)
	}
	method, body := redirectedMethod(c.Status, c.hop.method), c.hop.body
	header := c.hop.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if method != c.hop.method {
		body = nil
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"} {
			header.Del(name)
		}
	}
	carry(header, from, to)
	return c.hop.redirected(to, method, header, body), nil
}

// redirectedMethod: 307 and 308 keep the method; the others turn all but GET and HEAD into GET.
func redirectedMethod(status int, method string) string {
	switch status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return method
	}
	if method == http.MethodHead {
		return method
	}
	return http.MethodGet
}

// carry adapts the headers of one hop to the next: the Referer, and no secrets for another host.
func carry(header http.Header, from, to *target) {
	header.Del("Host")
	switch {
	case from.tls && !to.tls:
		header.Del("Referer")
	default:
		u := *from.url
		u.User, u.Fragment = nil, ""
		header.Set("Referer", u.String())
	}
	if !sameSite(from.host, to.host) {
		for _, name := range []string{"Authorization", "Cookie", "Www-Authenticate", "Proxy-Authorization"} {
			header.Del(name)
		}
	} else if from.url.User != nil && to.url.User == nil && from.tls == to.tls && from.port == to.port && from.host == to.host {
		keepUser(to, from.url.User)
	}
}

// sameSite: to is from, or a name below it (net/http's rule for keeping Authorization).
func sameSite(from, to string) bool {
	return to == from || strings.HasSuffix(to, "."+from)
}

// keepUser gives a relative redirect the credentials of the URL that it came from.
func keepUser(to *target, user *url.Userinfo) {
	u := *to.url
	u.User = user
	to.url = &u
	to.shown = masked(&u)
}
