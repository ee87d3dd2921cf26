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
	shared := share(all, func(s *script.Step) *map[string]script.Lines { return &s.Headers },
		func(name string, a, b script.Lines) bool { return name != "Content-Type" && slices.Equal(a, b) })
	if shared != nil {
		d.defaults().Headers = shared
	}
}

func (d *Draft) shareCookies(all []*script.Step) {
	shared := share(all, func(s *script.Step) *map[string]string { return &s.Cookies }, func(_, a, b string) bool { return a == b })
	if shared != nil {
		d.defaults().Cookies = shared
	}
}

// share takes out of maps of all steps what stands in each and is the same, and returns it; nil for nothing.
func share[V any](all []*script.Step, of func(*script.Step) *map[string]V, same func(name string, a, b V) bool) map[string]V {
	var shared map[string]V
	for name, value := range *of(all[0]) {
		if slices.ContainsFunc(all, func(s *script.Step) bool { return !same(name, (*of(s))[name], value) }) {
			continue
		}
		if shared == nil {
			shared = map[string]V{}
		}
		shared[name] = value
	}
	if shared == nil {
		return nil
	}
	for _, s := range all {
		own := of(s)
		for name := range shared {
			delete(*own, name)
		}
		if len(*own) == 0 {
			*own = nil
		}
	}
	return shared
}

func (d *Draft) defaults() *script.Step {
	if d.Script.Defaults == nil {
		d.Script.Defaults = &script.Step{}
	}
	return d.Script.Defaults
}
