package file

import (
	"bytes"
	"encoding/json"
)

// JSON is n as JSON: numbers as they were written, keys in their order. A number that JSON has no form for is an error, and so is
// one that begins with a zero, since it may be meant as a text.
func (n *Node) JSON() (json.RawMessage, error) {
	var b bytes.Buffer
	if n.doc.json && n.end > n.at.offset { // as it was written, but for the spaces
		if err := json.Compact(&b, n.doc.text[n.at.offset:n.end]); err != nil {
			return nil, n.Errorf("reading JSON: %w", err)
		}
		return b.Bytes(), nil
	}
	if err := n.encode(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (n *Node) encode(b *bytes.Buffer) error {
	switch n.kind {
	case boolean:
		b.WriteString(truth(n.text))
	case number:
		digits, err := canonical(n.text)
		if err != nil {
			return n.Errorf("%w", err)
		}
		b.WriteString(digits)
	case text:
		quote(b, n.text)
	case list:
		return n.encodeMembers(b, '[', ']')
	case mapping:
		return n.encodeMembers(b, '{', '}')
	default:
		b.WriteString("null")
	}
	return nil
}

func (n *Node) encodeMembers(b *bytes.Buffer, begin, end byte) error {
	b.WriteByte(begin)
	for i, c := range n.children {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.kind == mapping {
			quote(b, c.key)
			b.WriteByte(':')
		}
		if err := c.encode(b); err != nil {
			return err
		}
	}
	b.WriteByte(end)
	return nil
}

// quote writes a text, with < and & as they are.
func quote(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)         // a text always can be
	b.Truncate(b.Len() - 1) // the line break
}

// truth is a boolean as JSON writes it.
func truth(s string) string {
	if s[0] == 't' || s[0] == 'T' {
		return "true"
	}
	return "false"
}
