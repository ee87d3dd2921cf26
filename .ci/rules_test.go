package ci

import (
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
	pairs := translations(t)
	for english, chinese := range pairs {
		t.Run(english, func(t *testing.T) {
			a, b := readSections(t, english), readSections(t, chinese)
			if len(a) != len(b) {
				t.Fatalf("headings: %s has %d, %s has %d", english, len(a), chinese, len(b))
			}
			for i := range a {
				compareSections(t, a[i], b[i])
			}
			compareLinks(t, pairs, english, chinese)
			compareLanguageLinks(t, english, chinese)
			checkChinese(t, chinese)
		})
	}
}

// translations returns the Chinese page of each English page that has one.
func translations(tb testing.TB) map[string]string {
	tb.Helper()
	pairs := map[string]string{}
	if files := MustFiles(tb, "README.zh-CN.md"); len(files) == 1 {
		pairs["README.md"] = files[0]
	}
	for _, name := range MustFiles(tb, "docs/zh/*.md") {
		pairs["docs/"+filepath.Base(name)] = name
	}
	return pairs
}

// section is a heading and what stands below it, up to the next one.
type section struct {
	heading string
	level   int
	blocks  []block
}

// block is a paragraph, an item of a list, a row of a table, or code, without its comments.
type block struct{ kind, text string }

func (s *section) begin(kind string) { s.blocks = append(s.blocks, block{kind: kind}) }

func (s *section) add(line string) { s.blocks[len(s.blocks)-1].text += line + "\n" }

func (s *section) kinds() (kinds []string) {
	for _, b := range s.blocks {
		kinds = append(kinds, b.kind)
	}
	return kinds
}

var (
	// comment is what a line of a shell or a configuration says to people, in their language.
	comment = regexp.MustCompile(`(^|\s)#\s.*$`)
	item    = regexp.MustCompile(`^\s*(-|\d+\.) `)
)

func readSections(tb testing.TB, name string) []*section {
	tb.Helper()
	sections := []*section{{}}
	inCode, inText := false, false
	for line := range strings.Lines(MustRead(tb, name)) {
		line = strings.TrimRight(line, "\n")
		last := sections[len(sections)-1]
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			if inCode, inText = !inCode, false; inCode {
				last.begin("code")
			}
		case inCode:
			last.add(strings.TrimRight(comment.ReplaceAllString(line, ""), " "))
		case strings.HasPrefix(line, "#"):
			heading := strings.TrimLeft(line, "#")
			sections = append(sections, &section{heading: strings.TrimSpace(heading), level: len(line) - len(heading)})
			inText = false
		case strings.TrimSpace(line) == "":
			inText = false
		case strings.HasPrefix(line, "|"):
			last.begin("row")
			last.add(line)
		case item.MatchString(line):
			last.begin("item")
			last.add(line)
			inText = true
		default:
			if !inText {
				last.begin("paragraph")
			}
			last.add(line)
			inText = true
		}
	}
	if inCode {
		tb.Errorf("%s: a block of code is not closed", name)
	}
	return sections
}

var (
	codeSpan = regexp.MustCompile("`[^`]+`")
	number   = regexp.MustCompile(`\d+([.,]\d+)*`)
	word     = regexp.MustCompile(`[A-Za-z][A-Za-z']*`)
	han      = regexp.MustCompile(`\p{Han}`)
)

// compareSections finds what a translation has dropped, added or moved: blocks, code, names in backquotes and numbers.
func compareSections(t *testing.T, english, chinese *section) {
	t.Helper()
	if english.level != chinese.level {
		t.Errorf("%q has level %d, %q has %d", english.heading, english.level, chinese.heading, chinese.level)
	}
	if a, b := english.kinds(), chinese.kinds(); !slices.Equal(a, b) {
		t.Errorf("%q consists of\n%v, %q of\n%v", english.heading, a, chinese.heading, b)
		return
	}
	for i, a := range english.blocks {
		b := chinese.blocks[i]
		if a.kind == "code" {
			if a.text != b.text {
				t.Errorf("%q: code differs from the original's:\n%s\n%s", chinese.heading, b.text, a.text)
			}
			continue
		}
		reportMissing(t, b.text, names(a.text), names(b.text))
		reportMissing(t, a.text, names(b.text), names(a.text))
		reportMissing(t, b.text, numbers(a.text), numbers(b.text)) // the Chinese has more: 25 November is 11 月 25 日
		if words, chars := len(word.FindAllString(prose(a.text), -1)), len(han.FindAllString(b.text, -1)); words >= 20 && chars*10 < words*9 {
			t.Errorf("%q has %d characters for %d words: has a sentence been dropped?", b.text, chars, words)
		}
		if x, y := strings.Count(a.text, " | "), strings.Count(b.text, " | "); x != y {
			t.Errorf("%q has %d columns, want %d", b.text, y, x)
		}
	}
}

func names(text string) []string {
	return codeSpan.FindAllString(strings.ReplaceAll(text, "\n", " "), -1)
}

func numbers(text string) []string {
	return number.FindAllString(codeSpan.ReplaceAllString(text, ""), -1)
}

func reportMissing(t *testing.T, text string, want, got []string) {
	t.Helper()
	for _, s := range want {
		if !slices.Contains(got, s) {
			t.Errorf("%q lacks %s", text, s)
		}
	}
}

