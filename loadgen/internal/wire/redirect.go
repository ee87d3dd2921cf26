package wire

import (
	"fmt"
	"net/http"
	"net/url"
)

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirect is the hop that the response asks for, nil when it names no place. One that leads nowhere is a hop that fails.
func (c *call) redirect() *prepared {
	location := c.resp.Header("Location")
	if location == "" {
		return nil
	}
	from := c.hop.target
	method := redirectedMethod(c.Status, c.hop.method)
	to, relative, err := destination(from, location)
	if err != nil {
		return &prepared{network: c.hop.network, target: from, method: method, err: err}
	}
	header := c.hop.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if method != c.hop.method {
		for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Location", "Content-Length"} {
			header.Del(name)
		}
	}
	if !relative {
		header.Del("Host")
	}
	adaptHeader(header, from, to)
	return c.hop.redirected(to, method, header)
}

// destination is where a Location leads that from answered with; a relative one leads to a path of the same server.
func destination(from *target, location string) (to *target, relative bool, err error) {
	ref, err := url.Parse(location)
	if err != nil {
		return nil, false, &Error{Code: codeURL, Message: "redirect to an invalid URL", Err: err}
	}
	u := from.url().ResolveReference(ref)
	if u.Fragment == "" {
		u.Fragment = from.url().Fragment
	}
	if to, err = newTarget(u); err != nil {
		return nil, false, fmt.Errorf("redirect to an %w", err)
	}
	return to, ref.Scheme == "" && ref.Host == "", nil
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

// adaptHeader makes the header of one hop that of the next: the Referer, and no secrets for another scheme, host or port.
func adaptHeader(header http.Header, from, to *target) {
	switch {
	case from.tls && !to.tls:
		header.Del("Referer")
	default:
		u := *from.url()
		u.User, u.Fragment = nil, ""
		header.Set("Referer", u.String())
	}
	if from.key != to.key {
		for _, name := range []string{"Authorization", "Cookie", "Www-Authenticate", "Proxy-Authorization"} {
			header.Del(name)
		}
	} else if from.url().User != nil && to.url().User == nil {
		keepUser(to, from.url().User)
	}
}

// keepUser gives a relative redirect the credentials of the URL that it came from.
func keepUser(to *target, user *url.Userinfo) {
	u := *to.url()
	u.User = user
	to.parsed = &u
	to.shown = masked(&u)
}
