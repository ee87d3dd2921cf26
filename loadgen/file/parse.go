package file

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a file may have in it. YAML takes far more memory to read than its text, so less of it is read.
const (
	MaxYAML  = 4 << 20
	MaxJSON  = 32 << 20
	maxNodes = 1_000_000
	maxDepth = 1_000
)

// Parse reads JSON or YAML. The name is the file's, for messages; its extension decides where a text can be read as both:
// bare numbers of milliseconds are k6's, in JSON. An empty file is an empty map.
func Parse(name string, content []byte) (*Node, error) {
	d := &document{name: name}
	var err error
	if d.text, err = Text(content); err != nil {
		return nil, &Error{Place: Place{File: name}, Err: err}
	}
	extension := strings.ToLower(filepath.Ext(name))
	yamlNamed := slices.Contains([]string{".yaml", ".yml"}, extension)
	d.json = extension == ".json" || looksLikeJSON(d.text, yamlNamed)
	d.k6 = d.json && !yamlNamed
	limit, parse := MaxYAML, d.parseYAML
	if d.json {
		limit, parse = MaxJSON, d.parseJSON
	}
	if len(d.text) > limit {
		return nil, &Error{Place: Place{File: name}, Err: fmt.Errorf("is larger than %s: put bodies into files (bodyFile)", size(int64(limit)))}
	}
	if at := invalidUTF8(d.text); at >= 0 {
		line := 1 + bytes.Count(d.text[:at], []byte("\n"))
		return nil, &Error{Place: Place{File: name, Line: line}, Err: fmt.Errorf("is not UTF-8: save the file in that encoding")}
	}
	root, err := parse()
	if err != nil {
		return nil, err
	}
	if root.kind == null {
		root.kind = mapping
	}
	return root, nil
}

// looksLikeJSON says whether a text in braces is JSON rather than YAML in flow style. Of a text that is neither, it says what
// was meant.
func looksLikeJSON(content []byte, yamlNamed bool) bool {
	content = bytes.TrimSpace(content)
	rest, found := bytes.CutPrefix(content, []byte("{"))
	if !found {
		return false
	}
	if json.Valid(content) {
		return true
	}
	rest = bytes.TrimSpace(rest)
	return !yamlNamed && (len(rest) == 0 || rest[0] == '"')
}

func invalidUTF8(content []byte) int {
	if utf8.Valid(content) {
		return -1
	}
	for at := 0; ; {
		r, n := utf8.DecodeRune(content[at:])
		if r == utf8.RuneError && n <= 1 {
			return at
		}
		at += n
	}
}

// node adds a node to the document, below parent.
func (d *document) node(parent *Node, k kind, at position) (*Node, error) {
	if d.nodes++; d.nodes > maxNodes {
		return nil, d.wrong(at, "has more than %d values", maxNodes)
	}
	return &Node{kind: k, parent: parent, doc: d, at: at}, nil
}

func (d *document) wrong(at position, format string, args ...any) error {
	return &Error{Place: d.place(at), Err: fmt.Errorf(format, args...)}
}

// twice is the error that a key has been there before.
func (d *document) twice(key string, at, before position) error {
	return d.wrong(at, "the key %q is there twice, first in line %d", key, d.place(before).Line)
}
