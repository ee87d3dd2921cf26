package convert

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/convert/k6"
	"example.com/foobar/loadgen/file"
)

// k6Module finds what scripts of k6 have and others have not: an import of one of its modules.
var k6Module = regexp.MustCompile(`(?m)(?:^\s*import\b[^;]*?|\brequire\(\s*)['"]k6(?:/[a-z/]+)?['"]`)

func isK6(name string, text []byte) bool {
	return slices.Contains([]string{".js", ".mjs", ".cjs", ".ts", ".mts"}, strings.ToLower(filepath.Ext(name))) || k6Module.Match(text)
}

func fromK6(s Source, _ Options) (*draft.Draft, error) {
	name := s.Name
	if s.Dir != "" && filepath.Dir(name) != s.Dir {
		name = filepath.Join(s.Dir, filepath.Base(name))
	}
	return k6.Convert(k6.Script{Name: name, Text: string(s.Text), Env: s.Env, Open: readNamed})
}

// readNamed reads a file that a script names.
func readNamed(name string) ([]byte, error) { return file.Read(name, maxNamed) }

// maxNamed bounds a file that a script names, in bytes.
const maxNamed = 256 << 20
