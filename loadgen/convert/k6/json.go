package k6

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"

	"github.com/dop251/goja/ast"
)

// staticJSON is what JSON.stringify makes of what is known.
func staticJSON(v value) (string, bool) {
	if !isStatic(v) {
		return "", false
	}
	var b strings.Builder
	writeStatic(&b, v)
	return b.String(), true
}

func writeStatic(b *strings.Builder, v value) {
	switch v := v.(type) {
	case string:
		b.WriteString(jsonString(v))
	case *fileContent:
		b.WriteString(jsonString(v.text))
	case *jsonText:
		text, _ := staticJSON(v.of)
		b.WriteString(jsonString(text))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			b.WriteString("null")
			return
		}
		b.WriteString(numberText(v))
	case bool:
		text, _ := plainText(v)
		b.WriteString(text)
	case *array:
		b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			writeStatic(b, item)
		}
		b.WriteByte(']')
	case *object:
		b.WriteByte('{')
		first := true
		for _, key := range v.keys {
			if skipped(v.props[key]) {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			b.WriteString(jsonString(key) + ":")
			writeStatic(b, v.props[key])
		}
		b.WriteByte('}')
	default:
		b.WriteString("null")
	}
}

// skipped says whether JSON.stringify leaves a property out.
func skipped(v value) bool {
	switch v.(type) {
	case undefined, absent, *function, *native, *method:
		return true
	}
	return false
}

// jsonString is a text as JavaScript writes it in JSON.
func jsonString(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always can be
	text := strings.TrimSuffix(b.String(), "\n")
	return strings.NewReplacer(`\u2028`, "\u2028", `\u2029`, "\u2029").Replace(text)
}

// json is v as JSON whose texts may have ${...} in them, as it stands under "json" in a file.
func (c *converter) json(at ast.Node, v value) string {
	switch v := v.(type) {
	case *array:
		parts := make([]string, len(v.items))
		for i, item := range v.items {
			parts[i] = c.json(at, item)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case *object:
		var parts []string
		for _, key := range v.keys {
			p := c.property(at, v, key)
			if skipped(p) {
				continue
			}
			parts = append(parts, jsonString(escape(key))+":"+c.json(at, p))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case string:
		return jsonString(escape(v))
	case nil, undefined, bool, float64:
		text, _ := staticJSON(v)
		return text
	case *phi:
		return c.json(at, c.phiExpr(at, v, "value"))
	}
	e := c.ready(at, c.textOrValue(at, v))
	if e.is == isText || e.op == opConcat {
		return jsonString(e.template())
	}
	return jsonString("${" + filter(filter(e, "json", isText), "raw", anything).String() + "}")
}

// textOrValue is v as an expression; JSON within JSON is a text.
func (c *converter) textOrValue(at ast.Node, v value) *expr {
	if text, ok := plainText(v); ok {
		return literal(text)
	}
	return c.exprOf(at, v)
}

// jsonExpr is JSON.stringify of what is known only in the test, as a text.
func (c *converter) jsonExpr(at ast.Node, j *jsonText) *expr {
	c.bounded(at, j)
	if text, ok := staticJSON(j.of); ok {
		return literal(text)
	}
	return concat(c.jsonParts(at, j.of)...)
}

func (c *converter) jsonParts(at ast.Node, v value) []*expr {
	switch v := v.(type) {
	case nil, undefined, bool, float64, string, *fileContent:
		text, _ := staticJSON(v)
		return []*expr{literal(text)}
	case *array:
		parts := []*expr{literal("[")}
		for i, item := range v.items {
			if i > 0 {
				parts = append(parts, literal(","))
			}
			parts = append(parts, c.jsonParts(at, item)...)
		}
		return append(parts, literal("]"))
	case *object:
		parts := []*expr{literal("{")}
		for _, key := range v.keys {
			p := c.property(at, v, key)
			if skipped(p) {
				continue
			}
			if len(parts) > 1 {
				parts = append(parts, literal(","))
			}
			parts = append(parts, literal(jsonString(key)+":"))
			parts = append(parts, c.jsonParts(at, p)...)
		}
		return append(parts, literal("}"))
	}
	return []*expr{filter(c.exprOf(at, v), "json", isText)}
}

// parseJSON is JSON.parse of a text that is known. The keys of objects keep their order.
func parseJSON(text string) (value, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := jsonValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the value")
	}
	return v, nil
}

func jsonValue(d *json.Decoder, depth int) (value, error) {
	if depth > maxNesting {
		return nil, errors.New("it nests too deep")
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return jsonArray(d, depth)
		}
		return jsonObject(d, depth)
	case json.Number:
		f, err := t.Float64()
		return f, err
	case string:
		return t, nil
	case bool:
		return t, nil
	}
	return nil, nil
}

func jsonArray(d *json.Decoder, depth int) (value, error) {
	a := &array{}
	for d.More() {
		v, err := jsonValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		a.items = append(a.items, v)
	}
	_, err := d.Token()
	return a, err
}

func jsonObject(d *json.Decoder, depth int) (value, error) {
	o := newObject()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := jsonValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		text, _ := key.(string)
		o.set(text, v)
	}
	_, err := d.Token()
	return o, err
}
