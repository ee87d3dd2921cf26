package ci

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository as seen from this package.
const root = ".."

// MustFiles returns the repository's files that match the patterns, those not yet committed too.
func MustFiles(tb testing.TB, patterns ...string) []string {
	tb.Helper()
	args := append([]string{"-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"}, patterns...)
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		tb.Fatalf("git %q: %v", args, err)
	}
	var files []string
	for name := range strings.SplitSeq(string(out), "\x00") {
		if _, err := os.Stat(filepath.Join(root, name)); name != "" && err == nil {
			files = append(files, name)
		}
	}
	return files
}

// MustRead returns the text of a file of the repository.
func MustRead(tb testing.TB, name string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func TestGoFiles(t *testing.T) {
	const longestFile, longestFunc = 500, 80
	documented := map[string]bool{}
	for _, name := range MustFiles(t, "*.go") {
		text := MustRead(t, name)
		if n := strings.Count(text, "\n"); n > longestFile {
			t.Errorf("%s: %d lines, want at most %d: give a noun of it a file of its own", name, n, longestFile)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		dir := filepath.Dir(name)
		documented[dir] = documented[dir] || file.Doc != nil
		covered := 0 // the last line that a comment covers: it serves for what follows without an empty line, too
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				if n := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1; n > longestFunc {
					t.Errorf("%s: func %s: %d lines, want at most %d", fset.Position(f.Pos()), f.Name.Name, n, longestFunc)
				}
			}
			missing := undocumented(decl)
			if len(missing) == 0 || fset.Position(decl.Pos()).Line == covered+1 {
				covered = fset.Position(decl.End()).Line
				continue
			}
			for _, id := range missing {
				t.Errorf("%s: exported %s has no comment", fset.Position(id.Pos()), id.Name)
			}
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: the package has no comment", dir)
		}
	}
}

// wellKnown are methods that the standard library asks for: their names say what they do.
var wellKnown = []string{
	"Close", "Error", "Unwrap", "String", "Set", "Read", "Write", "ServeHTTP", "Len", "Less", "Swap",
	"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalYAML", "UnmarshalYAML",
}

// undocumented returns the exported names of a declaration that no comment stands above or beside. A comment on a group
// of constants or variables serves for all of it; methods of unexported types need none.
func undocumented(decl ast.Decl) []*ast.Ident {
	var ids []*ast.Ident
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil || !d.Name.IsExported() {
			break
		}
		if d.Recv == nil || exportedReceiver(d.Recv) && !slices.Contains(wellKnown, d.Name.Name) {
			ids = append(ids, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && s.Doc == nil && s.Comment == nil && s.Name.IsExported() {
					ids = append(ids, s.Name)
				}
			case *ast.ValueSpec:
				if d.Doc == nil && s.Doc == nil && s.Comment == nil {
					ids = append(ids, slices.DeleteFunc(slices.Clone(s.Names), func(id *ast.Ident) bool { return !id.IsExported() })...)
				}
			}
		}
	}
	return ids
}

func exportedReceiver(fields *ast.FieldList) bool {
	t := fields.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}

func TestTranslations(t *testing.T) {
	pairs := map[string]string{}
	if files := MustFiles(t, "README.zh-CN.md"); len(files) == 1 {
		pairs["README.md"] = files[0]
	}
	for _, name := range MustFiles(t, "docs/zh/*.md") {
		pairs["docs/"+filepath.Base(name)] = name
	}
	for english, chinese := range pairs {
		t.Run(english, func(t *testing.T) {
			a, b := readOutline(t, english), readOutline(t, chinese)
			if !slices.Equal(a.levels, b.levels) {
				t.Errorf("levels of headings: %s has %v, %s has %v", english, a.levels, chinese, b.levels)
			}
			if len(a.code) != len(b.code) {
				t.Fatalf("blocks of code: %s has %d, %s has %d", english, len(a.code), chinese, len(b.code))
			}
			for i := range a.code {
				if a.code[i] != b.code[i] {
					t.Errorf("block %d of code differs; %s:\n%s\n%s:\n%s", i+1, english, a.code[i], chinese, b.code[i])
				}
			}
		})
	}
}

// comment is what a line of a shell or a configuration says to people, in their language.
var comment = regexp.MustCompile(`(^|\s)#\s.*$`)

// outline is what two translations of a text have in common.
type outline struct {
	levels []int
	code   []string
}

func readOutline(tb testing.TB, name string) outline {
	tb.Helper()
	var o outline
	var block *strings.Builder
	for s := bufio.NewScanner(strings.NewReader(MustRead(tb, name))); s.Scan(); {
		line := s.Text()
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && block == nil:
			block = &strings.Builder{}
		case fence:
			o.code = append(o.code, block.String())
			block = nil
		case block != nil:
			block.WriteString(strings.TrimRight(comment.ReplaceAllString(line, ""), " ") + "\n")
		case strings.HasPrefix(line, "#"):
			o.levels = append(o.levels, len(line)-len(strings.TrimLeft(line, "#")))
		}
	}
	if block != nil {
		tb.Errorf("%s: a block of code is not closed", name)
	}
	return o
}

var link = regexp.MustCompile(`\]\(([^)\s#]+)(?:#[^)]*)?\)`)

func TestLinks(t *testing.T) {
	for _, name := range MustFiles(t, "*.md") {
		for _, m := range link.FindAllStringSubmatch(MustRead(t, name), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", name, m[1])
			}
		}
	}
}

// The Collector is a distribution of others' components and knows nothing of ours: they talk over OTLP.
func TestCollectorStandsAlone(t *testing.T) {
	for _, name := range MustFiles(t, "collector/*.go", "collector/go.mod") {
		for line := range strings.Lines(MustRead(t, name)) {
			if strings.Contains(line, `example.com/foobar/`) && !strings.HasPrefix(line, "module ") {
				t.Errorf("%s: %s", name, strings.TrimSpace(line))
			}
		}
	}
}
