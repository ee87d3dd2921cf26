package script

import (
	"bytes"
	"encoding/json"

	"example.com/foobar/loadgen/file"
)

// Texts are texts by name, in the order in which they were written.
type Texts []NamedText

// NamedText is one of Texts.
type NamedText struct{ Name, Text string }

// UnmarshalNode reads keys with values.
func (t *Texts) UnmarshalNode(n *file.Node) error {
	if !n.IsMap() {
		return n.Errorf("want keys with values, such as {id: 7}")
	}
	*t = Texts{}
	for _, name := range n.Keys() {
		text, err := n.Get(name).Text()
		if err != nil {
			return err
		}
		*t = append(*t, NamedText{name, text})
	}
	return nil
}

// MarshalJSON writes keys with values in their order.
func (t Texts) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, one := range t {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(one.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(one.Text); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
