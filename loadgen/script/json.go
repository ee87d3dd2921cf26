package script

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"example.com/foobar/loadgen/expression"
)

// json is a body of JSON. In its texts, values are escaped; a text that is one expression with number, int, round, bool or raw for
// its last filter is put there as it is, without quotes.
func (c *compiler) json(raw json.RawMessage, path string) *expression.Template {
	if !bytes.Contains(raw, []byte("${")) {
		return expression.Fixed(string(raw))
	}
	j := &jsonTemplate{c: c, raw: raw, decoder: json.NewDecoder(bytes.NewReader(raw))}
	j.decoder.UseNumber()
	j.value(path)
	j.copyTo(len(raw))
	return expression.Join(j.parts...)
}

// jsonTemplate makes a template of JSON, text by text.
type jsonTemplate struct {
	c       *compiler
	raw     []byte
	decoder *json.Decoder
	at      int // up to where raw is in parts
	parts   []*expression.Template
}

// copyTo takes what stands before an offset as it is.
func (j *jsonTemplate) copyTo(offset int) {
	j.parts = append(j.parts, expression.Fixed(string(j.raw[j.at:offset])))
	j.at = offset
}

// next is the next token, and where it begins.
func (j *jsonTemplate) next() (token json.Token, begin int) {
	before := int(j.decoder.InputOffset())
	token, _ = j.decoder.Token() // it was JSON when it was read
	for before < len(j.raw) && strings.IndexByte(" \t\r\n,:", j.raw[before]) >= 0 {
		before++
	}
	return token, before
}

func (j *jsonTemplate) value(path string) {
	token, begin := j.next()
	switch token := token.(type) {
	case string:
		j.text(token, begin, path)
	case json.Delim:
		for i := 0; j.decoder.More(); i++ {
			at := indexed(path, i)
			if token == '{' {
				key, begin := j.next()
				name, _ := key.(string)
				j.text(name, begin, path)
				at = path + "." + name
			}
			j.value(at)
		}
		j.next()
	}
}

// text takes a text with variables.
func (j *jsonTemplate) text(text string, begin int, path string) {
	if !strings.Contains(text, "${") {
		return
	}
	j.copyTo(begin)
	t := j.c.formed(text, path, expression.InJSON)
	j.at = int(j.decoder.InputOffset())
	if t.Bare() {
		j.parts = append(j.parts, t.Whole())
		return
	}
	quote := expression.Fixed(`"`)
	j.parts = append(j.parts, quote, t, quote)
}

// indexed is the path of an element of a list.
func indexed(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
