package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// version is the directive of YAML 1.2, which the parser refuses though it reads what follows.
var version = regexp.MustCompile(`^((?:[ \t]*(?:#[^\n]*)?\r?\n)*)%YAML 1\.2[ \t]*\r?\n`)

func (d *document) parseYAML() (*Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(version.ReplaceAll(d.text, []byte("$1\n"))))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return d.node(nil, null, position{})
	case err != nil:
		return nil, d.badYAML(err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, d.wrong(place(&second),
			"a second document begins here: keep one, and put the other into a file of its own")
	case !errors.Is(err, io.EOF):
		return nil, d.badYAML(err)
	}
	return (&yamlTree{document: d, open: map[*yaml.Node]bool{}}).value(first.Content[0], nil, 0)
}

// yamlLine is how the parser says where something is wrong.
var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?((?s:.*))$`)

func (d *document) badYAML(err error) error {
	m := yamlLine.FindStringSubmatch(err.Error())
	line, _ := strconv.Atoi(m[1])
	return d.wrong(position{line: int32(max(line, 1))}, "reading YAML: %s", m[2])
}

func place(n *yaml.Node) position { return position{line: int32(n.Line), column: int32(n.Column)} }

// maxAliased is how many values may come from following aliases.
const maxAliased = 100_000

// yamlTree turns the parser's tree into ours, with aliases followed.
type yamlTree struct {
	*document
	open    map[*yaml.Node]bool // those that the current one stands in
	within  int                 // how many aliases were followed to the current one
	aliased int                 // how many values came from following aliases
}

func (t *yamlTree) value(from *yaml.Node, parent *Node, depth int) (*Node, error) {
	at := place(from)
	if from.Kind == yaml.AliasNode {
		from = from.Alias
		t.within++
		defer func() { t.within-- }()
	}
	if t.within > 0 {
		t.aliased++
	}
	if err := t.checkBounds(from, at, depth); err != nil {
		return nil, err
	}
	t.open[from] = true
	defer delete(t.open, from)
	n, err := t.node(parent, null, at)
	if err != nil {
		return nil, err
	}
	return n, t.fill(n, from, at, depth)
}

// checkBounds refuses what is too much, or has no end.
func (t *yamlTree) checkBounds(from *yaml.Node, at position, depth int) error {
	switch {
	case t.aliased > maxAliased:
		return t.wrong(at, "aliases stand for more than %d values", maxAliased)
	case t.open[from]:
		return t.wrong(at, "the anchor %q stands for something that has it inside", from.Anchor)
	case depth > maxDepth:
		return t.wrong(at, "nests deeper than %d", maxDepth)
	}
	return nil
}

// fill gives n its kind and what is in it.
func (t *yamlTree) fill(n *Node, from *yaml.Node, at position, depth int) (err error) {
	switch tag := from.ShortTag(); {
	case from.Kind == yaml.SequenceNode && tag == "!!seq":
		n.kind = list
		return t.items(from, n, depth)
	case from.Kind == yaml.MappingNode && tag == "!!map":
		n.kind = mapping
		return t.pairs(from, n, depth)
	case from.Kind == yaml.ScalarNode:
		n.text = from.Value
		if n.kind, err = scalarKind(from); err != nil {
			return t.wrong(at, "%w", err)
		}
		return nil
	}
	return t.wrong(at, "the tag %s is not known here: leave it out", from.Tag)
}

func (t *yamlTree) items(from *yaml.Node, n *Node, depth int) error {
	for i, one := range from.Content {
		child, err := t.value(one, n, depth+1)
		if err != nil {
			return err
		}
		child.index = int32(i)
		n.children = append(n.children, child)
	}
	return nil
}

// pairs reads the keys and values of a map. What is merged into it ("<<: *defaults") comes last, and gives way to what the map
// itself has.
func (t *yamlTree) pairs(from *yaml.Node, n *Node, depth int) error {
	seen := map[string]position{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(from.Content); i += 2 {
		key, value := from.Content[i], from.Content[i+1]
		if key.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if err := t.pair(key, value, n, depth, seen); err != nil {
			return err
		}
	}
	for _, value := range merged {
		if err := t.merge(value, n, depth); err != nil {
			return err
		}
	}
	return nil
}

// pair reads one key, of those not yet seen, and its value.
func (t *yamlTree) pair(key, value *yaml.Node, n *Node, depth int, seen map[string]position) error {
	at := place(key)
	name, err := t.keyName(key)
	if err != nil {
		return err
	}
	if before, twice := seen[name]; twice {
		return t.twice(name, at, before)
	}
	seen[name] = at
	child, err := t.value(value, n, depth+1)
	if err != nil {
		return err
	}
	child.key, child.keyAt = name, at
	n.children = append(n.children, child)
	return nil
}

// merge adds the keys of a map, or of each of a list of maps, that n does not have.
func (t *yamlTree) merge(from *yaml.Node, n *Node, depth int) error {
	other, err := t.value(from, n.parent, depth)
	if err != nil {
		return err
	}
	maps := other.children
	if other.kind == mapping {
		maps = []*Node{other}
	}
	for _, one := range maps {
		if one.kind != mapping || other.kind != mapping && other.kind != list {
			return t.wrong(other.at, "<< takes a map, or a list of them")
		}
		have := map[string]bool{}
		for _, c := range n.children {
			have[c.key] = true
		}
		for _, c := range one.children {
			if !have[c.key] {
				c.parent = n
				n.children = append(n.children, c)
			}
		}
	}
	if len(maps) == 0 && other.kind != mapping && other.kind != list {
		return t.wrong(other.at, "<< takes a map, or a list of them")
	}
	return nil
}

func (t *yamlTree) keyName(key *yaml.Node) (string, error) {
	at := place(key)
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	if key.Kind != yaml.ScalarNode {
		return "", t.wrong(at, "a key has to be a text")
	}
	if k, err := scalarKind(key); err != nil || k == null {
		return "", t.wrong(at, "a key has to be a text: put %q in quotes", key.Value)
	}
	return key.Value, nil
}

// scalarKind is what a scalar is in YAML 1.2: by its tag, or, when it is plain, by how it looks.
func scalarKind(from *yaml.Node) (kind, error) {
	plain := from.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	if from.Style&yaml.TaggedStyle == 0 {
		if !plain {
			return text, nil
		}
		return core(from.Value), nil
	}
	wanted := map[string]kind{"!!str": text, "!!null": null, "!!bool": boolean, "!!int": number, "!!float": number}
	k, known := wanted[from.Tag]
	switch {
	case from.Tag == "!":
		return text, nil
	case !known:
		return null, fmt.Errorf("the tag %s is not known here: leave it out", from.Tag)
	case k != text && core(from.Value) != k:
		return null, fmt.Errorf("%s is no %s", short(from.Value), strings.TrimPrefix(from.Tag, "!!"))
	}
	return k, nil
}
