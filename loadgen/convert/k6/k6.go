// Package k6 converts scripts of k6 into files of ours. It reads a script as k6 does and follows it, once, with those values that
// are known, and writes down what it would do with the others. It runs no script and makes no request.
package k6

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/plain"
)

// Script is what there is to convert.
type Script struct {
	// Name is the script's file. The files that it names are found from its folder, and stand in the draft as they are named there.
	Name string
	Text string
	// Env are the variables of __ENV that are known. Options are made with them; elsewhere they stay variables.
	Env map[string]string
	// Open reads a file that the script names.
	Open func(path string) ([]byte, error)
}

// errNoDefault is a script that does nothing.
var errNoDefault = errors.New("no function is exported that users could run: want export default function () {...}, or scenarios that name one in exec")

// Convert converts a script. What is not straight is left out, and told in the draft; an error is a script that can't be read at all.
func Convert(s Script) (d *draft.Draft, err error) {
	defer func() {
		if v := recover(); v != nil {
			d, err = nil, inFile(s.Name, fmt.Errorf("a bug of the conversion: %s\n%s", plain.Text(fmt.Sprint(v)), debug.Stack()))
		}
	}()
	kept, written, cells := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for range maxAttempts {
		c := newConverter(s, kept, written, cells)
		d, again, err := c.attempt()
		if again == nil {
			return d, err
		}
		if again.kept {
			kept[again.name] = true
		}
	}
	return nil, inFile(s.Name, fmt.Errorf("more than %d of its variables go from one iteration to the next", maxAttempts))
}

// maxAttempts bounds how often the conversion begins again, each time with one more variable that users keep.
const maxAttempts = 200

// attempt is one conversion. It says with which variable to begin again.
func (c *converter) attempt() (d *draft.Draft, again *restart, err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case restart:
			again = &v
		default:
			panic(v)
		}
	}()
	d, err = c.convert()
	return d, nil, err
}

// converter is one attempt at a script.
type converter struct {
	script  Script
	modules map[string]*module
	main    *module
	draft   *draft.Draft

	journal []change
	block   *block    // that steps go to; nil while nothing can be done
	last    *variable // the last response
	made    int       // steps
	work    int       // statements and calls
	depth   int       // of calls

	seen    map[ast.Node]bool // statements that were followed
	left    []left
	dropped []left
	names   map[string]bool // variables of the draft
	env     map[string]bool // names of __ENV
	metrics map[string]string
	pieces  map[pieceKey]*expr // of responses, that are kept in variables
	cells   map[string]bool    // variables of the draft that get other values

	// written are variables of the module, and properties of its objects, that users change; kept are those of them that each user
	// keeps from one iteration to the next. userNames are their names in the draft.
	written, kept map[string]bool
	userNames     map[string]string
	// inside says what of the script is being followed: "setup", "default", the name of another function.
	inside string
	at     *module // of the function that is being followed
	// begin is where the function that is being followed begins.
	begin *block
	begun map[string]bool // kept variables that it gives their first value
	loops int             // that are being followed as loops
	// carryUnset says that variables without a value are carried through loops, too.
	carryUnset bool
}

// left is a piece of the script that is not converted.
type left struct {
	node   ast.Node
	line   int
	text   string
	reason string
}

func newConverter(s Script, kept, written, cells map[string]bool) *converter {
	return &converter{last: &variable{value: undefined{}}, cells: cells, written: written, userNames: map[string]string{}, begun: map[string]bool{},
		script: s, modules: map[string]*module{}, draft: &draft.Draft{What: "statements"}, seen: map[ast.Node]bool{},
		names: map[string]bool{}, env: map[string]bool{}, metrics: map[string]string{}, pieces: map[pieceKey]*expr{}, kept: kept}
}

// convert follows the script: first what stands outside of functions, then its set-up, its functions and its tear-down.
func (c *converter) convert() (*draft.Draft, error) {
	main, err := c.module(c.script.Name, c.script.Text)
	if err != nil {
		return nil, err
	}
	c.at = main
	c.main = main
	scenarios := c.options()
	data := c.setup()
	if err := c.functions(scenarios, data); err != nil {
		return nil, inFile(c.script.Name, err)
	}
	c.teardown(data)
	c.summaryFunction()
	return c.result(), nil
}

