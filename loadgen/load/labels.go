package load

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/foobar/loadgen/metrics"
	"example.com/foobar/loadgen/wire"
)

// tagSet is an interned set of tags that a user chose: a test's, a scenario's, a VU's. Equal sets have one pointer, as
// long as there are no more than maxTagSets of them.
type tagSet struct{ tags []metrics.Tag }

// group is a place in the tree of groups; path is k6's, "::checkout::pay", and empty at the root.
type group struct {
	path     string
	children sync.Map // name -> *group
}

// The bounds of what is kept to save work. What does not fit is made anew each time.
const (
	maxTagSets  = 4096
	maxKept     = 8192
	maxRequests = 1024
)

// requestKey is what the tags of a request's samples follow from.
type requestKey struct {
	req         *wire.Request
	group       *group
	tags        *tagSet
	method, url string
	proto, tls  string
	status      int
	expected    bool
}

// checkKey is what the tags of a check follow from.
type checkKey struct {
	name  string
	group *group
	tags  *tagSet
}

// taggedKey is a request with tags of its own, sent by a user with tags.
type taggedKey struct {
	req  *Request
	tags *tagSet
}

// check is a check and where its results are kept.
type check struct {
	id     *metrics.CheckID
	labels *metrics.Labels
}

// labels resolves tags to the places of a Recorder, and remembers the answers for all users of a run.
type labels struct {
	rec    *metrics.Recorder
	system map[string]bool
	mu     sync.RWMutex
	sets   map[string]*tagSet
	reqs   map[requestKey]*metrics.Labels
	checks map[checkKey]check
	bases  map[checkKey]*metrics.Labels
	tagged map[taggedKey]*tagSet
	groups int
}

func newLabels(rec *metrics.Recorder, system []string) *labels {
	l := &labels{rec: rec, system: map[string]bool{}, sets: map[string]*tagSet{},
		reqs: map[requestKey]*metrics.Labels{}, checks: map[checkKey]check{}, bases: map[checkKey]*metrics.Labels{}, tagged: map[taggedKey]*tagSet{}}
	if system == nil {
		system = systemTags
	}
	for _, tag := range system {
		l.system[tag] = true
	}
	return l
}

// recall looks key up in m, or makes its value and keeps it while there is room.
func recall[K comparable, V any](l *labels, m map[K]V, room int, key K, create func() V) V {
	l.mu.RLock()
	v, ok := m[key]
	l.mu.RUnlock()
	if ok {
		return v
	}
	v = create()
	l.mu.Lock()
	defer l.mu.Unlock()
	if first, ok := m[key]; ok {
		return first
	}
	if len(m) < room {
		m[key] = v
	}
	return v
}

// set interns tags; they are sorted by key in place.
func (l *labels) set(tags []metrics.Tag) *tagSet {
	slices.SortFunc(tags, func(a, b metrics.Tag) int { return strings.Compare(a.Key, b.Key) })
	var key strings.Builder
	for _, t := range tags {
		key.WriteString(strconv.Quote(t.Key) + "=" + strconv.Quote(t.Value) + ",")
	}
	return recall(l, l.sets, maxTagSets, key.String(), func() *tagSet { return &tagSet{tags} })
}

// with is set with one tag set anew, or removed when its value is empty.
func (l *labels) with(set *tagSet, key, value string) *tagSet {
	tags := make([]metrics.Tag, 0, len(set.tags)+1)
	for _, t := range set.tags {
		if t.Key == key && t.Value == value {
			return set
		}
		if t.Key != key {
			tags = append(tags, t)
		}
	}
	if value != "" {
		tags = append(tags, metrics.Tag{Key: key, Value: value})
	}
	return l.set(tags)
}

// withAll is set with all of m set anew.
func (l *labels) withAll(set *tagSet, m map[string]string) *tagSet {
	for k, v := range m {
		set = l.with(set, k, v)
	}
	return set
}

// of is set with the tags of a request, which do not change once it was sent.
func (l *labels) of(req *Request, set *tagSet) *tagSet {
	switch {
	case len(req.Tags) == 0:
		return set
	case !req.kept:
		return l.withAll(set, req.Tags)
	}
	return recall(l, l.tagged, maxKept, taggedKey{req, set}, func() *tagSet { return l.withAll(set, req.Tags) })
}

// child is the group of that name in g.
func (l *labels) child(g *group, name string) *group {
	if c, ok := g.children.Load(name); ok {
		return c.(*group)
	}
	made := &group{path: g.path + "::" + name}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.groups >= maxKept {
		return made
	}
	l.groups++
	c, _ := g.children.LoadOrStore(name, made)
	return c.(*group)
}

// base are the labels of what belongs to no request: iterations, groups, custom metrics.
func (l *labels) base(g *group, tags *tagSet) *metrics.Labels {
	return recall(l, l.bases, maxKept, checkKey{"", g, tags}, func() *metrics.Labels {
		return l.rec.Labels(l.grouped(g, tags, 0))
	})
}

// grouped is a copy of tags, with that of the group and with room for more.
func (l *labels) grouped(g *group, tags *tagSet, room int) []metrics.Tag {
	all := append(make([]metrics.Tag, 0, len(tags.tags)+1+room), tags.tags...)
	if g.path != "" {
		all = l.add(all, "group", g.path)
	}
	return all
}

// add adds a system tag that is wanted and not empty.
func (l *labels) add(tags []metrics.Tag, key, value string) []metrics.Tag {
	if value == "" || !l.system[key] {
		return tags
	}
	return append(tags, metrics.Tag{Key: key, Value: value})
}

func (l *labels) check(name string, g *group, tags *tagSet) check {
	return recall(l, l.checks, maxKept, checkKey{name, g, tags}, func() check {
		labels := l.rec.Labels(l.add(l.grouped(g, tags, 1), "check", name))
		return check{id: l.rec.Check(labels, name), labels: labels}
	})
}

// request are the labels of an exchange. Those of requests that are kept are kept too, unless they failed without a
// response, for then the tags depend on the error's text.
func (l *labels) request(key requestKey, x *wire.Exchange, kept bool) *metrics.Labels {
	if !kept || x.Err != nil {
		return l.rec.Labels(l.requestTags(key, x))
	}
	return recall(l, l.reqs, maxKept, key, func() *metrics.Labels { return l.rec.Labels(l.requestTags(key, x)) })
}

func (l *labels) requestTags(key requestKey, x *wire.Exchange) []metrics.Tag {
	tags := l.grouped(key.group, key.tags, len(systemTags))
	url, name := key.url, key.url
	if key.req != nil && key.req.Name != "" {
		url, name = key.req.Name, key.req.Name
	}
	tags = l.add(tags, "proto", key.proto)
	tags = l.add(tags, "status", strconv.Itoa(key.status))
	tags = l.add(tags, "method", key.method)
	tags = l.add(tags, "url", url)
	tags = l.add(tags, "name", name)
	tags = l.add(tags, "tls_version", key.tls)
	tags = l.add(tags, "expected_response", strconv.FormatBool(key.expected))
	if x.ErrorCode != 0 {
		tags = l.add(tags, "error_code", strconv.Itoa(x.ErrorCode))
	}
	if x.Err != nil {
		tags = l.add(tags, "error", errorText(x.Err))
	}
	return tags
}
