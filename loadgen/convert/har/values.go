package har

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// source is where a value comes from: the response of an item, and how to get it out of there.
type source struct {
	item     int
	name     string // of the variable, before it is made the only one
	extract  script.Extract
	variable string // once a request uses it
}

// fill makes the steps of all items, one after the other, so that each can use what the responses of those before it gave.
func (c *converter) fill(items []*item) {
	known := map[string]*source{}
	given := map[string]bool{} // the names of cookies that responses have set
	for i, it := range items {
		c.Secrets.Known = func(value string) string {
			s := known[value]
			if s == nil || !before(items[s.item], it) {
				return ""
			}
			it.needs[s.item] = true
			return c.use(items, s)
		}
		c.build(it)
		c.addCookies(it, given)
		it.step.Comment = strings.Join(it.left, "\n")
		c.offer(known, i, it)
		for _, e := range it.responses {
			for _, cookie := range setCookies(&e.Response) {
				given[cookie.Name] = true
			}
		}
	}
	c.Secrets.Known = nil
}

// before says whether the response of a had come when b began; where the recording doesn't say when, the order counts.
func before(a, b *item) bool { return a.begin.IsZero() || b.begin.IsZero() || !a.end.After(b.begin) }

// use has the value extracted, once, and returns its variable.
func (c *converter) use(items []*item, s *source) string {
	if s.variable == "" {
		s.variable = c.variable(s.name)
		step := &items[s.item].step
		if step.Extract == nil {
			step.Extract = map[string]script.Extract{}
		}
		step.Extract[s.variable] = s.extract
	}
	return s.variable
}

// taken are names that mean something in an expression already.
var taken = []string{"vu", "iteration", "scenario", "index", "env", "response", "random", "uuid", "now", "number", "range", "min", "max", "true", "false", "null",
	"in", "matches", "contains", "value"}

// variable is a name that no other variable has.
func (c *converter) variable(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_') {
			return r
		}
		return '_'
	}, name), "_")
	if name == "" || unicode.IsDigit(rune(name[0])) || slices.Contains(taken, name) || len(name) > 60 {
		name = "value_" + name[:min(len(name), 60)]
		name = strings.TrimSuffix(name, "_")
	}
	if c.names == nil {
		c.names = map[string]bool{"value": true}
	}
	for i, numbered := 2, name; ; i++ {
		if !c.names[numbered] {
			c.names[numbered] = true
			return numbered
		}
		numbered = fmt.Sprintf("%s%d", name, i)
	}
}

// offer adds the values of an item's last response to those that are known. The first that gave a value stays its source. A
// response before the last can't be looked at: redirects are followed within one step.
func (c *converter) offer(known map[string]*source, i int, it *item) {
	add := func(name, value string, extract script.Extract) {
		if known[value] == nil && telling(name, value) {
			known[value] = &source{item: i, name: name, extract: extract}
		}
	}
	r := &it.final.Response
	for _, cookie := range setCookies(r) {
		add(cookie.Name, cookie.Value, script.Extract{Cookie: cookie.Name})
	}
	for _, h := range r.Headers {
		if secret.Named(h.Name) && !strings.EqualFold(h.Name, "Set-Cookie") || strings.EqualFold(h.Name, "ETag") {
			add(h.Name, h.Value, script.Extract{Header: h.Name})
		}
	}
	body := r.body()
	switch it.final.kind() {
	case "html":
		offerFields(body, add)
	case "json", "other":
		_, _ = draft.MapJSON([]byte(body), func(v draft.Value) []byte { // what is no JSON offers nothing
			add(v.Name, v.Text, script.Extract{JSON: v.Path})
			return nil
		})
	}
}

// telling says whether a value can be told from others that happen to be the same: what goes by the name of a secret or an id, and
// what is long and no word.
func telling(name, value string) bool {
	lower := strings.ToLower(name)
	isID := lower == "id" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID") || strings.HasSuffix(lower, "_id") || strings.HasSuffix(lower, "uuid")
	switch {
	case !utf8.ValidString(value) || strings.TrimSpace(value) != value:
		return false
	case secret.Named(name), strings.Contains(lower, "csrf"), strings.Contains(lower, "xsrf"), strings.Contains(lower, "verification"):
		return len(value) >= 6
	case isID:
		return len(value) >= 3
	}
	return len(value) >= 16 && strings.ContainsFunc(value, unicode.IsDigit) && !strings.ContainsFunc(value, unicode.IsSpace) && !strings.Contains(value, "://")
}

var (
	tag       = regexp.MustCompile(`(?i)<(?:input|meta)\b[^<>]*>`)
	attribute = regexp.MustCompile(`([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
)

// offerFields offers the hidden fields and the meta data of a page, such as tokens against forged requests.
func offerFields(page string, add func(name, value string, extract script.Extract)) {
	for _, found := range tag.FindAllString(page[:min(len(page), 1<<20)], 500) {
		of := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(found, -1) {
			of[strings.ToLower(m[1])] = m[2] + m[3]
		}
		raw := of["value"] + of["content"]
		if of["name"] == "" || raw == "" || html.UnescapeString(raw) != raw {
			continue
		}
		before, after, _ := strings.Cut(found, raw)
		add(of["name"], raw, script.Extract{Regex: regexp.QuoteMeta(before) + `([^"']*)` + regexp.QuoteMeta(after[:1])})
	}
}

// setCookies are the cookies that a response sets.
func setCookies(r *response) []*http.Cookie {
	h := http.Header{}
	for _, p := range r.Headers {
		if strings.EqualFold(p.Name, "Set-Cookie") {
			for line := range strings.SplitSeq(p.Value, "\n") { // several are one value in some exports
				h.Add("Set-Cookie", line)
			}
		}
	}
	cookies := (&http.Response{Header: h}).Cookies()
	if len(cookies) > 0 {
		return cookies
	}
	for _, p := range r.Cookies {
		cookies = append(cookies, &http.Cookie{Name: p.Name, Value: p.Value})
	}
	return cookies
}

// counting are the beginnings of the names of cookies with which others count visitors: a load test has no use for them.
var counting = []string{"_ga", "_gid", "_gat", "_gcl", "_fbp", "_fbc", "_hj", "__utm", "_pk_", "ajs_", "amplitude", "AMP_", "mp_", "intercom-", "Optanon", "_clck", "_clsk",
	"__hs", "hubspot", "_uet", "__stripe"}

// addCookies adds the cookies that were there before the recording began: the others are set again by the responses.
func (c *converter) addCookies(it *item, given map[string]bool) {
	for _, p := range it.cookies() {
		counts := slices.ContainsFunc(counting, func(begin string) bool { return strings.HasPrefix(p.Name, begin) })
		if given[p.Name] || counts || p.Name == "" || !utf8.ValidString(p.Value) || !sendable(p) {
			continue
		}
		if it.step.Cookies == nil {
			it.step.Cookies = map[string]string{}
		}
		it.step.Cookies[p.Name] = c.Secrets.Hide(p.Name, draft.Unmarked(p.Value))
	}
}

// sendable says whether a cookie can stand in a header.
func sendable(p pair) bool {
	return !strings.ContainsFunc(p.Name+p.Value, func(r rune) bool { return r < ' ' || r == ';' || r == 0x7f })
}

// cookies are those that the request sent.
func (it *item) cookies() []pair {
	if len(it.Request.Cookies) > 0 {
		return it.Request.Cookies
	}
	var all []pair
	for one := range strings.SplitSeq(header(it.Request.Headers, "Cookie"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(one), "=")
		all = append(all, pair{name, value})
	}
	return all
}
