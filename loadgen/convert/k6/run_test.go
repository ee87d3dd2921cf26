package k6

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.com/foobar/loadgen/file"
	"example.com/foobar/loadgen/script"
)

// What comes of a script can be run: all that stands in it is known to the language of files.
func TestConvertedCompiles(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, f := range a.Files {
				if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			mustCompile(t, dir, content(a, "want.yaml"))
		})
	}
}

func mustCompile(tb testing.TB, dir, text string) {
	tb.Helper()
	if text == "" {
		return
	}
	n, err := file.Parse("want.yaml", []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	if n.IsNull() {
		return
	}
	s, err := script.Read(n)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := s.Compile(dir, map[string]string{"URL": "http://h.test", "TOKEN": "t"}); err != nil {
		tb.Error(err)
	}
}
