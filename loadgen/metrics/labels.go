package metrics

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
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
}

// internParts is how many locks the map of interned tag sets is divided by.
const internParts = 16

type internPart struct {
	mu     sync.RWMutex
	labels map[string]*Labels
	_      [64]byte
}

// Labels interns tags, in any order (the keys "scenario" and "group" also choose the sections; group is k6's path "::a::b").
// Of two tags with the same key the last one counts. It does not allocate for a set that it has seen.
func (r *Recorder) Labels(tags []Tag) *Labels {
	var room [24]Tag
	sorted := sortTags(append(room[:0], tags...))
	var text [512]byte
	key := appendKey(text[:0], sorted)
	part := &r.interned[maphash.Bytes(r.seed, key)%internParts]
	part.mu.RLock()
	l := part.labels[string(key)]
	part.mu.RUnlock()
	if l != nil {
		return l
	}
	return r.intern(part, string(key), slices.Clone(sorted))
}

// sortTags sorts in place by key and keeps the last of each.
func sortTags(tags []Tag) []Tag {
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
func appendKey(b []byte, tags []Tag) []byte {
	for _, t := range tags {
		b = binary.AppendUvarint(b, uint64(len(t.Key)))
		b = append(b, t.Key...)
		b = binary.AppendUvarint(b, uint64(len(t.Value)))
		b = append(b, t.Value...)
	}
	return b
}

// intern makes the Labels of a set that is new, or finds those it is folded into.
func (r *Recorder) intern(part *internPart, key string, tags []Tag) *Labels {
	r.mu.Lock()
	defer r.mu.Unlock()
	part.mu.RLock()
	l := part.labels[key]
	part.mu.RUnlock()
	if l != nil {
		return l
	}
	p := r.place(tags)
	if r.sets >= r.config.MaxTagSets {
		return r.fold(p, tags)
	}
	r.sets++
	l = r.newLabels(p, tags)
	part.mu.Lock()
	part.labels[strings.Clone(key)] = l
	part.mu.Unlock()
	return l
}

// fold finds the Labels of a set past the bound: first without the values of url and name, then, when those are too many
// as well, without the values of any tag of the breakdown.
func (r *Recorder) fold(p *placement, tags []Tag) *Labels {
	r.warn(Warning{Message: fmt.Sprintf("more than %d distinct sets of tags: further ones are listed as %q "+
		"(totals and sub-metrics are exact); give requests to varying URLs one name", r.config.MaxTagSets, other)})
	tags = replaceValues(tags, func(key string) bool { return key == "url" || key == "name" })
	key := fmt.Sprintf("%p%s", p, appendKey(nil, r.breakdownTags(tags)))
	if l := r.folded[key]; l != nil {
		return l
	}
	if len(r.folded) >= r.config.MaxTagSets {
		tags = replaceValues(tags, func(string) bool { return true })
		key = fmt.Sprintf("%p%s", p, appendKey(nil, r.breakdownTags(tags)))
		if l := r.folded[key]; l != nil {
			return l
		}
	}
	l := r.newLabels(p, tags)
	r.folded[key] = l
	return l
}

func replaceValues(tags []Tag, which func(key string) bool) []Tag {
	replaced := slices.Clone(tags)
	for i := range replaced {
		if which(replaced[i].Key) {
			replaced[i].Value = other
		}
	}
	return replaced
}

func (r *Recorder) newLabels(p *placement, tags []Tag) *Labels {
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
func (r *Recorder) breakdownTags(tags []Tag) []Tag {
	var row []Tag
	for _, key := range r.config.BreakdownKeys {
		if v := valueOf(tags, key); v != "" {
			row = append(row, Tag{Key: key, Value: v})
		}
	}
	return row
}

func valueOf(tags []Tag, key string) string {
	for _, t := range tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

// place finds the series that samples with these tags go to.
func (r *Recorder) place(tags []Tag) *placement {
	scenario, group := valueOf(tags, "scenario"), valueOf(tags, "group")
	scenario = r.scenario(scenario)
	group = r.trees[""].node(group).path
	sections := r.sections(scenario, group)
	var key []byte
	for i, s := range r.config.Submetrics {
		if s.Matches(tags) {
			key = binary.AppendUvarint(key, uint64(i+1))
		}
	}
	key = append(key, 0)
	key = appendKey(key, []Tag{{scenario, group}})
	if p := r.placements[string(key)]; p != nil {
		return p
	}
	p := &placement{scenario: scenario, group: group, slots: make([][]int32, len(r.config.Metrics))}
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
	if !r.scenarios[name] && len(r.scenarios) >= maxNodes {
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