// compareLinks wants the same links in both, those of the Chinese page to Chinese pages where there are any.
func compareLinks(t *testing.T, pairs map[string]string, english, chinese string) {
	t.Helper()
	targets := func(name string) (list []string) {
		for _, m := range link.FindAllStringSubmatch(MustRead(t, name), -1) {
			if target := m[1]; strings.Contains(target, "://") {
				list = append(list, target)
			} else {
				list = append(list, filepath.ToSlash(filepath.Join(filepath.Dir(name), target)))
			}
		}
		slices.Sort(list)
		return list
	}
	want := targets(english)
	for i, target := range want {
		switch translated, ok := pairs[target]; {
		case ok:
			want[i] = translated
		case target == chinese:
			want[i] = english
		}
	}
	slices.Sort(want)
	if got := targets(chinese); !slices.Equal(got, want) {
		t.Errorf("%s has links to\n%v, want\n%v", chinese, got, want)
	}
}

// compareLanguageLinks wants the way to the other language below the title of each page.
func compareLanguageLinks(t *testing.T, english, chinese string) {
	t.Helper()
	for from, to := range map[string]string{english: chinese, chinese: english} {
		target, err := filepath.Rel(filepath.Dir(from), to)
		if err != nil {
			t.Fatal(err)
		}
		language := "English"
		if to == chinese {
			language = "中文"
		}
		want := "[" + language + "](" + filepath.ToSlash(target) + ")"
		if lines := strings.Split(MustRead(t, from), "\n"); len(lines) < 3 || lines[2] != want {
			t.Errorf("%s: the third line is not %s", from, want)
		}
	}
}

// misused are words that stand for something which another word is for, and marks that are not Chinese.
var misused = []struct {
	pattern *regexp.Regexp
	say     string
}{
	{regexp.MustCompile(`询问`), "请求 for a request"},
	{regexp.MustCompile(`情形`), "用例 for a case"},
	{regexp.MustCompile(`(?i)\btraces?\b`), "链路 for a trace"},
	{regexp.MustCompile(`跨度`), "span for a span"},
	{regexp.MustCompile(`决定 ?\d|作出决定|裁决`), "决策 for a decision"},
	{regexp.MustCompile(`(可以|互不|不|没有人|谁)引用`), "导入 for an import"},
	{regexp.MustCompile(`负载测试|压力测试|负载(生成|发生)器|发生器`), "压测 for load testing, 压测工具 for the generator"},
	{regexp.MustCompile(`仪表盘`), "仪表板 for a dashboard"},
	{regexp.MustCompile(`门槛|关卡`), "门禁 for a gate"},
	{regexp.MustCompile(`同类程序`), "同类工具 for peers"},
	{regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9%]\p{Han}`), "a space between Chinese and Latin or digits"},
	{regexp.MustCompile(`\p{Han} ?[,;:!?()]|[,;:!?()] ?\p{Han}|\p{Han}\.`), "Chinese punctuation beside Chinese"},
	{regexp.MustCompile(`\p{Han} +\p{Han}| [，。：；、（）？“”]|[，。：；、（）？“”] `), "no space within Chinese"},
}

var (
	linkText = regexp.MustCompile(`!?\[([^\]]+)\]\([^)]+\)`)
	literal  = regexp.MustCompile("`[^`]+`|<http[^>]+>|" + `\*[A-Za-z][A-Za-z± ,]*\*`) // code, addresses, and titles in italics
)

// checkChinese holds a page to one word for one thing and to Chinese typography. Names in backquotes count as Latin.
func checkChinese(t *testing.T, name string) {
	t.Helper()
	for _, s := range readSections(t, name) {
		checkProse(t, name, s.heading)
		for _, b := range s.blocks {
			if b.kind == "code" {
				continue
			}
			if text := strings.TrimSpace(b.text); strings.Contains(text, "\n") {
				t.Errorf("%s: %q has a line break, which is shown as a space", name, text)
			} else {
				checkProse(t, name, text)
			}
		}
	}
}

// prose is a text without the targets of its links, and with an X for what is said in no language.
func prose(text string) string {
	return linkText.ReplaceAllString(literal.ReplaceAllString(text, "X"), "$1")
}

func checkProse(t *testing.T, name, line string) {
	t.Helper()
	text := strings.Trim(strings.ReplaceAll(prose(line), "*", ""), "| ")
	for _, m := range misused {
		if found := m.pattern.FindString(strings.ReplaceAll(text, " | ", "\n")); found != "" {
			t.Errorf("%s: %q in %q: want %s", name, found, line, m.say)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s#]+)(?:#[^)]*)?\)`)

// anchor is a link to a heading of the same page.
var anchor = regexp.MustCompile(`\]\(#([^)]+)\)`)

// slug is the anchor that a heading has.
func slug(heading string) string {
	heading = strings.ReplaceAll(strings.ToLower(heading), " ", "-")
	return regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(heading, "")
}

func TestAnchors(t *testing.T) {
	for _, name := range MustFiles(t, "*.md") {
		headings := map[string]bool{}
		for _, s := range readSections(t, name) {
			headings[slug(s.heading)] = true
		}
		for _, m := range anchor.FindAllStringSubmatch(MustRead(t, name), -1) {
			if !headings[m[1]] {
				t.Errorf("%s: the link to #%s leads nowhere", name, m[1])
			}
		}
	}
}

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
