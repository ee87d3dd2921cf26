package command

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestDocs does what the pages say: each file that they show is run, and each command. A block's file is named behind its language,
// as in "```yaml shop.yaml"; a block of YAML without a name is a part of a file. Times are short here.
func TestDocs(t *testing.T) {
	for _, page := range []string{"loadgen.md", "files.md"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("../../docs", page))
			if err != nil {
				t.Fatal(err)
			}
			d := newDocs(t)
			blocks := documented(t, string(text))
			for _, b := range blocks {
				if b.file != "" {
					d.write(b.file, b.text)
				}
			}
			for _, b := range blocks {
				t.Run(fmt.Sprintf("line %d", b.line), func(t *testing.T) { d.do(t, b) })
			}
			if d.done == 0 {
				t.Error("nothing on the page was run")
			}
		})
	}
}

// documentedBlock is a block of code of a page: its language, its file's name if it has one, and the line where it begins.
type documentedBlock struct {
	language, file, text string
	line                 int
}

func documented(t *testing.T, page string) (blocks []documentedBlock) {
	var b *documentedBlock
	number := 0
	for line := range strings.Lines(page) {
		number++
		switch info, fence := strings.CutPrefix(strings.TrimSpace(line), "```"); {
		case fence && b == nil:
			language, file, _ := strings.Cut(info, " ")
			b = &documentedBlock{language: language, file: file, line: number}
		case fence:
			blocks = append(blocks, *b)
			b = nil
		case b != nil:
			b.text += line
		}
	}
	if b != nil {
		t.Fatalf("line %d: a block of code that isn't closed", b.line)
	}
	return blocks
}

// docs are a page's files, in a folder of their own, and a server that its URLs lead to.
type docs struct {
	dir   string
	hosts string
	done  int
}

func newDocs(t *testing.T) *docs {
	s := httptest.NewServer(http.HandlerFunc(shop))
	t.Cleanup(s.Close)
	address := strings.TrimPrefix(s.URL, "http://")
	var hosts []string
	for _, name := range []string{"localhost:8080", "foo:5000", "shop.example:80"} {
		hosts = append(hosts, name+"="+address)
	}
	d := &docs{dir: t.TempDir(), hosts: strings.Join(hosts, ",")}
	d.write("order.json", `{"item": 7}`)
	return d
}

func (d *docs) write(name, text string) {
	name = filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		panic(err)
	}
	if err := os.WriteFile(name, []byte(hurried(text)), 0o644); err != nil {
		panic(err)
	}
}

func (d *docs) do(t *testing.T, b documentedBlock) {
	switch {
	case b.language == "yaml" && b.file == "":
		name := fmt.Sprintf("part%d.yaml", b.line)
		d.write(name, whole(t, b.text))
		args := []string{"-config", name, "-vus", "1", "-i", "3"}
		if strings.Contains(b.text, "scenarios:") {
			args = []string{"-config", name, "-k6-exit-codes"} // a busy machine may miss a rate
		}
		d.run(t, args, nil)
	case b.language == "yaml" && runs(t, b.text):
		d.run(t, []string{"-config", b.file}, nil)
	case b.language == "js":
		d.run(t, []string{"run", b.file}, nil)
	case b.language == "" || b.language == "sh":
		for line := range strings.Lines(strings.ReplaceAll(b.text, "\\\n", " ")) {
			if args, ok := commandLine(t, strings.TrimSpace(line)); ok {
				d.shell(t, args)
			}
		}
	}
}

// shell runs the arguments of a command line that may end in "> FILE".
func (d *docs) shell(t *testing.T, args []string) {
	var out bytes.Buffer
	if i := slices.Index(args, ">"); i >= 0 {
		d.run(t, args[:i], &out)
		d.write(args[i+1], out.String())
		return
	}
	d.run(t, args, nil)
}

