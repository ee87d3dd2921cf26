// Package golang writes the Go program that does what a draft says: a load test with package command around it. What it has no
// Go for stands in it as a TODO.
package golang

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/script"
)

// Write writes the program. What could not be written is added to what the draft leaves out.
func Write(d *draft.Draft) ([]byte, error) {
	g := &generator{draft: d, script: &d.Script, imports: map[string]bool{modulePath + "/command": true, modulePath + "/load": true},
		helpers: map[string]bool{}, variables: map[string]string{}, functions: map[string]string{}, rows: map[string]string{}, tables: map[string]string{}, metricNames: map[string]string{}}
	g.nameAll()
	body := g.body()
	g.dropUnused(body)
	var b bytes.Buffer
	b.WriteString(comment(d.Comment))
	b.WriteString("package main\n\nimport (\n")
	b.WriteString(g.imported())
	b.WriteString(")\n\n" + body)
	out, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("writing Go: %w", err)
	}
	return out, nil
}

// dropUnused drops what is imported for something that became a TODO.
func (g *generator) dropUnused(body string) {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+body, 0)
	if err != nil {
		return // which format tells
	}
	used := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok {
				used[of.Name] = true
			}
		}
		return true
	})
	for imported := range g.imports {
		if !used[path.Base(imported)] {
			delete(g.imports, imported)
		}
	}
}

// imported are the imports: Go's own first.
func (g *generator) imported() string {
	var standard, others strings.Builder
	for _, path := range slices.Sorted(maps.Keys(g.imports)) {
		to := &standard
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
			to = &others
		}
		fmt.Fprintf(to, "%q\n", path)
	}
	return standard.String() + "\n" + others.String()
}

const modulePath = "example.com/foobar/loadgen"

// generator writes one program.
type generator struct {
	draft     *draft.Draft
	script    *script.Script
	imports   map[string]bool
	helpers   map[string]bool
	variables map[string]string // of the script: their names in Go
	functions map[string]string // and those of its functions
	rows      map[string]string // the row of each data in values
	tables    map[string]string // the rows of each data

	metricNames map[string]string // the script's own metrics
	out         strings.Builder
	once        int // how many steps are done once
	loops       int // around the current step
	usesLast    bool
}

// nameAll gives names of Go to what the script has names for.
func (g *generator) nameAll() {
	fields, top := map[string]bool{"begin": true}, map[string]bool{"users": true, "setUp": true, "tearDown": true, "newTest": true, "kept": true}
	for _, name := range slices.Sorted(maps.Keys(g.variableNames())) {
		g.variables[name] = unique(goName(name), fields)
	}
	for _, name := range slices.Sorted(maps.Keys(g.script.Data)) {
		g.rows[name] = unique(goName(name+" row"), fields)
		g.tables[name] = unique(goName(name+" data"), top)
	}
	for _, name := range slices.Sorted(maps.Keys(g.script.Metrics)) {
		if makers[g.script.Metrics[name]][0] != "" {
			g.metricNames[name] = unique(goName(name), top)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.script.Functions)) {
		g.functions[name] = unique(goName(name), top)
	}
}

// variableNames are the variables that steps set.
func (g *generator) variableNames() map[string]bool {
	names := map[string]bool{}
	g.walk(func(s *script.Step) {
		for name := range s.Extract {
			names[name] = true
		}
		for _, one := range s.Set {
			names[one.Name] = true
		}
		for name := range s.Each {
			names[name] = true
		}
	})
	return names
}

// walk calls visit for all steps, and those within them.
func (g *generator) walk(visit func(*script.Step)) {
	all := g.script.Lists()
	for _, name := range slices.Sorted(maps.Keys(g.script.Functions)) {
		steps := g.script.Functions[name]
		all = append(all, &steps)
	}
	for len(all) > 0 {
		for i := range *all[0] {
			s := &(*all[0])[i]
			visit(s)
			all = append(all, s.Within()...)
		}
		all = all[1:]
	}
}

