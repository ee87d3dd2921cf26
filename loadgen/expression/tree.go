package expression

import (
	"fmt"
	"strings"
)

// Tree is an expression that was read, for those who turn it into something else than a value.
type Tree struct {
	// Op is "literal", "name", "member", "index", "list", "call", "filter", "?", or the sign of an operator.
	Op string
	// Path is a name, the name of a function or a filter, or the keys of a member.
	Path []string
	// Value is a literal's.
	Value Value
	// Args are the operands: of "?" the condition and both values, of a filter what it is applied to and then its arguments.
	Args []*Tree
}

// Piece is a part of a text: text that stands for itself, or an expression.
type Piece struct {
	Text string
	Tree *Tree
}

// Pieces reads a text with ${...} in it; $${ is ${ itself.
func Pieces(text string) ([]Piece, error) {
	var pieces []Piece
	add := func(text string) {
		if n := len(pieces); n > 0 && pieces[n-1].Tree == nil {
			pieces[n-1].Text += text
		} else if text != "" {
			pieces = append(pieces, Piece{Text: text})
		}
	}
	for text != "" {
		i := strings.Index(text, "${")
		switch {
		case i < 0:
			add(text)
			return pieces, nil
		case i > 0 && text[i-1] == '$':
			add(text[:i-1] + "${")
			text = text[i+2:]
			continue
		}
		add(text[:i])
		n, end, err := parse(text[i:], 2)
		if err != nil || !end.is("}") {
			return nil, fmt.Errorf("%s: %w", shown(text[i:]), notClosed(text[i:], end, err))
		}
		pieces = append(pieces, Piece{Tree: n.tree()})
		text = text[i+end.at+1:]
	}
	return pieces, nil
}

// Condition reads a text that is one expression, with or without the ${ } around it.
func Condition(text string) (*Tree, error) {
	text = strings.TrimSpace(text)
	if pieces, err := Pieces(text); err == nil && len(pieces) == 1 && pieces[0].Tree != nil {
		return pieces[0].Tree, nil
	}
	n, end, err := parse(text, 0)
	if err == nil && end.at < len(text) {
		err = fmt.Errorf("want an operator, got %s", end.describe())
	}
	if err != nil {
		return nil, err
	}
	return n.tree(), nil
}

func trees(nodes ...node) []*Tree {
	out := make([]*Tree, len(nodes))
	for i, n := range nodes {
		out[i] = n.tree()
	}
	return out
}

func (n *literalNode) tree() *Tree { return &Tree{Op: "literal", Value: n.value} }
func (n *groupNode) tree() *Tree   { return n.of.tree() }
func (n *nameNode) tree() *Tree    { return &Tree{Op: "name", Path: n.path} }
func (n *memberNode) tree() *Tree  { return &Tree{Op: "member", Path: n.path, Args: trees(n.of)} }
func (n *indexNode) tree() *Tree   { return &Tree{Op: "index", Args: trees(n.of, n.key)} }
func (n *listNode) tree() *Tree    { return &Tree{Op: "list", Args: trees(n.all...)} }
func (n *condNode) tree() *Tree    { return &Tree{Op: "?", Args: trees(n.of, n.yes, n.no)} }
func (n *unaryNode) tree() *Tree   { return &Tree{Op: n.sign, Args: trees(n.of)} }
func (n *binaryNode) tree() *Tree  { return &Tree{Op: n.sign, Args: trees(n.left, n.right)} }
func (n *callNode) tree() *Tree    { return &Tree{Op: "call", Path: n.path, Args: trees(n.args...)} }
func (n *filterNode) tree() *Tree {
	return &Tree{Op: "filter", Path: []string{n.name}, Args: append(trees(n.of), trees(n.args...)...)}
}
