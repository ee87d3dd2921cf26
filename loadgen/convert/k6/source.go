package k6

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"example.com/foobar/loadgen/file"
)

// source is a module's text with its imports and exports taken out, because the parser reads scripts and no modules. All that is
// left stands where it stood, so that places stay right.
type source struct {
	name    string
	text    string
	code    []byte // what is parsed
	imports []imported
	exports map[string]string // the name outside: the name inside
	from    []reexport
}

// imported is one import.
type imported struct {
	module   string
	names    map[string]string // the name inside: the name in the module
	all      string            // the name of "* as all"
	fallback string            // the name of the default export
	offset   int
}

// reexport is "export {a as b} from module", or, with no names, "export * from module".
type reexport struct {
	module string
	names  map[string]string
	offset int
}

// defaultName is what the default export is called inside. It is as long as "export default " but for its space.
const defaultName = "$default"

// readModule takes the imports and exports out of a module.
func readModule(name, text string) (*source, error) {
	s := &source{name: name, text: text, code: []byte(text), exports: map[string]string{}}
	scan := &scanner{text: text}
	for {
		word, at, ok := scan.statement()
		if !ok {
			return s, scan.err
		}
		end, err := s.take(word, at)
		if err != nil {
			return nil, err
		}
		scan.at = max(scan.at, end)
	}
}

// take takes one import or export out, and returns where it ends.
func (s *source) take(word string, at int) (int, error) {
	rest := s.text[at:]
	if word == "import" {
		return s.takeImport(rest, at)
	}
	switch {
	case exportDefault().MatchString(rest):
		s.exports["default"] = defaultName
		n := len(exportDefault().FindString(rest))
		s.replace(at, n, "var "+defaultName+" =")
		return at + n, nil
	case exportFrom().MatchString(rest), exportNames().MatchString(rest), exportAll().MatchString(rest):
		return s.takeExport(rest, at)
	}
	m := exportDeclaration().FindStringSubmatch(rest)
	if m == nil {
		return 0, s.errorf(at, "this export can't be read: want export default, export const NAME, export function NAME or export {NAME}")
	}
	s.exports[m[1]] = m[1]
	s.replace(at, len("export"), "")
	return at + len("export"), nil
}

var (
	exportDefault     = lazily(`^export\s+default\b`)
	exportDeclaration = lazily(`^export\s+(?:async\s+)?(?:const|let|var|function\s*\*?|class)\s*([\p{L}_$][\p{L}\p{N}_$]*)`)
	exportNames       = lazily(`^export\s*\{([^}]*)\}\s*;?`)
	exportFrom        = lazily(`^export\s*\{([^}]*)\}\s*from\s*(?:'([^'\n]*)'|"([^"\n]*)")\s*;?`)
	exportAll         = lazily(`^export\s*\*\s*from\s*(?:'([^'\n]*)'|"([^"\n]*)")\s*;?`)
	importStatement   = lazily(`^import\s*(?:([\p{L}_$][\p{L}\p{N}_$]*)?\s*,?\s*(?:\*\s*as\s+([\p{L}_$][\p{L}\p{N}_$]*)|\{([^}]*)\})?\s*from\s*)?(?:'([^'\n]*)'|"([^"\n]*)")\s*;?`)
	comment0          = lazily(`(?s)//[^\n]*|/\*.*?\*/`)
)

// lazily is a regular expression that is compiled when it is asked for: what runs no script does not wait for it.
func lazily(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func (s *source) takeImport(rest string, at int) (int, error) {
	m := importStatement().FindStringSubmatch(rest)
	if m == nil {
		return 0, s.errorf(at, `this import can't be read: want import NAME from "MODULE" or import {NAME} from "MODULE"`)
	}
	s.imports = append(s.imports, imported{module: m[4] + m[5], names: names(m[3]), all: m[2], fallback: m[1], offset: at})
	s.replace(at, len(m[0]), "")
	return at + len(m[0]), nil
}

func (s *source) takeExport(rest string, at int) (int, error) {
	var whole string
	if m := exportFrom().FindStringSubmatch(rest); m != nil {
		whole = m[0]
		s.from = append(s.from, reexport{m[2] + m[3], names(m[1]), at})
	} else if m := exportAll().FindStringSubmatch(rest); m != nil {
		whole = m[0]
		s.from = append(s.from, reexport{m[1] + m[2], nil, at})
	} else {
		m := exportNames().FindStringSubmatch(rest)
		whole = m[0]
		for outside, inside := range names(m[1]) {
			s.exports[outside] = inside
		}
	}
	s.replace(at, len(whole), "")
	return at + len(whole), nil
}

// names reads "a, b as c": to a and c from a and b, by the name behind "as".
func names(list string) map[string]string {
	found := map[string]string{}
	for part := range strings.SplitSeq(comment0().ReplaceAllString(list, " "), ",") {
		fields := strings.Fields(part)
		switch {
		case len(fields) == 1:
			found[fields[0]] = fields[0]
		case len(fields) == 3 && fields[1] == "as":
			found[fields[2]] = fields[0]
		}
	}
	return found
}

// replace puts text in the place of n bytes, and blanks for what is left of them but the ends of lines.
func (s *source) replace(at, n int, text string) {
	for i := range n {
		switch {
		case i < len(text):
			s.code[at+i] = text[i]
		case s.code[at+i] != '\n':
			s.code[at+i] = ' '
		}
	}
}

// line is the line of an offset, from 1.
func (s *source) line(offset int) int {
	offset = min(max(offset, 0), len(s.text))
	return strings.Count(s.text[:offset], "\n") + 1
}

// column is the column of an offset, from 1.
func (s *source) column(offset int) int {
	offset = min(max(offset, 0), len(s.text))
	return offset - strings.LastIndexByte(s.text[:offset], '\n')
}

func (s *source) errorf(offset int, format string, args ...any) error {
	return &file.Error{Place: file.Place{File: s.name, Line: s.line(offset), Column: s.column(offset)}, Err: fmt.Errorf(format, args...)}
}
