package draft

import (
	"net/url"
	"slices"
	"strings"

	"example.com/foobar/loadgen/script"
)

// Share puts what all requests have in common once: the scheme and the host that most of them ask into baseURL, and headers and cookies
// that all of them send into defaults. Of a single request nothing is moved.
func (d *Draft) Share() {
	var all []*script.Step
	for _, list := range d.Script.Lists() {
		all = requests(all, *list)
	}
	for _, steps := range d.Script.Functions {
		all = requests(all, steps)
	}
	if len(all) < 2 {
		return
	}
	d.shareBase(all)
	d.shareHeaders(all)
	d.shareCookies(all)
}

// requests are the steps of a list, and of those within it, that are requests.
func requests(to []*script.Step, steps []script.Step) []*script.Step {
	for i := range steps {
		s := &steps[i]
		if s.URL != "" {
			to = append(to, s)
		}
		for _, within := range s.Within() {
			to = requests(to, *within)
		}
	}
	return to
}

func (d *Draft) shareBase(all []*script.Step) {
	count := map[string]int{}
	best := ""
	for _, s := range all {
		o := origin(s.URL)
		count[o]++
		if o != "" && count[o] > count[best] {
			best = o
		}
	}
	if best == "" || d.Script.BaseURL != "" {
		return
	}
	d.Script.BaseURL = best
	for _, s := range all {
		if origin(s.URL) != best {
			continue
		}
		s.URL = strings.TrimPrefix(s.URL, best)
		if !strings.HasPrefix(s.URL, "/") {
			s.URL = "/" + s.URL
		}
	}
}

// origin is the scheme and the host of a URL, "" for what has none that is fixed.
func origin(raw string) string {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	host, _, _ = strings.Cut(host, "#")
	if u, err := url.Parse(scheme + "://" + host); err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(host, "${}") {
		return ""
	}
	return scheme + "://" + host
}

func (d *Draft) shareHeaders(all []*script.Step) {
	shared := map[string]script.Lines{}
	for name, lines := range all[0].Headers {
		if name != "Content-Type" && !slices.ContainsFunc(all, func(s *script.Step) bool { return !slices.Equal(s.Headers[name], lines) }) {
			shared[name] = lines
		}
	}
	if len(shared) == 0 {
		return
	}
	d.defaults().Headers = shared
	for _, s := range all {
		for name := range shared {
			delete(s.Headers, name)
		}
		if len(s.Headers) == 0 {
			s.Headers = nil
		}
	}
}

func (d *Draft) shareCookies(all []*script.Step) {
	shared := map[string]string{}
	for name, value := range all[0].Cookies {
		if !slices.ContainsFunc(all, func(s *script.Step) bool { return s.Cookies[name] != value }) {
			shared[name] = value
		}
	}
	if len(shared) == 0 {
		return
	}
	d.defaults().Cookies = shared
	for _, s := range all {
		for name := range shared {
			delete(s.Cookies, name)
		}
		if len(s.Cookies) == 0 {
			s.Cookies = nil
		}
	}
}

func (d *Draft) defaults() *script.Step {
	if d.Script.Defaults == nil {
		d.Script.Defaults = &script.Step{}
	}
	return d.Script.Defaults
}
