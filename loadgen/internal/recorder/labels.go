package recorder

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"example.com/foobar/loadgen/metrics"
)

// Labels is an interned set of tags, resolved to the places its samples are kept. Make it once and keep it.
type Labels struct {
	*placement
	// row is the index of the breakdown's row, -1 without one; rows is how many a shard must have for it.
	row  int32
	rows int
	// unexpected says that the tags hold expected_response=false.
	unexpected bool
}

// placement says which series the samples of a set of tags go to; tag sets that differ in nothing that is kept share one.
type placement struct {
	// slots are the indexes of series for each metric; the first is the metric's total.
	slots [][]int32
	// series is how many series a shard must have for these slots.
	series          int
	scenario, group string
	// nodes are the sections and groups that samples make known of; none for the total outside of any group.
	nodes []*node
}

// internParts is how many locks the map of interned tag sets is divided by.
const internParts = 16

type internPart struct {
	mu sync.RWMutex
	// labels are found by all tags of a set, folded by what is kept of the tags of one past the bound.
	labels, folded map[string]*Labels
	_              [64]byte
}

func (p *internPart) find(in map[string]*Labels, key []byte) *Labels {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return in[string(key)]
}

func (p *internPart) keep(in map[string]*Labels, key string, l *Labels) {
	p.mu.Lock()
	defer p.mu.Unlock()
	in[strings.Clone(key)] = l
}

// part is where a key has its place.
func (r *Recorder) part(key []byte) *internPart {
	return &r.interned[maphash.Bytes(r.seed, key)%internParts]
}

// Labels interns tags, in any order (the keys "scenario" and "group" also choose the sections; group is k6's path "::a::b").
// Of two tags with the same key the last one counts. It neither allocates nor waits for others for a set that it has seen, nor
// for one past the bound that differs from an earlier one in nothing that is kept.
func (r *Recorder) Labels(tags []metrics.Tag) *Labels {
	var room [32]metrics.Tag
	sorted := sortTags(append(room[:0], tags...))
	var text [512]byte
	key := appendKey(text[:0], sorted)
	part := r.part(key)
	if l := part.find(part.labels, key); l != nil {
		return l
	}
	if len(key) <= maxTagSet && !r.full.Load() {
		if l := r.intern(part, string(key), sorted); l != nil {
			return l
		}
	}
	key = r.appendFolded(text[:0], sorted)
	part = r.part(key)
	if l := part.find(part.folded, key); l != nil {
		return l
	}
	return r.fold(part, string(key), sorted)
}

