package har

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/foobar/loadgen/script"
	"example.com/foobar/loadgen/secret"
)

// item is a request that is taken, with the redirects that it led to.
type item struct {
	*entry
	line       int
	begin, end time.Time
	final      *entry // the last response
	responses  []*entry
	followed   bool // it was redirected, and the recording has where to
	step       script.Step
	left       []string
	needs      map[int]bool // the items whose responses it has values of
}

// items are the requests that are taken, in the order in which they began.
func (c *converter) items(l *log) []*item {
	var items []*item
	at := 0
	for _, raw := range l.Entries {
		if i := bytes.Index(c.Text[at:], raw); i >= 0 {
			at += i
		}
		n := line(c.Text, at)
		e := &entry{}
		if err := json.Unmarshal(raw, e); err != nil {
			c.draft.Leave(n, "an entry", "reading JSON: %s", err)
			continue
		}
		if c.takes(e, n) {
			begin, end := e.when()
			items = append(items, &item{entry: e, line: n, begin: begin, end: end, final: e, responses: []*entry{e}, needs: map[int]bool{}})
		}
	}
	slices.SortStableFunc(items, func(a, b *item) int { return a.begin.Compare(b.begin) })
	return fold(items)
}

// takes says whether an entry is taken. What can't be sent is told; what is not wanted, and what a browser does by itself, is not.
func (c *converter) takes(e *entry, line int) bool {
	u, err := url.Parse(e.Request.URL)
	scheme, _, _ := strings.Cut(e.Request.URL, ":")
	shown := e.Request.Method + " " + secret.URL(e.Request.URL)
	switch {
	case slices.Contains([]string{"data", "blob", "about", "chrome-extension", "moz-extension", "file"}, scheme):
		return false
	case e.ResourceType == "preflight" || e.Request.Method == "OPTIONS" && header(e.Request.Headers, "Access-Control-Request-Method") != "":
		return false
	case err == nil && !c.wantsHost(u.Hostname()), !c.wantsKind(e.kind()):
		return false
	case scheme == "ws" || scheme == "wss" || e.ResourceType == "websocket" || e.Response.Status == 101:
		c.draft.Leave(line, shown, "it is a WebSocket")
	case err != nil || u.Host == "" || scheme != "http" && scheme != "https":
		c.draft.Leave(line, shown, "want an http or https URL")
	case e.Request.Method == "CONNECT" || !token(e.Request.Method):
		c.draft.Leave(line, shown, "the method can't be sent")
	case e.Response.Status <= 0:
		c.draft.Leave(line, shown, "it got no response")
	default:
		return true
	}
	return false
}

// token says whether s can be a method.
func token(s string) bool {
	return s != "" && strings.Trim(strings.ToUpper(s), "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
}

func (c *converter) wantsHost(host string) bool {
	return len(c.Hosts) == 0 || slices.ContainsFunc(c.Hosts, func(want string) bool {
		below, wild := strings.CutPrefix(want, "*")
		return strings.EqualFold(host, want) || wild && strings.HasSuffix(strings.ToLower(host), strings.ToLower(below))
	})
}

func (c *converter) wantsKind(kind string) bool {
	return len(c.Only) == 0 || slices.Contains(c.Only, kind)
}

// Kinds are the kinds of responses.
var Kinds = []string{"html", "json", "script", "style", "image", "font", "media", "other"}

// kind is the kind of the response: what the browser says it is, or its media type.
func (e *entry) kind() string {
	mime, _, _ := strings.Cut(strings.ToLower(e.Response.Content.MimeType), ";")
	mime = strings.TrimSpace(mime)
	switch {
	case e.ResourceType == "document" || mime == "text/html":
		return "html"
	case e.ResourceType == "script" || strings.HasSuffix(mime, "javascript"):
		return "script"
	case e.ResourceType == "stylesheet" || mime == "text/css":
		return "style"
	case e.ResourceType == "image" || strings.HasPrefix(mime, "image/"):
		return "image"
	case e.ResourceType == "font" || strings.Contains(mime, "font"):
		return "font"
	case e.ResourceType == "media" || strings.HasPrefix(mime, "video/") || strings.HasPrefix(mime, "audio/"):
		return "media"
	case e.ResourceType == "xhr" || e.ResourceType == "fetch" || mime == "application/json" || strings.HasSuffix(mime, "+json"):
		return "json"
	}
	return "other"
}

// fold makes one request of each that was redirected and those that it was redirected to.
func fold(items []*item) []*item {
	folded := map[*item]bool{}
	var out []*item
	for i, it := range items {
		if folded[it] {
			continue
		}
		for target := it.target(); target != ""; target = it.target() {
			next := slices.IndexFunc(items[i+1:], func(o *item) bool { return !folded[o] && o.Request.URL == target && o.entry != it.final })
			if next < 0 {
				break
			}
			other := items[i+1+next]
			folded[other] = true
			it.final, it.followed = other.entry, true
			it.responses = append(it.responses, other.entry)
			if other.end.After(it.end) {
				it.end = other.end
			}
		}
		out = append(out, it)
	}
	return out
}

// target is where the last response redirects to, "" for one that doesn't.
func (it *item) target() string {
	r := &it.final.Response
	if r.Status < 300 || r.Status > 399 || r.Status == 304 {
		return ""
	}
	to := r.RedirectURL
	if to == "" {
		to = header(r.Headers, "Location")
	}
	base, err := url.Parse(it.final.Request.URL)
	if err != nil || to == "" {
		return ""
	}
	u, err := base.Parse(to)
	if err != nil {
		return ""
	}
	return u.String()
}