func (c *converter) result() *draft.Draft {
	d := c.draft
	d.Comment = "Converted from " + filepath.Base(c.script.Name) + "."
	d.Script.Metrics = c.metrics
	if len(c.metrics) == 0 {
		d.Script.Metrics = nil
	}
	c.finishData()
	prune(&d.Script)
	d.Environment = sortedNames(c.env)
	unconverted := map[ast.Node]bool{}
	for _, l := range unique(c.left) {
		unconverted[l.node] = true
		d.Left = append(d.Left, draft.Left{Line: l.line, Text: l.text, Reason: l.reason})
	}
	for _, l := range unique(c.dropped) {
		d.Dropped = append(d.Dropped, draft.Left{Line: l.line, Text: l.text, Reason: l.reason})
	}
	for n := range c.seen {
		if !unconverted[n] {
			d.Converted++
		}
	}
	return d
}

// unique are those of all that differ, by line: a function that is called twice is left out once.
func unique(all []left) []left {
	var found []left
	for _, l := range all {
		same := func(o left) bool { return o.line == l.line && o.reason == l.reason && o.text == l.text }
		if !slices.ContainsFunc(found, same) {
			found = append(found, l)
		}
	}
	slices.SortStableFunc(found, func(a, b left) int { return a.line - b.line })
	return found
}

func sortedNames(set map[string]bool) []string {
	var all []string
	for name := range set {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// unsupported is why a piece of the script can't be converted. It goes up as a panic to the statement.
type unsupported struct {
	reason string
	node   ast.Node
}

// restart ends an attempt: a variable is written by users, and perhaps has to be kept by each.
type restart struct {
	name string
	kept bool
}

// fail gives up the statement that is being followed.
func (c *converter) fail(at ast.Node, format string, args ...any) {
	panic(&unsupported{fmt.Sprintf(format, args...), at})
}

// catch runs f and returns why it was given up, nil if it was not.
func catch(f func()) (why *unsupported) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *unsupported:
			why = v
		default:
			panic(v)
		}
	}()
	f()
	return nil
}

// leave notes that a statement is not converted, where it would have been.
func (c *converter) leave(m *module, n ast.Node, why *unsupported) {
	at, text := m.lineOf(n), m.excerpt(n)
	if why.node != nil && m.contains(why.node) && n != why.node {
		at = m.lineOf(why.node)
		text = m.lineText(at)
	}
	c.left = append(c.left, left{n, at, text, why.reason})
	c.did(func() { c.left = c.left[:len(c.left)-1] })
	if c.block != nil {
		c.add(&step{comment: "left out: " + comment(at, text, why.reason)})
	}
}

// drop notes that a piece of the script is not needed.
func (c *converter) drop(m *module, n ast.Node, reason string) {
	at, text := m.lineOf(n), m.excerpt(n)
	c.dropped = append(c.dropped, left{n, at, text, reason})
	c.did(func() { c.dropped = c.dropped[:len(c.dropped)-1] })
	if c.block != nil {
		c.add(&step{comment: comment(at, text, reason)})
	}
}

func comment(line int, text, reason string) string {
	return draft.Left{Line: line, Text: text, Reason: reason}.String()
}

// trial runs f, and takes all back if a piece of it could not be converted; it says whether it could.
func (c *converter) trial(f func()) bool {
	mark, unconverted, made := len(c.journal), len(c.left), c.made
	outer := *c
	why := catch(f)
	if why == nil && len(c.left) == unconverted {
		return true
	}
	c.block, c.depth, c.loops, c.begin = outer.block, outer.depth, outer.loops, outer.begin
	c.back(mark)
	c.made = made
	return false
}

// unusedName is a name for a variable of the draft, like the one that the script has.
func (c *converter) unusedName(like string) string {
	like = strings.TrimLeft(notInNames.ReplaceAllString(like, "_"), "_0123456789")
	if like == "" {
		like = "value"
	}
	if slices.Contains(reserved, like) {
		like += "1"
	}
	found := like
	for i := 2; c.names[found]; i++ {
		found = fmt.Sprintf("%s%d", like, i)
	}
	c.names[found] = true
	c.did(func() { delete(c.names, found) })
	return found
}
