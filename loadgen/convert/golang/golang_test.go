package golang

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/convert/draft/drafttest"
	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
)

// read is a draft of what a file says.
func read(text []byte) (*draft.Draft, error) {
	n, err := file.Parse("", text)
	if err != nil {
		return nil, err
	}
	d := &draft.Draft{What: "steps"}
	if err := n.Decode(&d.Options); err != nil {
		return nil, err
	}
	s, err := script.Read(n)
	if err != nil {
		return nil, err
	}
	d.Script = *s
	return d, nil
}

// Each file becomes a program: UPDATE=1 writes it anew. That they compile and do what the files do, command's tests show.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			d, err := read(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Write(d)
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(name, ".yaml") + ".go.txt"
			drafttest.Golden(t, golden, string(got))
		})
	}
}

// What there is no Go for stands in the program as a TODO, and is told.
func TestTodo(t *testing.T) {
	d, err := read([]byte("requests:\n  - url: http://h/${range(3)|join(',')}\n  - {if: \"response.nothing\", url: http://h/}\n  - {url: http://h/, record: {m: 1}}\nmetrics: {}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Write(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"// TODO: http://h/${range(3)|join(',')}: range has no Go yet; write it by hand", "// TODO: if: response.nothing: ", "// TODO: record: m: "} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if len(d.Left) != 3 {
		t.Errorf("got %d things left out, want 3: %v", len(d.Left), d.Left)
	}
}

// Whatever a file says, the program is Go.
func FuzzWrite(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := read(text)
		if err != nil {
			return
		}
		out, err := Write(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "main.go", out, 0); err != nil {
			t.Fatalf("%v in:\n%s", err, out)
		}
	})
}
