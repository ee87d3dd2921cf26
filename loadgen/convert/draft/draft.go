// Package draft is a file of ours in the making: what a converter made of a script, of recorded traffic or of a description of
// an API, and what it had to leave out. It writes the file; it reads no source.
package draft

import (
	"fmt"
	"strings"

	"example.com/foobar/loadgen/load"
	"example.com/foobar/loadgen/plain"
	"example.com/foobar/loadgen/script"
)

// Draft is what a converter makes. The comments of its steps (script.Step.Comment) stand above them in the file; a step that has a
// comment and nothing else is written as that comment alone.
type Draft struct {
	// Comment stands at the top of the file.
	Comment string
	Options load.Options
	Env     map[string]string
	Script  script.Script

	// What is the plural of what Converted counts: "commands", "requests".
	What string
	// Converted is how many of them are in the draft as a whole.
	Converted int
	// Left is what is not in it, by line.
	Left []Left
	// Dropped is what is not in it and is not needed for the same load, such as what a script prints.
	Dropped []Left
	// Environment are the variables of the environment that the source looks at, whether it can do without them or not.
	Environment []string
	// Variables are those of the environment that the file can't do without; most of them stand for secrets of the source.
	Variables []string
}

// Left is a piece of the source that is not in the draft.
type Left struct {
	Line   int    // in the source, from 1; 0 if it has no line
	Text   string // the piece, or its beginning
	Reason string
}

// maxText bounds how much of a piece of the source is shown.
const maxText = 100

// Leave notes that a piece of the source is not in the draft.
func (d *Draft) Leave(line int, text, reason string, args ...any) {
	d.Left = append(d.Left, Left{Line: line, Text: text, Reason: fmt.Sprintf(reason, args...)})
}

// Whole says whether nothing was left out.
func (d *Draft) Whole() bool { return len(d.Left) == 0 }

// String is "line 7: TEXT: REASON" on one line, without control characters.
func (l Left) String() string {
	var parts []string
	if l.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", l.Line))
	}
	if text := short(plain.Line(strings.TrimSpace(l.Text))); text != "" {
		parts = append(parts, text)
	}
	return strings.Join(append(parts, plain.Line(l.Reason)), ": ")
}

// Summary says how much is in the draft, and in a line each what is not, and what need not be.
func (d *Draft) Summary() string {
	var b strings.Builder
	what := d.What
	if d.Converted == 1 {
		what = strings.TrimSuffix(what, "s")
	}
	fmt.Fprintf(&b, "%d %s converted", d.Converted, what)
	switch n := len(d.Left); n {
	case 0:
		b.WriteString(", nothing left out\n")
	case 1:
		b.WriteString(", one thing left out:\n")
	default:
		fmt.Fprintf(&b, ", %d things left out:\n", n)
	}
	for _, l := range d.Left {
		fmt.Fprintf(&b, "  %s\n", l)
	}
	for _, l := range d.Dropped {
		fmt.Fprintf(&b, "  not needed: %s\n", l)
	}
	if len(d.Variables) > 0 {
		fmt.Fprintf(&b, "what is not in the file has to be given with it: -env %s=...\n", strings.Join(d.Variables, "=... -env "))
	}
	return b.String()
}

func short(s string) string {
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText-1]) + "…"
	}
	return s
}
