package load

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/internal/engine"
	"example.com/foobar/loadgen/internal/recorder"
	"example.com/foobar/loadgen/internal/wire"
	"example.com/foobar/loadgen/metrics"
)

// tagSet is an interned set of tags that a user chose: a test's, a scenario's, a VU's. Equal sets have one pointer, as
// long as there are no more than maxTagSets of them.
type tagSet struct {
	tags []metrics.Tag
	// loose says that the set was not kept: nothing that follows from it is then.
	loose bool
}

// group is a place in the tree of groups; path is k6's, "::checkout::pay", and empty at the root.
type group struct {
	path  string
	depth int
	loose bool // as that of a tagSet
}

// groupKey is a group by its name in another.
type groupKey struct {
	in   *group
	name string
}

// The bounds of what is kept to save work, in number and, of each kind of thing, in bytes of the texts that tell them apart.
// What does not fit is made anew each time.
const (
	maxTagSets  = 4096
	maxKept     = 8192
	maxRequests = 1024
	maxText     = 4 << 20
	// maxDepth is how deep groups nest; what is done in deeper ones belongs to the deepest that is kept.
	maxDepth = 64
)

// requestKey is what the tags of a request's samples follow from. It holds no request: one that is made anew each time would
// be kept for ever. The name is the request's own or else its URL.
type requestKey struct {
	group        *group
	tags         *tagSet
	method, name string
	proto, tls   string
	status       int
	expected     bool
}

// checkKey is what the tags of a check follow from.
type checkKey struct {
	name  string
	group *group
	tags  *tagSet
}

// taggedKey is a request's own tags, by their map, sent by a user with tags.
type taggedKey struct {
	own  uintptr
	tags *tagSet
}

// tagged is the set that both come to. It holds the map, so that no other can have its address.
type tagged struct {
	own map[string]string
	set *tagSet
}

// check is a check and where its results are kept.
type check struct {
	id     *recorder.CheckID
	labels *recorder.Labels
}

// labelCache resolves tags to the places of a Recorder, and remembers the answers for all users of a run.
type labelCache struct {
	rec    *recorder.Recorder
	system map[string]bool
	sets   cache[string, *tagSet]
	reqs   cache[requestKey, *recorder.Labels]
	checks cache[checkKey, check]
	bases  cache[checkKey, *recorder.Labels]
	tagged cache[taggedKey, tagged]
	groups cache[groupKey, *group]
}

func newLabelCache(rec *recorder.Recorder, system []string) *labelCache {
	l := &labelCache{rec: rec, system: map[string]bool{}}
	l.sets.room = maxTagSets
	if system == nil {
		system = engine.SystemTags
	}
	for _, tag := range system {
		l.system[tag] = true
	}
	return l
}

// set interns tags; they are sorted by key in place.
func (l *labelCache) set(tags []metrics.Tag) *tagSet {
	slices.SortFunc(tags, func(a, b metrics.Tag) int { return strings.Compare(a.Key, b.Key) })
	var key strings.Builder
	for _, t := range tags {
		key.WriteString(strconv.Quote(t.Key) + "=" + strconv.Quote(t.Value) + ",")
	}
	if known, ok := l.sets.get(key.String()); ok {
		return known
	}
	made, kept := l.sets.add(key.String(), key.Len(), &tagSet{tags: tags})
	if !kept {
		made.loose = true
	}
	return made
}

