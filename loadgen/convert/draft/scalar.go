package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/script"
)

// plainScalar is a number, a truth value or null, as it is written.
func plainScalar(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// text is a text, in quotes where it needs them.
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case fitsBlock(s):
		n.Style = yaml.LiteralStyle
	case !file.IsText(s), strings.ContainsFunc(s, unprintable):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// fitsBlock says whether s reads best as lines below its key.
func fitsBlock(s string) bool {
	inner := strings.TrimSuffix(s, "\n")
	return strings.Contains(inner, "\n") && !strings.ContainsFunc(strings.ReplaceAll(s, "\n", ""), unprintable) &&
		!strings.HasSuffix(inner, "\n") && s[0] != ' ' && s[0] != '\n' && s[0] != '#' && !strings.Contains(s, " \n") && !strings.HasSuffix(s, " ")
}

// unprintable says whether a reader or an editor could make another character of r.
func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// json is a value of JSON, its keys in their order and its numbers as they were written.
func (e *encoder) json(raw []byte) *yaml.Node {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	n, err := jsonValue(d)
	if err != nil {
		e.note(fmt.Errorf("reading JSON: %w", err))
		return plainScalar("null")
	}
	return n
}

func jsonValue(d *json.Decoder) (*yaml.Node, error) {
	token, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return jsonMembers(d, t)
	case json.Number:
		return plainScalar(t.String()), nil
	case string:
		return text(t), nil
	case bool:
		return plainScalar(fmt.Sprint(t)), nil
	}
	return plainScalar("null"), nil
}

func jsonMembers(d *json.Decoder, begin json.Delim) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if begin == '{' {
		n.Kind = yaml.MappingNode
	}
	for d.More() {
		one, err := jsonValue(d)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, one)
		if begin == '{' {
			if one, err = jsonValue(d); err != nil {
				return nil, err
			}
			n.Content = append(n.Content, one)
		}
	}
	_, err := d.Token()
	return fold(n), err
}

// maxFolded is how long a list or a map may be that stands on one line.
const maxFolded = 70

// fold puts a short list or map on one line.
func fold(n *yaml.Node) *yaml.Node {
	if length(n) <= maxFolded {
		n.Style = yaml.FlowStyle
	}
	return n
}

// length is about how many characters n has on one line; one with comments or lines of text in it has too many.
func length(n *yaml.Node) int {
	switch {
	case n.HeadComment != "" || n.FootComment != "" || n.Style == yaml.LiteralStyle:
		return maxFolded + 1
	case n.Kind == yaml.ScalarNode:
		return utf8.RuneCountInString(n.Value) + 2
	}
	sum := 2
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode && c.Style != yaml.FlowStyle {
			return maxFolded + 1
		}
		sum += length(c)
	}
	return sum
}

// zeroUnits are the parts of a duration that say nothing.
var zeroUnits = regexp.MustCompile(`^(.*[hm])0s$`)

// shortDuration is "1m" for 1m0s and "2h" for 2h0m0s.
func shortDuration(d load.Duration) string {
	s := time.Duration(d).String()
	if m := zeroUnits.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	if rest, found := strings.CutSuffix(s, "h0m"); found {
		s = rest + "h"
	}
	return s
}

// shortThink is a pause that is always the same as a person writes it.
func shortThink(t script.Think) string {
	if d, fixed := t.Fixed(); fixed && t != "" {
		return shortDuration(load.Duration(d))
	}
	return string(t)
}
