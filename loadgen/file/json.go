package file

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// jsonParser reads the tokens of a JSON text.
type jsonParser struct {
	*document
	tokens *json.Decoder
}

func (d *document) parseJSON() (*Node, error) {
	var whole json.RawMessage
	if len(bytes.TrimSpace(d.text)) == 0 {
		return d.node(nil, null, position{})
	}
	if err := json.Unmarshal(d.text, &whole); err != nil {
		return nil, d.badJSON(err)
	}
	p := &jsonParser{d, json.NewDecoder(bytes.NewReader(d.text))}
	p.tokens.UseNumber()
	return p.value(nil, 0)
}

// badJSON says where the text is no JSON.
func (d *document) badJSON(err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return d.wrong(position{}, "reading JSON: %w", err)
	}
	return d.wrong(position{offset: int32(max(syntax.Offset-1, 0))}, "reading JSON: %w", err)
}

// start is where the next token begins.
func (p *jsonParser) start() position {
	at := int(p.tokens.InputOffset())
	for at < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[at]) >= 0 {
		at++
	}
	return position{offset: int32(at)} // MaxJSON is less
}

// value reads the next value, which stands below parent.
func (p *jsonParser) value(parent *Node, depth int) (*Node, error) {
	at := p.start()
	n, err := p.node(parent, null, at)
	if err != nil {
		return nil, err
	}
	token, err := p.tokens.Token()
	if err != nil {
		return nil, p.badJSON(err)
	}
	if err := p.fill(n, token, at, depth); err != nil {
		return nil, err
	}
	n.end = int32(p.tokens.InputOffset())
	return n, nil
}

// fill gives n its kind and what is in it.
func (p *jsonParser) fill(n *Node, token json.Token, at position, depth int) error {
	switch v := token.(type) {
	case json.Delim:
		if depth == maxDepth {
			return p.wrong(at, "nests deeper than %d", maxDepth)
		}
		n.kind = list
		if v == '{' {
			n.kind = mapping
		}
		return p.members(n, depth+1)
	case string:
		n.kind, n.text = text, v
	case json.Number:
		n.kind, n.text = number, v.String()
	case bool:
		n.kind, n.text = boolean, fmt.Sprint(v)
	default:
		n.text = "null"
	}
	return nil
}

// members reads what is in a list or a map, and its end.
func (p *jsonParser) members(n *Node, depth int) error {
	seen := map[string]position{}
	for p.tokens.More() {
		key, keyAt := "", p.start()
		if n.kind == mapping {
			token, err := p.tokens.Token()
			if err != nil {
				return p.badJSON(err)
			}
			key, _ = token.(string)
			if before, twice := seen[key]; twice {
				return p.twice(key, keyAt, before)
			}
			seen[key] = keyAt
		}
		child, err := p.value(n, depth)
		if err != nil {
			return err
		}
		child.key, child.keyAt, child.index = key, keyAt, int32(len(n.children))
		n.children = append(n.children, child)
	}
	if _, err := p.tokens.Token(); err != nil {
		return p.badJSON(err)
	}
	return nil
}
