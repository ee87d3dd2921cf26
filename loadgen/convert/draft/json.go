package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Value is a text, a number or a truth value of a JSON document.
type Value struct {
	// Name is the key that it stands at, that of the nearest object around it; Path leads to it, as "items.0.id".
	Name, Path string
	// Text is what it says, without quotes.
	Text string
	// Quoted says that it is a text.
	Quoted bool
}

// MapJSON is a document in which f has replaced values: it returns JSON for one, or nil to leave it. The order of keys and the
// digits of numbers stay, spaces go. It is an error if raw is no JSON, or has a key twice.
func MapJSON(raw []byte, f func(Value) []byte) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	m := &mapper{Decoder: d, replace: f}
	if err := m.value(Value{}, 0); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the JSON")
	}
	return m.out.Bytes(), nil
}

type mapper struct {
	*json.Decoder
	out     bytes.Buffer
	replace func(Value) []byte
}

// maxNesting bounds how deep a document may nest, as for those that are read from files.
const maxNesting = 1000

func (m *mapper) value(at Value, depth int) error {
	t, err := m.Token()
	switch {
	case err != nil:
		return err
	case depth > maxNesting:
		return errors.New("the JSON nests too deep")
	}
	switch t := t.(type) {
	case json.Delim:
		return m.members(t, at, depth)
	case string:
		at.Text, at.Quoted = t, true
	case json.Number:
		at.Text = t.String()
	case bool:
		at.Text = "false"
		if t {
			at.Text = "true"
		}
	default:
		m.out.WriteString("null")
		return nil
	}
	if b := m.replace(at); b != nil {
		m.out.Write(b)
	} else if at.Quoted {
		m.out.Write(Quote(at.Text))
	} else {
		m.out.WriteString(at.Text)
	}
	return nil
}

func (m *mapper) members(begin json.Delim, at Value, depth int) error {
	seen := map[string]bool{}
	m.out.WriteString(begin.String())
	for i := 0; m.More(); i++ {
		if i > 0 {
			m.out.WriteByte(',')
		}
		within := Value{Name: at.Name, Path: under(at.Path, itoa(i))}
		if begin == '{' {
			key, err := m.Token()
			if err != nil {
				return err
			}
			name := key.(string)
			if seen[name] {
				return errors.New("a key is there twice")
			}
			seen[name] = true
			m.out.Write(Quote(Literal(name)))
			m.out.WriteByte(':')
			within = Value{Name: name, Path: under(at.Path, pathKey(name))}
		}
		if err := m.value(within, depth+1); err != nil {
			return err
		}
	}
	end, err := m.Token()
	if err == nil {
		m.out.WriteString(end.(json.Delim).String())
	}
	return err
}

// Quote is a text in JSON, with < and & as they are.
func Quote(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text always can be
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
