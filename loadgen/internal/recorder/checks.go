package recorder

import (
	"strings"
	"sync/atomic"

	"example.com/foobar/loadgen/metrics"
)

// CheckID is an interned check of one group of one scenario.
type CheckID struct {
	total, scenario *tally
}

// tally counts the results of a check, apart for each shard.
type tally struct {
	name  string
	order int
	parts []tallyPart
}

type tallyPart struct {
	passes, fails atomic.Uint64
	_             [48]byte
}

func (t *tally) add(shard uint32, ok bool) {
	if ok {
		t.parts[shard].passes.Add(1)
	} else {
		t.parts[shard].fails.Add(1)
	}
}

func (t *tally) check() metrics.Check {
	c := metrics.Check{Name: t.name, Order: t.order}
	for i := range t.parts {
		c.Passes += t.parts[i].passes.Load()
		c.Fails += t.parts[i].fails.Load()
	}
	return c
}

// node is a group: its checks and the groups in it, in the order of their first appearance.
type node struct {
	name, path string
	// base is the first of the series of this section, -1 without any.
	base   int32
	checks []*tally
	byName map[string]*tally
	groups []*node
	// forgotten says that nothing was recorded here since the last Reset.
	forgotten atomic.Bool
}

// tree is the groups of the test or of one scenario.
type tree struct {
	root   *node
	byPath map[string]*node
	checks int
}

func newTree() *tree {
	root := &node{base: -1}
	return &tree{root: root, byPath: map[string]*node{"": root}}
}

// tree is that of a scenario, made when there is none.
func (r *Recorder) tree(scenario string) *tree {
	if r.trees[scenario] == nil {
		r.trees[scenario] = newTree()
	}
	return r.trees[scenario]
}

// node is the group of a path such as "::checkout::pay", made with those above it when there is none. Past the bound it is
// the group "other".
func (t *tree) node(path string) *node {
	if n := t.byPath[path]; n != nil {
		return n
	}
	if !strings.HasPrefix(path, "::") {
		return t.node("::" + path)
	}
	end := strings.LastIndex(path, "::")
	if (len(t.byPath) > maxNodes || len(path) > maxName) && path != "::"+other {
		return t.node("::" + other)
	}
	parent := t.node(path[:end])
	if parent.path != path[:end] {
		return parent
	}
	n := &node{name: path[end+len("::"):], path: path, base: -1}
	parent.groups = append(parent.groups, n)
	t.byPath[path] = n
	return n
}

// tally is the check of that name in the group, made when there is none. Past the bound it is the check "other".
func (t *tree) tally(n *node, name string, shards int) *tally {
	if c := n.byName[name]; c != nil {
		return c
	}
	if (t.checks >= maxChecks || len(name) > maxName) && name != other {
		return t.tally(n, other, shards)
	}
	t.checks++
	c := &tally{name: name, order: t.checks, parts: make([]tallyPart, shards)}
	n.checks = append(n.checks, c)
	if n.byName == nil {
		n.byName = map[string]*tally{}
	}
	n.byName[name] = c
	return c
}

func (t *tree) reset() {
	for _, n := range t.byPath {
		n.forgotten.Store(true)
		for _, c := range n.checks {
			for i := range c.parts {
				c.parts[i].passes.Store(0)
				c.parts[i].fails.Store(0)
			}
		}
	}
}

// Check interns a check made under l's scenario and group, and RecordCheck counts one result of it. (The metric "checks"
// is recorded by the caller with Record, so that its tags are the caller's.) Checks are bounded in number; further ones are
// counted as one named "other". Keep what it returns.
func (r *Recorder) Check(l *Labels, name string) *CheckID {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.trees[""]
	id := &CheckID{total: t.tally(t.node(l.group), name, len(r.shards))}
	if r.config.Sections {
		t := r.tree(l.scenario)
		id.scenario = t.tally(t.node(l.group), name, len(r.shards))
	}
	return id
}

// RecordCheck counts one result of a check. It takes no lock.
func (r *Recorder) RecordCheck(shard uint32, id *CheckID, ok bool) {
	shard &= r.mask
	id.total.add(shard, ok)
	if id.scenario != nil {
		id.scenario.add(shard, ok)
	}
}
