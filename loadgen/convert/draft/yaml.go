package draft

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/script"
)

// content are the keys of the file, in the order in which they are written.
type content struct {
	load.Options
	Env map[string]string `json:"env,omitempty"`
	script.Script
}

// YAML is the draft as a file, which reads back to the same options and steps. What can't be written (a text that is no UTF-8)
// is an error.
func (d *Draft) YAML() ([]byte, error) {
	pruned, said := d.pruned()
	e := &encoder{}
	top := e.value(reflect.ValueOf(content{d.Options, d.Env, pruned}))
	if e.err != nil {
		return nil, e.err
	}
	head := comment(joined(d.Comment, said))
	if len(top.Content) == 0 {
		return []byte(head), nil
	}
	top.Style = 0
	text, err := e.write(top)
	return append([]byte(head), text...), err
}

// pruned is the script without steps that do nothing, and what those of its lists say that have no others.
func (d *Draft) pruned() (s script.Script, said string) {
	s = d.Script
	for _, list := range s.Lists() {
		if *list = prune(*list); len(*list) > 0 && !slices.ContainsFunc(*list, does) {
			for _, one := range *list {
				said = joined(said, one.Comment)
			}
			*list = nil
		}
	}
	s.Functions = maps.Clone(s.Functions)
	for name, steps := range s.Functions {
		s.Functions[name] = prune(steps)
	}
	return s, said
}

// write writes the tree. A comment at the end of a list would go elsewhere: it stands above an item that is no text of the file
// otherwise, and that is taken out again.
func (e *encoder) write(top *yaml.Node) ([]byte, error) {
	for i := 0; ; i++ {
		end := fmt.Sprintf("end-of-steps-%d", i)
		for _, n := range e.ends {
			n.Value = end
		}
		text, err := written(top)
		if err != nil || bytes.Count(text, []byte(end)) == len(e.ends) {
			return regexp.MustCompile(`(?m)^ *- `+end+`\n`).ReplaceAll(text, nil), err
		}
	}
}

func written(top *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(top), e.Close()); err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	return b.Bytes(), nil
}

// comment is a text as lines of a comment, "" for none.
func comment(text string) string {
	if text = strings.TrimRight(plain.Text(text), "\n"); text == "" {
		return ""
	}
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight("# "+strings.ReplaceAll(line, "\t", "  "), " ") + "\n")
	}
	return b.String()
}
