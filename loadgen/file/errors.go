package file

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/foobar/loadgen/nearest"
)

// Place is where something stands in a file: line and column from 1, or 0 where they aren't known.
type Place struct {
	File         string
	Line, Column int
}

// String is the form that editors follow: "test.yaml:3:11".
func (p Place) String() string {
	var parts []string
	if p.File != "" {
		parts = append(parts, p.File)
	}
	switch {
	case p.Line == 0:
	case p.File == "" && p.Column == 0:
		return fmt.Sprintf("line %d", p.Line)
	case p.File == "":
		return fmt.Sprintf("line %d, column %d", p.Line, p.Column)
	case p.Column == 0:
		parts = append(parts, fmt.Sprint(p.Line))
	default:
		parts = append(parts, fmt.Sprint(p.Line), fmt.Sprint(p.Column))
	}
	return strings.Join(parts, ":")
}

// Error is something wrong in a file.
type Error struct {
	Place Place
	Path  string // "scenarios.buy.rate"; empty for the whole file
	Err   error  // what is wrong, and the accepted form
}

// Error names the place, the key and what is wrong.
func (e *Error) Error() string { return join(e.Place, e.Path, e.Err.Error()) }

// Unwrap is what is wrong.
func (e *Error) Unwrap() error { return e.Err }

func join(p Place, path, message string) string {
	var parts []string
	for _, part := range []string{p.String(), path, message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// UnknownKeyError is a key that nothing is known by.
type UnknownKeyError struct {
	Place Place
	// Path leads to the map with the key, "scenarios.buy" say; it is empty at the top.
	Path, Key string
	// Known are the keys that the map can have, sorted.
	Known []string
}

// Error names the key, where it stands, and the known one that may have been meant, or all.
func (e *UnknownKeyError) Error() string {
	message := fmt.Sprintf("unknown option %q", e.Key)
	if e.Path != "" {
		message += " in " + e.Path
	}
	return join(e.Place, "", message+nearest.Hint(": ", e.Key, e.Known))
}

// Unknown is the error that n's key is none of those known.
func (n *Node) Unknown(known []string) *UnknownKeyError {
	known = slices.Clone(known)
	slices.Sort(known)
	e := &UnknownKeyError{Place: n.place(n.keyAt), Key: n.key, Known: known}
	if n.parent != nil {
		e.Path = n.parent.Path()
	}
	return e
}

func (n *Node) place(at position) Place { return n.doc.place(at) }

func (d *document) place(at position) Place {
	if d.json && at.line == 0 {
		before := d.text[:min(int(at.offset), len(d.text))]
		from := bytes.LastIndexByte(before, '\n') + 1
		return Place{d.name, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[from:])}
	}
	return Place{d.name, int(at.line), int(at.column)}
}