// sortTags sorts in place by key and keeps the last of each.
func sortTags(tags []metrics.Tag) []metrics.Tag {
	for i := 1; i < len(tags); i++ {
		for j := i; j > 0 && tags[j].Key < tags[j-1].Key; j-- {
			tags[j], tags[j-1] = tags[j-1], tags[j]
		}
	}
	kept := tags[:0]
	for i, t := range tags {
		if i+1 < len(tags) && tags[i+1].Key == t.Key {
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// appendKey writes tags so that different ones never read the same.
func appendKey(b []byte, tags []metrics.Tag) []byte {
	for _, t := range tags {
		b = appendText(appendText(b, t.Key), t.Value)
	}
	return b
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// appendFolded writes what is kept of tags past the bound: which sub-metrics they belong to, and what tells rows and sections
// apart, without the values of url and name.
func (r *Recorder) appendFolded(b []byte, tags []metrics.Tag) []byte {
	for i := range r.config.Submetrics {
		if r.config.Submetrics[i].Matches(tags) {
			b = binary.AppendUvarint(b, uint64(i+1))
		}
	}
	b = append(b, 0)
	b = appendText(appendText(b, valueOf(tags, "scenario")), valueOf(tags, "group"))
	b = appendText(b, valueOf(tags, "expected_response"))
	for _, key := range r.config.BreakdownKeys {
		v := valueOf(tags, key)
		if v != "" && isVarying(key) {
			v = other
		}
		b = appendText(b, v)
	}
	return b
}

// isVarying says whether a tag is one of those with most values.
func isVarying(key string) bool { return key == "url" || key == "name" }

// ledger counts the keys of one kind that are kept, and their bytes.
type ledger struct{ keys, text int }

// admit counts one more key, if there is room for it.
func (l *ledger) admit(key string, room int) bool {
	if l.keys >= room || l.text+len(key) > maxTagText {
		return false
	}
	l.keys++
	l.text += len(key)
	return true
}

// intern makes the Labels of a set that is new, nil when there is no room for it.
func (r *Recorder) intern(part *internPart, key string, tags []metrics.Tag) *Labels {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := part.find(part.labels, []byte(key)); l != nil {
		return l
	}
	if !r.sets.admit(key, r.config.MaxTagSets) {
		r.full.Store(true)
		return nil
	}
	l := r.newLabels(r.place(tags), slices.Clone(tags))
	part.keep(part.labels, key, l)
	return l
}

// fold finds the Labels of a set past the bound: first without the values of url and name, then, when those are too many
// as well, without the values of any tag of the breakdown.
func (r *Recorder) fold(part *internPart, key string, tags []metrics.Tag) *Labels {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := part.find(part.folded, []byte(key)); l != nil {
		return l
	}
	r.warn(metrics.Warning{Message: fmt.Sprintf("more than %d distinct sets of tags, or very long ones: further ones are listed as %q "+
		"(totals and sub-metrics are exact); give requests to varying URLs one name", r.config.MaxTagSets, other)})
	p := r.place(tags)
	if len(key) <= maxTagSet && r.folds.admit(key, r.config.MaxTagSets) {
		l := r.newLabels(p, replaceValues(tags, isVarying))
		part.keep(part.folded, key, l)
		return l
	}
	rest := restKey{p, valueOf(tags, "expected_response") == "false"}
	if r.rest[rest] == nil {
		everything := func(key string) bool { return key != "expected_response" }
		r.rest[rest] = r.newLabels(p, replaceValues(tags, everything))
	}
	return r.rest[rest]
}

// restKey is what is kept of tags of which nothing else could be.
type restKey struct {
	*placement
	unexpected bool
}

func replaceValues(tags []metrics.Tag, which func(key string) bool) []metrics.Tag {
	replaced := slices.Clone(tags)
	for i := range replaced {
		if which(replaced[i].Key) {
			replaced[i].Value = other
		}
	}
	return replaced
}

func (r *Recorder) newLabels(p *placement, tags []metrics.Tag) *Labels {
	l := &Labels{placement: p, row: -1, unexpected: valueOf(tags, "expected_response") == "false"}
	if len(r.config.BreakdownKeys) == 0 {
		return l
	}
	row := r.breakdownTags(tags)
	key := string(appendKey(nil, row))
	i, ok := r.rowIndex[key]
	if !ok {
		i = int32(len(r.rows))
		r.rows = append(r.rows, row)
		r.rowIndex[key] = i
	}
	l.row, l.rows = i, len(r.rows)
	return l
}

// breakdownTags are those of the tags that tell rows apart, in the order of Config.BreakdownKeys.
func (r *Recorder) breakdownTags(tags []metrics.Tag) []metrics.Tag {
	var row []metrics.Tag
	for _, key := range r.config.BreakdownKeys {
		if v := valueOf(tags, key); v != "" {
			row = append(row, metrics.Tag{Key: key, Value: v})
		}
	}
	return row
}

func valueOf(tags []metrics.Tag, key string) string {
	for _, t := range tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

// place finds the series that samples with these tags go to.
func (r *Recorder) place(tags []metrics.Tag) *placement {
	scenario, group := valueOf(tags, "scenario"), valueOf(tags, "group")
	scenario = r.scenario(scenario)
	group = r.trees[""].node(group).path
	sections := r.sections(scenario, group)
	var room [128]byte
	key := room[:0]
	for i, s := range r.config.Submetrics {
		if s.Matches(tags) {
			key = binary.AppendUvarint(key, uint64(i+1))
		}
	}
	key = append(key, 0)
	key = appendText(appendText(key, scenario), group)
	if p := r.placements[string(key)]; p != nil {
		return p
	}
	p := &placement{scenario: scenario, group: group, slots: make([][]int32, len(r.config.Metrics)), nodes: r.nodes(scenario, group)}
	for id := range p.slots {
		p.slots[id] = append(p.slots[id], int32(id))
		for _, base := range sections {
			p.slots[id] = append(p.slots[id], base+int32(id))
		}
	}
	for i, s := range r.config.Submetrics {
		if s.Matches(tags) {
			id := r.id(s.Metric)
			p.slots[id] = append(p.slots[id], int32(len(r.config.Metrics)+i))
		}
	}
	p.series = len(r.series)
	r.placements[string(key)] = p
	return p
}

// scenario is the name under which a scenario is kept: "default" when there is none, "other" past the bound.
func (r *Recorder) scenario(name string) string {
	if name == "" {
		name = "default"
	}
	if !r.scenarios[name] && (len(r.scenarios) >= maxNodes || len(name) > maxName) {
		return other
	}
	r.scenarios[name] = true
	return name
}

// sections are the first series of each section that samples of this scenario and group belong to, beside the total.
func (r *Recorder) sections(scenario, group string) []int32 {
	if !r.config.Sections {
		return nil
	}
	t := r.tree(scenario)
	bases := []int32{r.base(t.root)}
	if n := t.node(group); n != t.root {
		bases = append(bases, r.base(n))
	}
	return bases
}

// nodes are the group in the total, and the scenario and its group where there are sections.
func (r *Recorder) nodes(scenario, group string) []*node {
	var nodes []*node
	if group != "" {
		nodes = append(nodes, r.trees[""].node(group))
	}
	if r.config.Sections {
		t := r.tree(scenario)
		nodes = append(nodes, t.root, t.node(group))
	}
	return nodes
}

// base is the first series of a node, which are made when there are none.
func (r *Recorder) base(n *node) int32 {
	if n.base < 0 {
		n.base = int32(len(r.series))
		for _, d := range r.config.Metrics {
			r.series = append(r.series, newCell(d))
		}
	}
	return n.base
}