// unique is name with as many _ behind it as no other name has.
func unique(name string, taken map[string]bool) string {
	for taken[name] || reserved[name] {
		name += "_"
	}
	taken[name] = true
	return name
}

// body is everything below the imports.
func (g *generator) body() string {
	var b strings.Builder
	functions := g.allFunctions()
	b.WriteString("func main() { command.Main(newTest()) }\n\n")
	b.WriteString(g.test())
	if g.script.BaseURL != "" && !strings.Contains(g.script.BaseURL, "${") {
		fmt.Fprintf(&b, "\n// baseURL is what URLs go on from.\nconst baseURL = %q\n", strings.TrimSuffix(g.script.BaseURL, "/"))
	}
	b.WriteString(g.values())
	b.WriteString(g.metrics())
	b.WriteString(g.data())
	b.WriteString(functions)
	for _, name := range slices.Sorted(maps.Keys(g.helpers)) {
		b.WriteString("\n" + helperText[name] + "\n")
	}
	return b.String()
}

// allFunctions are the functions of the users, of set-up and of tear-down.
func (g *generator) allFunctions() string {
	var b strings.Builder
	if len(g.script.Requests) > 0 {
		b.WriteString(g.function("users", "users is an iteration of one user.", g.script.Requests))
	}
	for _, name := range slices.Sorted(maps.Keys(g.script.Functions)) {
		of := g.functions[name]
		b.WriteString(g.function(of, of+" is "+name+" of the file.", g.script.Functions[name]))
	}
	if len(g.script.Setup) > 0 {
		b.WriteString(g.function("setUp", "setUp is done once, before the load.", g.script.Setup))
	}
	if len(g.script.Teardown) > 0 {
		b.WriteString(g.function("tearDown", "tearDown is done once, after the load.", g.script.Teardown))
	}
	return b.String()
}

// function is a function of Go that does steps.
func (g *generator) function(name, about string, steps []script.Step) string {
	g.out.Reset()
	g.usesLast = false
	g.steps(steps)
	text := g.out.String()
	switch {
	case !g.usesLast:
	case readsLast.MatchString(text):
		text = "res := &load.Response{}\n" + text
	default: // what was to look at it is a TODO
		text = assignsLast.ReplaceAllString(strings.ReplaceAll(text, "res = all[", "_ = all["), "")
	}
	return fmt.Sprintf("\n%sfunc %s(vu *load.VU%s) error {\n%sreturn nil\n}\n", comment(about), name, g.valuesParameter(), text)
}

func (g *generator) valuesParameter() string {
	if g.needsValues() {
		return ", v *values"
	}
	return ""
}

// needsValues says whether users have values of their own.
func (g *generator) needsValues() bool {
	once := false
	g.walk(func(s *script.Step) { once = once || s.Once != nil })
	return once || len(g.variables) > 0 || len(g.script.Data) > 0
}

var (
	readsLast   = regexp.MustCompile(`\bres(?:\.|[,)])`)
	assignsLast = regexp.MustCompile(`(?m)^res = `)
)

// todo writes what has no Go, and notes it.
func (g *generator) todo(what string, err error) {
	reason := "it has no Go yet; write it by hand"
	if err != nil {
		reason = err.Error()
	}
	g.draft.Leave(0, what, "%s", reason)
	g.line("%s", strings.TrimSuffix(comment("TODO: "+what+": "+reason), "\n"))
}

func (g *generator) line(text string, args ...any) {
	fmt.Fprintf(&g.out, text+"\n", args...)
}

func (g *generator) use(paths ...string) {
	for _, path := range paths {
		g.imports[path] = true
	}
}

// help is a call of one of the helpers.
func (g *generator) help(name string) string {
	if !g.helpers[name] {
		g.helpers[name] = true
		g.use(helperImports[name]...)
		for _, other := range helperNeeds[name] {
			g.help(other)
		}
	}
	return name
}
