package k6

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"

	"example.com/foobar/loadgen/file"
)

// module is a file of the script's, read and followed.
type module struct {
	*source
	program *ast.Program
	scope   *scope
	exports *object // by require
}

// maxScript bounds a script, in bytes.
const maxScript = 4 << 20

// notInNames are the characters that names of variables can't have; reserved are names that are taken.
var (
	notInNames = regexp.MustCompile(`[^A-Za-z0-9_]+`)
	reserved   = []string{"vu", "iteration", "iterationInTest", "vuInScenario", "scenario", "index", "env", "response", "uuid", "now", "random", "number", "range",
		"min", "max", "true", "false", "null", "in", "matches", "contains", "and", "or", "not", "data"}
)

// module reads and follows a module of the script's own.
func (c *converter) module(name, text string) (*module, error) {
	if m, ok := c.modules[name]; ok {
		return m, nil
	}
	if len(text) > maxScript {
		return nil, inFile(name, fmt.Errorf("a script can have %d MiB at most", maxScript>>20))
	}
	decoded, err := file.Text([]byte(text))
	if err != nil {
		return nil, inFile(name, err)
	}
	m, err := parse(name, string(decoded))
	if err != nil {
		return nil, err
	}
	c.modules[name] = m
	m.scope = newScope(c.globals())
	m.scope.call = &call{module: m}
	m.exports = newObject()
	if err := c.imports(m); err != nil {
		return nil, err
	}
	c.follow(m)
	return m, nil
}

// parse reads a module.
func parse(name, text string) (*module, error) {
	src, err := readModule(name, text)
	if err != nil {
		return nil, err
	}
	m := &module{source: src}
	m.program, err = parseProgram(string(src.code))
	if err != nil {
		return nil, src.syntaxError(err)
	}
	return m, nil
}

// parseProgram is the parser, which must not end the process by what it is given.
func parseProgram(code string) (p *ast.Program, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, fmt.Errorf("the parser gave up: %v", v)
		}
	}()
	if nesting(code) > maxNesting {
		return nil, fmt.Errorf("brackets nest deeper than %d", maxNesting)
	}
	return parser.ParseFile(nil, "", code, 0, parser.WithDisableSourceMaps)
}

// maxNesting bounds brackets: the parser takes stack for each.
const maxNesting = 500

func nesting(code string) int {
	depth, deepest := 0, 0
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ')', ']', '}':
			depth--
		}
	}
	return deepest
}

// syntaxError says where and what, in our form.
func (s *source) syntaxError(err error) error {
	var list parser.ErrorList
	hint := ""
	if ext := filepath.Ext(s.name); ext == ".ts" || ext == ".mts" || ext == ".tsx" {
		hint = ` (of TypeScript, take the types out first: "npx esbuild script.ts --outfile=script.js" does)`
	}
	if !errors.As(err, &list) || len(list) == 0 {
		return inFile(s.name, fmt.Errorf("reading the script: %w%s", err, hint))
	}
	at := list[0].Position
	return &file.Error{Place: file.Place{File: s.name, Line: at.Line, Column: at.Column}, Err: fmt.Errorf("reading the script: %s%s", list[0].Message, hint)}
}

// inFile is an error of a whole file.
func inFile(name string, err error) error {
	return &file.Error{Place: file.Place{File: name}, Err: err}
}

// imports gives the module's imports their values.
func (c *converter) imports(m *module) error {
	for _, i := range m.source.imports {
		found, err := c.imported(m, i.module, i.offset)
		if err != nil {
			return err
		}
		declare := func(name string, v value) {
			m.scope.vars[name] = &variable{name: name, value: v, constant: true, ready: true}
		}
		if i.all != "" {
			declare(i.all, found.all())
		}
		if i.fallback != "" {
			declare(i.fallback, found.get("default"))
		}
		for inside, outside := range i.names {
			declare(inside, found.get(outside))
		}
	}
	return nil
}

// provider is what can be imported from.
type provider interface {
	get(name string) value
	all() value
}

// imported is the module that stands at a name: one of k6's, one of the script's own files, or nothing that is known.
func (c *converter) imported(m *module, name string, offset int) (provider, error) {
	if p := builtin(name); p != nil {
		return p, nil
	}
	if !strings.HasPrefix(name, "./") && !strings.HasPrefix(name, "../") && !strings.HasPrefix(name, "/") {
		return unknownModule(name), nil
	}
	at := name
	if !path.IsAbs(name) {
		at = path.Join(path.Dir(filepath.ToSlash(m.name)), name)
	}
	if c.script.Open == nil {
		return unknownModule(name), nil
	}
	text, err := c.script.Open(filepath.FromSlash(at))
	if err != nil {
		return nil, m.errorf(offset, "import: %w", err)
	}
	if path.Ext(name) == ".json" {
		return unknownModule(name), nil
	}
	inner, err := c.module(at, string(text))
	if err != nil {
		return nil, err
	}
	return own{c, inner}, nil
}

// unknownModule has nothing that can be converted.
type unknownModule string

func (u unknownModule) get(string) value {
	return &lost{fmt.Sprintf("it comes from the module %s, which is not converted", string(u))}
}
func (u unknownModule) all() value { return u.get("") }

// own is a module of the script's own.
type own struct {
	c *converter
	m *module
}

func (o own) get(name string) value {
	if inside, ok := o.m.source.exports[name]; ok {
		if v := o.m.scope.find(inside); v != nil {
			return live{v}
		}
	}
	for _, from := range o.m.from {
		inside, ok := from.names[name]
		if from.names == nil {
			inside, ok = name, name != "default"
		}
		if !ok {
			continue
		}
		if p, err := o.c.imported(o.m, from.module, from.offset); err == nil {
			return p.get(inside)
		}
	}
	if v, ok := o.m.exports.get(name); ok {
		return v
	}
	return undefined{}
}

func (o own) all() value {
	all := newObject()
	for outside := range o.m.source.exports {
		all.set(outside, o.get(outside))
	}
	return all
}

// live is a variable of another module: it has the value that it has there.
type live struct{ v *variable }

// offset is where n begins in the text.
func offset(n ast.Node) (at int) {
	defer func() {
		if recover() != nil { // the parser's nodes without content know no place
			at = 0
		}
	}()
	if at := int(n.Idx0()) - 1; at >= 0 {
		return at
	}
	return firstPart(n)
}

// firstPart is where the first part of n begins that knows its place: some statements don't.
func firstPart(n ast.Node) int {
	found := 0
	walk(n, func(part ast.Node) bool {
		if found == 0 && part != n {
			found = max(int(part.Idx0())-1, 0)
		}
		return found == 0
	})
	return found
}

func (m *module) lineOf(n ast.Node) int { return m.line(offset(n)) }

// contains says whether the place of n is one of m; nodes of other modules are not told apart from those of m by it, only by their place.
func (m *module) contains(n ast.Node) bool { return offset(n) >= 0 && offset(n) < len(m.text) }

// excerpt is the first line of n.
func (m *module) excerpt(n ast.Node) string {
	from := min(max(offset(n), 0), len(m.text))
	line, _, _ := strings.Cut(m.text[from:], "\n")
	return strings.TrimSpace(line)
}

// lineText is a line of the module, trimmed.
func (m *module) lineText(number int) string {
	for i, line := range strings.Split(m.text, "\n") {
		if i == number-1 {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