func (d *docs) run(t *testing.T, args []string, out io.Writer) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if out == nil {
		out = &stdout
	}
	for i, arg := range args {
		args[i] = hurried(arg)
		if _, err := os.Stat(filepath.Join(d.dir, arg)); err == nil && arg != "." && !strings.HasPrefix(arg, "-") {
			args[i] = filepath.Join(d.dir, arg)
		}
	}
	for i, arg := range args[:max(len(args)-1, 0)] {
		if slices.Contains([]string{"-summary-json", "-summary-export", "-out"}, arg) {
			args[i+1] = filepath.Join(d.dir, filepath.Base(args[i+1]))
		}
	}
	code := Run(t.Context(), nil, args, []string{"K6_HOSTS=" + d.hosts, "PASSWORD=secret"}, out, &stderr)
	slower := code == exitRegression && slices.Contains(args, "-max-regression") // as a busy machine is now and then
	if code != exitOK && !slower {
		t.Errorf("loadgen %s: got exit code %d, want 0\n%s%s", strings.Join(args, " "), code, &stderr, &stdout)
	}
	d.done++
}

// commandLine are the arguments of a line that runs loadgen.
func commandLine(t *testing.T, line string) ([]string, bool) {
	line, _, _ = strings.Cut(line, " #")
	for _, program := range []string{"loadgen", "go run ./loadgen"} {
		if rest, ok := strings.CutPrefix(line, program+" "); ok {
			return unquoted(t, rest), true
		}
	}
	return nil, false
}

var word = regexp.MustCompile(`(?:'[^']*'|"[^"]*"|[^\s'"])+`)

// unquoted are the words of a command line, as a shell takes them; variables are not replaced.
func unquoted(t *testing.T, line string) (words []string) {
	for _, w := range word.FindAllString(line, -1) {
		words = append(words, strings.NewReplacer("'", "", `"`, "").Replace(w))
	}
	return words
}

var (
	longTime  = regexp.MustCompile(`\b([1-9]\d*)(s|m|h)\b`)
	thinkTime = regexp.MustCompile(`think: \d+s(?:-\d+s)?`)
	timeLimit = regexp.MustCompile(`((?:duration|response_time)\S*p\(\d+\)|"p\(\d+\))<\d+`)
)

// hurried is a text with its seconds, minutes and hours as so many times 100 ms, up to 400, with milliseconds to think, and without
// limits that a busy machine misses.
func hurried(text string) string {
	text = thinkTime.ReplaceAllStringFunc(text, func(s string) string { return strings.ReplaceAll(s, "s", "ms") })
	text = timeLimit.ReplaceAllString(text, "$1<60000")
	return longTime.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.Atoi(s[:len(s)-1])
		if err != nil || s == "24h" {
			return s
		}
		return fmt.Sprintf("%dms", 100*min(n, 4))
	})
}

// whole makes a file of a part: of steps, of a step, or of what stands beside steps.
func whole(t *testing.T, part string) string {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(part), &n); err != nil {
		t.Fatalf("%v in:\n%s", err, part)
	}
	switch {
	case n.Content[0].Kind == yaml.SequenceNode:
		return "requests:\n" + indented(part)
	case runs(t, part):
		return part
	}
	return part + "\nrequests: [{url: 'http://localhost:8080/'}]\n"
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}

// runs says whether a file has something to do.
func runs(t *testing.T, text string) bool {
	var keys map[string]any
	if err := yaml.Unmarshal([]byte(text), &keys); err != nil {
		return false
	}
	return keys["requests"] != nil || keys["functions"] != nil
}

// shop is the server of the pages: one can log in, look at things and order them.
func shop(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/login":
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1"})
		fmt.Fprint(w, `{"token": "t1", "user": {"id": 7}}`)
	case "/orders":
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
		}
		fmt.Fprint(w, `{"id": 1, "state": "open", "wait": 3, "items": [{"id": 7}, {"id": 8}]}`)
	case "/foo":
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "foobar")
	default:
		fmt.Fprint(w, `{"ok": true, "id": 1, "state": "done", "items": [{"id": 7}, {"id": 8}]}`)
	}
}
