// Package file reads the files that people write: whole and bounded, in JSON or in YAML 1.2, into a tree that knows where each
// value stands, and from the tree strictly into Go values. Whatever is wrong is named by file, line, column and key.
package file

import (
	"fmt"
	"strconv"
	"strings"
)

// kind says what a Node is. A scalar of YAML is of the kind that YAML 1.2's core schema gives it: NO, y and 12:30 are texts.
type kind uint8

const (
	null kind = iota
	boolean
	number
	text
	list
	mapping
)

// Node is a value of a file.
type Node struct {
	text     string // a scalar as it was written; of a text, what it says
	key      string // in the parent, if that is a map
	children []*Node
	parent   *Node
	doc      *document
	at       position // of the value
	keyAt    position // of its key
	index    int32    // in the parent, if that is a list
	end      int32    // offset behind the value, in JSON
	kind     kind
	notK6    bool
}

// document is what all nodes of a file share.
type document struct {
	name    string
	text    []byte
	json    bool // its syntax is JSON's
	k6      bool // k6 could read it
	nodes   int
	notices []string
}

// position is a place in a file: line and column from 1, or, in JSON, the offset from 0.
type position struct{ line, column, offset int32 }

// Keys are those of a map, in the order in which they were written.
func (n *Node) Keys() []string {
	if !n.IsMap() {
		return nil
	}
	keys := make([]string, len(n.children))
	for i, c := range n.children {
		keys[i] = c.key
	}
	return keys
}

// Get is the value at a key of a map, nil when there is none.
func (n *Node) Get(key string) *Node {
	if n == nil || n.kind != mapping {
		return nil
	}
	for _, c := range n.children {
		if c.key == key {
			return c
		}
	}
	return nil
}

// Only is a map with those keys of n that are in keys.
func (n *Node) Only(keys []string) *Node {
	known := make(map[string]bool, len(keys))
	for _, key := range keys {
		known[key] = true
	}
	some := *n
	some.children = nil
	for _, c := range n.children {
		if known[c.key] {
			some.children = append(some.children, c)
		}
	}
	return &some
}

// NotK6 marks n and all below it as no options of k6's: a duration needs its unit there, and a text can't be null.
func (n *Node) NotK6() {
	if n == nil {
		return
	}
	n.notK6 = true
	for _, c := range n.children {
		c.NotK6()
	}
}

// Milliseconds says whether a duration may be a bare number of milliseconds here: in k6's options, in JSON.
func (n *Node) Milliseconds() bool { return n.doc.k6 && !n.notK6 }

// IsNull says whether n is null, or written as nothing.
func (n *Node) IsNull() bool { return n.kind == null }

// IsList says whether n is a list.
func (n *Node) IsList() bool { return n != nil && n.kind == list }

// IsMap says whether n is a map.
func (n *Node) IsMap() bool { return n != nil && n.kind == mapping }

// IsScalar says whether n is a text, a number or a truth value.
func (n *Node) IsScalar() bool { return n.kind == text || n.kind == number || n.kind == boolean }

// Text is a scalar as it was written: 01234, NO and 1e3 are themselves. Null, a list or a map is an error.
func (n *Node) Text() (string, error) {
	switch n.kind {
	case text, number, boolean:
		return n.text, nil
	case null:
		if n.text == "" {
			return "", n.Errorf(`want a text, got nothing: write "" for an empty one`)
		}
		return "", n.Errorf("want a text, got %s: write %q in quotes if that is the text", n.text, n.text)
	}
	return "", n.Errorf("want a text, got %s", n.describe())
}

// describe says what n is, for a message.
func (n *Node) describe() string {
	switch n.kind {
	case list:
		return "a list"
	case mapping:
		return "keys with values"
	case text:
		return "the text " + strconv.Quote(short(n.text))
	case null:
		return "nothing"
	}
	return short(n.text)
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

// Path leads to n from the top: "scenarios.buy.stages[1].duration".
func (n *Node) Path() string {
	var parts []string
	for at := n; at != nil && at.parent != nil; at = at.parent {
		if at.parent.kind == list {
			parts = append(parts, "["+strconv.Itoa(int(at.index))+"]")
		} else {
			parts = append(parts, "."+at.key)
		}
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
	}
	return strings.TrimPrefix(b.String(), ".")
}

// Find is the node that a path leads to, or, where the path goes on beyond what there is, the last one on it.
func (n *Node) Find(path string) *Node {
	if n.kind == list {
		digits, rest, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
		if i, err := strconv.Atoi(digits); err == nil && path[0] == '[' && i >= 0 && i < len(n.children) {
			return n.children[i].Find(strings.TrimPrefix(rest, "."))
		}
		return n
	}
	for _, c := range n.children {
		rest, found := strings.CutPrefix(path, c.key)
		if found && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return c.Find(strings.TrimPrefix(rest, "."))
		}
	}
	return n
}

// Items calls yield for each value of a list, in their order, until it returns false; n may be nil.
func (n *Node) Items(yield func(*Node) bool) {
	if !n.IsList() {
		return
	}
	for _, c := range n.children {
		if !yield(c) {
			return
		}
	}
}

// All calls yield for n and all below it, in their order, until it returns false.
func (n *Node) All(yield func(*Node) bool) { n.walk(yield) }

func (n *Node) walk(yield func(*Node) bool) bool {
	if !yield(n) {
		return false
	}
	for _, c := range n.children {
		if !c.walk(yield) {
			return false
		}
	}
	return true
}

// Place is where n stands.
func (n *Node) Place() Place { return n.place(n.at) }

// KeyPlace is where the key of n stands, in a map.
func (n *Node) KeyPlace() Place { return n.place(n.keyAt) }

// Notice says something about n to whoever reads the file, who finds it in Notices.
func (n *Node) Notice(format string, args ...any) {
	n.doc.notices = append(n.doc.notices, n.Errorf(format, args...).Error())
}

// Notices are all that was noticed in the file of n.
func (n *Node) Notices() []string { return n.doc.notices }

// Errorf is an error at n.
func (n *Node) Errorf(format string, args ...any) error {
	return &Error{Place: n.place(n.at), Path: n.Path(), Err: fmt.Errorf(format, args...)}
}