// with is set with one tag set anew, or removed when its value is empty.
func (l *labelCache) with(set *tagSet, key, value string) *tagSet {
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
func (l *labelCache) withAll(set *tagSet, m map[string]string) *tagSet {
	for k, v := range m {
		set = l.with(set, k, v)
	}
	return set
}

// of is set with the tags of a request, which do not change once it was sent.
func (l *labelCache) of(req *Request, set *tagSet) *tagSet {
	if len(req.tags) == 0 {
		return set
	}
	if !req.reused {
		return l.withAll(set, req.tags)
	}
	key := taggedKey{reflect.ValueOf(req.tags).Pointer(), set}
	return l.tagged.getOrAdd(key, textOf(req.tags)+weight(nil, set), func() tagged {
		return tagged{req.tags, l.withAll(set, req.tags)}
	}).set
}

func textOf(m map[string]string) (n int) {
	for k, v := range m {
		n += len(k) + len(v)
	}
	return n
}

// child is the group of that name in g.
func (l *labelCache) child(g *group, name string) *group {
	if g.depth == maxDepth {
		l.rec.Warn(metrics.Warning{Message: fmt.Sprintf("groups nest deeper than %d: deeper ones are counted as part of that one", maxDepth)})
		return g
	}
	key := groupKey{g, name}
	if known, ok := l.groups.get(key); ok {
		return known
	}
	made, kept := l.groups.add(key, len(g.path)+len(name)+weight(g, nil), &group{path: g.path + "::" + name, depth: g.depth + 1})
	if !kept {
		made.loose = true
	}
	return made
}

// weight is what a group and a set of tags, which may be nil, add to the text of a key: too much where one of them is loose.
func weight(g *group, set *tagSet) int {
	if g != nil && g.loose || set != nil && set.loose {
		return maxText
	}
	return 0
}

// base are the labels of what belongs to no request: iterations, groups, custom metrics.
func (l *labelCache) base(g *group, tags *tagSet) *recorder.Labels {
	return l.bases.getOrAdd(checkKey{"", g, tags}, weight(g, tags), func() *recorder.Labels {
		return l.rec.Labels(l.grouped(g, tags, 0))
	})
}

// grouped is a copy of tags, with that of the group and with room for more.
func (l *labelCache) grouped(g *group, tags *tagSet, room int) []metrics.Tag {
	all := append(make([]metrics.Tag, 0, len(tags.tags)+1+room), tags.tags...)
	if g.path != "" {
		all = l.add(all, "group", g.path)
	}
	return all
}

// add adds a system tag that is wanted and not empty.
func (l *labelCache) add(tags []metrics.Tag, key, value string) []metrics.Tag {
	if value == "" || !l.system[key] {
		return tags
	}
	return append(tags, metrics.Tag{Key: key, Value: value})
}

func (l *labelCache) check(name string, g *group, tags *tagSet) check {
	return l.checks.getOrAdd(checkKey{name, g, tags}, len(name)+weight(g, tags), func() check {
		labels := l.rec.Labels(l.add(l.grouped(g, tags, 1), "check", name))
		return check{id: l.rec.Check(labels, name), labels: labels}
	})
}

// request are the labels of an exchange. Those of requests that are kept are kept too, unless they failed without a
// response, for then the tags depend on the error's text.
func (l *labelCache) request(key requestKey, x *wire.Exchange, kept bool) *recorder.Labels {
	kept = kept && x.Err == nil
	if kept {
		if known, ok := l.reqs.get(key); ok {
			return known
		}
	}
	var room [24]metrics.Tag
	made := l.rec.Labels(l.requestTags(room[:0], key, x))
	if kept {
		made, _ = l.reqs.add(key, len(key.name)+len(key.method)+weight(key.group, key.tags), made)
	}
	return made
}

// requestTags appends the tags of an exchange to those of its user.
func (l *labelCache) requestTags(tags []metrics.Tag, key requestKey, x *wire.Exchange) []metrics.Tag {
	tags = append(tags, key.tags.tags...)
	if key.group.path != "" {
		tags = l.add(tags, "group", key.group.path)
	}
	tags = l.add(tags, "proto", key.proto)
	tags = l.add(tags, "status", statusText(key.status))
	tags = l.add(tags, "method", key.method)
	if own := key.tags.value("name"); own != "" {
		tags = l.add(tags, "url", own) // as in k6, the user's name stands for the URL
	} else {
		tags = l.add(tags, "url", key.name)
		tags = l.add(tags, "name", key.name)
	}
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

// value is that of a key, empty when the user set none.
func (s *tagSet) value(key string) string {
	for _, t := range s.tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

// statusTexts are the statuses that HTTP has room for, so that none is written anew.
var statusTexts = func() (texts [600]string) {
	for status := range texts {
		texts[status] = strconv.Itoa(status)
	}
	return texts
}()

func statusText(status int) string {
	if status < 0 || status >= len(statusTexts) {
		return strconv.Itoa(status)
	}
	return statusTexts[status]
}
