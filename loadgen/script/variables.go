package script

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/load"
)

// Variables are what ${...} can name in the texts of a step:
//
//	${token}        a value that an earlier step extracted in this iteration
//	${users.email}  the column email of this iteration's row of the data named users
//	${env.HOST}     a variable of the scenario's env, or of -env
//	${vu}           the virtual user's number, from 1
//	${iteration}    the number of the user's iteration, from 0
//	$${             is ${ itself
const Variables = "an earlier extract, DATA.COLUMN, env.NAME, vu or iteration"

// scope knows which variables there are at a step, and where their values are kept.
type scope struct {
	slots map[string]int // of extracted values
	data  map[string]*rows
	uses  bool
}

func newScope(data map[string]*rows) *scope { return &scope{slots: map[string]int{}, data: data} }

// empty says that no step has a variable, so that iterations need no values.
func (s *scope) empty() bool { return len(s.slots) == 0 && !s.uses }

// slot is where the extracted value of that name is kept.
func (s *scope) slot(name string) int {
	if i, ok := s.slots[name]; ok {
		return i
	}
	s.slots[name] = len(s.slots)
	return s.slots[name]
}

// values are one iteration's.
type values struct {
	extracted []string
	rows      map[string]row
}

// values begins an iteration: it chooses a row of each data.
func (s *scope) values(vu *load.VU) *values {
	v := &values{extracted: make([]string, len(s.slots)), rows: make(map[string]row, len(s.data))}
	for name, d := range s.data {
		v.rows[name] = d.choose(vu)
	}
	return v
}

// template is a text with variables in it.
type template []part

// part is text, or a variable. A fixed one is the same each time.
type part struct {
	text  string
	of    func(vu *load.VU, v *values) string
	fixed bool
}

func (t template) static() bool {
	return !slices.ContainsFunc(t, func(p part) bool { return p.of != nil && !p.fixed })
}

func (t template) render(vu *load.VU, v *values) string {
	if len(t) == 1 && t[0].of == nil {
		return t[0].text
	}
	var b strings.Builder
	for _, p := range t {
		if p.of != nil {
			b.WriteString(p.of(vu, v))
			continue
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// template reads a text with ${...} in it, which stands at path.
func (c *compiler) template(s, path string) template {
	var t template
	for s != "" {
		i := strings.Index(s, "${")
		switch {
		case i < 0:
			return append(t, part{text: s})
		case i > 0 && s[i-1] == '$':
			t = append(t, part{text: s[:i-1] + "${"})
			s = s[i+2:]
			continue
		}
		name, rest, closed := strings.Cut(s[i+2:], "}")
		of, err := c.scope.variable(name)
		if err == nil && !closed {
			err = fmt.Errorf("${%s is not closed by }", name)
		}
		if err != nil {
			c.fail(path, "%w", err)
			return nil
		}
		t, s = append(t, part{text: s[:i]}, part{of: of}), rest
	}
	return t
}

// variable is how to come by the value of that name.
func (s *scope) variable(name string) (func(*load.VU, *values) string, error) {
	s.uses = true
	if slot, ok := s.slots[name]; ok {
		return func(_ *load.VU, v *values) string { return v.extracted[slot] }, nil
	}
	switch name {
	case "vu":
		return func(vu *load.VU, _ *values) string { return strconv.FormatInt(vu.ID, 10) }, nil
	case "iteration":
		return func(vu *load.VU, _ *values) string { return strconv.FormatInt(vu.Iteration, 10) }, nil
	}
	of, column, dotted := strings.Cut(name, ".")
	if dotted && of == "env" && column != "" {
		return func(vu *load.VU, _ *values) string { return vu.Env[column] }, nil
	}
	if d, ok := s.data[of]; ok && dotted {
		if !d.has(column) {
			return nil, fmt.Errorf("${%s}: the data %q has no column %q, but %s", name, of, column, strings.Join(d.columns, ", "))
		}
		return func(_ *load.VU, v *values) string { return v.rows[of][column] }, nil
	}
	return nil, fmt.Errorf("${%s}: no such variable; it can be %s", name, Variables)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
